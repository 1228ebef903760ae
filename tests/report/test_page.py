"""The page as a file: escaped, self-contained, bounded, the same bytes every time. See test_browser for the rest."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import re
import stat
from html import unescape as html_unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
import report_factory as made
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from test_terminal import HOSTILE, hostile_march

from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.model import Evidence, March
from ninemarch.report import html, render_page, write_page
from ninemarch.report.elsewhere import MOST_RUNS

XSS = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>javascript:alert(3){{7*7}}{% raw %}</style></title>"


class Page(HTMLParser):
    """Tags, attributes and text of a page, without the text of its scripts and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = tag if tag in {"script", "style"} else ""
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.text += "" if self.inside else data


def sample() -> tuple[March, Evidence]:
    march = made.dates_march()
    return march, made.evidence(march.last.decision)


def hostile(text: str, rows: int = 3) -> tuple[March, Evidence]:
    march = hostile_march(text)
    bad = made.failure(
        scenario=text,
        reason=text,
        input=text,
        expect=text,
        output=text,
        detail=text,
        group=text,
        ended=text,
        severity=text,
        attributes={text: text},
    )
    evidence = made.evidence(march.last.decision, tuple(dataclasses.replace(bad, number=i) for i in range(rows)))
    return dataclasses.replace(march, title=text, effort_unit=text), dataclasses.replace(evidence, stopped=text)


def test_the_title_starts_with_the_verdict():
    assert "<title>PASS: dates 7</title>" in render_page(*sample())
    assert "<title>NOT PROVEN: dates 6</title>" in render_page(*made.failing_march())


def test_identical_evidence_gives_identical_bytes():
    assert render_page(*sample()) == render_page(*sample())


def without_scripts(page: str) -> str:
    return re.sub(r"(<script[^>]*>).*?(</script>)", r"\1\2", page, flags=re.DOTALL)


def test_nothing_is_loaded_and_only_our_own_scripts_run():
    page = without_scripts(render_page(*made.many_gates()))
    parsed = Page(page)
    assert not {"link", "img", "iframe", "object", "base"} & set(parsed.tags)
    named = [pair for pair in parsed.attributes if pair[0].startswith("on") or pair[0] in {"style", "href", "src"}]
    assert [(name, value[:29]) for name, value in named] == [("href", "data:application/json;base64,")]
    kinds = re.findall(r"<script([^>]*)>", page)
    assert [kind for kind in kinds if "application/" not in kind] == [""]
    assert page.replace("http-equiv", "").count("http") == 0
    assert page.count("url(") == 0


