"""What is shown follows from the decision: titles never contradict gates, lists say what they left out."""

from __future__ import annotations

import dataclasses

import pytest
import report_factory as made

from ninemarch.model import Counts, Evidence, GateVerdict, March, Slice, Step, Tally
from ninemarch.report import chapters, record
from ninemarch.report.compose import decision_view
from ninemarch.report.method import method_text, sources
from ninemarch.report.page import page_view


def test_the_hero_has_the_verdict_and_three_numbers():
    hero = decision_view(made.dates_march().last.decision).hero
    assert (hero.verdict, hero.symbol, hero.tone) == ("PASS", "✓", "pass")
    assert [number.value for number in hero.numbers] == ["3,900 of 3,900", "≥ 99.92%", "26,056"]
    assert hero.numbers[1].unit == "proven at 95% confidence"
    assert hero.numbers[1].evidence == "3 nines; gate asks 99.9%"
    assert hero.numbers[2].unit == "more clean trials prove 99.99%"


def test_the_cost_of_the_next_nine_when_failures_must_go_first():
    number = decision_view(made.decision(30, 33, 8000)).hero.numbers[2]
    assert number.value == "7.9×"
    assert number.unit == "fewer failures needed for 99.9%"
    assert number.evidence == "63 failures in 8,000 trials"


def test_without_a_scored_trial_nothing_is_claimed():
    empty = dataclasses.replace(made.dates_march().last.decision, rate=None, next_nine=None, gates=())
    shown = decision_view(empty)
    assert [number.value for number in shown.hero.numbers] == ["–", "–", "–"]
    march = dataclasses.replace(
        made.dates_march(), steps=(dataclasses.replace(made.dates_march().last, decision=empty),)
    )
    view = page_view(march, made.evidence(empty))
    assert view.march_title == "No release has a scored trial"
    assert view.march[0].nines is None


P, N, F = GateVerdict.PASS, GateVerdict.NOT_PROVEN, GateVerdict.FAIL


@pytest.mark.parametrize(
    ("blocking", "warning", "title"),
    [
        ([], [], "No gate decides"),
        ([P], [], "The gate at 99.9% is proven"),
        ([N], [], "The gate at 99.9% is not proven"),
        ([F], [], "The gate at 99.9% has failed"),
        ([P, P, P], [], "All 3 gates are proven"),
        ([P, N, F], [], "1 of 3 gates are proven; 1 failed, 1 lacks proof"),
        ([P, N, N], [], "1 of 3 gates are proven; 2 lack proof"),
        ([P], [N, F], "The gate at 99.9% is proven; of 2 that only warn, none is proven"),
        ([F], [P, P, N], "The gate at 99.9% has failed; of 3 that only warn, 2 are proven"),
    ],
)
def test_the_title_of_the_ladder_follows_the_gates(blocking, warning, title):
    one = made.rate(3, 4000)
    gates = [made.gate(one, verdict) for verdict in blocking]
    gates += [made.gate(one, verdict, blocking=False) for verdict in warning]
    assert decision_view(made.decision(gates=tuple(gates))).gates_title == title


def test_a_long_ladder_keeps_what_is_not_proven_and_says_what_it_left_out():
    one = made.rate(3, 4000)
    gates = [made.gate(one, P, where={"k": f"{i}"}) for i in range(200)]
    gates[150] = made.gate(one, F, where={"k": "bad"})
    shown = decision_view(made.decision(gates=tuple(gates)))
    assert len(shown.gates) + shown.gates_left_out == 200
    assert any(gate.label == "three-nines (k=bad)" for gate in shown.gates)


def test_gates_say_what_is_missing():
    march, _ = made.many_gates()
    shorts = [gate.short for gate in decision_view(march.last.decision).gates]
    assert shorts == [
        "failed, at most 93.42%",
        "proven ≥ 98.14%",
        "below gate, 97.10%",
        "54 more clean trials",
        "failed, at most 94.56%",
    ]


