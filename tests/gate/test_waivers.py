"""Waived failures stay failures; a gate that passes only without them says so."""

from __future__ import annotations

from datetime import date

import pytest
import synthetic as made

from ninemarch import table
from ninemarch.evidence import Waived, breakdown, gather
from ninemarch.gate import decide
from ninemarch.model import Ended, GateVerdict, Look, Match, Severity, Waiver

TODAY = date(2026, 11, 25)
PASSES, WITH = GateVerdict.PASS, GateVerdict.PASS_WITH_WAIVERS


def waiver(quarantine: bool = False, **match: object) -> Waiver:
    return Waiver(
        "waivers.toml, waiver 1",
        Match(**match),
        "known",
        "ana",
        "SHOP-1",
        date(2026, 11, 20),
        date(2026, 12, 1),
        quarantine,
    )


def trials(failing: int = 5, of: int = 400, **changes: object) -> list:
    """Trials of scenarios s0, s1, ...; the first ones fail."""
    found = []
    for number in range(of):
        fields = {"reason": "sent twice", "check": "refund, total"} if number < failing else {}
        verdict = made.F if number < failing else made.P
        fields |= changes if number < failing else {}
        found.append(made.trial(number, verdict, {"tool": "ab"[number % 2]}, scenario=f"s{number}", **fields))
    return found


def decided(folder, waivers, rows=None, *gates, today=TODAY, kinds=None, **plan):
    rows = trials() if rows is None else rows
    made_plan = made.plan_of(len(rows), gates=gates or (made.gate("0.99", id="g"),), **plan)
    path = table.ensure(made.write_run(folder / "run", made_plan, rows))
    return decide(gather(path, made_plan.gates, waived=Waived(waivers, today, kinds or {})), made_plan.gates)


def test_a_waived_failure_counts_and_the_gate_passes_with_waivers(tmp_path):
    decision = decided(tmp_path, [waiver(text="twice")])
    assert (decision.verdict, decision.exit_code) == (WITH, 0)
    assert (decision.counts.failed, decision.rate.failures, decision.waived) == (5, 5, 5)
    assert decision.gates[0].verdict is WITH
    assert decision.gates[0].rate == decided(tmp_path / "b", []).gates[0].rate
    assert decision.gates[0].reason == (
        "passes only with 5 waived failures read as passes; as measured NOT PROVEN: measured below the gate, "
        "98.75%, but it may yet hold"
    )
    assert decision.sentence == "99% is not proven; it passes with 5 waived failures"
    assert decision.action == "Fix what is waived: the first waiver ends on 2026-12-01"
    assert decision.notes == (
        "5 failures waived until 2026-12-01 by waivers.toml, waiver 1 (SHOP-1, ana), counted all the same: known",
    )


def test_a_gate_that_passes_anyway_just_passes(tmp_path):
    decision = decided(tmp_path, [waiver(text="twice")], None, made.gate("0.9"))
    assert (decision.verdict, decision.waived) == (PASSES, 5)
    assert "counted all the same" in decision.notes[0]


def test_a_gate_that_fails_even_so_stays_as_measured(tmp_path):
    decision = decided(tmp_path, [waiver(scenario="s0")])
    assert (decision.verdict, decision.waived) == (GateVerdict.NOT_PROVEN, 1)
    assert decision.gates[0].reason == decided(tmp_path / "b", []).gates[0].reason


@pytest.mark.parametrize(
    ("match", "many"),
    [
        ({"scenario": "s3"}, 1),
        ({"scenario": "s*"}, 5),
        ({"scenario": "*3"}, 1),
        ({"scenario": "s"}, 0),
        ({"scenario": "S3"}, 0),
        ({"scenario": "."}, 0),
        ({"attributes": {"tool": "a"}}, 3),
        ({"attributes": {"tool": "a"}, "scenario": "s1"}, 0),
        ({"attributes": {"nosuch": "a"}}, 0),
        ({"check": "total"}, 5),
        ({"check": "tot"}, 0),
        ({"kind": "silent"}, 5),
        ({"kind": "loud"}, 0),
        ({"kind": "answered"}, 5),
        ({"kind": "exception"}, 0),
        ({"text": "twice"}, 5),
        ({"text": "Twice"}, 0),
    ],
)
def test_what_a_match_covers(tmp_path, match, many):
    decision = decided(tmp_path, [waiver(**match)])
    assert decision.waived == many == decision.waivers[0].trials
    if not many:
        assert decision.notes == ("waivers.toml, waiver 1 (SHOP-1, ana) covers no failure of this run",)


def test_a_match_may_name_a_cluster_of_failures(tmp_path):
    kinds = {0: "0a1b2c3d", 1: "ffffffff", 2: "0a1b2c3d", 7: "0a1b2c3d"}
    assert decided(tmp_path, [waiver(kind="0a1b2c3d")], kinds=kinds).waived == 2


def test_two_waivers_of_one_failure_waive_it_once(tmp_path):
    decision = decided(tmp_path, [waiver(text="twice"), waiver(scenario="s1")])
    assert decision.waived == 5
    assert [use.trials for use in decision.waivers] == [5, 1]


