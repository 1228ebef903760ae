"""Decisions: the table of verdicts, what may never pass, and what one more failure may never do."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import A, E, F, P, U, V, decision_of, gate, plan_of, trial, trials_of

from ninemarch.errors import ExitCode
from ninemarch.gate import decide
from ninemarch.model import Counts, Decision, Evidence, GateVerdict, Slice, Tally, Verdict

PASS, FAIL = GateVerdict.PASS, GateVerdict.FAIL
NOT_PROVEN, INVALID, NO_GATE = GateVerdict.NOT_PROVEN, GateVerdict.INVALID, GateVerdict.NO_GATE
G999, G99, G90 = gate("0.999"), gate("0.99"), gate("0.9")


def counted(passed: int, failed: int) -> Evidence:
    """Evidence of independent trials, without a table: quick enough for many examples."""
    tally = Tally(tuple((k, 1, c) for k, c in ((0, passed), (1, failed)) if c))
    counts = Counts(planned=passed + failed, passed=passed, silent=failed)
    whole = Slice({}, counts, tally, tally, tally, tally)
    return Evidence(plan=plan_of(passed + failed), overall=whole, levels={}, failures=())


@pytest.mark.parametrize(
    ("passed", "failed", "asked", "verdict"),
    [
        (2994, 0, G999, NOT_PROVEN),  # 1 - 0.05 ** (1 / n) <= 0.001 from n = 2995 on
        (2995, 0, G999, PASS),
        (4740, 1, G999, NOT_PROVEN),  # smallest n with one failure: 4742 (R, pbinom)
        (4741, 1, G999, PASS),
        (298, 0, G99, NOT_PROVEN),
        (299, 0, G99, PASS),
        (28, 0, G90, NOT_PROVEN),
        (29, 0, G90, PASS),
        (996, 4, G999, FAIL),
        (997, 3, G999, NOT_PROVEN),
        (0, 1, G999, FAIL),  # the one trial failed: chance 0.001 at the gate
        (1, 0, G999, NOT_PROVEN),
    ],
)
def test_the_thresholds_are_where_the_exact_limits_put_them(passed, failed, asked, verdict):
    assert decide(counted(passed, failed), [asked]).verdict is verdict


@settings(max_examples=150)
@given(st.integers(0, 6000), st.integers(0, 12), st.sampled_from([G999, G99, G90]))
def test_one_more_failure_never_improves_a_decision(passed, failed, asked):
    order = [FAIL, NOT_PROVEN, PASS]
    before = decide(counted(passed + 1, failed), [asked]).verdict
    swapped = decide(counted(passed, failed + 1), [asked]).verdict
    added = decide(counted(passed + 1, failed + 1), [asked]).verdict
    assert order.index(swapped) <= order.index(before)
    assert order.index(added) <= order.index(before)


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([(P, 3000)], PASS),
        ([(P, 3000), (V, 20)], PASS),
        ([(P, 3000), (V, 70)], INVALID),  # 2.3% void: above 2% the suite itself is in doubt
        ([(P, 3000), (E, 5)], NOT_PROVEN),  # five failures in 3,005 would not pass
        ([(P, 3000), (U, 1)], NOT_PROVEN),
        ([(P, 9200), (E, 4)], PASS),  # 9,204 trials prove it with four failures too
        ([(P, 3000), (E, 40)], INVALID),  # 1.3% errors
        ([(P, 900), (F, 100), (E, 40)], FAIL),  # fails even if every error were a pass: FAIL beats INVALID
        ([(P, 1358), (F, 4), (E, 10)], NOT_PROVEN),  # 4 of 1,362 fail it, 4 of 1,372 do not
        ([(P, 3000), (A, 1)], NOT_PROVEN),  # a trial handed to a person is no autonomous success
        ([(V, 10)], INVALID),
        ([(E, 10)], INVALID),
    ],
)
def test_what_has_no_verdict_is_read_the_way_that_hurts(tmp_path: Path, verdicts, verdict):
    trials = trials_of(*verdicts)
    decision = decision_of(tmp_path / "run", plan_of(len(trials), gates=(G999,)), trials)
    assert decision.verdict is verdict, decision.sentence
    assert decision.counts.planned == len(trials)


def test_missing_trials_never_make_a_pass_but_cannot_save_a_failure(tmp_path: Path):
    plan = plan_of(3100, gates=(G999,))
    assert decision_of(tmp_path / "a", plan, trials_of((P, 3000)), seal=False).verdict is NOT_PROVEN
    lost = plan_of(1100, gates=(G999,))
    assert decision_of(tmp_path / "b", lost, trials_of((P, 900), (F, 100)), seal=False).verdict is FAIL


def test_a_passing_run_says_so_and_means_it(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(2995, gates=(G999,)), trials_of((P, 2995)))
    assert decision.sentence == "99.9% is proven"
    assert decision.exit_code is ExitCode.OK
    assert decision.rate is not None
    assert decision.rate.lower < 1
    assert decision.next_nine is not None
    assert (decision.next_nine.held, decision.next_nine.proven) == (None, 3)
    assert decision.next_nine.clean_trials == 29956 - 2995  # 29,956 clean trials prove 99.99% (R, pbinom)


def test_what_is_missing_is_the_number_of_clean_trials(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(2200, gates=(G999,)), trials_of((P, 2200)))
    assert decision.gates[0].more_clean == 795
    assert "2,995" in decision.action


def test_below_the_gate_more_trials_do_not_help(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(1000, gates=(G999,)), trials_of((P, 998), (F, 2)))
    assert decision.verdict is NOT_PROVEN
    assert decision.gates[0].more_clean is None
    assert decision.gates[0].reason.startswith("measured below the gate")


@pytest.mark.parametrize("asked", [gate("0.9", where={"kind": "none"}), gate("0.9", each=("nothing",))])
def test_a_slice_that_nothing_falls_into_never_passes(tmp_path: Path, asked):
    trials = [trial(n, P, {"kind": "a"}) for n in range(300)]
    decision = decision_of(tmp_path / "run", plan_of(300, gates=(asked,)), trials)
    assert decision.verdict is NOT_PROVEN
    assert decision.gates[0].rate is None


def test_each_level_is_a_gate_of_its_own_and_thin_ones_are_left_out(tmp_path: Path):
    trials = [trial(n, F if n < 20 else P, {"kind": "b" if n < 40 else "a"}) for n in range(400)]
    trials[399] = trial(399, P, {"kind": "c"})
    asked = gate("0.9", each=("kind",), min_share=0.05)
    decision = decision_of(tmp_path / "run", plan_of(400, gates=(asked,)), trials)
    assert [(r.where, r.verdict) for r in decision.gates] == [({"kind": "a"}, PASS), ({"kind": "b"}, FAIL)]
    assert decision.verdict is FAIL


def test_a_gate_that_only_warns_does_not_change_the_verdict(tmp_path: Path):
    gates = (G90, gate("0.999", blocking=False))
    decision = decision_of(tmp_path / "run", plan_of(100, gates=gates), trials_of((P, 99), (F, 1)))
    assert decision.verdict is PASS
    assert [result.verdict for result in decision.gates] == [PASS, NOT_PROVEN]


def test_a_filtered_run_decides_no_gate_on_what_it_left_out(tmp_path: Path):
    trials = [trial(n, P, {"kind": "a"}) for n in range(300)]
    mine = gate("0.9", where={"kind": "a"})
    plan = plan_of(300, where={"kind": "a"}, gates=(G90, mine))
    decision = decision_of(tmp_path / "run", plan, trials)
    assert [result.id for result in decision.gates] == [mine.id]
    alone = decision_of(tmp_path / "none", plan_of(300, where={"kind": "a"}, gates=(G90,)), trials)
    assert (alone.verdict, alone.exit_code) == (NO_GATE, ExitCode.OK)
    assert any("kind=a" in note for note in alone.notes)


@pytest.mark.parametrize("chosen", [{"subset": "canonical"}, {"ids": ("default:1000:1",)}])
def test_hand_picked_scenarios_never_make_a_rate(tmp_path: Path, chosen):
    decision = decision_of(tmp_path / "run", plan_of(3000, gates=(G90,), **chosen), trials_of((P, 3000)))
    assert decision.rate is None
    assert decision.gates == ()
    assert decision.verdict is NO_GATE
    assert any("never as a rate" in note for note in decision.notes)


def test_development_seeds_are_said(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(10, seed=5, seed_range="development"), trials_of((P, 10)))
    assert any("development seed" in note for note in decision.notes)


def test_success_when_it_acts_stands_beside_the_share_handed_off(tmp_path: Path):
    decision = decision_of(tmp_path / "run", plan_of(200), trials_of((P, 188), (F, 2), (A, 10)))
    assert decision.rate is not None
    assert decision.acting is not None
    assert decision.rate.estimate == pytest.approx(0.94)
    assert decision.acting.estimate == pytest.approx(188 / 190)
    assert decision.assisted_share == pytest.approx(0.05)


def test_every_verdict_has_the_exit_code_of_the_readme():
    codes = {v: int(v.exit_code) for v in GateVerdict}
    assert codes == {PASS: 0, NO_GATE: 0, GateVerdict.PASS_WITH_WAIVERS: 0, NOT_PROVEN: 3, INVALID: 4, FAIL: 1}


def test_confidence_of_a_gate_is_its_own(tmp_path: Path):
    strict = gate("0.999", confidence=0.99)
    assert decide(counted(4602, 0), [strict]).verdict is NOT_PROVEN
    assert decide(counted(4603, 0), [strict]).verdict is PASS  # 4,603 at 99% (R, pbinom)


def test_nothing_is_proven_by_an_empty_list_of_gates():
    decision: Decision = decide(counted(5000, 0))
    assert decision.verdict is NO_GATE
    assert "proven" in decision.sentence


def test_verdicts_of_trials_are_never_numbers():
    assert all(isinstance(v, Verdict) for v in (P, F, A, U, E, V))
    assert Fraction("0.999") == G999.success
