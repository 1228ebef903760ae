"""Logarithms of incomplete beta functions: closed forms, integrals and values of mpmath, far into the tails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special

from ninemarch.stats.incomplete import log_beta, log_incomplete_beta


def test_log_beta_keeps_its_digits_where_scipy_loses_them():
    a, b = np.array([0.5, 3.5, 20.5, 400.5]), np.array([101.0, 5e3, 200.0, 900.0])
    assert log_beta(a, b) == pytest.approx(special.betaln(a, b), rel=1e-13)
    # B(a, 10**12) ~ Gamma(a) / 10**(12 a), to order a^2 / 10**12.
    assert log_beta(np.array([2.5]), np.array([1e12])) == pytest.approx(
        special.gammaln(2.5) - 2.5 * np.log(1e12), abs=1e-10
    )


# mpmath 1.3, 40 digits: log of x^a (1-x)^b / a * 2F1(a+b, 1; a+1; x), with the ends exchanged for the upper part.
@pytest.mark.parametrize(
    ("a", "b", "x", "lower", "expected"),
    [
        (6.5, 3457, 0.2, False, -788.4009469143671),
        (6.5, 3459, 0.2, False, -788.8478160783852),
        (1000.5, 10, 0.2, True, -1619.1569299162056),
        (500.5, 50_000, 1e-4, True, -4620.981093058726),
        (0.5, 5001, 0.3, False, -1791.6470345110802),
        (40.5, 4900, 0.2, False, -1165.4404483099363),
    ],
)
def test_values_of_mpmath_where_the_function_underflows(a, b, x, lower, expected):
    found = log_incomplete_beta(np.array(a), np.array(b), np.array(x), lower=lower)
    assert float(found) == pytest.approx(expected, rel=1e-13)


@given(st.floats(0.5, 30), st.floats(1, 30), st.floats(0.01, 0.99))
def test_law_both_parts_make_the_whole_and_are_the_integral(a, b, x):
    point = np.array(a), np.array(b), np.array(x)
    below, above = (float(log_incomplete_beta(*point, lower=lower)) for lower in (True, False))
    assert np.logaddexp(below, above) == pytest.approx(float(log_beta(point[0], point[1])), abs=1e-9)
    area, _ = integrate.quad(lambda t: t ** (a - 1) * (1 - t) ** (b - 1), x, 1, epsrel=1e-11)
    assert above == pytest.approx(np.log(area), abs=1e-6) or area < 1e-14


def test_no_step_where_the_continued_fraction_takes_over():
    b = np.arange(2500.0, 3500.0)  # at x = 0.2 the share of the whole falls below 1e-280 among these
    values = log_incomplete_beta(np.full(b.shape, 6.5), b, np.full(b.shape, 0.2), lower=False)
    slope = np.diff(values)
    assert np.ptp(slope) < 1e-3
    assert np.all(np.diff(slope) > -1e-9)  # it flattens towards log(0.8), smoothly
