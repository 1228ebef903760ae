"""Planning a fixed number of trials: how many a nine needs, with what chance to pass, and what a gate would notice.

Covers independent trials and the exact one-sided Clopper-Pearson gate. Does not cover sequential plans (sequential)
or groups, where scenarios take the place of trials.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import overload

import numpy as np
from scipy import special

from ninemarch.stats.interval import (
    Counts,
    FloatArray,
    as_counts,
    as_rates,
    check_open,
    check_pair,
    check_whole,
    pack,
    wrong,
)
from ninemarch.stats.quantiles import beta_quantile
from ninemarch.stats.roots import first_enough
from ninemarch.stats.staged import look_threshold

__all__ = [
    "PowerPlan",
    "Regression",
    "clean_trials_missing",
    "failures_allowed",
    "power",
    "smallest_regression",
    "trials_for_power",
    "trials_needed",
]


@overload
def trials_needed(failure_rate: float, *, failures_allowed: int = 0, confidence: float = 0.95) -> int: ...
@overload
def trials_needed(
    failure_rate: float, *, failures_allowed: Counts, confidence: float = 0.95
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]: ...
def trials_needed(
    failure_rate: float, *, failures_allowed: int | Counts = 0, confidence: float = 0.95
) -> int | np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """Return the smallest number of trials that proves ``failure_rate`` when this many of them fail.

    Args:
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        failures_allowed: failures among the trials, a count or an array of counts.
        confidence: above 0 and below 1, one-sided.

    Returns:
        Smallest n with P(at most ``failures_allowed`` failures | n, failure_rate) <= 1 - confidence; an int, or an
        array where ``failures_allowed`` is one.

    Raises:
        UsageError: a rate or confidence out of range, or a plan of more than 2**52 trials.

    Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26:404-413, inverted for n.

    Examples:
        >>> trials_needed(0.001), trials_needed(0.001, failures_allowed=[0, 1, 2]).tolist()
        (2995, [2995, 4742, 6294])
    """
    q = check_open("failure_rate", failure_rate)
    alpha = 1 - check_open("confidence", confidence)
    k = as_counts("failures_allowed", failures_allowed)
    # With k trials P(X <= k) is 1: never enough.
    counts = first_enough(lambda n: special.betaincc(k + 1, n - k, q) <= alpha, k)
    return int(counts) if counts.ndim == 0 else counts


def failures_allowed(trials: int, failure_rate: float, *, confidence: float = 0.95) -> int:
    """Return the largest number of failures with which this many trials still prove ``failure_rate``.

    Args:
        trials: trials of the plan.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        confidence: above 0 and below 1, one-sided.

    Returns:
        Failures; -1 when even no failure proves nothing.

    Raises:
        UsageError: a rate or confidence out of range.

    Source: definition: largest k with P(Bin(trials, failure_rate) <= k) <= 1 - confidence.

    Examples:
        >>> failures_allowed(2994, 0.001), failures_allowed(2995, 0.001), failures_allowed(4742, 0.001)
        (-1, 0, 1)
    """
    n, q = check_whole("trials", trials), check_open("failure_rate", failure_rate)
    alpha = 1 - check_open("confidence", confidence)
    low, high = -1, n  # P(X <= low) <= alpha < P(X <= high)
    while high - low > 1:
        middle = (low + high) // 2
        if special.betaincc(middle + 1, n - middle, q) <= alpha:
            low = middle
        else:
            high = middle
    return low


def power(
    true_failure_rate: float | list[float] | FloatArray,
    trials: int,
    *,
    failure_rate: float,
    confidence: float = 0.95,
) -> float | FloatArray:
    """Return the chance that a plan of this many trials passes its gate, exactly.

    Args:
        true_failure_rate: what the system's failure rate really is, 0..1; a number or an array.
        trials: trials of the plan, at least 1.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        confidence: of the gate, one-sided.

    Returns:
        Probability of a pass; an array where ``true_failure_rate`` is one.

    Raises:
        UsageError: a rate or confidence out of range.

    Source: definition: P(Bin(trials, true rate) <= failures_allowed).

    Examples:
        >>> round(power(0.0001, 2995, failure_rate=0.001), 2), round(power(0.0005, 2995, failure_rate=0.001), 2)
        (0.74, 0.22)
        >>> power(0.0, 2995, failure_rate=0.001), power(0.0, 2994, failure_rate=0.001)
        (1.0, 0.0)
    """
    n, truth = check_whole("trials", trials, least=1), as_rates("true_failure_rate", true_failure_rate)
    k = failures_allowed(n, failure_rate, confidence=confidence)
    return pack(np.zeros(truth.shape) if k < 0 else np.asarray(special.betaincc(k + 1, n - k, truth)))


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """A plan that passes with the chance asked for.

    Attributes:
        trials: trials of the plan.
        failures_allowed: failures with which it still passes.
        power: its exact chance to pass at the assumed true failure rate.
    """

    trials: int
    failures_allowed: int
    power: float


def trials_for_power(
    true_failure_rate: float, *, failure_rate: float, chance: float = 0.8, confidence: float = 0.95
) -> PowerPlan:
    """Return the smallest plan that passes with at least this chance when the true failure rate is as assumed.

    Among the plans that use their trials fully: the smallest n for each number of failures allowed.

    Args:
        true_failure_rate: the failure rate assumed, at least 0 and below ``failure_rate``.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        chance: chance to pass asked for, above 0 and below 1.
        confidence: of the gate, one-sided.

    Returns:
        PowerPlan.

    Raises:
        UsageError: an assumed rate that is not below the gate's, or so close to it that 10**5 failures do not do.

    Source: definition.

    Examples:
        >>> trials_for_power(0.0005, failure_rate=0.001).trials, trials_for_power(0.0, failure_rate=0.001).trials
        (19439, 2995)
    """
    truth, wanted = float(as_rates("true_failure_rate", true_failure_rate)), check_open("chance", chance)
    q = check_open("failure_rate", failure_rate)
    start, block = 0, 64
    while truth < q and start < 100_000:
        k = np.arange(start, start + block)
        n = trials_needed(q, failures_allowed=k, confidence=confidence)
        reached = special.betaincc(k + 1, n - k, truth)
        good = np.flatnonzero(reached >= wanted)
        if good.size:
            first = int(good[0])
            return PowerPlan(int(n[first]), int(k[first]), float(reached[first]))
        start, block = start + block, block * 2
    raise wrong("true_failure_rate", f"{truth:g}", f"clearly below failure_rate={q:g}", "more trials will not help")


def clean_trials_missing(failures: int, trials: int, failure_rate: float, *, confidence: float = 0.95) -> int:
    """Return how many more trials without failure bring the upper limit down to ``failure_rate``.

    Args:
        failures: failures seen so far.
        trials: trials made so far.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        confidence: of the gate, one-sided.

    Returns:
        Trials; 0 when it is proven already.

    Raises:
        UsageError: counts or rates out of range.

    Source: definition; the plan must be extended only by a rule declared before (or by the sequential gate).

    Examples:
        >>> clean_trials_missing(0, 2200, 0.001), clean_trials_missing(1, 4742, 0.001)
        (795, 0)
    """
    k, n = check_pair(failures, trials)
    return max(0, trials_needed(failure_rate, failures_allowed=k, confidence=confidence) - n)


@dataclass(frozen=True, slots=True)
class Regression:
    """The smallest failure rates that a gate notices with the chance asked for.

    Attributes:
        not_passing: from this true failure rate on, the gate withholds PASS with that chance; 0 when the plan can
            never pass.
        failing: from this true failure rate on, the gate says FAIL with that chance; 1 when the plan can never fail.
        chance: the chance asked for.
    """

    not_passing: float
    failing: float
    chance: float


def smallest_regression(
    trials: int, failure_rate: float, *, chance: float = 0.8, confidence: float = 0.95
) -> Regression:
    """Return the smallest fall that a gate of this many trials notices: the power line under every gate.

    Args:
        trials: trials of the plan, at least 1.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        chance: chance to notice, above 0 and below 1.
        confidence: of each verdict, one-sided.

    Returns:
        Regression.

    Raises:
        UsageError: counts or rates out of range.

    Source: definition: P(Bin(trials, q) > failures allowed) = chance and P(Bin(trials, q) >= failures that prove
    a miss) = chance, solved for q.

    Examples:
        >>> noticed = smallest_regression(300, 0.01)
        >>> round(noticed.not_passing, 4), round(noticed.failing, 4)
        (0.0054, 0.0301)
        >>> smallest_regression(10, 0.01).not_passing
        0.0
    """
    n, wanted = check_whole("trials", trials, least=1), check_open("chance", chance)
    passes = failures_allowed(n, failure_rate, confidence=confidence)
    fails = look_threshold(n, failure_rate, confidence=confidence)
    noticed = float(beta_quantile(passes + 1, n - passes, wanted)) if passes >= 0 else 0.0
    failing = float(beta_quantile(fails, n - fails + 1, wanted)) if fails <= n else 1.0
    return Regression(noticed, failing, wanted)
