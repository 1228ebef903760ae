"""From a tally to a rate: the one place that chooses which interval fits which data.

Covers the choice (independent trials, one declared look, any look, groups that share fate, weights), the turn from
failure rates to success rates, and what is proven. The formulas are in ``ninemarch.stats``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ninemarch import stats
from ninemarch.model import Rate, Tally
from ninemarch.stats.weighted import gamma_limits

_NOTHING = 1e-9  # error rate below which nothing is left of it
_P_STEP = 0.001  # of the log10 of a p-value
_MOST_CLEAN = 10**12  # trials nobody plans
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
    """Return whether the measured mean score is above ``allowed``; equal to it is not a miss.

    On failures, as 1 - (1 - 0.001) is above 0.001 in floating point.
    """
    return tally.trials > 0 and _limits(tally, 0.95)[2] > allowed


def proves_within(tally: Tally, allowed: float, confidence: float) -> bool:
    """Return whether the mean score is proven to be at most ``allowed``."""
    if tally.trials == 0 or confidence + tally.spent >= 1 - _NOTHING:
        return False
    if _sequential(tally):
        return _log_e(tally, allowed, passing=True) >= -math.log(1 - confidence - tally.spent)
    return _limits(tally, confidence)[1] <= allowed


def proves_beyond(tally: Tally, allowed: float, confidence: float) -> bool:
    """Return whether the mean score is proven to be above ``allowed``.

    At any look, one bad unit alone proves nothing: it may be the first, and one more costs next to nothing. What
    earlier looks have spent is not taken off: a FAIL is never withheld.
    """
    if tally.trials == 0:
        return False
    if _sequential(tally):
        alone = tally.independent and not tally.scores and tally.failures < 2
        return not alone and _log_e(tally, allowed, passing=False) >= -math.log(1 - confidence)
    return _limits(tally, confidence)[0] > allowed


def p_beyond(tally: Tally, allowed: float) -> float:
    """Return the p-value against "the mean score is at most ``allowed``", in (0, 1]; for Holm's correction.

    The smallest error probability at which the lower limit lies above ``allowed``; at any look, 1 / e-value.
    """
    if tally.trials == 0:
        return 1.0
    if _sequential(tally):
        return math.exp(-max(0.0, _log_e(tally, allowed, passing=False)))
    low, high = -12.0, 0.0  # log10 of the error probability
    if _limits(tally, 1 - 10**low)[0] > allowed:
        return float(10**low)
    while high - low > _P_STEP:
        middle = (low + high) / 2
        low, high = (low, middle) if _limits(tally, 1 - 10**middle)[0] > allowed else (middle, high)
    return float(min(1.0, 10**high))


def _sequential(tally: Tally) -> bool:
    return tally.anytime and tally.weighted is None


def _log_e(tally: Tally, allowed: float, *, passing: bool) -> float:
    if tally.independent and not tally.scores:
        log_e = stats.log_e_pass if passing else stats.log_e_fail
        return float(log_e(tally.failures, tally.trials, allowed))
    return stats.group_log_e(*_shares(tally), allowed, passing=passing)


def _shares(tally: Tally) -> tuple[list[float], NDArray[np.int64]]:
    """Scores of the independent units, and how many have each."""
    pairs = tally.scores or tuple((failed / trials, many) for failed, trials, many in tally.groups)
    return [score for score, _ in pairs], np.array([many for _, many in pairs])


def _limits(tally: Tally, confidence: float) -> tuple[float, float, float, str, str]:
    """Mean score: lower and upper limit, measured; then the method's name and the population's key.

    What earlier looks have spent is missing from the upper limit, which PASS rests on; FAIL is never withheld.
    """
    lower, upper, *rest = _limits_at(tally, confidence)
    if tally.spent:
        left = confidence + tally.spent
        upper = _limits_at(tally, left)[1] if left < 1 - _NOTHING else 1.0
    return lower, upper, *rest  # type: ignore[return-value]


def _limits_at(tally: Tally, confidence: float) -> tuple[float, float, float, str, str]:
    k, n = tally.failures, tally.trials
    if tally.weighted is not None:
        w = tally.weighted
        lower, upper = gamma_limits(w.y, w.v, w.m, 1 - confidence, 1 - confidence)
        measured = min(w.y / max(1 - w.uncovered, 1e-300), 1.0)
        name, key = ("compound gamma (grouped)", "groups") if w.pooled else ("weighted gamma", "weights")
        return min(lower, measured), min(max(upper + w.uncovered, measured), 1.0), measured, name, key
    if not tally.independent or tally.scores:
        shares, counts = _shares(tally)
        method = stats.group_confidence_sequence if tally.anytime else stats.gaffke
        name, key = "confidence sequence" if tally.anytime else "Gaffke", "trials" if tally.independent else "groups"
        found = _sided(method, shares, counts, confidence=confidence)
        return *found, float(np.average(shares, weights=counts)), f"{name} (grouped)", key
    if tally.anytime:
        found = _sided(stats.confidence_sequence, k, n, confidence=confidence)
        return *found, k / n, "confidence sequence", "trials"
    if tally.look is not None:
        look = min(tally.look.at, n)
        found = _sided(stats.two_stage, k, n, look=look, stop_at=tally.look.stop_at, planned=n, confidence=confidence)
        return *found, k / n, "Clopper-Pearson (one declared look)", "trials"
    return *_sided(stats.clopper_pearson, k, n, confidence=confidence), k / n, "Clopper-Pearson", "trials"


def _sided(method: Callable[..., stats.Interval[float]], *args: Any, **options: Any) -> tuple[float, float]:
    """Both one-sided limits of an interval method, each at the whole confidence."""
    return method(*args, side="lower", **options).lower, method(*args, side="upper", **options).upper


def extra_clean_trials(tally: Tally, allowed: float, confidence: float) -> int | None:
    """Return how many further clean trials would prove that the mean score is at most ``allowed``.

    Args:
        tally: the counts so far; the further trials are taken as groups of their own.
        allowed: mean score allowed, in (0, 1).
        confidence: one-sided.

    Returns:
        0 when it is reached already; None when weights make the answer depend on which trials, when the measured
        score is above what is allowed (more trials will not help), or when earlier looks have used up the error rate.
    """
    if tally.trials and proves_within(tally, allowed, confidence):
        return 0
    if tally.weighted is not None or misses(tally, allowed) or confidence + tally.spent >= 1 - _NOTHING:
        return None
    if tally.independent and not tally.scores and not tally.anytime:
        failures, trials = tally.failures, tally.trials
        return stats.clean_trials_missing(failures, trials, allowed, confidence=confidence + tally.spent)
    low, high = 0, max(math.ceil(-math.log1p(-confidence) / allowed), 1)
    while not proves_within(_with_clean(tally, high), allowed, confidence):
        low, high = high, 2 * high
        if high > _MOST_CLEAN:
            return None
    coarse = 0 if tally.independent and not tally.scores else 100  # a hundredth is finer than anyone plans
    while high - low > max(1, high // coarse if coarse else 1):
        middle = (low + high) // 2
        enough = proves_within(_with_clean(tally, middle), allowed, confidence)
        low, high = (low, middle) if enough else (middle, high)
    return high


def _with_clean(tally: Tally, clean: int) -> Tally:
    groups = (*tally.groups, (0, 1, clean))
    return replace(tally, groups=groups, scores=(*tally.scores, (0.0, clean)) if tally.scores else ())
