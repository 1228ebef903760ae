"""Gates of every kind: what passes, fails and stays open, from records on disk to the decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from scipy import stats as scipy_stats
from synthetic import E, F, P, U, evidence, plan_of, slice_of, tally, trial, trials_of, write_run

from ninemarch import stats, table
from ninemarch.errors import UsageError
from ninemarch.evidence import gather, p_beyond, proves_beyond, proves_within
from ninemarch.gate import decide
from ninemarch.model import Asks, Decision, Gate, GateVerdict, Severity, Tally, Trial

PASS, FAIL, OPEN = GateVerdict.PASS, GateVerdict.FAIL, GateVerdict.NOT_PROVEN


def decided(
    folder: Path, trials: Sequence[Trial], *gates: Gate, baselines: Mapping[str, Mapping[str, float]] | None = None,
    planned: int = 0, **changes: object,
) -> Decision:  # fmt: skip
    plan = plan_of(planned or len(trials), gates=gates, **changes)
    path = table.ensure(write_run(folder, plan, trials))
    return decide(gather(path, gates, baselines=baselines), gates)


def repeated(scenarios: int, repeats: int, failing: Mapping[int, int]) -> list[Trial]:
    """So many trials of each scenario; the first ones of some fail."""
    return [
        trial(s * repeats + r, F if r < failing.get(s, 0) else P, scenario=f"s{s}", repeat=r)
        for s in range(scenarios)
        for r in range(repeats)
    ]


def test_a_kind_is_told_by_its_keys_and_two_are_refused():
    assert Gate("g").asks is Asks.SUCCESS
    assert Gate("g", all_trials=5).asks is Asks.ALL_TRIALS
    assert Gate("g", latency=1.0).asks is Asks.LATENCY
    assert Gate("g", cost_usd=1.0).asks is Asks.COST
    assert Gate("g", baseline="main").asks is Asks.MAX_DROP
    assert Gate("g", max_failures=0).asks is Asks.MAX_FAILURES
    with pytest.raises(UsageError, match="several things"):
        Gate("g", latency=1.0, baseline="main")


def test_a_latency_quantile_is_the_exact_binomial_test(tmp_path):
    within = Gate("fast", Fraction("0.95"), latency=2.0)
    for slow, verdict in ((1, PASS), (20, FAIL), (5, OPEN)):
        trials = [trial(i, P, seconds=3.0 if i < slow else 1.0) for i in range(100)]
        decision = decided(tmp_path / str(slow), trials, within)
        (result,) = decision.gates
        assert result.verdict is verdict
        at_gate = scipy_stats.binom(100, 0.05)
        assert (at_gate.cdf(slow) <= 0.05) == (verdict is PASS)
        assert (at_gate.sf(slow - 1) <= 0.05) == (verdict is FAIL)
        assert result.counted == f"{slow} over the limit in 100 trials"
    assert result.required == "95% within 2.0 s"


def test_trials_without_a_verdict_may_have_been_slow(tmp_path):
    trials = [trial(i, E if i < 3 else P, seconds=0.1) for i in range(100)]
    (result,) = decided(tmp_path, trials, Gate("fast", Fraction("0.95"), latency=2.0), errors_max=0.1).gates
    assert result.verdict is OPEN
    assert "3 errors could hide failures" in result.reason


def test_pass_hat_k_is_judged_over_scenarios(tmp_path):
    gate = Gate("all-3", Fraction("0.9"), all_trials=3)
    (clean,) = decided(tmp_path / "a", repeated(40, 5, {}), gate, per_scenario=5).gates
    assert clean.verdict is PASS
    assert clean.required == "pass^3 90%"
    (few,) = decided(tmp_path / "b", repeated(20, 5, {}), gate, per_scenario=5).gates
    assert few.verdict is OPEN  # 100 trials of 20 scenarios are 20 units: at least 29 are needed
    (bad,) = decided(tmp_path / "c", repeated(40, 5, dict.fromkeys(range(20), 2)), gate, per_scenario=5).gates
    # Half of the scenarios pass all of three trials with chance C(3,3)/C(5,3) = 0.1.
    assert bad.rate.estimate == pytest.approx(0.5 + 0.5 * 0.1)
    assert bad.verdict is FAIL
    expected = stats.pass_hat_k([2] * 20 + [0] * 20, [5] * 40, 3, confidence=0.95, side="upper")
    assert bad.rate.upper == pytest.approx(expected.upper)


def test_a_scenario_with_an_open_trial_counts_against_pass_hat_k(tmp_path):
    trials = repeated(50, 3, {})
    trials[7] = trial(7, U, scenario="s2", repeat=1)
    gate = Gate("all-3", Fraction("0.9"), all_trials=3)
    (result,) = decided(tmp_path / "a", trials, gate, per_scenario=3).gates
    assert result.verdict is PASS  # one bad of 50 on the worst reading: 46 would do
    trials[10], trials[13] = (trial(n, U, scenario=f"s{n // 3}", repeat=n % 3) for n in (10, 13))
    (result,) = decided(tmp_path / "b", trials, gate, per_scenario=3).gates
    assert result.verdict is OPEN
    assert "unscored" in result.reason


def test_a_count_of_critical_failures(tmp_path):
    none = Gate("safety", max_failures=0, severity=Severity.CRITICAL)
    trials = [trial(i, F if i < 5 else P, severity=Severity.MAJOR) for i in range(500)]
    (result,) = decided(tmp_path / "a", trials, none).gates
    assert result.verdict is PASS
    assert result.required == "no critical failure"
    assert "the true rate may be up to 0.6" in result.reason
    trials[3] = trial(3, F, severity=Severity.CRITICAL)
    assert decided(tmp_path / "b", trials, none).verdict is FAIL
    trials[3] = trial(3, U, severity=Severity.MAJOR)
    (open_,) = decided(tmp_path / "c", trials, none).gates
    assert (open_.verdict, open_.reason) == (OPEN, "1 unscored trials could hide failures")
    assert decided(tmp_path / "d", [trial(0, E)], none, errors_max=1.0).verdict is GateVerdict.INVALID


def test_a_drop_is_judged_on_the_same_scenarios(tmp_path):
    gate = Gate("steady", Fraction(98, 200), baseline="main", max_drop=Fraction("0.02"))
    trials = [trial(i, F if i < 3 else P) for i in range(400)]
    same = {each.scenario: float(each.verdict is F) for each in trials}
    (result,) = decided(tmp_path / "a", trials, gate, baselines={"main": same}).gates
    assert (result.verdict, result.measured) == (PASS, "0.00 points")
    before = dict.fromkeys(same, 0.0)
    worse = [trial(i, F if i < 40 else P) for i in range(400)]
    (fell,) = decided(tmp_path / "b", worse, gate, baselines={"main": before}).gates
    assert (fell.verdict, fell.measured) == (FAIL, "10.00 points")
    assert "drop ≥" in fell.reason
    few = dict(list(before.items())[:300])
    (thin,) = decided(tmp_path / "c", trials, gate, baselines={"main": few}).gates
    assert thin.verdict is OPEN
    assert "300 of 400 trials have a partner" in thin.reason
    (without,) = decided(tmp_path / "d", trials, gate).gates
    assert without.verdict is OPEN
    assert "no baseline 'main'" in without.reason
    assert "not evaluated" in without.reason


def test_a_rise_is_never_a_drop(tmp_path):
    gate = Gate("steady", Fraction(98, 200), baseline="main", max_drop=Fraction("0.02"))
    trials = [trial(i) for i in range(400)]
    before = {each.scenario: float(i < 40) for i, each in enumerate(trials)}
    (result,) = decided(tmp_path, trials, gate, baselines={"main": before}).gates
    assert (result.verdict, result.measured) == (PASS, "−10.00 points")


def test_a_sequential_plan_is_judged_by_its_tables():
    gate = Gate("overall", Fraction("0.999"))
    for failures, trials, verdict in ((0, 3786, OPEN), (0, 3787, PASS), (1, 6654, OPEN), (1, 6655, PASS)):
        found = decide(evidence(_anytime(failures, trials), [gate], stop="sequential"), [gate])
        assert found.verdict is verdict, (failures, trials)
    for failures, trials, verdict in ((1, 2, OPEN), (2, 84, FAIL), (2, 85, OPEN), (8, 2270, FAIL), (8, 2271, OPEN)):
        found = decide(evidence(_anytime(failures, trials), [gate], stop="sequential"), [gate])
        assert found.verdict is verdict, (failures, trials)
    assert found.rate.method == "confidence sequence"


def _anytime(failures: int, trials: int):
    import dataclasses

    made = slice_of(trials - failures, failures)
    anytime = Tally(groups=made.scored.groups, anytime=True)
    return dataclasses.replace(made, scored=anytime, acting=anytime, worst=anytime, best=anytime)


def test_fails_among_many_slices_are_corrected_and_said(tmp_path):
    """Twelve slices at the gate: without correction one fails by luck in a third of the runs."""
    each = Gate("per-slice", Fraction("0.9"), each=("language",))
    levels = [f"l{i:02}" for i in range(12)]
    bad = {"l00": 16}  # of 100: p = 0.02 alone, not below 0.05 / 12
    trials = [
        trial(n, F if n // 12 < bad.get(level, 5) else P, {"language": level})
        for n, level in ((i, levels[i % 12]) for i in range(1200))
    ]
    decision = decided(tmp_path / "a", trials, each)
    first = decision.gates[0]
    assert (first.verdict, first.tested) == (OPEN, 12)
    assert "not proven among 12 slices" in first.reason
    assert any("12 slices were tested" in note for note in decision.notes)
    bad["l00"] = 25
    trials = [
        trial(n, F if n // 12 < bad.get(level, 5) else P, {"language": level})
        for n, level in ((i, levels[i % 12]) for i in range(1200))
    ]
    assert decided(tmp_path / "b", trials, each).gates[0].verdict is FAIL


@pytest.mark.parametrize("counts", [(3, 20), (0, 20), (7, 40)])
def test_the_p_value_is_that_of_the_binomial_test(counts):
    failures, trials = counts
    expected = scipy_stats.binomtest(failures, trials, 0.1, alternative="greater").pvalue
    assert p_beyond(tally(failures, trials), 0.1) == pytest.approx(expected, rel=0.01)


def test_what_is_spent_is_missing_from_the_rest():
    clean = Tally(groups=((0, 1, 3787),), anytime=True)
    assert proves_within(clean, 0.001, 0.95)
    assert not proves_within(Tally(groups=clean.groups, anytime=True, spent=0.01), 0.001, 0.95)
    used_up = Tally(groups=((0, 1, 10**6),), anytime=True, spent=0.05)
    assert not proves_within(used_up, 0.001, 0.95)
    assert proves_beyond(Tally(groups=((1, 1, 100),), anytime=True, spent=0.05), 0.001, 0.95)  # never withheld


def test_trials_of_all_kinds_are_in_the_document(tmp_path):
    from ninemarch.report import decision_document

    gates = [
        Gate("fast", Fraction("0.95"), latency=2.0),
        Gate("steady", Fraction(98, 200), baseline="main", max_drop=Fraction("0.02")),
        Gate("safety", max_failures=0, severity=Severity.CRITICAL),
    ]
    document = decision_document(decided(tmp_path, trials_of((P, 95), (F, 5)), *gates))
    assert [gate["asks"] for gate in document["gates"]] == ["latency", "max_drop", "max_failures"]
    assert [gate["required"] for gate in document["gates"]] == [
        "95% within 2.0 s",
        "drop ≤ 2 points from main",
        "no critical failure",
    ]
