"""The march over releases: how fast failure rates fall with effort, and when a nine is reached.

Covers the march as a straight line in effort or its logarithm, the effort that a nine costs, and the Fieller set of
the effort at which a nine is reached. Growth models tied to the number of test trials are in amsaa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ninemarch.stats.cloglog import Fit, as_amounts, fit_cloglog, log_likelihood, release_noise, t_or_z
from ninemarch.stats.interval import Counts, FloatArray, check_open, wrong

__all__ = ["Forecast", "Growth", "Scale", "expected_range", "forecast", "growth"]

Scale: TypeAlias = Literal["linear", "log"]


@dataclass(frozen=True, slots=True)
class Growth:
    """A fitted march: log(-log(1 - failure rate)) = intercept + slope * g(effort).

    Attributes:
        intercept: fitted value at g(effort) = 0; nan where nothing can be fitted.
        slope: change per unit of g(effort); below 0 means improvement; nan where nothing can be fitted.
        slope_error: standard error of the slope, release noise included.
        covariance: (variance of the intercept, covariance, variance of the slope).
        release_noise: variance between releases on the log scale beyond chance; 0 where chance explains all.
        effort_per_nine: effort that buys one nine: additive on the linear scale, a factor on the log scale; inf where
            the rate does not fall.
        lower: lower limit of ``effort_per_nine``.
        upper: upper limit of ``effort_per_nine``; inf where no improvement is proven.
        confidence: of the two limits together.
        fitted: fitted failure rate of each release.
        aic: of the binomial fit without release noise, to choose the scale with 6 releases or more.
        scale: ``linear``: each nine costs the same; ``log``: each nine costs a constant factor more.
        degrees: releases minus 2.
        method: ``cloglog-williams``.
    """

    intercept: float
    slope: float
    slope_error: float
    covariance: tuple[float, float, float]
    release_noise: float
    effort_per_nine: float
    lower: float
    upper: float
    confidence: float
    fitted: tuple[float, ...]
    aic: float
    scale: Scale
    degrees: int
    method: str = "cloglog-williams"


def growth(
    failures: Counts,
    trials: Counts,
    effort: Sequence[float] | FloatArray | None = None,
    *,
    scale: Scale = "linear",
    confidence: float = 0.9,
    noise: bool = True,
) -> Growth:
    """Return the fitted march over releases and the effort that one nine costs.

    Releases without failures need no correction. Forecasts of a plain regression cover 23% to 73% at a nominal 90%
    where releases vary beyond chance; with the noise term 84% to 95%.

    Args:
        failures: failures of each release; effective counts need not be whole.
        trials: trials of each release, above 0 each.
        effort: effort spent up to each release, in any unit; above 0 on the log scale; default 1, 2, 3, ...
        scale: ``linear`` or ``log``.
        confidence: of the limits of ``effort_per_nine``, above 0 and below 1.
        noise: whether releases may vary beyond chance.

    Returns:
        Growth; its numbers are nan, and nothing is in sight, with fewer than two different efforts or where the
        failures allow no finite fit (none at all, or only before some effort).

    Raises:
        UsageError: lengths that differ, a release without trials, effort out of range.

    Source: D. A. Williams (1982), Applied Statistics 31:144-148; J. T. Duane (1964), IEEE Transactions on Aerospace
    2:563-566, for the log scale.

    Examples:
        >>> march = growth([100, 32, 10, 3], [1000, 1000, 1000, 1000])
        >>> round(march.effort_per_nine, 2), march.release_noise
        (1.95, 0.0)
        >>> growth([0, 0, 0], [100, 100, 100]).effort_per_nine
        nan
    """
    k, n = as_amounts(failures, trials)
    level = check_open("confidence", confidence)
    x = _scaled_effort(effort, k.size, scale)
    spread = float(x.std()) if np.unique(x).size > 1 else 0.0
    design = np.column_stack([np.ones(x.size), (x - x.mean()) / spread if spread else x * 0])
    plain = fit_cloglog(k, n, design, 0.0)
    if plain is None:
        nothing = float("nan")
        fitted = tuple(float(rate) for rate in k / n)
        return Growth(
            nothing, nothing, nothing, (nothing,) * 3, 0.0, nothing, nothing, float("inf"), level, fitted, nothing,
            scale, k.size - 2,
        )  # fmt: skip
    between = release_noise(k, n, design, plain) if noise else 0.0
    fit = plain if between == 0 else fit_cloglog(k, n, design, between) or plain
    back = np.array([[1.0, -x.mean() / spread], [0.0, 1 / spread]])
    fit = Fit(back @ fit.beta, back @ fit.covariance @ back.T, fit.pearson)
    aic = float(4 - 2 * log_likelihood(k, n, design @ plain.beta))
    return _described(fit, x, between=between, aic=aic, confidence=level, scale=scale)


def _described(fit: Fit, x: FloatArray, *, between: float, aic: float, confidence: float, scale: Scale) -> Growth:
    a, b = (float(value) for value in fit.beta)
    error = float(np.sqrt(fit.covariance[1, 1]))
    quantile = t_or_z(confidence, x.size - 2, between)
    lower, middle, upper = (_per_nine(slope, scale) for slope in (b - quantile * error, b, b + quantile * error))
    return Growth(
        intercept=a,
        slope=b,
        slope_error=error,
        covariance=(float(fit.covariance[0, 0]), float(fit.covariance[0, 1]), float(fit.covariance[1, 1])),
        release_noise=between,
        effort_per_nine=middle,
        lower=lower,
        upper=upper,
        confidence=confidence,
        fitted=tuple(float(rate) for rate in -np.expm1(-np.exp(a + b * x))),
        aic=aic,
        scale=scale,
        degrees=x.size - 2,
    )


def _scaled_effort(effort: Sequence[float] | FloatArray | None, releases: int, scale: Scale) -> FloatArray:
    if scale not in {"linear", "log"}:
        raise wrong("scale", repr(scale), "linear, log", "choose one")
    given = np.arange(1, releases + 1) if effort is None else np.asarray(effort)
    if given.dtype.kind not in "iuf" and given.size:
        raise wrong("effort", repr(effort), "numbers", "pass one number a release")
    x = given.astype(np.float64).ravel()
    if x.size != releases:
        raise wrong("effort", f"{x.size} numbers", f"one a release, {releases} releases", "pass as many")
    if not np.isfinite(x).all() or (scale == "log" and x.size and x.min() <= 0):
        raise wrong("effort", f"{x.min() if x.size else 0:g}", "finite, and above 0 on the log scale", "change it")
    return np.log(x) if scale == "log" else x


def _per_nine(slope: float, scale: Scale) -> float:
    """Return the effort for a tenth of the failure rate: a sum on the linear scale, a factor on the log scale."""
    if slope >= 0:
        return float("inf")
    step = -np.log(10) / slope
    return (
        float(np.exp(step)) if scale == "log" and step < 700 else float(step) if scale == "linear" else float("inf")
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a failure rate is reached.

    Attributes:
        failure_rate: the failure rate asked for.
        estimate: effort at which the fitted march reaches it; nan where nothing can be fitted, inf where the rate
            does not fall.
        lower: lower limit of that effort.
        upper: upper limit of that effort; inf where it is not in sight.
        in_sight: whether the limits are bounded.
        confidence: of the two limits together.
        method: ``fieller``.
    """

    failure_rate: float
    estimate: float
    lower: float
    upper: float
    in_sight: bool
    confidence: float
    method: str = "fieller"

    @property
    def text(self) -> str:
        """One short line for a reader."""
        if not self.in_sight:
            return "not reached in sight"
        return f"reached at effort {self.estimate:.4g} ({self.lower:.4g} to {self.upper:.4g})"


