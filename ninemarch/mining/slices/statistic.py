"""How striking a slice is: the likelihood ratio of two failure rates against one.

Covers the statistic, a bound on it that is cheap to compute, and its inversions. What counts as significant is
decided by shuffling (``null``), so nothing here rests on a limiting distribution. Needs numpy only, as a search is
often all that a process does, and scipy would be a third of its memory.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["FloatArray", "Independent", "Measure", "Number", "Whole", "least_rate", "log_likelihood_ratio"]

_TINY = 1e-300  # 0 log 0 = 0
FloatArray = NDArray[np.float64]
Number = NDArray[np.floating] | NDArray[np.integer] | float


def log_likelihood_ratio(failures: Number, trials: Number, all_failures: Number, all_trials: Number) -> FloatArray:
    """Return the log likelihood ratio of a slice that fails more often than the rest; 0 where it does not.

    Args:
        failures: failures inside, 0 <= failures <= trials.
        trials: trials inside.
        all_failures: failures inside and outside.
        all_trials: trials inside and outside.

    Returns:
        Natural logarithm, >= 0; arrays are broadcast.

    Source: M. Kulldorff (1997), Communications in Statistics: Theory and Methods 26:1481-1496, Bernoulli model.

    Examples:
        >>> round(float(log_likelihood_ratio(5, 10, 10, 100)), 4), float(log_likelihood_ratio(0, 10, 10, 100))
        (6.2665, 0.0)
        >>> float(log_likelihood_ratio(10, 100, 10, 100))
        0.0
    """
    k, n = np.asarray(failures, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    k_rest, n_rest = all_failures - k, all_trials - n
    whole = _log_likelihood(np.asarray(all_failures, dtype=np.float64), np.asarray(all_trials, dtype=np.float64))
    gain = _log_likelihood(k, n) + _log_likelihood(k_rest, n_rest) - whole
    higher = (k * n_rest > k_rest * n) & (n_rest > 0)
    return np.asarray(np.where(higher, np.maximum(gain, 0.0), 0.0))


def _log_likelihood(k: FloatArray, n: FloatArray) -> FloatArray:
    """Return the log likelihood of k failures in n trials at the rate k/n, without the binomial coefficient."""
    return np.asarray(_x_log_x(k) + _x_log_x(n - k) - _x_log_x(n))


def _x_log_x(x: FloatArray) -> FloatArray:
    return np.asarray(x * np.log(np.maximum(x, _TINY)))


@dataclass(frozen=True, slots=True)
class Whole:
    """What a slice is compared in: failures and trials, inside and outside together."""

    failures: int | NDArray[np.int64]
    trials: int


class Measure(Protocol):
    """How striking slices are, in nats; ``part`` is how many trials of one group a trial meets in its slice."""

    def statistic(self, failures: Number, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:
        """Return the statistic of each slice; 0 where it fails no more often than the rest."""
        ...

    def bound(self, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:
        """Return c for each slice such that its statistic is at most c (failures - expected failures)^2."""
        ...


class Independent:
    """The measure where every trial stands alone: the log likelihood ratio.

    Examples:
        >>> c = Independent().bound(np.array([10]), Whole(10, 100), np.ones(1))
        >>> bool(c[0] * (5 - 1) ** 2 >= log_likelihood_ratio(5, 10, 10, 100))
        True
    """

    def statistic(self, failures: Number, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:  # noqa: ARG002
        """See ``Measure``."""
        return log_likelihood_ratio(failures, trials, whole.failures, whole.trials)

    def bound(self, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:  # noqa: ARG002
        """See ``Measure``; from n KL(x, p) <= n (x - p)^2 / (p (1 - p)), inside and outside (log z <= z - 1)."""
        n, p = np.asarray(trials, dtype=np.float64), whole.failures / whole.trials
        return np.asarray((1 / n + 1 / np.maximum(whole.trials - n, 1)) / (p * (1 - p)))


def least_rate(failures: float, trials: float, threshold: float) -> float:
    """Return the smallest failure rate whose log likelihood ratio against the measured one is at most ``threshold``.

    Examples:
        >>> round(least_rate(5, 10, 1.92), 3), least_rate(0, 10, 1.92)
        (0.218, 0.0)
        >>> round(least_rate(10, 10, 3.0), 4) == round(float(np.exp(-0.3)), 4)
        True
    """
    if failures <= 0:
        return 0.0
    passes, low, high = trials - failures, 0.0, failures / trials
    at_best = failures * math.log(high) + (passes * math.log1p(-high) if passes else 0.0)
    for _ in range(60):  # halves the distance each time: more digits than anyone reads
        middle = (low + high) / 2
        likely = failures * math.log(middle) + passes * math.log1p(-middle)
        low, high = (middle, high) if at_best - likely > threshold else (low, middle)
    return high