def test_success_when_it_acts_stands_beside_the_share_handed_off():
    march, _ = made.many_gates()
    acting = decision_view(march.last.decision).acting
    assert acting is not None
    assert acting.sentence == "92.75% alone; 97.63% when it acts, with 5.0% handed off to a person."
    assert decision_view(made.decision(1, 1)).acting is None


def test_notes_are_bounded_and_the_reason_for_stopping_is_said_once():
    stopped = made.decision(stopped="stopped early", notes=("stopped early", "other"))
    assert decision_view(stopped).notes == ("stopped early", "other")
    many = decision_view(made.decision(notes=tuple(f"note {i}" for i in range(30)))).notes
    assert len(many) == 21
    assert many[-1] == "10 more notes in the JSON"


def test_march_rows_follow_the_releases():
    rows = chapters.march_rows(made.dates_march())
    assert [row.worse for row in rows] == [False, True, False, False, False, False, False]
    assert [row.proven for row in rows] == ["0", "0", "1", "1", "2", "2", "3"]
    assert [row.position for row in rows] == [40, 52, 66, 118, 342, 481, 560]
    assert rows[1].silent == "19.9%"
    assert rows[-1].headline == "≥ 99.92%"
    assert rows[-1].nines is not None
    assert rows[-1].nines[0] is None
    assert rows[-1].nines[2] is None


def test_the_march_is_drawn_by_release_when_an_effort_is_unknown():
    march = made.dates_march()
    first = dataclasses.replace(march.steps[0], effort=None)
    march = dataclasses.replace(march, steps=(first, *march.steps[1:]))
    assert chapters.effort_label(march) == "release"
    assert [row.position for row in chapters.march_rows(march)] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("profiles", "columns"),
    [
        (("demo", "traffic", "world"), ("demo", "traffic", "world")),
        (("demo", "world"), ("demo", "traffic", "world")),
        (("world",), ("traffic", "world")),
        ((), ("traffic",)),
        (("a", "b", "traffic"), ("a", "b", "traffic")),
    ],
)
def test_columns_keep_the_order_of_the_march(profiles, columns):
    assert chapters.profile_columns(dataclasses.replace(made.dates_march(), profiles=profiles)) == columns


def test_titles_are_findings():
    march = made.dates_march()
    assert chapters.march_title(march) == "From 73.00% to at least 99.92% in 7 releases; release 2 is proven worse"
    assert chapters.gap_title(march) == "No release fails on demo; on traffic, 6 of 7 fail"
    one = dataclasses.replace(march, steps=march.steps[-1:])
    assert chapters.march_title(one) == "One release so far: at least 99.92%"
    hard = dataclasses.replace(march, steps=march.steps[2:3])
    assert chapters.gap_title(hard) == "The release fails on traffic, never on demo"
    no_demo = dataclasses.replace(march.steps[2], others={"world": march.steps[2].others["world"]})
    hard = dataclasses.replace(march, steps=(no_demo,), profiles=("world",))
    assert chapters.gap_title(hard) == "Release 3: 95.10% on traffic, 77.80% on world"