def test_a_critical_failure_is_never_waived(tmp_path):
    decision = decided(tmp_path, [waiver(text="twice")], trials(severity=Severity.CRITICAL))
    assert (decision.waived, decision.waivers[0].critical) == (0, 5)
    assert decision.verdict is GateVerdict.NOT_PROVEN
    assert decision.notes[0].endswith("covers no failure of this run; 5 critical failures cannot be waived")


@pytest.mark.parametrize("today", [date(2026, 11, 19), date(2026, 12, 2)])
def test_out_of_force_it_has_no_effect_and_that_is_said(tmp_path, today):
    for entry in (waiver(text="twice"), waiver(quarantine=True, scenario="s1")):
        decision = decided(tmp_path / str(entry.quarantine), [entry], today=today)
        assert (decision.waived, decision.counts.void, decision.verdict) == (0, 0, GateVerdict.NOT_PROVEN)
        assert decision.notes[0].endswith("has no effect: it is in force from 2026-11-20 to 2026-12-01")


def test_every_kind_of_gate_can_pass_with_waivers(tmp_path):
    gates = (
        made.gate("0.99", id="slice", where={"tool": "a"}, confidence=0.8),
        made.gate("0.97", id="each", each=("tool",), confidence=0.8),
        made.gate("0.5", id="none", max_failures=0),
        made.gate("0.5", id="check", max_failures=4, check="total"),
        made.gate("0.9", id="proven"),
    )
    decision = decided(tmp_path, [waiver(text="twice")], None, *gates)
    assert [result.verdict for result in decision.gates] == [WITH, PASSES, PASSES, WITH, WITH, PASSES]
    assert decision.sentence == "3 of 6 gates are proven; 3 pass only with 5 waived failures"
    assert "passes only with 3 waived failures read as passes" in decision.gates[0].reason


def test_the_worst_gate_still_decides(tmp_path):
    decision = decided(tmp_path, [waiver(text="twice")], None, made.gate("0.99", id="a"), made.gate("0.9999", id="b"))
    assert [result.verdict for result in decision.gates] == [WITH, GateVerdict.FAIL]
    assert decision.verdict is GateVerdict.FAIL
    assert decision.sentence == "1 of 2 gates failed: b asks 99.99%"


def test_a_run_that_stopped_at_its_look_did_not_make_the_trials_that_waivers_would_need(tmp_path):
    rows = trials(failing=40)
    path = made.write_run(
        tmp_path / "run",
        made.plan_of(4000, look=Look(at=400, stop_at=30), gates=(made.gate("0.99"),)),
        rows,
        stop="stopped at the declared checkpoint",
    )
    gates = (made.gate("0.99"),)
    decision = decide(gather(table.ensure(path), gates, waived=Waived([waiver(text="twice")], TODAY)), gates)
    assert (decision.waived, decision.verdict) == (40, GateVerdict.FAIL)


def test_quarantined_scenarios_are_void_whether_they_pass_or_fail(tmp_path):
    entries = [waiver(quarantine=True, scenario="s0"), waiver(quarantine=True, scenario="s399")]
    decision = decided(tmp_path, [*entries, waiver(scenario="s0")])
    assert (decision.counts.void, decision.counts.failed, decision.counts.passed) == (2, 4, 394)
    assert decision.waived == 0
    assert decision.notes[0] == "1 trial void until 2026-12-01 by waivers.toml, waiver 1 (SHOP-1, ana): known"


def test_a_quarantined_failure_is_listed_as_void(tmp_path):
    plan = made.plan_of(400)
    path = table.ensure(made.write_run(tmp_path, plan, trials(ended=Ended.ANSWERED)))
    waivers = [waiver(quarantine=True, scenario="s0"), waiver(scenario="s1")]
    failures = gather(path, waived=Waived(waivers, TODAY)).failures
    assert (failures[0].verdict, failures[0].reason) == ("void", "quarantined until 2026-12-01: known")
    assert (failures[1].verdict, failures[1].waived) == ("fail", "until 2026-12-01 (SHOP-1): known")
    assert failures[2].waived == ""


def test_a_quarantined_failure_is_in_no_table_of_failures(tmp_path):
    path = table.ensure(made.write_run(tmp_path, made.plan_of(400), trials()))
    evidence = gather(path, waived=Waived([waiver(quarantine=True, scenario="s0")], TODAY))
    assert evidence.broken == {0}
    assert breakdown(path, broken=evidence.broken).severities == {"major": 4}


def test_more_than_two_in_a_hundred_in_quarantine_is_invalid(tmp_path):
    eight = [waiver(quarantine=True, scenario=f"s{number}") for number in range(100, 108)]
    assert decided(tmp_path / "8", eight, None, made.gate("0.9")).verdict is PASSES
    nine = [*eight, waiver(quarantine=True, scenario="s50")]
    assert decided(tmp_path / "9", nine, None, made.gate("0.9")).verdict is GateVerdict.INVALID


def test_the_verdict_says_more_than_a_pass_without_colour():
    assert len({verdict.symbol for verdict in GateVerdict}) == len(GateVerdict)
    assert [verdict for verdict in GateVerdict if verdict.holds] == [PASSES, WITH]
    order = list(GateVerdict)
    assert order.index(PASSES) < order.index(WITH) < order.index(GateVerdict.NOT_PROVEN)
