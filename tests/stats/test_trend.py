"""Growth over releases: R's regression, a second optimiser, the laws of the forecast, and honest silence."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from ninemarch.errors import UsageError
from ninemarch.stats import forecast, growth


def numbers(text):
    return np.array([float(part) for part in text.split(";")])


def test_every_regression_row_of_r(reference):
    names = {
        "GLM cloglog slope on log(mid cumulative trials)": "slope",
        "GLM cloglog intercept": "intercept",
        "GLM cloglog slope SE": "slope_error",
    }
    compared = 0
    for row in reference("growth_discrete"):
        if row["quantity"] not in names:
            continue
        trials = numbers(row["N"])
        middle = np.cumsum(trials) - trials / 2
        march = growth(numbers(row["M"]), trials, middle, scale="log", noise=False)
        found = getattr(march, names[row["quantity"]])
        assert found == pytest.approx(float(row["value"]), rel=float(row["tol_rel"])), row
        compared += 1
    assert compared == 10


def test_the_fit_is_the_maximum_of_the_likelihood():
    from scipy.optimize import minimize

    k, n, effort = np.array([98, 41, 22, 13, 9, 6]), np.full(6, 1000), np.array([1, 2, 3.5, 4, 6, 7])

    def minus(beta):
        rate = -np.expm1(-np.exp(beta[0] + beta[1] * effort))
        return -(special.xlogy(k, rate) + special.xlog1py(n - k, -rate)).sum()

    best = minimize(minus, [-2, -0.4], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    march = growth(k, n, effort, noise=False)
    assert (march.intercept, march.slope) == pytest.approx(tuple(best.x), abs=1e-6)


def test_an_exact_march_is_recovered():
    """Failure rates fall tenfold every 2 units of effort, as near as whole failures allow."""
    effort = np.array([0, 2, 4, 6])
    hazard = 0.3 * 10 ** (-effort / 2)
    trials = np.full(4, 10**9)
    failures = np.round(trials * -np.expm1(-hazard))
    march = growth(failures, trials, effort)
    assert march.effort_per_nine == pytest.approx(2.0, rel=1e-5)
    assert march.lower < 2 < march.upper
    reached = forecast(failures, trials, effort, failure_rate=1e-6)
    assert reached.estimate == pytest.approx(2 * math.log10(0.3 / 1e-6), rel=1e-4)
    factor = growth(failures, trials, np.exp(effort), scale="log")
    assert factor.effort_per_nine == pytest.approx(math.exp(2), rel=1e-4)


def test_release_noise_is_found_and_widens_the_claim():
    k, n = [98, 21, 32, 5, 15, 2], [1000] * 6
    noisy, plain = growth(k, n), growth(k, n, noise=False)
    assert noisy.release_noise > 0.1
    assert noisy.slope_error > 2 * plain.slope_error
    assert noisy.upper > plain.upper
    # Williams: with the noise the residuals are as large as expected.
    rate = np.array(noisy.fitted)
    hazard = -np.log1p(-rate)
    slope = hazard * (1 - rate)
    weight = 1 / (rate * (1 - rate) / (1000 * slope**2) + noisy.release_noise)
    assert (weight * ((np.array(k) / 1000 - rate) / slope) ** 2).sum() == pytest.approx(4.0, rel=1e-6)


def test_the_fieller_set_is_where_the_test_does_not_reject():
    k, n = [100, 45, 20, 9], [1000] * 4
    march, seen = growth(k, n), forecast(k, n, failure_rate=0.001)
    target = math.log(-math.log1p(-0.001))
    z = special.ndtri(0.95)
    v_aa, v_ab, v_bb = march.covariance
    for effort, sign in ((seen.lower, 0), (seen.upper, 0), (seen.estimate, -1), (seen.upper * 1.2, 1)):
        distance = (march.intercept + march.slope * effort - target) ** 2
        limit = z**2 * (v_aa + 2 * effort * v_ab + effort**2 * v_bb)
        assert distance - limit == pytest.approx(0, abs=1e-9) if sign == 0 else (distance - limit) * sign > 0
    assert seen.in_sight
    assert "reached at effort" in seen.text


@pytest.mark.parametrize(
    ("failures", "trials"),
    [
        ([0, 0, 0], [100, 100, 100]),
        ([5, 0], [100, 100]),
        ([5, 0, 0], [100, 100, 100]),
        ([100, 100], [100, 100]),
        ([100, 100, 20], [100, 100, 100]),
        ([3], [5]),
        ([], []),
        ([10, 12, 9], [1000, 1000, 1000]),
        ([1, 3, 9], [1000, 1000, 1000]),
    ],
)
def test_nothing_in_sight_is_said_and_never_raised(failures, trials):
    seen = forecast(failures, trials, failure_rate=1e-6)
    assert not seen.in_sight
    assert seen.upper == math.inf
    assert seen.text == "not reached in sight"
    assert len(growth(failures, trials).fitted) == len(failures)


@settings(max_examples=12)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(100, 3000)), min_size=2, max_size=7),
    st.sampled_from(["linear", "log"]),
)
def test_laws(data, scale):
    k, n = [x for x, _ in data], [t for _, t in data]
    march = growth(k, n, scale=scale)
    if not math.isfinite(march.slope):
        return
    assert march.lower <= march.effort_per_nine <= march.upper or march.slope >= 0
    assert all(0 < rate < 1 for rate in march.fitted)
    near, far = (forecast(k, n, scale=scale, failure_rate=rate) for rate in (1e-3, 1e-4))
    if near.in_sight:
        assert near.lower <= near.estimate <= near.upper
        assert far.estimate > near.estimate
    wider = forecast(k, n, scale=scale, failure_rate=1e-3, confidence=0.99)
    assert wider.upper >= near.upper or not near.in_sight


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: growth([1, 2], [10, 10], [1.0]), "effort=1 numbers"),
        (lambda: growth([1, 2], [10, 10], [0.0, 1.0], scale="log"), "above 0 on the log scale"),
        (lambda: growth([1, 2], [10, 10], ["a", "b"]), "allowed: numbers"),
        (lambda: growth([1, 0], [10, 0]), "leave out releases without trials"),
        (lambda: growth([1, 2], [10, 10], scale="sqrt"), "scale='sqrt'"),
        (lambda: forecast([1, 2], [10, 10], failure_rate=0), "failure_rate=0"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)
