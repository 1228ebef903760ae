"""Exact limits for a fixed plan with one declared look that stops the run of a bad release early.

Covers one look at a number of trials declared before the first trial, with one declared threshold of failures.
Does not cover looks that were not declared, several looks, or plans that grow: use the sequential functions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import special

from ninemarch.stats.interval import FloatArray, Interval, Side, check_open, check_pair, check_whole, tails, wrong
from ninemarch.stats.proportion import clopper_pearson
from ninemarch.stats.roots import find_root

__all__ = ["look_threshold", "two_stage"]


def two_stage(
    failures: int,
    trials: int,
    *,
    look: int,
    stop_at: int,
    planned: int,
    confidence: float = 0.95,
    side: Side = "two-sided",
) -> Interval[float]:
    """Return the exact interval of a run that stops after ``look`` trials when ``stop_at`` failures were seen.

    Outcomes are ordered by stage: every run that went on counts as better than every run that stopped. So the
    limits of a stopped run are Clopper-Pearson's on ``look`` trials, and for a run that went on the upper limit
    solves P(K1 < stop_at and K <= failures) = alpha and the lower P(K1 >= stop_at or K >= failures) = alpha, with
    K1 failures in the first ``look`` trials and K in all. Both limits cover at least as often as they say.

    Args:
        failures: failures seen in all trials made.
        trials: trials made: ``look`` (stopped) or ``planned`` (went on).
        look: trials after which the run was looked at, declared before the first trial; 1 to planned.
        stop_at: the run stops at the look with this many failures or more; at least 1.
        planned: trials of the whole plan.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` or ``upper``.

    Returns:
        Interval of the failure rate.

    Raises:
        UsageError: trials that match neither end of the plan, or failures that the plan rules out.

    Source: C. Jennison and B. W. Turnbull (1983), Technometrics 25:49-58: exact limits after group sequential
    binomial tests, with stage-wise ordering.

    Examples:
        >>> plan = {"look": 1000, "stop_at": 4, "planned": 3000, "side": "upper"}
        >>> round(two_stage(0, 3000, **plan).upper, 9), round(clopper_pearson(0, 3000, side="upper").upper, 9)
        (0.000998079, 0.000998079)
        >>> round(two_stage(1000, 1000, **plan).upper, 9)
        1.0
    """
    at_lower, at_upper = tails(confidence, side)
    m, total = check_whole("look", look, least=1), check_whole("planned", planned, least=1)
    (k, n), c = check_pair(failures, trials), check_whole("stop_at", stop_at, least=1)
    _check_plan(k, n, m, c, total)
    if n == m and (k >= c or m == total):
        plain = clopper_pearson(k, m, confidence=confidence, side=side)
        return Interval(plain.lower, plain.upper, plain.estimate, plain.confidence, "two-stage", side)
    lower, upper = 0.0, 1.0
    if at_lower is not None and k > 0:
        lower = _solve(lambda q: _chance_not_better(k, m, c, total, q) - at_lower)
    if at_upper is not None and k < total:
        upper = _solve(lambda q: at_upper - _chance_not_worse(k, m, c, total, q))
    # A run that went on and then failed often has seen more than the ordering by stage credits it with: the interval
    # is widened to the rate seen, so that no run passes a gate that its own rate misses.
    rate = k / n
    return Interval(min(lower, rate), max(upper, rate), rate, float(confidence), "two-stage", side)


def _check_plan(k: int, n: int, m: int, c: int, total: int) -> None:
    if m > total:
        raise wrong("look", m, f"at most planned={total}", "look earlier")
    if n not in {m, total}:
        raise wrong("trials", n, f"look={m} or planned={total}", "finish the plan, or use confidence_sequence")
    if n == m < total and k < c:
        raise wrong("failures", k, f"at least stop_at={c} when trials=look={m}", "the plan goes on, finish it")
    most = total - m + c - 1
    if n == total > m and k > most:
        raise wrong(
            "failures", k, f"at most {most}, else the plan stopped at its look", "pass the counts of the look"
        )


def _solve(rising: Callable[[float], float]) -> float:
    return float(find_root(lambda q: np.asarray(rising(float(q))), np.asarray(0.0), np.asarray(1.0)))


def _first_stage(m: int, below: int, q: float) -> FloatArray:
    """Return P(K1 = 0), ..., P(K1 = below - 1), as differences of the distribution function."""
    counts = np.arange(below, dtype=np.float64)
    upto = np.ones(below + 1)
    upto[0] = 0.0
    inside = counts < m
    upto[1:][inside] = special.betaincc(counts[inside] + 1, m - counts[inside], q)
    return np.diff(upto)


def _chance_not_worse(k: int, m: int, c: int, total: int, q: float) -> float:
    """Return P(K1 < c and K <= k)."""
    first = min(c, k + 1, m + 1)
    left = k - np.arange(first, dtype=np.float64)
    rest = total - m
    upto = np.ones(first)
    inside = left < rest
    upto[inside] = special.betaincc(left[inside] + 1, rest - left[inside], q)
    return float((_first_stage(m, first, q) * upto).sum())


def _chance_not_better(k: int, m: int, c: int, total: int, q: float) -> float:
    """Return P(K1 >= c or K >= k), as a sum of positive terms so that small chances keep their digits."""
    if k <= c:
        return float(special.betainc(k, total - k + 1, q))  # c failures at the look are k failures in all
    stopped = float(special.betainc(c, m - c + 1, q)) if c <= m else 0.0
    below = min(c, m + 1)
    needed = k - np.arange(below, dtype=np.float64)
    rest = total - m
    beyond = np.zeros(below)
    inside = needed <= rest
    beyond[inside] = special.betainc(needed[inside], rest - needed[inside] + 1, q)
    return stopped + float((_first_stage(m, below, q) * beyond).sum())


def look_threshold(look: int, failure_rate: float, *, confidence: float = 0.95) -> int:
    """Return the smallest number of failures at the look that proves the failure rate to be above ``failure_rate``.

    With this many, the one-sided Clopper-Pearson lower limit is at least ``failure_rate``, so the release has
    failed the gate already and the rest of the plan can be saved.

    Args:
        look: trials at the look, at least 1.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        confidence: above 0 and below 1.

    Returns:
        Failures; look + 1 when even failing every trial proves nothing, so that the run never stops.

    Raises:
        UsageError: no trials, or a rate or confidence out of range.

    Source: definition: smallest c with P(Bin(look, failure_rate) >= c) <= 1 - confidence.

    Examples:
        >>> look_threshold(1000, 0.001), look_threshold(1, 0.5)
        (4, 2)
    """
    m, q = check_whole("look", look, least=1), check_open("failure_rate", failure_rate)
    alpha = 1 - check_open("confidence", confidence)
    low, high = 0, m + 1  # P(X >= low) > alpha >= P(X >= high)
    while high - low > 1:
        middle = (low + high) // 2
        if special.betainc(middle, m - middle + 1, q) <= alpha:
            high = middle
        else:
            low = middle
    return high
