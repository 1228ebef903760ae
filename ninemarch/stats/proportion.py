"""Intervals for one failure rate from independent trials.

Covers the exact Clopper-Pearson interval (the only one a gate uses) and, as labelled approximations, Wilson with
and without continuity correction, Jeffreys, mid-P, Agresti-Coull and the uniform-prior posterior. All work on
arrays, from 1 to 10**12 trials. Does not cover trials that share a scenario (grouped), weights (weighted), or
looks at growing data (staged, sequential).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Protocol, cast, overload

import numpy as np
from scipy import special

from ninemarch.stats.interval import (
    Counts,
    FloatArray,
    Interval,
    LimitFunction,
    Limits,
    Side,
    as_pair,
    on_distinct,
    pack,
    tails,
)
from ninemarch.stats.quantiles import beta_quantile, beta_upper_quantile
from ninemarch.stats.roots import find_root

__all__ = [
    "IntervalMethod",
    "agresti_coull",
    "beta_posterior",
    "clopper_pearson",
    "jeffreys",
    "mid_p",
    "wilson",
    "wilson_cc",
]


class IntervalMethod(Protocol):
    """An interval for a failure rate from failures and trials."""

    @overload
    def __call__(
        self, failures: int, trials: int, *, confidence: float = 0.95, side: Side = "two-sided"
    ) -> Interval[float]: ...
    @overload
    def __call__(
        self, failures: Counts, trials: int | Counts, *, confidence: float = 0.95, side: Side = "two-sided"
    ) -> Interval[FloatArray]: ...
    @overload
    def __call__(
        self, failures: int, trials: Counts, *, confidence: float = 0.95, side: Side = "two-sided"
    ) -> Interval[FloatArray]: ...


def _interval_method(name: str) -> Callable[[LimitFunction], IntervalMethod]:
    """Turn a function of checked arrays into a public interval method called ``name``."""

    def decorate(limits: LimitFunction) -> IntervalMethod:
        def method(
            failures: int | Counts,
            trials: int | Counts,
            *,
            confidence: float = 0.95,
            side: Side = "two-sided",
        ) -> Interval[Any]:
            at_lower, at_upper = tails(confidence, side)
            k, n = as_pair(failures, trials)
            lower, upper = on_distinct(limits, k, n, at_lower, at_upper)
            # Without trials nothing is known: the whole range, whatever the formula says.
            lower, upper = np.where(n == 0, 0.0, lower), np.where(n == 0, 1.0, upper)
            with np.errstate(invalid="ignore"):
                estimate = k / n
            return Interval(pack(lower), pack(upper), pack(estimate), float(confidence), name, side)

        functools.update_wrapper(method, limits, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
        del method.__wrapped__  # type: ignore[attr-defined] # help() shows the public signature
        return cast("IntervalMethod", method)

    return decorate


def _absent(k: FloatArray, value: float) -> FloatArray:
    return np.full(k.shape, value)


@_interval_method("clopper-pearson")
def clopper_pearson(  # noqa: D417 - documents the arguments that the decorator gives it
    k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None
) -> Limits:
    """Return the exact interval: it covers the true failure rate at least as often as it says, at any rate.

    Exact at every number of trials for independent trials with one failure rate, and conservative for a fixed
    suite tried equally often (Hoeffding 1956). Closed form at zero failures and at all failures.

    Args:
        failures: failures seen, a count or an array of counts.
        trials: trials made, same shape (or one count for all), up to 10**12.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` (upper limit is 1) or ``upper`` (lower limit is 0).

    Returns:
        Interval of the failure rate; with no trials it is 0 to 1 and the estimate nan.

    Raises:
        UsageError: counts that are negative, not whole, or more failures than trials; confidence out of range.

    Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26:404-413; as beta quantiles.

    Examples:
        >>> round(clopper_pearson(0, 2995, side="upper").upper, 9)
        0.000999744
        >>> clopper_pearson(0, 2995).lower, clopper_pearson(20, 20).upper
        (0.0, 1.0)
    """
    lower, upper = _absent(k, 0.0), _absent(k, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        if at_lower is not None:
            inner = (k > 0) & (k < n)
            lower[inner] = beta_quantile(k[inner], n[inner] - k[inner] + 1, at_lower)
            lower = np.where((k == n) & (n > 0), np.exp(np.log(at_lower) / n), lower)
        if at_upper is not None:
            inner = (k > 0) & (k < n)
            upper[inner] = beta_upper_quantile(k[inner] + 1, n[inner] - k[inner], at_upper)
            upper = np.where((k == 0) & (n > 0), -np.expm1(np.log(at_upper) / n), upper)
    return lower, upper


@_interval_method("wilson")
def wilson(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the Wilson score interval. An approximation: real coverage from 0.89 at a nominal 0.95.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: E. B. Wilson (1927), JASA 22:209-212.

    Examples:
        >>> interval = wilson(0, 20)
        >>> interval.lower, round(interval.upper, 6)
        (0.0, 0.161125)
    """

    def limit(alpha: float, sign: float) -> FloatArray:
        z = -sign * special.ndtri(alpha)
        root = z * np.sqrt(z * z + 4 * k * (n - k) / n)
        # The root with the larger absolute numerator first; the other from their product: no cancellation at k = 0.
        big = (2 * k + z * z + np.abs(root)) / (2 * (n + z * z))
        small = (k / n) * k / ((n + z * z) * big)
        return np.asarray(np.where(root >= 0, big, small))

    return _clamped(k, n, _each(k, limit, at_lower, at_upper))


@_interval_method("wilson-cc")
def wilson_cc(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the Wilson score interval with continuity correction: nearly always at least nominal, never proved.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:857-872, method 4.

    Examples:
        >>> interval = wilson_cc(0, 20)
        >>> interval.lower, round(interval.upper, 6)
        (0.0, 0.200453)
    """

    def limit(alpha: float, sign: float) -> FloatArray:
        z = -special.ndtri(alpha)
        inside = z * z + 2 * sign - 1 / n + 4 * (k / n) * (n - k - sign)
        limits = (2 * k + z * z + sign + sign * z * np.sqrt(np.maximum(inside, 0.0))) / (2 * (n + z * z))
        return np.asarray(limits)

    return _clamped(k, n, _each(k, limit, at_lower, at_upper))


@_interval_method("jeffreys")
def jeffreys(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the Jeffreys interval, clamped to 0 at zero failures and to 1 at all failures. An approximation.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: L. D. Brown, T. T. Cai and A. DasGupta (2001), Statistical Science 16:101-133.

    Examples:
        >>> interval = jeffreys(0, 100)
        >>> interval.lower, round(interval.upper, 6)
        (0.0, 0.024745)
    """
    lower = _absent(k, 0.0) if at_lower is None else beta_quantile(k + 0.5, n - k + 0.5, at_lower)
    upper = _absent(k, 1.0) if at_upper is None else beta_upper_quantile(k + 0.5, n - k + 0.5, at_upper)
    return _clamped(k, n, (lower, upper))


@_interval_method("mid-p")
def mid_p(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the mid-P interval: half the probability of what was seen counts as beyond. An approximation.

    A one-sided 95% gate on it passes falsely up to 9.9% of the time, so it is never used in a gate.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: H. O. Lancaster (1961), JASA 56:223-234; G. Berry and P. Armitage (1995), The Statistician 44:417-423.

    Examples:
        >>> interval = mid_p(0, 1000)
        >>> interval.lower, round(interval.upper, 9)
        (0.0, 0.00299125)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = _absent(k, 0.0) if at_lower is None else _mid_p_lower(k, n, at_lower)
        upper = _absent(k, 1.0) if at_upper is None else _mid_p_upper(k, n, at_upper)
    return _clamped(k, n, (lower, upper))


@_interval_method("agresti-coull")
def agresti_coull(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the Agresti-Coull interval (Wald after adding z**2 trials), cut at 0 and 1. An approximation.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: A. Agresti and B. A. Coull (1998), The American Statistician 52:119-126.

    Examples:
        >>> interval = agresti_coull(0, 30)
        >>> interval.lower, round(interval.upper, 6)
        (0.0, 0.134712)
    """

    def limit(alpha: float, sign: float) -> FloatArray:
        z = -special.ndtri(alpha)
        more = n + z * z
        center = (k + z * z / 2) / more
        return np.asarray(center + sign * z * np.sqrt(center * (1 - center) / more))

    lower, upper = _each(k, limit, at_lower, at_upper)
    return np.clip(lower, 0.0, 1.0), np.clip(upper, 0.0, 1.0)


@_interval_method("beta-1-1")
def beta_posterior(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the equal-tailed posterior interval under a uniform prior. Its lower limit is above 0 at 0 failures.

    Args, Returns and Raises as for ``clopper_pearson``.

    Source: T. Bayes (1763), Phil. Trans. 53:370-418; the posterior is Beta(failures + 1, passes + 1).

    Examples:
        >>> round(beta_posterior(0, 99, side="upper").upper, 9)
        0.02951305
    """
    lower = _absent(k, 0.0) if at_lower is None else beta_quantile(k + 1, n - k + 1, at_lower)
    upper = _absent(k, 1.0) if at_upper is None else beta_upper_quantile(k + 1, n - k + 1, at_upper)
    return lower, upper


def _each(
    k: FloatArray,
    limit: Callable[[float, float], FloatArray],
    at_lower: float | None,
    at_upper: float | None,
) -> Limits:
    """Evaluate one formula on each side asked for: ``limit(error rate, -1 for the lower or +1 for the upper)``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = _absent(k, 0.0) if at_lower is None else limit(at_lower, -1.0)
        upper = _absent(k, 1.0) if at_upper is None else limit(at_upper, 1.0)
    return lower, upper


def _clamped(k: FloatArray, n: FloatArray, limits: Limits) -> Limits:
    """Put the lower limit to 0 at zero failures and the upper to 1 at all failures."""
    lower, upper = limits
    return np.where(k == 0, 0.0, np.maximum(lower, 0.0)), np.where(k == n, 1.0, np.minimum(upper, 1.0))


def _mid_p_upper(k: FloatArray, n: FloatArray, alpha: float) -> FloatArray:
    # P(X < k) + P(X = k)/2 is the mean of the two Clopper-Pearson tail functions, so their quantiles bracket it.
    low = np.where(k > 0, beta_upper_quantile(np.maximum(k, 1), n - k + 1, alpha), 0.0)
    high = np.where(k < n, beta_upper_quantile(k + 1, np.maximum(n - k, 1), alpha), 1.0)

    def excess(q: FloatArray) -> FloatArray:
        below = np.where(k > 0, special.betaincc(np.maximum(k, 1), n - k + 1, q), 0.0)
        upto = np.where(k < n, special.betaincc(k + 1, np.maximum(n - k, 1), q), 1.0)
        return (below + upto) / 2 - alpha

    closed = -np.expm1(np.minimum(np.log(2 * alpha) / n, 0.0))
    return np.where(k == 0, closed, find_root(excess, low, high))


def _mid_p_lower(k: FloatArray, n: FloatArray, alpha: float) -> FloatArray:
    low = np.where(k > 0, beta_quantile(np.maximum(k, 1), n - k + 1, alpha), 0.0)
    high = np.where(k < n, beta_quantile(k + 1, np.maximum(n - k, 1), alpha), 1.0)

    def excess(q: FloatArray) -> FloatArray:
        above = np.where(k < n, special.betainc(k + 1, np.maximum(n - k, 1), q), 0.0)
        from_k = np.where(k > 0, special.betainc(np.maximum(k, 1), n - k + 1, q), 1.0)
        return (above + from_k) / 2 - alpha

    closed = np.exp(np.minimum(np.log(2 * alpha) / n, 0.0))
    return np.where(k == n, closed, find_root(excess, low, high))
