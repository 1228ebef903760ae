"""Does each nine take the same amount of work? A test of the claim that the march of nines makes.

Covers the change of pace (nines per unit of effort) between the first and the last release. How many releases it
takes to tell, and what is said of it, is the march floor's job.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ninemarch.stats.cloglog import as_amounts, fit_cloglog, release_noise, t_or_z
from ninemarch.stats.interval import Counts, FloatArray, check_open, wrong

__all__ = ["PaceChange", "pace_change"]


@dataclass(frozen=True, slots=True)
class PaceChange:
    """How the pace changed from the first release to the last.

    Attributes:
        first: nines per unit of effort at the first release; nan where nothing can be fitted.
        last: the same at the last release.
        ratio: ``last / first``: below 1 each nine costs more, above 1 less; nan where the first pace is not above 0.
        lower: lower limit of the ratio; -inf where the first pace is not clearly above 0.
        upper: upper limit of the ratio; inf likewise.
        p_value: two-sided, of "the pace did not change"; nan where nothing can be fitted.
        release_noise: variance between releases on the log scale beyond chance.
        degrees: releases minus 3.
        confidence: of the two limits together; finite ones leave out 1 where ``p_value`` is below 1 - confidence.
        method: ``cloglog-quadratic-williams``.
    """

    first: float
    last: float
    ratio: float
    lower: float
    upper: float
    p_value: float
    release_noise: float
    degrees: int
    confidence: float
    method: str = "cloglog-quadratic-williams"


def pace_change(
    failures: Counts, trials: Counts, effort: Sequence[float] | FloatArray, *, confidence: float = 0.9
) -> PaceChange:
    """Return how the pace of the march changed, from a parabola in effort.

    Args:
        failures: failures of each release; effective counts need not be whole.
        trials: trials of each release, above 0 each.
        effort: effort spent up to each release.
        confidence: of the limits of the ratio, above 0 and below 1.

    Returns:
        PaceChange; nan with fewer than four releases at three different efforts, or without a finite fit.

    Raises:
        UsageError: lengths that differ, or numbers out of range.

    Source: quadratic term of the regression of ``growth``; E. C. Fieller (1954), J. Royal Statistical Society B
    16:175-185, for the ratio of the two slopes.

    Examples:
        >>> slower = pace_change([300, 95, 40, 24, 16, 12], [1000] * 6, [1, 2, 3, 4, 5, 6])
        >>> round(slower.ratio, 2), slower.upper < 1, slower.p_value < 0.01
        (-0.04, True, True)
        >>> steady = pace_change([1000, 320, 100, 32, 10], [10**4] * 5, [1, 2, 3, 4, 5])
        >>> steady.lower < 1 < steady.upper
        True
        >>> pace_change([3, 2, 1], [10] * 3, [1, 2, 3]).p_value
        nan
    """
    k, n = as_amounts(failures, trials)
    x, level = np.asarray(effort, dtype=np.float64).ravel(), check_open("confidence", confidence)
    if x.size != k.size or not np.isfinite(x).all():
        raise wrong("effort", f"{x.size} numbers", f"one finite number a release, {k.size} releases", "change it")
    degrees = k.size - 3
    half = float(np.ptp(x)) / 2 if x.size else 0.0
    if degrees < 1 or half == 0:
        return _unknown(degrees, level)
    u = (x - x.min()) / half - 1
    design = np.column_stack([np.ones(u.size), u, u**2])
    plain = fit_cloglog(k, n, design, 0.0)
    if plain is None:
        return _unknown(degrees, level)
    between = release_noise(k, n, design, plain)
    fit = plain if between == 0 else fit_cloglog(k, n, design, between) or plain
    # Slopes at both ends, where u is -1 and 1.
    ends = np.array([[0.0, 1.0, -2.0], [0.0, 1.0, 2.0]])
    first, last = (float(-slope / (half * np.log(10))) for slope in ends @ fit.beta)
    lower, upper = _fieller(ends @ fit.beta, ends @ fit.covariance @ ends.T, t_or_z(level, degrees, between))
    size = abs(float(fit.beta[2])) / float(np.sqrt(fit.covariance[2, 2]))
    tail = special.stdtr(degrees, -size) if between > 0 else special.ndtr(-size)
    ratio = last / first if first > 0 else float("nan")
    return PaceChange(first, last, ratio, lower, upper, 2 * float(tail), between, degrees, level)


def _unknown(degrees: int, confidence: float) -> PaceChange:
    nan, inf = float("nan"), float("inf")
    return PaceChange(nan, nan, nan, -inf, inf, nan, 0.0, degrees, confidence)


def _fieller(slopes: FloatArray, covariance: FloatArray, quantile: float) -> tuple[float, float]:
    """Return Fieller's limits of the second slope over the first; infinite where the first is not clearly below 0."""
    t2 = quantile**2
    square = slopes[0] ** 2 - t2 * covariance[0, 0]
    if square <= 0 or slopes[0] >= 0:
        return -float("inf"), float("inf")
    half = slopes[0] * slopes[1] - t2 * covariance[0, 1]
    rest = slopes[1] ** 2 - t2 * covariance[1, 1]
    root = float(np.sqrt(max(half**2 - square * rest, 0.0)))
    return float((half - root) / square), float((half + root) / square)
