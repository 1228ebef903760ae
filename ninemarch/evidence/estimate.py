"""From a tally to a rate: the one place that chooses which interval fits which data.

Covers the choice (independent trials, one declared look, groups that share fate, weights) and the turn from
failure rates to success rates. The formulas are in ``ninemarch.stats``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ninemarch import stats
from ninemarch.model import Rate, Tally
from ninemarch.stats.weighted import gamma_limits

_POPULATION = {
    "trials": "the operational profile that the scenarios were drawn from",
    "groups": "the population of groups (such as base images or repeated scenarios) that these were drawn from",
    "weights": "the operational profile, each cell of levels at its share of real use",
}


def estimate(tally: Tally, confidence: float) -> Rate | None:
    """Return the success rate with its interval; None without a counted trial.

    Args:
        tally: the counts.
        confidence: of each end of the interval, one-sided, in (0, 1).
    """
    if tally.trials == 0:
        return None
    lower, upper, measured, method, population = _limits(tally, confidence)
    return Rate(
        failures=tally.failures,
        trials=tally.trials,
        units=tally.units,
        estimate=1.0 - measured,
        lower=1.0 - upper,
        upper=1.0 - lower,
        confidence=confidence,
        method=method,
        population=_POPULATION[population],
        failure_upper=upper,
        failure_lower=lower,
        uncovered=tally.weighted.uncovered if tally.weighted else 0.0,
    )


def misses(tally: Tally, allowed: float) -> bool:
    """Return whether the measured failure rate is above ``allowed``; equal to it is not a miss.

    On failures, as 1 - (1 - 0.001) is above 0.001 in floating point.
    """
    return tally.trials > 0 and _limits(tally, 0.95)[2] > allowed


def _limits(tally: Tally, confidence: float) -> tuple[float, float, float, str, str]:
    """Failure rate: lower and upper limit, measured rate; then the method's name and the population's key."""
    k, n = tally.failures, tally.trials
    if tally.weighted is not None:
        w = tally.weighted
        lower, upper = gamma_limits(w.y, w.v, w.m, 1 - confidence, 1 - confidence)
        measured = min(w.y / max(1 - w.uncovered, 1e-300), 1.0)
        name, key = ("compound gamma (grouped)", "groups") if w.pooled else ("weighted gamma", "weights")
        return min(lower, measured), min(max(upper + w.uncovered, measured), 1.0), measured, name, key
    if not tally.independent:
        shares = [failed / trials for failed, trials, _ in tally.groups]
        counts = np.array([many for _, _, many in tally.groups])
        found = _sided(stats.gaffke, shares, counts, confidence=confidence)
        return *found, float(np.average(shares, weights=counts)), "Gaffke (grouped)", "groups"
    if tally.look is not None:
        look = min(tally.look.at, n)
        found = _sided(stats.two_stage, k, n, look=look, stop_at=tally.look.stop_at, planned=n, confidence=confidence)
        return *found, k / n, "Clopper-Pearson (one declared look)", "trials"
    return *_sided(stats.clopper_pearson, k, n, confidence=confidence), k / n, "Clopper-Pearson", "trials"


def _sided(method: Callable[..., stats.Interval[float]], *args: Any, **options: Any) -> tuple[float, float]:
    """Both one-sided limits of an interval method, each at the whole confidence."""
    return method(*args, side="lower", **options).lower, method(*args, side="upper", **options).upper


def extra_clean_trials(tally: Tally, allowed: float, confidence: float) -> int | None:
    """Return how many further clean trials would bring the upper limit of the failure rate to ``allowed``.

    Args:
        tally: the counts so far; the further trials are taken as groups of their own.
        allowed: failure rate allowed, in (0, 1).
        confidence: one-sided.

    Returns:
        0 when it is reached already; None when weights make the answer depend on which trials, or when the
        measured failure rate is above what is allowed (more trials will not help).
    """
    rate = estimate(tally, confidence)
    if rate is None:
        return stats.clean_trials_missing(0, 0, allowed, confidence=confidence)
    if rate.failure_upper <= allowed:
        return 0
    if tally.weighted is not None or misses(tally, allowed):
        return None
    if tally.independent:
        return stats.clean_trials_missing(tally.failures, tally.trials, allowed, confidence=confidence)
    low, high = 0, max(math.ceil(-math.log1p(-confidence) / allowed), 1)
    while _upper_with(tally, high, confidence) > allowed:
        low, high = high, 2 * high
    while high - low > max(1, high // 100):  # a hundredth is finer than anyone plans
        middle = (low + high) // 2
        low, high = (middle, high) if _upper_with(tally, middle, confidence) > allowed else (low, middle)
    return high


def _upper_with(tally: Tally, clean: int, confidence: float) -> float:
    rate = estimate(Tally(groups=(*tally.groups, (0, 1, clean))), confidence)
    return 1.0 if rate is None else rate.failure_upper
