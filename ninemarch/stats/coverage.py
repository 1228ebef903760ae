"""Exact coverage of an interval method, by enumeration of every outcome at a fixed rate and number of trials.

Covers independent trials. Does not simulate: the figures have no simulation error, and anybody can check what an
interval is worth before trusting it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from ninemarch.stats.interval import FloatArray, Side, as_rates, check_whole, pack
from ninemarch.stats.proportion import IntervalMethod

__all__ = ["exact_coverage", "false_pass", "outcome_window"]


def outcome_window(trials: int, failure_rate: float) -> tuple[FloatArray, FloatArray]:
    """Return the failure counts that matter at this rate and their probabilities.

    Counts further than 10 standard deviations + 40 from the mean are left out: together they weigh below 1e-20
    (Bernstein's inequality).

    Args:
        trials: number of trials.
        failure_rate: true failure rate, 0..1.

    Returns:
        Two arrays of one length: counts, and their binomial probabilities (absolute error about 1e-16).

    Examples:
        >>> counts, chance = outcome_window(2, 0.5)
        >>> counts.tolist(), chance.tolist()
        ([0.0, 1.0, 2.0], [0.25, 0.5, 0.25])
    """
    mean = trials * failure_rate
    reach = 10 * np.sqrt(mean * (1 - failure_rate)) + 40
    first, last = max(0, int(np.floor(mean - reach))), min(trials, int(np.ceil(mean + reach)))
    counts = np.arange(first, last + 1, dtype=np.float64)
    edges = np.arange(first - 1, last + 1, dtype=np.float64)
    inside = (edges >= 0) & (edges < trials)
    upto = np.where(edges < 0, 0.0, 1.0)
    # P(X <= e) = 1 - I_q(e + 1, n - e): differences of it keep full absolute precision at any n.
    upto[inside] = special.betaincc(edges[inside] + 1, trials - edges[inside], failure_rate)
    return counts, np.diff(upto)


def exact_coverage(
    method: IntervalMethod,
    failure_rate: float | Sequence[float] | FloatArray,
    trials: int,
    *,
    confidence: float = 0.95,
    side: Side = "two-sided",
) -> float | FloatArray:
    """Return how often the interval covers the true failure rate, exactly.

    Args:
        method: an interval method, such as ``clopper_pearson``; called once a rate with an array of counts.
        failure_rate: true failure rate or rates, 0..1.
        trials: number of trials, at least 1.
        confidence: handed to the method.
        side: handed to the method.

    Returns:
        Probability of lower <= failure rate <= upper; an array where the rates are an array.

    Raises:
        UsageError: a rate outside 0..1, or no trials.

    Source: L. D. Brown, T. T. Cai and A. DasGupta (2001), Statistical Science 16:101-133, for the idea.

    Examples:
        >>> from ninemarch.stats import clopper_pearson, wilson
        >>> round(exact_coverage(clopper_pearson, 0.001, 3000), 4)
        0.9881
        >>> exact_coverage(wilson, 0.0, 100)
        1.0
    """
    n, rates = check_whole("trials", trials, least=1), as_rates("failure_rate", failure_rate)
    covered = np.empty(rates.shape)
    for index, rate in np.ndenumerate(rates):
        counts, chance = outcome_window(n, float(rate))
        interval = method(counts, n, confidence=confidence, side=side)
        covered[index] = chance[(interval.lower <= rate) & (rate <= interval.upper)].sum()
    return pack(np.minimum(covered, 1.0))


def false_pass(
    method: IntervalMethod, required_failure_rate: float, trials: int, *, confidence: float = 0.95
) -> float:
    """Return how often a fixed-size gate passes a system that only just misses it, exactly.

    The gate passes when the one-sided upper limit is at most the required failure rate; the true failure rate is
    exactly that rate. At most 1 - confidence for a method that a gate may use.

    Args:
        method: an interval method.
        required_failure_rate: the largest failure rate allowed, above 0.
        trials: number of trials, at least 1.
        confidence: of the one-sided limit.

    Returns:
        Probability of a pass.

    Raises:
        UsageError: a rate outside 0..1, or no trials.

    Source: definition.

    Examples:
        >>> from ninemarch.stats import clopper_pearson
        >>> false_pass(clopper_pearson, 0.001, 2994), round(false_pass(clopper_pearson, 0.001, 2995), 4)
        (0.0, 0.05)
    """
    n, rate = check_whole("trials", trials, least=1), float(as_rates("required_failure_rate", required_failure_rate))
    counts, chance = outcome_window(n, rate)
    upper = method(counts, n, confidence=confidence, side="upper").upper
    return float(chance[upper <= rate].sum())
