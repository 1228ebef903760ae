"""Error budget, crossed attributes, ladder, and the options of a page."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import report_factory as made

from ninemarch.errors import UsageError
from ninemarch.model import Breakdown, Cross, Rung
from ninemarch.report import Further, PageOptions, Theme, read_theme, render_page
from ninemarch.report.budget import budget, cross_tables, rung_rows


def test_the_budget_counts_per_10_000_or_a_month():
    decision = made.decision(silent=2, trials=4000)
    shown = budget(decision, Breakdown(severities={"critical": 1, "major": 1}))
    assert shown is not None
    (row,) = shown.rows
    assert (row.allowed, row.spent, row.says) == ("10", "5", "50% of it spent")
    low, high = (float(end) for end in row.interval.split(" to "))
    assert low <= 10_000 * decision.rate.failure_lower
    assert high >= 10_000 * decision.rate.failure_upper
    assert shown.harm == (("critical", "1"), ("major", "1"))
    monthly = budget(decision, Breakdown(), monthly=1_000_000)
    assert monthly is not None
    assert (monthly.rows[0].allowed, monthly.rows[0].spent) == ("1,000", "500")
    clean = budget(made.decision(), Breakdown())
    assert clean is not None
    assert clean.rows[0].spent == "none seen"
    assert clean.rows[0].interval.startswith("at most ")
    assert budget(dataclasses.replace(decision, rate=None), Breakdown()) is None


def test_money_is_said_where_trials_said_it():
    shown = budget(made.decision(silent=2, trials=4000), Breakdown(cost_usd=8.0, priced=4000, tokens=12_345))
    assert shown is not None
    assert dict(shown.money)["a trial"] == "$0.0020"
    assert dict(shown.money)["tokens"] == "12,345"
    assert shown.money[0] == ("all trials", "$8.00")


def test_cells_say_their_bound_their_counts_and_whether_they_are_thin():
    rates = ((made.rate(0, 1000), made.rate(3, 10)), (None, made.rate(400, 1000)))
    (table,) = cross_tables(Breakdown(crosses=(Cross("language", "noise", ("de", "en"), ("0", "1"), rates, 7),)))
    assert table.name == "language × noise"
    assert table.note == "7 scored trials in other levels are left out."
    clean, thin = table.rows[0][1]
    missing, bad = table.rows[1][1]
    assert clean is not None
    assert (clean.lower, clean.counts, clean.shade, clean.thin) == ("≥ 99.70%", "none of 1,000 failed", 0, False)
    assert thin is not None
    assert thin.thin
    assert missing is None
    assert bad is not None
    assert (bad.shade, bad.thin) == (4, False)


def test_the_ladder_says_what_each_nine_asks_for():
    rungs = (Rung(2, held=True, proven=True, clean_trials=0), Rung(3, held=True, proven=False, clean_trials=795))
    decision = dataclasses.replace(made.decision(), ladder=(*rungs, Rung(4, False, False, None)))
    rows = rung_rows(decision)
    assert [row.nine for row in rows] == ["99%", "99.9%", "99.99%"]
    assert [row.missing for row in rows] == [
        "nothing",
        "795 more clean trials",
        "fewer failures; more trials will not help",
    ]


def test_a_manager_sees_the_first_chapters_only():
    march, evidence = made.failing_march()
    page = render_page(march, evidence, options=PageOptions(audience="manager"))
    assert "ninemarch replay" not in page
    assert "How the numbers were made" not in page
    assert "asks" in page


def test_redacted_pages_hold_no_text_of_a_scenario():
    march, evidence = made.failing_march()
    secret = "an account number 4711"
    failures = tuple(dataclasses.replace(f, input=secret, reason=secret, output=secret) for f in evidence.failures)
    evidence = dataclasses.replace(evidence, failures=failures)
    assert secret in render_page(march, evidence)
    hidden = render_page(march, evidence, [evidence], options=PageOptions(redact=True))
    assert secret not in hidden
    assert "redacted" in hidden


def test_a_small_limit_leaves_out_what_is_large():
    march, evidence = made.failing_march()
    page = render_page(march, evidence, options=PageOptions(most_bytes=200_000))
    assert len(page.encode()) <= 200_000
    assert 'id="plotly"' not in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ligth]\naccent='#000000'\n", "unknown key 'ligth'"),
        ("[light]\nacent='#000000'\n", "did you mean 'accent'?"),
        ("[light]\naccent='red;}</style>'\n", "allowed: a colour such as #1f5fbf"),
        ("[words]\nproduct=3\n", "allowed: a text"),
        ("light=1\n", "light must be a table"),
        ("[", "give a TOML file"),
    ],
)
def test_a_wrong_theme_is_refused(tmp_path: Path, text: str, words: str):
    path = tmp_path / "theme.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        read_theme(path)
    assert words in str(error.value)


def test_a_theme_brings_colours_and_words(tmp_path: Path):
    path = tmp_path / "theme.toml"
    path.write_text(
        "[light]\naccent = '#123456'\n[dark]\naccent='#abcdef'\n[words]\nproduct='<ACME>'\nfooter='for us only'\n"
    )
    theme = read_theme(path)
    march, evidence = made.failing_march()
    page = render_page(march, evidence, options=PageOptions(theme=theme), further=Further())
    assert "--accent:#123456;" in page
    assert "&lt;ACME&gt;" in page
    assert "for us only" in page
    assert Theme().css == ""


@pytest.mark.parametrize("wrong", [{"audience": "boss"}, {"most_bytes": 10}])
def test_wrong_options_are_refused(wrong: dict):
    with pytest.raises(UsageError):
        PageOptions(**wrong)