def forecast(
    failures: Counts,
    trials: Counts,
    effort: Sequence[float] | FloatArray | None = None,
    *,
    failure_rate: float,
    scale: Scale = "linear",
    confidence: float = 0.9,
    noise: bool = True,
) -> Forecast:
    """Return the effort at which the march reaches a failure rate, with Fieller's set.

    Args:
        failures: failures of each release.
        trials: trials of each release.
        effort: effort spent up to each release; default 1, 2, 3, ...
        failure_rate: the failure rate to reach, above 0 and below 1; a nine k is 10**-k.
        scale: ``linear`` or ``log``, as for ``growth``.
        confidence: above 0 and below 1.
        noise: whether releases may vary beyond chance.

    Returns:
        Forecast. Where the slope is not clearly below 0 the set is unbounded: ``in_sight`` is False.

    Raises:
        UsageError: as for ``growth``, or a failure rate out of range.

    Source: E. C. Fieller (1954), J. Royal Statistical Society B 16:175-185.

    Examples:
        >>> counts, trials = [100, 32, 10, 3], [1000] * 4
        >>> soon = forecast(counts, trials, failure_rate=0.001)
        >>> round(soon.estimate, 1), soon.lower < soon.estimate < soon.upper
        (5.0, True)
        >>> forecast([10, 12, 9], [1000] * 3, failure_rate=0.001).text
        'not reached in sight'
    """
    target = check_open("failure_rate", failure_rate)
    fit = growth(failures, trials, effort, scale=scale, confidence=confidence, noise=noise)
    level, inf = fit.confidence, float("inf")
    if not np.isfinite(fit.slope):
        return Forecast(target, float("nan"), -inf, inf, in_sight=False, confidence=level)
    offset = fit.intercept - float(np.log(-np.log1p(-target)))
    point = -offset / fit.slope if fit.slope < 0 else inf
    t2 = t_or_z(level, fit.degrees, fit.release_noise) ** 2
    v_aa, v_ab, v_bb = fit.covariance
    # Fieller: all x with (offset + slope x)^2 <= t2 (v_aa + 2 x v_ab + x^2 v_bb).
    square, half, rest = fit.slope**2 - t2 * v_bb, offset * fit.slope - t2 * v_ab, offset**2 - t2 * v_aa
    bounded = square > 0 and fit.slope < 0
    root = float(np.sqrt(max(half**2 - square * rest, 0.0)))
    low, high = ((-half - root) / square, (-half + root) / square) if bounded else (-inf, inf)
    at, low, high = (_unscaled(value, scale) for value in (point, low, high))
    return Forecast(target, at, low, high, in_sight=bool(bounded and high < inf), confidence=level)


