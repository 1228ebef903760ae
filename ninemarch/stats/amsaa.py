"""Crow-AMSAA growth models: failures as a power law of cumulative test time or trials.

Covers exact failure times, failures grouped by intervals, and one-shot systems in configurations (MIL-HDBK-189). They
tie growth to the amount of TESTING: right for test-fix-test in one campaign, wrong for releases whose number of
trials is a choice; those are in trend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ninemarch.stats.interval import Counts, FloatArray, as_counts, as_pair, check_open, wrong
from ninemarch.stats.roots import find_root

__all__ = ["CrowAmsaa", "crow_amsaa", "crow_amsaa_grouped", "crow_amsaa_times"]


@dataclass(frozen=True, slots=True)
class CrowAmsaa:
    """A fitted power law: expected failures up to T are scale * T**beta.

    Attributes:
        beta: below 1 means growth.
        scale: lambda of the handbooks.
        lower: lower limit of beta.
        upper: upper limit of beta.
        confidence: of the two limits together.
        rates: fitted failure rate of each configuration (one-shot), or of each interval per unit of time (grouped);
            empty for exact times.
        log_beta_error: standard error of log beta.
        log_likelihood: at the fit; nan for times and groups.
        end: T at the end of the test.
        failures: failures in all.
        method: ``crow-amsaa``.
    """

    beta: float
    scale: float
    lower: float
    upper: float
    confidence: float
    rates: tuple[float, ...]
    log_beta_error: float
    log_likelihood: float
    end: float
    failures: int
    method: str = "crow-amsaa"

    @property
    def intensity(self) -> float:
        """Failures per unit of time, or per trial, at the end of the test."""
        return float(self.scale * self.beta * self.end ** (self.beta - 1))

    @property
    def mtbf(self) -> float:
        """Mean time, or trials, between failures at the end of the test."""
        return 1 / self.intensity

    @property
    def beta_unbiased(self) -> float:
        """Beta with the small-sample correction for a test that ended at a set time."""
        return self.beta * (self.failures - 1) / self.failures


def _fitted(
    beta: float,
    scale: float,
    error: float,
    *,
    confidence: float,
    rates: FloatArray,
    end: float,
    failures: float,
    log_likelihood: float = float("nan"),
) -> CrowAmsaa:
    factor = float(np.exp(special.ndtri((1 + check_open("confidence", confidence)) / 2) * error))
    return CrowAmsaa(
        beta=beta,
        scale=scale,
        lower=beta / factor,
        upper=beta * factor,
        confidence=float(confidence),
        rates=tuple(float(rate) for rate in rates),
        log_beta_error=error,
        log_likelihood=log_likelihood,
        end=float(end),
        failures=int(failures),
    )


def crow_amsaa(failures: Counts, trials: Counts, *, confidence: float = 0.9) -> CrowAmsaa:
    """Return the one-shot Crow-AMSAA model of configurations tested one after the other.

    Failure rate of configuration i: scale * (T_i**beta - T_(i-1)**beta) / trials_i, T the cumulative trials.

    Args:
        failures: failures of each configuration.
        trials: trials of each configuration, at least 1 each.
        confidence: of the limits of beta (log-normal), above 0 and below 1.

    Returns:
        CrowAmsaa by maximum likelihood.

    Raises:
        UsageError: no failure, fewer than two configurations, or failures in the first or the last one only: growth
            or decay is then without bound.

    Source: MIL-HDBK-189C (2011), section 5.3; L. H. Crow (1983), discrete reliability growth.

    Examples:
        >>> model = crow_amsaa([5, 3, 4, 4], [14, 19, 15, 20])
        >>> round(model.beta, 4), round(model.scale, 4), [round(rate, 3) for rate in model.rates]
        (0.7801, 0.5954, [0.333, 0.234, 0.206, 0.19])
        >>> crow_amsaa([0, 0], [10, 10])
        Traceback (most recent call last):
            ...
        ninemarch.errors.UsageError: failures=0 in all (in stats); allowed: at least 1; use trials_needed
    """
    k, n = (array.ravel() for array in as_pair(failures, trials))
    if k.size < 2 or (n == 0).any():
        raise wrong("trials", n.tolist(), "two configurations or more, at least 1 trial each", "test more")
    if k.sum() == 0:
        raise wrong("failures", "0 in all", "at least 1", "use trials_needed")
    if not (k[1:].sum() and k[:-1].sum()):
        raise wrong("failures", "in the first or the last configuration only", "in two at least", "test more")
    ends = np.cumsum(n)
    starts = ends - n
    x = find_root(
        lambda v: np.asarray(_profile_slope(float(v), k, n, starts, ends)), np.asarray(-6.0), np.asarray(3.0)
    )
    beta = float(np.exp(x))
    scale, rates = _best_scale(beta, k, n, starts, ends)
    error = _log_beta_error(np.array([np.log(scale), float(x)]), k, n, starts, ends)
    value = float((special.xlogy(k, rates) + special.xlog1py(n - k, -rates)).sum())
    return _fitted(
        beta, scale, error, confidence=confidence, rates=rates, end=ends[-1], failures=k.sum(), log_likelihood=value
    )


def _best_scale(
    beta: float, k: FloatArray, n: FloatArray, starts: FloatArray, ends: FloatArray
) -> tuple[float, FloatArray]:
    """Return the maximum likelihood scale for this beta, and the failure rates."""
    unit = (ends**beta - starts**beta) / n
    most = float(np.log(1 / unit.max()))

    def score(log_scale: FloatArray) -> FloatArray:
        rate = np.minimum(np.exp(log_scale) * unit, 1 - 1e-16)
        return np.asarray(k.sum() - ((n - k) * rate / (1 - rate)).sum())

    scale = float(np.exp(find_root(score, np.asarray(most - 60.0), np.asarray(most - 1e-15))))
    return scale, np.asarray(np.minimum(scale * unit, 1.0))


def _profile_slope(log_beta: float, k: FloatArray, n: FloatArray, starts: FloatArray, ends: FloatArray) -> float:
    """Return the derivative of the profile log likelihood in beta."""
    beta = float(np.exp(log_beta))
    scale, rate = _best_scale(beta, k, n, starts, ends)
    # d/d beta of T^beta is T^beta log T, and 0 at T = 0.
    grown = scale * (special.xlogy(ends**beta, ends) - special.xlogy(starts**beta, np.maximum(starts, 1.0))) / n
    rate = np.clip(rate, 1e-300, 1 - 1e-15)
    return float(((k / rate - (n - k) / (1 - rate)) * grown).sum())


def _log_beta_error(at: FloatArray, k: FloatArray, n: FloatArray, starts: FloatArray, ends: FloatArray) -> float:
    """Return the standard error of log beta from the observed information in (log scale, log beta).

    Infinite where the likelihood has no peak, as where every trial failed.
    """

    def value(point: FloatArray) -> float:
        unit = (ends ** np.exp(point[1]) - starts ** np.exp(point[1])) / n
        rate = np.clip(np.exp(point[0]) * unit, 0.0, 1 - 1e-15)
        return float((special.xlogy(k, rate) + special.xlog1py(n - k, -rate)).sum())

    step = 1e-4
    units = np.eye(2) * step
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            plus, minus = units[i] + units[j], units[i] - units[j]
            mixed = value(at + plus) - value(at + minus) - value(at - minus) + value(at - plus)
            hessian[i, j] = mixed / (4 * step**2)
    try:
        variance = float(np.linalg.inv(-hessian)[1, 1])
    except np.linalg.LinAlgError:
        return float("inf")
    return float(np.sqrt(variance)) if 0 < variance < np.inf else float("inf")


def crow_amsaa_times(
    times: Sequence[float] | FloatArray, *, end: float | None = None, confidence: float = 0.9
) -> CrowAmsaa:
    """Return the Crow-AMSAA model of exact failure times.

    Args:
        times: cumulative test time of each failure, above 0.
        end: time at which the test ended; default the last failure (failure terminated).
        confidence: of the limits of beta (log-normal Fisher limits), above 0 and below 1.

    Returns:
        CrowAmsaa by maximum likelihood.

    Raises:
        UsageError: fewer than two failures, or times out of range.

    Source: MIL-HDBK-189C (2011), section 5.2; IEC 61164.

    Examples:
        >>> model = crow_amsaa_times([5, 40, 43, 175, 389, 712, 747, 795, 1299, 1478], end=1500)
        >>> round(1 - model.beta_unbiased, 4)
        0.5165
        >>> crow_amsaa_times([3.0])
        Traceback (most recent call last):
            ...
        ninemarch.errors.UsageError: times=1 failures (in stats); allowed: at least 2; test longer
    """
    t = np.sort(np.asarray(times, dtype=np.float64).ravel())
    if t.size < 2:
        raise wrong("times", f"{t.size} failures", "at least 2", "test longer")
    stop = float(t[-1] if end is None else end)
    if not (np.isfinite(t).all() and t[0] > 0 and t[-1] <= stop < np.inf):
        raise wrong("times", f"{t[0]:g} to {t[-1]:g}", f"above 0 up to the end of the test, {stop:g}", "change them")
    total = float(np.log(stop / t).sum())
    if total == 0:
        raise wrong("times", f"all {stop:g}", "different times", "pass cumulative times")
    beta = t.size / total
    scale, error = t.size / stop**beta, float(1 / np.sqrt(t.size))
    none = np.zeros(0)
    return _fitted(beta, scale, error, confidence=confidence, rates=none, end=stop, failures=t.size)


def crow_amsaa_grouped(failures: Counts, ends: Sequence[float] | FloatArray, *, confidence: float = 0.9) -> CrowAmsaa:
    """Return the Crow-AMSAA model of failures counted over intervals of test time.

    Args:
        failures: failures in each interval.
        ends: cumulative test time at the end of each interval, above 0 and increasing.
        confidence: of the limits of beta (log-normal), above 0 and below 1.

    Returns:
        CrowAmsaa by maximum likelihood.

    Raises:
        UsageError: no failure, fewer than two intervals, or ends that do not increase.

    Source: MIL-HDBK-189C (2011), section 5.2.5.

    Examples:
        >>> model = crow_amsaa_grouped([12, 6, 15, 3, 18, 16], [62, 100, 187, 210, 350, 500])
        >>> round(model.beta, 4), round(model.scale, 4)
        (0.8136, 0.4459)
        >>> crow_amsaa_grouped([0, 0], [1, 2])
        Traceback (most recent call last):
            ...
        ninemarch.errors.UsageError: failures=0 in all (in stats); allowed: at least 1; test longer
    """
    k, t = as_counts("failures", failures).ravel(), np.asarray(ends, dtype=np.float64).ravel()
    if k.shape != t.shape or t.size < 2 or not (np.isfinite(t).all() and t[0] > 0 and (np.diff(t) > 0).all()):
        raise wrong("ends", t.tolist(), f"{max(k.size, 2)} increasing times above 0", "pass cumulative times")
    if k.sum() == 0:
        raise wrong("failures", "0 in all", "at least 1", "test longer")
    # In units of the whole test, so that powers stay between 0 and 1.
    u = t / t[-1]
    v = np.concatenate([[0.0], u[:-1]])

    def score(log_beta: FloatArray) -> FloatArray:
        power = np.exp(log_beta)
        width = u**power - v**power
        return np.asarray((k * (special.xlogy(u**power, u) - special.xlogy(v**power, v)) / width).sum())

    x = float(find_root(score, np.asarray(-6.0), np.asarray(4.0)))
    beta, step = float(np.exp(x)), 1e-5
    # Information on log beta with the scale profiled out: minus the slope of the score, times beta.
    information = -beta * float(score(np.asarray(x + step)) - score(np.asarray(x - step))) / (2 * step)
    scale = float(k.sum() / t[-1] ** beta)
    rates = scale * (t**beta - (v * t[-1]) ** beta) / (t - v * t[-1])
    return _fitted(
        beta, scale, float(1 / np.sqrt(information)), confidence=confidence, rates=rates, end=t[-1], failures=k.sum()
    )
