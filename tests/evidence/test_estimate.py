"""Rates: which interval fits which data, checked against hand calculations and exact enumeration."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as reference
from synthetic import A, F, P, evidence_of, gate, plan_of, trial, trials_of

from ninemarch import stats
from ninemarch.evidence import estimate, extra_clean_trials, misses
from ninemarch.model import Look, Rate, Tally

LEVELS = [0.9, 0.95, 0.99]


def plain(failures: int, trials: int) -> Tally:
    return Tally(groups=tuple((k, 1, c) for k, c in ((0, trials - failures), (1, failures)) if c))


def rate_of(tally: Tally, confidence: float = 0.95) -> Rate:
    rate = estimate(tally, confidence)
    assert rate is not None
    return rate


@given(st.integers(1, 5000), st.data(), st.sampled_from(LEVELS))
def test_independent_trials_have_clopper_pearsons_interval(trials: int, data: st.DataObject, level: float) -> None:
    failures = data.draw(st.integers(0, trials))
    rate = rate_of(plain(failures, trials), level)
    exact = reference.binomtest(failures, trials).proportion_ci(2 * level - 1, method="exact")
    assert rate.failure_lower == pytest.approx(exact.low, abs=1e-9)
    assert rate.failure_upper == pytest.approx(exact.high, abs=1e-9)
    assert (rate.lower, rate.upper) == (1 - rate.failure_upper, 1 - rate.failure_lower)
    assert rate.lower <= rate.estimate <= rate.upper
    assert (rate.failures, rate.trials, rate.units) == (failures, trials, trials)


def test_a_thousand_of_a_thousand_is_not_a_hundred_per_cent() -> None:
    rate = rate_of(plain(0, 1000))
    assert rate.lower == pytest.approx(0.05 ** (1 / 1000))
    assert rate.lower < 0.998 < rate.upper == 1.0
    assert rate_of(plain(1000, 1000)).upper == pytest.approx(1 - 0.05 ** (1 / 1000))


def test_without_a_trial_there_is_no_rate() -> None:
    assert estimate(Tally(groups=()), 0.95) is None
    assert extra_clean_trials(Tally(groups=()), 0.001, 0.95) == 2995


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=12).map(
        lambda pairs: [(min(k, n), n) for k, n in pairs]
    )
)
def test_groups_have_gaffkes_interval(pairs: list[tuple[int, int]]) -> None:
    tally = Tally(groups=tuple((k, n, 1) for k, n in pairs))
    rate = rate_of(tally)
    shares = [k / n for k, n in pairs]
    if not tally.independent:
        assert rate.failure_upper == stats.gaffke(shares, side="upper").upper
        assert rate.failure_lower == stats.gaffke(shares, side="lower").lower
        assert rate.estimate == pytest.approx(1 - float(np.mean(shares)))
    assert rate.units == len(pairs)


def test_groups_give_a_wider_interval_than_pooling_them() -> None:
    """Fifty base images in ten conditions each; five images fail always."""
    grouped = rate_of(Tally(groups=((0, 10, 45), (10, 10, 5))))
    pooled = rate_of(plain(50, 500))
    assert grouped.estimate == pytest.approx(pooled.estimate)
    assert grouped.lower < pooled.lower < pooled.upper < grouped.upper
    as_units = rate_of(plain(5, 50))
    assert (grouped.lower, grouped.upper) == pytest.approx((as_units.lower, as_units.upper))


def grouped_run(folder: Path) -> object:
    """20 groups of 10 trials; groups 0 and 1 fail always, half of each group's trials are handed off in 2 and 3."""
    verdict = {0: F, 1: F}
    trials = [
        trial(n, A if n // 10 in {2, 3} and n % 2 else verdict.get(n // 10, P), group=f"image {n // 10}")
        for n in range(200)
    ]
    return evidence_of(folder, plan_of(200), trials).overall


def test_acting_beside_unassisted_with_groups(tmp_path: Path) -> None:
    part = grouped_run(tmp_path)
    scored, acting = rate_of(part.scored), rate_of(part.acting)  # type: ignore[attr-defined]
    assert (scored.failures, scored.trials, scored.units) == (30, 200, 20)
    assert scored.estimate == pytest.approx(0.85)
    assert (acting.failures, acting.trials) == (20, 190)
    assert acting.estimate == pytest.approx(170 / 190)
    assert acting.lower < acting.estimate < acting.upper
    assert acting.method == "compound gamma (grouped)"
    pooled = rate_of(plain(20, 190))
    assert acting.lower < pooled.lower
    assert acting.upper > pooled.upper


def test_a_group_that_acted_once_does_not_weigh_as_one_that_acted_often(tmp_path: Path) -> None:
    trials = [trial(n, P if n < 99 else F, group="good" if n < 99 else "rare") for n in range(100)]
    part = evidence_of(tmp_path, plan_of(100), trials).overall
    assert rate_of(part.acting).estimate == pytest.approx(0.99)
    assert rate_of(part.scored).estimate == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), min_size=1, max_size=15))
def test_the_pooled_interval_holds_its_own_estimate(pairs: list[tuple[int, int]]) -> None:
    from ninemarch.evidence.cells import pooled

    groups: dict[tuple[int, int], int] = {}
    for k, n in pairs:
        groups[min(k, n), n] = groups.get((min(k, n), n), 0) + 1
    rate = rate_of(Tally(groups=tuple((k, n, c) for (k, n), c in groups.items()), weighted=pooled(groups)))
    assert 0 <= rate.lower <= rate.estimate <= rate.upper <= 1