def _unscaled(x: float, scale: Scale) -> float:
    if scale == "linear":
        return float(x)
    return float(np.exp(x)) if x < 700 else float("inf")


def expected_range(march: Growth, effort: Sequence[float] | FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return between which failure rates a release at each effort is expected to lie, if the march goes on.

    Uncertainty of the fit and, where releases vary beyond chance, of a single release; not that of measuring it.

    Args:
        march: a fitted march.
        effort: efforts at which to look; above 0 on the log scale.

    Returns:
        Lower and upper failure rates at the march's confidence; 0 and 1 where nothing was fitted.

    Raises:
        UsageError: effort out of range.

    Source: G. A. F. Seber and A. J. Lee (2003), Linear Regression Analysis, section 5.3, on the log scale.

    Examples:
        >>> march = growth([100, 32, 10, 3], [1000, 1000, 1000, 1000])
        >>> [(round(float(x), 4), round(float(y), 4)) for x, y in zip(*expected_range(march, [5, 6]))]
        [(0.0005, 0.0019), (0.0001, 0.0007)]
        >>> expected_range(growth([0, 0], [10, 10]), [3])[1].tolist()
        [1.0]
    """
    points = np.asarray(effort, dtype=np.float64).ravel()
    x = _scaled_effort(points, points.size, march.scale)
    if not np.isfinite(march.slope):
        return np.zeros(x.size), np.ones(x.size)
    v_aa, v_ab, v_bb = march.covariance
    spread = np.sqrt(np.maximum(v_aa + 2 * x * v_ab + x**2 * v_bb, 0.0) + march.release_noise)
    reach = t_or_z(march.confidence, march.degrees, march.release_noise) * spread
    eta = march.intercept + march.slope * x
    lower, upper = (-np.expm1(-np.exp(np.clip(eta + side, -700, 6))) for side in (-reach, reach))
    return np.asarray(lower), np.asarray(upper)
