"""The declared look: exact coverage by enumeration, a slow second source, and the laws of the limits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ninemarch.errors import UsageError
from ninemarch.stats import clopper_pearson, look_threshold, trials_needed, two_stage

PLANS = [(10, 3, 30), (20, 1, 50), (25, 8, 40), (30, 2, 31), (40, 5, 120), (40, 41, 60)]


def outcomes(look, stop_at, planned):
    """Every (failures, trials) that the plan can end with."""
    stopped = [(k, look) for k in range(stop_at, look + 1)]
    went_on = [(k, planned) for k in range(min(stop_at - 1, look) + planned - look + 1)]
    return stopped + went_on


def chances(look, stop_at, planned, q):
    """The probability of every outcome, by the plain double sum."""
    first = stats.binom.pmf(np.arange(look + 1), look, q)
    rest = stats.binom.pmf(np.arange(planned - look + 1), planned - look, q)
    stopped = list(first[stop_at:])
    went_on = np.convolve(first[:stop_at], rest) if stop_at else np.zeros(0)
    return np.concatenate([stopped, went_on])


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_both_limits_cover_at_every_rate(plan, confidence):
    look, stop_at, planned = plan
    limits = [
        two_stage(k, n, look=look, stop_at=stop_at, planned=planned, confidence=confidence)
        for k, n in outcomes(*plan)
    ]
    lower, upper = np.array([i.lower for i in limits]), np.array([i.upper for i in limits])
    tail = (1 - confidence) / 2
    # The limits themselves are where coverage is smallest, so they are in the grid, from both sides.
    rates = np.unique(np.concatenate([np.linspace(0.001, 0.999, 60), upper, lower, upper - 1e-9, lower + 1e-9]))
    for q in rates[(rates > 0) & (rates < 1)]:
        chance = chances(*plan, q)
        assert chance.sum() == pytest.approx(1.0, abs=1e-12)
        assert chance[upper < q - 1e-12].sum() <= tail + 1e-9
        assert chance[lower > q + 1e-12].sum() <= tail + 1e-9


@pytest.mark.parametrize("failures_planned", [0, 1, 4])
def test_gate_with_the_look_keeps_its_error_rate_and_gains_power(failures_planned):
    q0, planned = 0.01, trials_needed(0.01, failures_allowed=failures_planned)
    look = planned // 3
    stop_at = look_threshold(look, q0)
    plan = {"look": look, "stop_at": stop_at, "planned": planned}
    ends = [pair for pair in outcomes(**plan) if pair[0] <= 60]
    passed = [n == planned and two_stage(k, n, **plan, side="upper").upper <= q0 for k, n in ends]
    failed = [two_stage(k, n, **plan, side="lower").lower > q0 for k, n in ends]
    index = {pair: i for i, pair in enumerate(outcomes(**plan))}
    chance = chances(**plan, q=q0)[[index[pair] for pair in ends]]
    assert chance[passed].sum() <= 0.05
    assert chance[failed].sum() <= 0.05
    allowed = max(k for (k, n), good in zip(ends, passed, strict=True) if good)
    assert allowed >= failures_planned


def test_against_the_plain_double_sum():
    look, stop_at, planned = 300, 4, 1000
    k1, rest = np.arange(look + 1), planned - look
    for k in (0, 1, 3, 4, 7):
        result = two_stage(k, planned, look=look, stop_at=stop_at, planned=planned, confidence=0.9)
        first = stats.binom.pmf(k1, look, result.upper)
        low = (first * stats.binom.cdf(k - k1, rest, result.upper))[:stop_at].sum()
        assert low == pytest.approx(0.05, rel=1e-8)
        if k:
            first = stats.binom.pmf(k1, look, result.lower)
            beyond = np.where(k1 >= stop_at, 1.0, stats.binom.sf(k - k1 - 1, rest, result.lower))
            assert (first * beyond).sum() == pytest.approx(0.05, rel=1e-8)
        else:
            assert result.lower == 0.0


@settings(max_examples=25)
@given(st.integers(2, 400), st.integers(1, 12), st.integers(1, 2000), st.integers(0, 30))
def test_laws(look, stop_at, more, failures):
    confidence = 0.9
    plan = {"look": look, "stop_at": stop_at, "planned": look + more, "confidence": confidence}
    failures = min(failures, more + min(stop_at - 1, look) - 1)
    here = two_stage(failures, look + more, **plan)
    worse = two_stage(failures + 1, look + more, **plan)
    plain = clopper_pearson(failures, look + more, confidence=confidence)
    assert here.lower <= here.estimate <= here.upper
    assert worse.lower >= here.lower - 1e-12
    assert worse.upper >= here.upper - 1e-12
    assert here.upper <= max(plain.upper, here.estimate) + 1e-12  # going on is itself good news
    assert here.lower <= plain.lower + 1e-12  # the price: some bad runs never got this far
    if stop_at <= look:
        stopped = two_stage(stop_at, look, **plan)
        same = clopper_pearson(stop_at, look, confidence=confidence)
        assert (stopped.lower, stopped.upper) == (same.lower, same.upper)


def test_a_look_that_never_stops_is_clopper_pearson():
    result = two_stage(7, 1000, look=100, stop_at=101, planned=1000)
    plain = clopper_pearson(7, 1000)
    assert (result.lower, result.upper) == pytest.approx((plain.lower, plain.upper), rel=1e-9)
    at_end = two_stage(7, 1000, look=1000, stop_at=3, planned=1000)
    assert (at_end.lower, at_end.upper) == (plain.lower, plain.upper)


@pytest.mark.parametrize("look", [1, 10, 100, 1000, 12345])
@pytest.mark.parametrize("rate", [0.3, 0.01, 0.001])
def test_threshold_is_the_smallest_that_proves_a_miss(look, rate):
    c = look_threshold(look, rate)
    assert stats.binom.sf(c - 2, look, rate) > 0.05
    if c <= look:
        assert stats.binom.sf(c - 1, look, rate) <= 0.05
        assert clopper_pearson(c, look, side="lower").lower >= rate * (1 - 1e-12)
        assert clopper_pearson(c - 1, look, side="lower").lower < rate


def test_large_plans_stay_exact():
    result = two_stage(20, 10**9, look=10**8, stop_at=10, planned=10**9)
    plain = clopper_pearson(20, 10**9)
    assert 0 < result.lower <= plain.lower * (1 + 1e-9)
    assert result.upper == pytest.approx(plain.upper, rel=0.02)


@pytest.mark.parametrize(
    ("failures", "trials", "message"),
    [
        (0, 50, "trials=50 (in stats); allowed: look=10 or planned=100; finish the plan, or use confidence_sequence"),
        (1, 10, "failures=1 (in stats); allowed: at least stop_at=3 when trials=look=10"),
        (93, 100, "failures=93 (in stats); allowed: at most 92"),
        (11, 10, "failures=11 (in stats); allowed: at most trials=10"),
    ],
)
def test_counts_that_the_plan_rules_out_are_refused(failures, trials, message):
    with pytest.raises(UsageError) as error:
        two_stage(failures, trials, look=10, stop_at=3, planned=100)
    assert message in str(error.value)


def test_plans_that_make_no_sense_are_refused():
    with pytest.raises(UsageError, match="look=20"):
        two_stage(0, 10, look=20, stop_at=3, planned=10)
    with pytest.raises(UsageError, match="stop_at=0"):
        two_stage(0, 10, look=5, stop_at=0, planned=10)
