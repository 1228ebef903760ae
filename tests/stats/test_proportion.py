"""One proportion: against R, against scipy, at the ends of the range, and the laws that every interval obeys."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from ninemarch.errors import UsageError
from ninemarch.stats import (
    agresti_coull,
    beta_posterior,
    clopper_pearson,
    jeffreys,
    mid_p,
    wilson,
    wilson_cc,
)

METHODS = {
    "clopper-pearson": clopper_pearson,
    "wilson": wilson,
    "wilson-cc": wilson_cc,
    "jeffreys": jeffreys,
    "midp": mid_p,
    "agresti-coull": agresti_coull,
    "beta-1-1": beta_posterior,
}
# Not offered: blaker gives no one-sided limit; the likelihood-ratio rows stop at the estimate for rare failures
# (their lower limit for 1 of 10,000 is the estimate itself), so they are no standard to meet.
NOT_OFFERED = {"blaker", "likelihood-ratio"}


def test_every_reference_row(reference):
    compared = 0
    for row in reference("single_proportion"):
        name, _, one_sided = row["method"].partition(" one-sided upper")
        if name in NOT_OFFERED:
            continue
        side = "upper" if one_sided else "two-sided"
        result = METHODS[name](int(row["failures"]), int(row["n"]), confidence=float(row["conf"]), side=side)
        # Agresti-Coull of R is not cut at 0 and 1, ours is.
        expected = np.clip([float(row["fail_lower"]), float(row["fail_upper"])], 0, 1)
        assert [result.lower, result.upper] == pytest.approx(expected, abs=float(row["tol_abs"]), rel=1e-9), row
        compared += 1
    assert compared == 135


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999, 0.999999])
def test_clopper_pearson_against_the_slow_route_of_scipy(confidence):
    from scipy import stats

    for k, n in [(0, 1), (1, 1), (1, 2), (3, 17), (1, 1000), (7, 3000), (2999, 3000), (100, 100_000)]:
        ours = clopper_pearson(k, n, confidence=confidence)
        theirs = stats.binomtest(k, n).proportion_ci(confidence_level=confidence, method="exact")
        assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("n", [10**6, 10**9, 10**12])
@pytest.mark.parametrize("k", [0, 1, 5, 40, 1000])
def test_at_large_numbers_clopper_pearson_is_the_poisson_limit(k, n):
    # Second source: for k << n the limits are gamma quantiles over n (Garwood 1936), to order k/n.
    result = clopper_pearson(k, n)
    upper = special.gammainccinv(k + 1, 0.025) / n
    assert result.upper == pytest.approx(upper, rel=2 * (k + 40) / n + 1e-11)
    if k:
        lower = special.gammaincinv(k, 0.025) / n
        assert result.lower == pytest.approx(lower, rel=2 * (k + 40) / n + 1e-11)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_at_a_trillion_trials_every_method_stays_finite_and_ordered(method):
    failures = np.array([0, 1, 10, 10**6, 5 * 10**11, 10**12 - 1, 10**12])
    for side in ("two-sided", "lower", "upper"):
        result = method(failures, 10**12, side=side)
        assert np.isfinite(result.lower).all()
        assert np.isfinite(result.upper).all()
        assert (result.lower <= result.upper).all()
        assert (np.diff(result.lower) >= 0).all()
        assert (np.diff(result.upper) >= 0).all()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_arrays_give_what_single_counts_give_also_when_rows_repeat(method):
    rng = np.random.default_rng(7)
    trials = rng.integers(1, 40, 5000)
    failures = rng.integers(0, trials + 1)
    many = method(failures, trials)
    few = method(failures[:1000], trials[:1000])
    assert many.lower[:1000] == pytest.approx(few.lower, rel=1e-13, abs=0)
    assert many.upper[:1000] == pytest.approx(few.upper, rel=1e-13, abs=0)
    for i in range(40):
        one = method(int(failures[i]), int(trials[i]))
        assert (one.lower, one.upper) == pytest.approx((many.lower[i], many.upper[i]), rel=1e-13, abs=0)
        assert isinstance(one.lower, float)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999999])
@pytest.mark.parametrize("method", [clopper_pearson, jeffreys, beta_posterior])
def test_long_tables_of_different_rows_are_interpolated_to_the_last_digits(method, confidence):
    rng = np.random.default_rng(11)
    failures = rng.choice([0, 1, 2, 7, 20, 57, 300, 999, 1000], 6000)
    trials = failures + np.floor(np.exp(rng.uniform(0, 21, 6000))).astype(int)
    long = method(failures, trials, confidence=confidence)
    for part in range(0, 6000, 1500):
        short = method(failures[part : part + 1500], trials[part : part + 1500], confidence=confidence)
        assert long.lower[part : part + 1500] == pytest.approx(short.lower, rel=2e-12, abs=0)
        assert long.upper[part : part + 1500] == pytest.approx(short.upper, rel=2e-12, abs=0)


@pytest.mark.parametrize("n", [10**5, 10**7, 10**9])
@pytest.mark.parametrize("k", [1, 2, 7, 20])
def test_limits_solve_the_binomial_equation_summed_term_by_term(k, n):
    """Second source without an incomplete beta function: the first k terms of the binomial distribution."""

    def at_most(failures, q):
        terms = [0.0]
        for j in range(failures):  # log C(n, j + 1) - log C(n, j)
            terms.append(terms[-1] + math.log((n - j) / (j + 1)) + math.log(q) - math.log1p(-q))
        return math.fsum(math.exp(t + n * math.log1p(-q)) for t in terms)

    result = clopper_pearson(k, n)
    assert at_most(k, result.upper) == pytest.approx(0.025, rel=1e-11)
    assert 1 - at_most(k - 1, result.lower) == pytest.approx(0.025, rel=1e-11)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_no_trials_mean_the_whole_range(method):
    nothing = method(0, 0)
    assert (nothing.lower, nothing.upper) == (0.0, 1.0)
    assert np.isnan(nothing.estimate) or method is beta_posterior


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_shapes_and_empty_input(method):
    assert method(np.zeros((0,), dtype=int), np.zeros((0,), dtype=int)).lower.shape == (0,)
    shape = method(np.ones((2, 3), dtype=int), 10).upper.shape
    assert shape == (2, 3)


counts = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
confidences = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99, 0.9999])


@settings(max_examples=50)
@given(counts, confidences, st.sampled_from(sorted(METHODS)))
def test_law_limits_enclose_the_estimate(pair, confidence, name):
    result = METHODS[name](*pair, confidence=confidence)
    assert 0 <= result.lower <= result.upper <= 1
    if name != "beta-1-1":  # its interval is around the posterior mean, not around k/n
        assert result.lower <= result.estimate + 1e-12
        assert result.estimate <= result.upper + 1e-12


@settings(max_examples=50)
@given(counts, confidences, st.sampled_from(sorted(METHODS)))
def test_law_success_and_failure_mirror_each_other(pair, confidence, name):
    k, n = pair
    one, other = METHODS[name](k, n, confidence=confidence), METHODS[name](n - k, n, confidence=confidence)
    assert (one.lower, one.upper) == pytest.approx((1 - other.upper, 1 - other.lower), abs=1e-9)


@settings(max_examples=50)
@given(counts, confidences)
def test_law_one_more_failure_never_lowers_a_limit(pair, confidence):
    k, n = pair
    for method in METHODS.values():
        here, more = method(k, n, confidence=confidence), method(k + 1, n + 1, confidence=confidence)
        assert more.lower >= here.lower - 1e-12
        assert more.upper >= here.upper - 1e-12


@settings(max_examples=50)
@given(counts, confidences)
def test_law_one_more_clean_trial_never_raises_the_exact_limits(pair, confidence):
    k, n = pair
    here, more = clopper_pearson(k, n, confidence=confidence), clopper_pearson(k, n + 1, confidence=confidence)
    assert more.lower <= here.lower
    assert more.upper <= here.upper


@settings(max_examples=50)
@given(counts, st.floats(1e-6, 0.999), confidences)
def test_law_bound_and_test_agree(pair, rate, confidence):
    """The upper limit is at most q0 exactly when the binomial test rejects q >= q0."""
    k, n = pair
    p_value = special.betaincc(k + 1, n - k, rate) if k < n else 1.0
    upper = clopper_pearson(k, n, confidence=confidence, side="upper").upper
    if abs(p_value - (1 - confidence)) > 1e-9:
        assert (upper <= rate) == (p_value <= 1 - confidence)


@settings(max_examples=50)
@given(counts)
def test_law_two_sided_is_one_sided_at_half_the_error(pair):
    both = clopper_pearson(*pair, confidence=0.9)
    assert both.upper == pytest.approx(clopper_pearson(*pair, confidence=0.95, side="upper").upper, rel=1e-12)
    assert both.lower == pytest.approx(clopper_pearson(*pair, confidence=0.95, side="lower").lower, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"failures": 5, "trials": 4}, "failures=5 (in stats); allowed: at most trials=4; pass failures first"),
        ({"failures": -1, "trials": 4}, "failures=-1 (in stats); allowed: whole numbers of at least 0; pass counts"),
        ({"failures": 0.5, "trials": 4}, "failures=0.5 (in stats)"),
        ({"failures": float("nan"), "trials": 4}, "failures=nan (in stats)"),
        ({"failures": True, "trials": 4}, "failures=True (in stats)"),
        ({"failures": "1", "trials": 4}, "failures='1' (in stats)"),
        ({"failures": [1, 2], "trials": [3, 4, 5]}, "failures, trials=shapes (2,) and (3,) (in stats)"),
        ({"failures": 1, "trials": 4, "confidence": 95}, "confidence=95 (in stats)"),
        ({"failures": 1, "trials": 4, "confidence": 0}, "confidence=0 (in stats)"),
        ({"failures": 1, "trials": 4, "confidence": True}, "confidence=True (in stats)"),
        ({"failures": 1, "trials": 4, "side": "uper"}, "did you mean 'upper'?"),
    ],
)
def test_bad_arguments_are_refused_with_a_way_out(arguments, message):
    with pytest.raises(UsageError) as error:
        clopper_pearson(**arguments)
    assert message in str(error.value)


def test_the_advice_for_percent_is_the_fraction():
    with pytest.raises(UsageError, match=r"allowed: above 0 and below 1; write 0\.95$"):
        clopper_pearson(1, 4, confidence=95)
