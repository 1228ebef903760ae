"""The change of pace: exact marches, a second optimiser, the dual of test and limits, silence; effective counts."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from ninemarch.errors import UsageError
from ninemarch.stats import clopper_pearson, effective_counts, expected_range, growth, pace_change, weighted_gamma


def march(pace_first, pace_last, releases=7, start=0.5, trials=10**8):
    """Failures of releases whose pace in nines per unit goes evenly from one value to the other."""
    effort = np.arange(releases, dtype=float)
    bend = (pace_last - pace_first) / (2 * (releases - 1))
    hazard = 10 ** -(start + pace_first * effort + bend * effort**2)
    return np.round(trials * -np.expm1(-hazard)), np.full(releases, trials), effort


@pytest.mark.parametrize(("first", "last"), [(0.5, 0.5), (0.6, 0.3), (0.3, 0.75), (0.8, -0.1)])
def test_an_exact_change_of_pace_is_recovered(first, last):
    found = pace_change(*march(first, last))
    assert (found.first, found.last) == pytest.approx((first, last), abs=2e-3)
    assert found.lower < last / first < found.upper
    assert (found.p_value < 0.01) == (first != last)


def test_the_fit_is_the_maximum_of_the_likelihood():
    from scipy.optimize import minimize

    k, n, effort = np.array([120, 44, 25, 19, 12, 11]), np.full(6, 1000), np.array([1, 2, 3.5, 4, 6, 7])

    def minus(beta):
        rate = -np.expm1(-np.exp(beta[0] + beta[1] * effort + beta[2] * effort**2))
        return -(special.xlogy(k, rate) + special.xlog1py(n - k, -rate)).sum()

    best = minimize(minus, [-2, -0.6, 0.05], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x
    found = pace_change(k, n, effort)
    ends = (-(best[1] + 2 * best[2] * e) / math.log(10) for e in (1, 7))
    assert (found.first, found.last) == pytest.approx(tuple(ends), abs=1e-5)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(100, 3000)), min_size=4, max_size=8), st.floats(0.5, 0.99))
def test_one_lies_outside_the_limits_exactly_where_the_test_rejects(data, confidence):
    k, n = [x for x, _ in data], [t for _, t in data]
    found = pace_change(k, n, range(len(k)), confidence=confidence)
    if math.isnan(found.p_value) or math.isinf(found.lower) or abs(found.p_value - (1 - confidence)) < 1e-9:
        return
    assert (found.lower <= 1 <= found.upper) == (found.p_value > 1 - confidence)
    assert found.lower <= found.ratio <= found.upper


def test_the_unit_of_effort_changes_nothing_but_the_pace():
    k, n = [98, 41, 22, 13, 9, 6], [1000] * 6
    one, many = pace_change(k, n, [1, 2, 3, 5, 6, 9]), pace_change(k, n, [100, 200, 300, 500, 600, 900])
    assert (one.ratio, one.lower, one.p_value) == pytest.approx((many.ratio, many.lower, many.p_value), rel=1e-6)
    assert one.first == pytest.approx(100 * many.first, rel=1e-6)


def test_a_march_that_first_went_back_has_no_ratio_but_a_change():
    found = pace_change(*march(-0.2, 0.8))
    assert found.first < 0 < found.last
    assert math.isnan(found.ratio)
    assert math.isinf(found.upper)
    assert found.p_value < 0.01


@pytest.mark.parametrize(
    ("failures", "effort"),
    [([3, 2, 1], [1, 2, 3]), ([0] * 5, range(5)), ([9, 9, 9, 9, 9], [2] * 5), ([9, 5, 3, 2], [1, 1, 2, 2]), ([], [])],
)
def test_what_cannot_be_told_is_nan(failures, effort):
    found = pace_change(failures, [10] * len(failures), effort)
    assert math.isnan(found.p_value)
    assert (found.lower, found.upper) == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pace_change([1, 2], [10, 10], [1]), "effort=1 numbers"),
        (lambda: pace_change([1, 2], [10], [1, 2]), "2 and 1 numbers"),
        (lambda: pace_change([11, 2], [10, 10], [1, 2]), "pass failures first"),
        (lambda: pace_change([1, 2], [10, 10], [1, math.nan]), "finite"),
        (lambda: effective_counts(0.1, 0.1, 0.0), "largest share above 0"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)


@settings(max_examples=30)
@given(st.integers(1, 500), st.integers(0, 500))
def test_effective_counts_of_equal_weights_are_the_counts(trials, failures):
    failures = min(failures, trials)
    assert effective_counts(failures / trials, failures / trials**2, 1 / trials) == pytest.approx((failures, trials))


def test_effective_counts_claim_no_more_than_the_gamma_limit():
    """Strata at a tenth and nine tenths of the weight, a failure in either: the effective sample's limit is close."""
    for failed in ([0, 0], [1, 0], [0, 3], [4, 9]):
        trials, weights = np.array([300, 300]), np.array([0.1, 0.9])
        each = weights / trials
        y, v = float((each * failed).sum()), float((each**2 * failed).sum())
        k, n = effective_counts(y, v, float(each.max()))
        assert n <= trials.sum()
        upper = weighted_gamma(failed, trials, weights, side="upper").upper
        low, high = (clopper_pearson(whole, round(n), side="upper").upper for whole in (int(k), math.ceil(k)))
        assert low * 0.97 <= upper <= high * 1.03


def test_a_release_is_expected_between_the_limits_of_the_line():
    k, n = [98, 21, 32, 5, 15, 2], [1000] * 6
    fitted = growth(k, n)
    lower, upper = expected_range(fitted, [1, 6, 8])
    ends = np.array([fitted.fitted[0], fitted.fitted[5]])
    assert ((lower[:2] < ends) & (ends < upper[:2])).all()
    # One release varies beyond the line: without that the range is narrower.
    plain = expected_range(growth(k, n, noise=False), [8])
    assert lower[2] < plain[0][0] < plain[1][0] < upper[2]
