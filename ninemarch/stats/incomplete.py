"""Logarithms of the beta function and of its incomplete part, right far beyond where the number itself underflows.

Covers real parameters up to 10**12 and more. ``scipy.special.betainc`` loses digits below 1e-300 and is 0 below
1e-323, and ``betaln`` cancels at large parameters; a likelihood ratio needs only the logarithm.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from ninemarch.stats.interval import FloatArray

__all__ = ["log_beta", "log_incomplete_beta"]

_SMALL = 1e-280  # below it scipy's share of the whole loses digits
_TINY = 1e-300  # in place of a 0 in a denominator of the continued fraction
_STEPS = 20_000
_EXACT = 1e-15


def log_beta(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return log B(a, b) without the cancellation of log gammas of large numbers; both above 0, same shape.

    Examples:
        >>> round(float(log_beta(np.array(2.0), np.array(3.0))), 12) == round(float(-np.log(12)), 12)
        True
    """
    small, large = np.minimum(a, b), np.maximum(a, b)
    # log Gamma(large) - log Gamma(large + small) by Stirling's series, differences taken analytically.
    whole = large + small
    stirling = (
        -(large - 0.5) * np.log1p(small / large)
        - small * (np.log(whole) - 1)
        + _stirling_rest(large)
        - _stirling_rest(whole)
    )
    series = special.gammaln(small) + stirling
    return np.asarray(np.where(large > 100, series, special.betaln(a, b)))


def _stirling_rest(x: FloatArray) -> FloatArray:
    square = 1 / (x * x)
    return np.asarray((1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / x)


def log_incomplete_beta(a: FloatArray, b: FloatArray, x: FloatArray, *, lower: bool) -> FloatArray:
    """Return log of Int t^(a-1) (1-t)^(b-1) dt from 0 to ``x``, or from ``x`` to 1 where not ``lower``.

    Args:
        a: first parameter, above 0; arrays or numbers of one shape.
        b: second parameter, above 0.
        x: above 0 and below 1.
        lower: the part below ``x``.

    Returns:
        Array of the common shape.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction), by Lentz's algorithm as
    modified by Thompson and Barnett (1986), J. Computational Physics 64:490-509.

    Examples:
        >>> one, many, half = np.array(1.0), np.array(2000.0), np.array(0.5)
        >>> found = float(log_incomplete_beta(one, many, half, lower=False))
        >>> bool(abs(found - (2000 * np.log(0.5) - np.log(2000))) < 1e-9)
        True
    """
    a, b, x = np.broadcast_arrays(*(np.asarray(each, dtype=np.float64) for each in (a, b, x)))
    part = special.betainc(a, b, x) if lower else special.betaincc(a, b, x)
    with np.errstate(divide="ignore"):
        whole = np.asarray(log_beta(a, b) + np.log(part))
    far = part < _SMALL
    if far.any():
        whole = np.where(far, 0.0, whole)
        near_0 = (a[far], b[far], x[far], 1 - x[far])
        whole[far] = _far_tail(*(near_0 if lower else (near_0[1], near_0[0], near_0[3], near_0[2])))
    return whole


def _far_tail(a: FloatArray, b: FloatArray, x: FloatArray, rest: FloatArray) -> FloatArray:
    """The part from 0 to ``x``, where ``x`` lies far below the mean a / (a + b); ``rest`` is 1 - x."""
    front = special.xlogy(a, x) + special.xlogy(b, rest) - np.log(a)
    return np.asarray(front + np.log(_continued_fraction(a, b, x)))


def _continued_fraction(a: FloatArray, b: FloatArray, x: FloatArray) -> FloatArray:
    """1 / (1 + d_1 / (1 + d_2 / (1 + ...))); quick where x < (a + 1) / (a + b + 2)."""
    c = np.ones_like(a)
    d = 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        before = value
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value = value * (c * d)
        if bool(np.all(np.abs(value - before) <= _EXACT * np.abs(value))):
            break
    return value


def _not_zero(value: FloatArray) -> FloatArray:
    return np.where(value == 0, _TINY, value)