def digest_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_policy_allows_the_one_style_sheet_and_two_scripts_by_hash():
    page = render_page(*sample())
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    policy = html_unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    packed = re.search(r'id="plotly">([^<]*)<', page)[1]
    plotly = gzip.decompress(base64.b64decode(packed)).decode()
    assert policy == (
        f"default-src 'none'; style-src '{digest_of(style)}' '{digest_of('')}'; style-src-attr 'unsafe-inline'; "
        f"script-src '{digest_of(script)}' '{digest_of(plotly)}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_hostile_text_adds_no_tag_and_no_attribute():
    harmless, evil = (Page(render_page(*hostile(text))) for text in ("x" * len(XSS), XSS))
    assert evil.tags == harmless.tags
    assert [name for name, _ in evil.attributes] == [name for name, _ in harmless.attributes]
    assert "<script>alert(1)</script>" in evil.text
    assert "{{7*7}}" in evil.text
    assert "49" not in re.findall(r"onerror=alert\(2\)>javascript:alert\(3\)(\d*)", evil.text)


@settings(max_examples=15)
@given(st.one_of(st.just(HOSTILE), st.text(max_size=30)))
def test_any_text_makes_a_page_that_can_be_written(text: str):
    page = render_page(*hostile(text, rows=1))
    page.encode()
    assert not set(page) & set("\x00\x1b\x07\r\u202e\u2028\u2029\ud800")
    assert Page(page).tags.count("svg") > 4


@pytest.mark.parametrize("text", ["x", "<", "\U0001f600", "\u202e", "\ud800"])
def test_a_page_stays_small_whatever_a_run_brings(text: str):
    big = text * 5_000
    march, evidence = hostile(big, rows=220)
    gates = tuple(dataclasses.replace(march.last.decision.gates[0], where={big: f"{i}"}) for i in range(120))
    decision = dataclasses.replace(march.last.decision, gates=gates, notes=(big,) * 100)
    steps = tuple(dataclasses.replace(march.last, decision=decision) for _ in range(80))
    failures = tuple(
        dataclasses.replace(f, attributes={f"{i}{big}": big for i in range(50)}) for f in evidence.failures
    )
    evidence = dataclasses.replace(evidence, failures=failures)
    page = render_page(dataclasses.replace(march, steps=steps), evidence, [evidence] * 20)
    assert len(page.encode()) <= html.MOST_BYTES
    assert "left out" in page


def test_100_percent_is_never_printed():
    for march, evidence in (sample(), made.many_gates(), made.failing_march()):
        text = Page(render_page(march, evidence)).text
        assert "100%" not in text
        assert "100.0" not in text


def test_every_chart_has_a_name_and_a_table():
    page = without_scripts(render_page(*made.many_gates()))
    charts = re.findall(r'<svg[^>]*role="img"[^>]*>', page)
    assert len(charts) == 4
    assert all('aria-label="' in chart for chart in charts)
    assert page.count("The same as a table") == 2
    assert all(f'<div class="{kind}"><svg' in page for kind in ("wide", "narrow"))


def test_a_handed_off_share_is_shown_wherever_success_when_it_acts_is():
    page = Page(render_page(*made.many_gates())).text
    assert "92.75% alone; 97.63% when it acts, with 5.0% handed off to a person." in page
    assert "when it acts" not in Page(render_page(*sample())).text


def test_failures_of_other_runs_are_shown_a_few_of_each():
    march, evidence = sample()
    rows = tuple(made.failure(i, silent=i > 6, input=XSS) for i in range(1, 9))
    quiet, loud = made.evidence(march.steps[0].decision, rows), made.evidence(march.steps[-1].decision)
    page = Page(render_page(march, evidence, [loud, quiet] * 20))
    assert page.text.count("1 regexes on traffic: 270 failures in 1,000") == MOST_RUNS
    assert page.text.count("5 shown, all: ninemarch show 20261120-7f30 --failures") == MOST_RUNS
    assert page.text.count("silent failure") == 2 * MOST_RUNS
    assert page.tags.count("script") == Page(render_page(*sample())).tags.count("script")
    assert "swaps, ISO first on traffic:" not in page.text  # nothing failed there


def test_the_template_refuses_what_the_view_does_not_have():
    with pytest.raises(UndefinedError):
        html._environment().from_string("{{ view.nothing }}").render(view=object())
    assert html._environment().from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast of two colours."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lit = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_has_a_contrast_of_4_5_and_marks_of_3_in_both_themes():
    css = (Path(html.__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")
    light, night = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    )
    assert light.keys() == night.keys()
    for theme in (light, night):
        for ground in ("panel", "page", "code"):
            for words in ("ink", "muted", "accent"):
                assert contrast(theme[words], theme[ground]) >= 4.5, (words, ground)
        for state in ("pass", "open", "fail", "plain"):
            assert contrast(theme[f"{state}-text"], theme["panel"]) >= 4.5, state
            assert contrast(theme[f"{state}-text"], theme[f"{state}-soft"]) >= 4.5, state
            assert contrast(theme[state], theme["panel"]) >= 3, state


def test_writing_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "new" / "page.html"
    assert write_page(path, *sample()) == path
    first = path.read_bytes()
    assert first == render_page(*sample()).encode()
    assert stat.S_IMODE(path.stat().st_mode) & 0o400

    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ninemarch.durable.os.fsync", broken)
    with pytest.raises(UsageError, match=r"page\.html: No space left"):
        write_whole(path, b"half")
    assert path.read_bytes() == first
    assert [entry.name for entry in path.parent.iterdir()] == ["page.html"]