def test_repeats_of_a_scenario_are_a_group(tmp_path: Path) -> None:
    trials = [trial(n, F if n < 3 else P, scenario=f"s{n // 3}", repeat=n % 3) for n in range(60)]
    part = evidence_of(tmp_path, plan_of(60, per_scenario=3), trials).overall
    assert part.scored.groups == ((0, 3, 19), (3, 3, 1))
    assert rate_of(part.scored).units == 20


def test_scenarios_without_a_group_are_their_own_beside_groups(tmp_path: Path) -> None:
    trials = [trial(n, P, group="shared" if n < 5 else "") for n in range(12)]
    part = evidence_of(tmp_path, plan_of(12), trials).overall
    assert part.scored.groups == ((0, 1, 7), (0, 5, 1))


@pytest.mark.parametrize("failures", [0, 1, 3])
def test_a_declared_look_changes_the_interval_of_the_whole_run(tmp_path: Path, failures: int) -> None:
    look = Look(at=100, stop_at=4)
    trials = trials_of((F, failures), (P, 300 - failures))
    part = evidence_of(tmp_path, plan_of(300, look=look), trials).overall
    rate = rate_of(part.scored)
    wanted = {"look": 100, "stop_at": 4, "planned": 300}
    assert rate.failure_upper == stats.two_stage(failures, 300, side="upper", **wanted).upper  # type: ignore[call-overload]
    assert rate.failure_lower == stats.two_stage(failures, 300, side="lower", **wanted).lower  # type: ignore[call-overload]
    assert "declared look" in rate.method


def test_a_run_that_stopped_at_its_look_has_clopper_pearsons_limits(tmp_path: Path) -> None:
    trials = trials_of((F, 6), (P, 94))
    part = evidence_of(tmp_path, plan_of(300, look=Look(100, 4)), trials, stop="look").overall
    rate, fixed = rate_of(part.scored), rate_of(plain(6, 100))
    assert (rate.lower, rate.upper) == (fixed.lower, fixed.upper)


def test_void_and_errors_before_the_look_leave_it_in_terms_of_scored_trials(tmp_path: Path) -> None:
    from synthetic import E, V

    trials = trials_of((V, 5), (E, 2), (F, 2), (P, 291))
    part = evidence_of(tmp_path, plan_of(300, look=Look(100, 4)), trials).overall
    assert part.scored.look == Look(93, 4)
    assert part.best.look == Look(95, 4)
    assert part.worst.look is None
    assert rate_of(part.scored).failures == 2
    assert rate_of(part.worst).failure_upper > rate_of(part.scored).failure_upper


def test_when_nothing_was_scored_before_the_look_it_stopped_nothing(tmp_path: Path) -> None:
    from synthetic import V

    trials = trials_of((V, 10), (P, 50), (F, 1))
    part = evidence_of(tmp_path, plan_of(61, look=Look(10, 2)), trials).overall
    assert rate_of(part.scored).failure_upper == rate_of(plain(1, 51)).failure_upper


@pytest.mark.parametrize("recorded", [50, 100, 101, 250, 299])
@pytest.mark.parametrize("failures", [0, 2, 3, 40])
def test_an_unfinished_run_with_a_look_has_numbers_too(tmp_path: Path, recorded: int, failures: int) -> None:
    failures = min(failures, recorded)
    late = recorded > 100 and failures > 3
    order = [P] * (recorded - failures) + [F] * failures if late else [F] * failures + [P] * (recorded - failures)
    if late and sum(verdict is F for verdict in order[:100]) > 3:
        return  # such a run would have stopped
    trials = [trial(n, verdict) for n, verdict in enumerate(order)]
    part = evidence_of(tmp_path, plan_of(300, look=Look(100, 4)), trials, seal=False).overall
    readings = [rate_of(tally) for tally in (part.best, part.scored, part.worst)]
    uppers, lowers = [r.failure_upper for r in readings], [r.failure_lower for r in readings]
    assert uppers[0] <= uppers[1] <= uppers[2] or math.isclose(uppers[0], uppers[1])
    assert lowers[0] <= lowers[1] <= lowers[2]


@pytest.mark.parametrize(
    ("failures", "trials", "allowed", "more"),
    [(0, 2994, 0.001, 1), (0, 2995, 0.001, 0), (1, 4741, 0.001, 1), (1, 4742, 0.001, 0), (0, 0, 0.01, 299)],
)
def test_further_clean_trials_are_counted_exactly(failures: int, trials: int, allowed: float, more: int) -> None:
    assert extra_clean_trials(plain(failures, trials), allowed, 0.95) == more


def test_a_measured_rate_equal_to_the_gate_is_no_miss() -> None:
    assert not misses(plain(5, 5000), 0.001)
    assert misses(plain(6, 5999), 0.001)
    assert not misses(Tally(groups=()), 0.001)
    more = extra_clean_trials(plain(5, 5000), 0.001, 0.95)
    assert more == 10511 - 5000
    assert extra_clean_trials(plain(6, 5999), 0.001, 0.95) is None


def test_further_clean_groups_are_found(tmp_path: Path) -> None:
    tally = Tally(groups=((0, 10, 400), (2, 10, 1)))
    more = extra_clean_trials(tally, 0.01, 0.95)
    assert more is not None
    assert more == 0 or rate_of(Tally(groups=(*tally.groups, (0, 1, more)))).failure_upper <= 0.01
    hard = Tally(groups=((0, 10, 40), (2, 10, 1)))
    more = extra_clean_trials(hard, 0.01, 0.95)
    assert more is not None
    assert rate_of(Tally(groups=(*hard.groups, (0, 1, more)))).failure_upper <= 0.01
    assert rate_of(Tally(groups=(*hard.groups, (0, 1, int(more * 0.97))))).failure_upper > 0.01
    assert gate("0.99").allowed == 0.01
