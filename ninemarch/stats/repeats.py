"""Repeated trials of scenarios: pass@k, pass^k, and success over many steps.

Covers unbiased estimates per scenario with intervals for the population of scenarios, and compounding of failure
rates over steps. Values of pass@k and pass^k are shares of success, as their names say; everything else is a failure
rate. Plugging an estimated rate into p^k is biased and not offered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ninemarch.stats.grouped import gaffke
from ninemarch.stats.interval import (
    Counts,
    FloatArray,
    Interval,
    Side,
    as_pair,
    as_rates,
    check_whole,
    pack,
    tails,
    wrong,
)

__all__ = ["all_pass_chance", "end_to_end", "pass_at_k", "pass_hat_k", "per_step"]


def pass_at_k(
    failures: int | Counts, trials: int | Counts, k: int, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[float]:
    """Return pass@k: the chance that at least one of k trials of a scenario passes, mean over scenarios.

    Unbiased estimate 1 - C(failures, k) / C(trials, k) per scenario; Gaffke's bounds over scenarios.

    Args:
        failures: failed trials of each scenario, a count or an array.
        trials: trials of each scenario, at least k.
        k: trials that a user would make, at least 1.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` or ``upper``.

    Returns:
        Interval of the share of success, so ``lower`` is the careful end; it contains its own estimate.

    Raises:
        UsageError: counts out of range, or a scenario with fewer than k trials.

    Source: M. Chen et al. (2021), arXiv:2107.03374, equation 1.

    Examples:
        >>> pass_at_k(2, 5, 2).estimate
        0.9
        >>> pass_at_k([0, 0], [5, 5], 3).upper, pass_at_k([5], [5], 3).lower
        (1.0, 0.0)
    """
    all_fail = _drawn_alike(failures, trials, k, failing=True)
    return _success_interval(all_fail, confidence, side)


def pass_hat_k(
    failures: int | Counts, trials: int | Counts, k: int, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[float]:
    """Return pass^k: the chance that all of k trials of a scenario pass, mean over scenarios.

    Unbiased estimate C(passes, k) / C(trials, k) per scenario; Gaffke's bounds over scenarios.

    Args, Returns and Raises as for ``pass_at_k``.

    Source: S. Yao et al. (2024), arXiv:2406.12045 (tau-bench).

    Examples:
        >>> round(pass_hat_k(2, 5, 2).estimate, 12)
        0.3
        >>> pass_hat_k([0, 0], [5, 5], 3).estimate, pass_hat_k([5], [5], 3).estimate
        (1.0, 0.0)
    """
    return _success_interval(1 - _drawn_alike(failures, trials, k, failing=False), confidence, side)


def all_pass_chance(failures: int | Counts, trials: int | Counts, k: int) -> FloatArray:
    """Return for each scenario the unbiased chance that k of its trials all pass, C(passes, k) / C(trials, k).

    Args, Raises and Source as for ``pass_hat_k``.

    Returns:
        Array of shares of success, one a scenario; their mean is pass^k.

    Examples:
        >>> [round(float(chance), 12) for chance in all_pass_chance([0, 2, 5], [5, 5, 5], 2)]
        [1.0, 0.3, 0.0]
    """
    return _drawn_alike(failures, trials, k, failing=False)


def _drawn_alike(failures: int | Counts, trials: int | Counts, k: int, *, failing: bool) -> FloatArray:
    """Return the chance that k of each scenario's trials, drawn without replacement, all failed (or all passed)."""
    x, n = (array.ravel() for array in as_pair(failures, trials))
    draws = check_whole("k", k, least=1)
    if n.size and n.min() < draws:
        raise wrong("k", draws, f"at most {n.min():.0f}, the fewest trials of a scenario", "run more of each")
    wanted = x if failing else n - x
    chance = np.ones(n.shape)
    for i in range(draws):
        chance *= np.maximum(wanted - i, 0.0) / (n - i)
    return chance


def _success_interval(failing: FloatArray, confidence: float, side: Side) -> Interval[float]:
    mirrored: dict[Side, Side] = {"two-sided": "two-sided", "lower": "upper", "upper": "lower"}
    tails(confidence, side)
    inner = gaffke(failing, confidence=confidence, side=mirrored[side])
    return Interval(1 - inner.upper, 1 - inner.lower, 1 - inner.estimate, float(confidence), "gaffke", side)


def end_to_end(failure_rate: float | Sequence[float] | FloatArray, steps: int) -> float | FloatArray:
    """Return the failure rate of a task of this many independent steps, each failing at ``failure_rate``.

    Limits transform one by one. Steps of one episode share fate; where they do, measure the episode instead.

    Args:
        failure_rate: failure rate of one step, 0..1, a number or an array.
        steps: number of steps.

    Returns:
        1 - (1 - failure_rate)**steps, without loss of digits for tiny rates.

    Raises:
        UsageError: a rate outside 0..1.

    Source: definition.

    Examples:
        >>> round(1 - end_to_end(0.1, 10), 6), end_to_end(0.0, 10), end_to_end(1.0, 10)
        (0.348678, 0.0, 1.0)
    """
    q, count = as_rates("failure_rate", failure_rate), check_whole("steps", steps, least=1)
    with np.errstate(divide="ignore"):
        return pack(np.asarray(-np.expm1(count * np.log1p(-q))))


def per_step(failure_rate: float | Sequence[float] | FloatArray, steps: int) -> float | FloatArray:
    """Return the failure rate that each of this many independent steps may have for a task to fail at this rate.

    Args, Raises and Source as for ``end_to_end``.

    Returns:
        1 - (1 - failure_rate)**(1 / steps).

    Examples:
        >>> round(per_step(0.01, 20), 6), per_step(0.0, 5)
        (0.000502, 0.0)
    """
    q, count = as_rates("failure_rate", failure_rate), check_whole("steps", steps, least=1)
    with np.errstate(divide="ignore"):
        return pack(np.asarray(-np.expm1(np.log1p(-q) / count)))