def many_failures(count: int, size: int = 100) -> tuple[March, Evidence]:
    """A march whose last release failed ``count`` times, half of them silently."""
    rows = tuple(made.failure(i, silent=i % 2 == 0, input="x" * size, output="<" * size) for i in range(count))
    decision = made.decision(count - count // 2, count // 2, 2000)
    march = dataclasses.replace(made.dates_march(), steps=(Step("1", "one", None, decision),))
    return march, made.evidence(decision, rows)


def test_the_failure_list_is_capped_silent_first_and_says_what_it_left_out():
    view = page_view(*many_failures(400))
    assert len(view.failures) == 200
    assert {row.kind for row in view.failures} == {"silent failure"}
    assert view.failures_title == "400 failures: 200 silent, 200 loud"
    assert view.failures_note.startswith("200 of 400 are listed, silent failures first; 200 were left out.")
    view = page_view(*many_failures(3))
    assert [row.kind for row in view.failures] == ["silent failure", "silent failure", "loud failure"]
    assert view.failures_note == "All of them are listed, silent failures first."


def test_trials_without_a_verdict_are_listed_after_the_failures():
    march, evidence = made.many_gates()
    view = page_view(march, evidence)
    assert view.failures[-1].kind == "handed off"
    assert view.failures_note.startswith("250 more trials neither passed nor failed. 13 of 340 are listed")


def test_long_texts_are_cut_before_failures_are_left_out():
    march, evidence = many_failures(150, size=5000)
    wide, narrow = (page_view(march, evidence, failure_bytes=most).failures for most in (10**7, 400_000))
    assert len(wide) == len(narrow) == 150
    assert len(narrow[0].texts[0][1]) < len(wide[0].texts[0][1]) == 2000
    assert len(page_view(march, evidence, failure_bytes=50_000).failures) < 50
    assert page_view(march, evidence, failure_bytes=0).failures == ()


def test_a_long_list_of_numbers_is_folded_and_prose_is_not():
    numbers = "[\n" + ",\n".join(f" {i}" for i in range(64)) + "\n]"
    shown = dict(record.failure_row(made.failure(input=numbers), "r").texts)["input"]
    assert shown.startswith("[ 0, 1, 2,")
    prose = "{ not JSON\n" * 40
    assert dict(record.failure_row(made.failure(output=prose), "r").texts)["got"] == prose


def test_levels_point_to_where_the_failures_are():
    def level(name: str, failed: int) -> Slice:
        counts = Counts(planned=100, passed=100 - failed, silent=failed)
        tally = Tally(((failed, 100, 1),))
        return Slice({"language": name}, counts, tally, tally, tally, tally)

    evidence = made.evidence(made.decision(1, 1))
    evidence = dataclasses.replace(evidence, levels={"language": tuple(level(f"l{i}", i) for i in range(40))})
    rows = record.level_rows(evidence)
    assert len(rows) == 24
    assert (rows[0].level, rows[0].failures, rows[0].trials) == ("l39", "39", "100")
    assert all(row.failures != "0" for row in rows)


def test_commands_repeat_resume_and_replay():
    march, evidence = made.failing_march()
    assert (
        record.repeat_command(evidence.plan)
        == "ninemarch run dates --release 6 --profile traffic --seed 1000 -n 3900"
    )
    open_run = dataclasses.replace(evidence, sealed=False)
    assert ("run what is missing", "ninemarch run --resume 20261120-7f35") in record.commands(open_run)
    assert record.replay_command("a b", 7) == "ninemarch replay 'a b' 7"
    own = made.plan(argv=("run", "x", "--target", "python:m:f", "--release", "1.0"), release="1.0")
    assert "--target python:dates_suite.releases.swaps:read --release 1.0" in record.repeat_command(own)
    sliced = made.plan(subset="canonical", where={"language": "de"}, ids=("a b",))
    assert "--subset canonical --scenario 'a b' -w language=de" in record.repeat_command(sliced)
    assert march.last.decision.plan.run == evidence.plan.run


@pytest.mark.parametrize(
    ("method", "word", "published"),
    [
        ("Clopper-Pearson", "Bernoulli", 1),
        ("Clopper-Pearson (one declared look)", "one look", 2),
        ("Gaffke (grouped)", "share fate", 1),
        ("compound gamma (grouped)", "differ in size", 1),
        ("weighted gamma", "does not follow the profile", 1),
    ],
)
def test_every_method_of_a_rate_is_explained_with_its_source(method, word, published):
    decision = made.decision(rate=made.rate(0, 100, method=method))
    assert word in " ".join(method_text(decision))
    assert len(sources(decision)) == published


def test_undecided_trials_are_read_both_ways():
    march, evidence = made.many_gates()
    pairs = dict(record.evidence_pairs(march.last.decision, evidence))
    assert "all read as failures" in pairs["the 20 undecided trials"]
    assert pairs["interval"].startswith("90% two-sided")
