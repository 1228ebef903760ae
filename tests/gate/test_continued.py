"""Earlier looks at the same release: evidence is continued, what was spent is gone, reruns raise nothing."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats as scipy_stats
from synthetic import evidence, slice_of

from ninemarch import stats
from ninemarch.gate import decide, looks
from ninemarch.model import Decision, Earlier, Evidence, Gate, GateVerdict, Slice

GATE = Gate("overall", Fraction("0.99"))
PASS, OPEN, FAIL = GateVerdict.PASS, GateVerdict.NOT_PROVEN, GateVerdict.FAIL


def run_of(
    failures: int, trials: int, earlier: tuple[Earlier, ...] = (), *, run: str = "r", stop: str = "sequential", **plan
) -> Evidence:
    part = slice_of(trials - failures, failures)
    if stop == "sequential":
        part = _anytime(part)
    return evidence(part, [GATE], stop=stop, earlier=earlier, run=run, **plan)


def _anytime(part: Slice) -> Slice:
    names = ("scored", "acting", "worst", "best")
    return dataclasses.replace(part, **{n: dataclasses.replace(getattr(part, n), anytime=True) for n in names})


def series(counts: list[tuple[int, int]], stop: str = "sequential") -> Decision:
    """Several runs of one release, one after the other; the decision on the last."""
    history: tuple[Earlier, ...] = ()
    for number, (failures, trials) in enumerate(counts):
        made = run_of(failures, trials, history, run=f"r{number}", stop=stop)
        decision = decide(made, [GATE])
        history += looks(made, [GATE])
    return decision


def test_a_second_run_goes_on_where_the_first_ended():
    assert series([(0, 200)]).verdict is OPEN
    second = series([(0, 200), (0, 177)])
    assert second.verdict is PASS  # 377 clean trials prove 99% at any look
    assert second.gates[0].runs == ("r0",)
    assert second.rate.trials == 377
    assert any("continues the evidence of 1 earlier run" in note for note in second.notes)
    assert series([(5, 200), (0, 377)]).verdict is OPEN  # starting anew would pass
    assert second.counts.planned == 177  # the accounting stays that of the run


def test_the_cut_of_the_runs_does_not_matter():
    one = series([(1, 663)])
    many = series([(1, 100), (0, 200), (0, 363)])
    assert one.verdict is many.verdict is PASS
    assert one.rate == many.rate


def test_a_fixed_look_spends_its_exact_level():
    (_, look) = looks(run_of(1, 299, stop="fixed"), [GATE])
    assert look.spent == pytest.approx(float(scipy_stats.binom.cdf(0, 299, 0.01)))
    assert look.verdict == "NOT PROVEN"
    (_, small) = looks(run_of(0, 100, stop="fixed"), [GATE])
    assert small.spent == 0.0  # it could not have passed
    (_, open_) = looks(run_of(0, 299), [GATE])
    assert open_.spent == 0.0


def test_after_a_sharp_fixed_look_more_trials_hardly_help():
    # P(X <= 0 | 299, 0.01) = 0.0495: what is left of 0.05 asks for an e-value of 2,000 instead of 20.
    assert series([(1, 299), (0, 600)], stop="fixed").verdict is OPEN
    assert series([(1, 299), (0, 600)]).verdict is PASS
    loose = series([(1, 400), (0, 600)], stop="fixed")  # 400 trials spend 0.018
    assert loose.verdict is PASS


@pytest.mark.parametrize("stop", ["fixed", "sequential"])
@pytest.mark.parametrize("size", [299, 320, 473, 600])
def test_rerunning_three_times_passes_falsely_at_most_5_in_100(stop, size):
    """Exact: three runs of one size at the threshold itself, stopping at the first PASS."""
    chance = 1 - float(GATE.success)
    most = 25
    start = {0: 1.0}
    passed, seen = 0.0, 0
    binomial = scipy_stats.binom(size, chance).pmf(np.arange(most))
    for round_ in range(3):
        moved: dict[int, float] = {}
        seen += size
        for failures, weight in start.items():
            for more in range(most):
                moved[failures + more] = moved.get(failures + more, 0.0) + weight * float(binomial[more])
        start = {}
        for failures, weight in moved.items():
            if weight < 1e-9:
                continue
            first = (0, size) if round_ else (failures, size)
            history = [first] if not round_ else []
            if round_:  # only the total matters once the first look is past, and what that look spent
                history = [(0, size)] * round_
            if _passes(failures, seen, history, size, stop):
                passed += weight
            else:
                start[failures] = weight
    assert 0 < passed <= 0.05


def _passes(failures: int, seen: int, history: list[tuple[int, int]], size: int, stop: str) -> bool:
    earlier: tuple[Earlier, ...] = ()
    for number, (_, trials) in enumerate(history):
        made = run_of(0, trials, earlier, run=f"r{number}", stop=stop)
        earlier += looks(made, [GATE])
    return decide(run_of(failures, seen - size * len(history), earlier, stop=stop), [GATE]).verdict is PASS


def test_the_same_scenarios_again_raise_nothing():
    first = run_of(1, 299, stop="fixed", run="first")
    history = looks(first, [GATE])
    again = run_of(0, 299, history, stop="fixed", regression_of="first")
    result = decide(again, [GATE])
    assert result.verdict is OPEN
    assert "used up the error rate" in result.gates[0].reason or result.gates[0].more_clean
    assert any("no further evidence" in note for note in result.notes)
    worse = decide(run_of(30, 299, history, stop="fixed", regression_of="first"), [GATE])
    assert worse.verdict is FAIL
    good = looks(run_of(0, 299, stop="fixed", run="first"), [GATE])
    assert decide(run_of(0, 299, good, stop="fixed", regression_of="first"), [GATE]).verdict is PASS


def test_levels_met_only_before_are_judged_still():
    gate = Gate("each", Fraction("0.9"), each=("language",))
    parts = [_anytime(slice_of(40, where={"language": "de"}))]
    before = evidence(_anytime(slice_of(40)), [gate], parts, stop="sequential", run="r0")
    now_parts = [_anytime(slice_of(40, where={"language": "en"}))]
    made = evidence(
        _anytime(slice_of(40)), [gate], now_parts, stop="sequential", earlier=looks(before, [gate]), run="r1"
    )
    assert {r.where["language"]: r.verdict for r in decide(made, [gate]).gates} == {"en": PASS, "de": PASS}


def test_looks_of_a_sequential_plan_equal_the_tables():
    table = stats.pass_table(0.01, max_failures=3)
    for failures, needed in enumerate(table.tolist()):
        assert series([(failures, needed - 50), (0, 50)]).verdict is PASS
        assert series([(failures, needed - 50), (0, 49)]).verdict is OPEN
