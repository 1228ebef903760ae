"""Two failure rates side by side, valid at any look: evidence that one is above a multiple of the other, or below it.

Covers independent trials that come in blocks, one trial of the first kind and a fixed number of the second. The
looks and the end may be chosen in any way, by Ville's inequality. Does not cover trials that share groups (let each
group enter once), nor blocks whose make-up depends on what was seen.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import special

from ninemarch.errors import UsageError
from ninemarch.stats.interval import FloatArray

__all__ = ["log_e_above", "log_e_below"]

# Alternatives: the second rate is what is expected times these, ...
_SECOND = (0.25, 0.5, 1.0, 2.0, 4.0)
# ... and the first lies between the multiple and 1 (above), or is these parts of the multiple (below).
_STEPS, _NEAREST, _LARGEST = 12, 1.25, 0.98
_PARTS = (0.75, 0.6, 0.4, 0.15)
_LEAST, _MOST = 1e-9, 0.9


def log_e_above(
    failures: int, other_failures: int, *, blocks: int, others: int = 1, ratio: float = 1.0, expected: float
) -> float:
    """Return the log e-value against "the first failure rate is at most ``ratio`` times the second".

    A block's likelihood under an alternative over that under the nearest pair of rates on the line
    first = ratio x second. On the line a block's expectation is (1 + r s (t - t0)) (1 + u (t - t0))^others with
    r s + others u = 0 at t0: log-concave in t with its top, 1, at t0; below the line it is smaller. So every product
    over blocks is an e-process, and so is the mean over alternatives.

    Args:
        failures: failures of the first kind, 0 to ``blocks``.
        other_failures: failures of the second kind, 0 to ``blocks * others``.
        blocks: blocks so far, >= 0.
        others: trials of the second kind in a block, >= 1.
        ratio: above 0.
        expected: a guess of the second rate from earlier data, in (0, 1); a bad one costs evidence, never validity.

    Returns:
        Natural logarithm; 0 without a block.

    Raises:
        UsageError: counts or rates out of range.

    Source: R. J. Turner, A. Ly and P. D. Grunwald (2024), Generic E-variables for exact sequential k-sample tests
    that allow for optional stopping, Journal of Statistical Planning and Inference 230:106116; here with a ratio.

    Examples:
        >>> log_e_above(0, 0, blocks=0, expected=0.01)
        0.0
        >>> round(log_e_above(12, 0, blocks=40, expected=0.01), 3), log_e_above(0, 0, blocks=40, expected=0.01) < 0
        (7.636, True)
    """
    _check(failures, other_failures, blocks, others, ratio, expected)
    return _log_mean(failures, other_failures, blocks, others, _alternatives(ratio, others, expected, above=True))


def log_e_below(
    failures: int, other_failures: int, *, blocks: int, others: int = 1, ratio: float = 1.0, expected: float
) -> float:
    """Return the log e-value against "the first failure rate is at least ``ratio`` times the second".

    Args, Returns, Raises and Source as for ``log_e_above``.

    Examples:
        >>> round(log_e_below(10, 40, blocks=200, expected=0.2, ratio=1.5), 3)
        16.595
        >>> log_e_below(200, 0, blocks=200, expected=0.2, ratio=1.5) < 0
        True
    """
    _check(failures, other_failures, blocks, others, ratio, expected)
    return _log_mean(failures, other_failures, blocks, others, _alternatives(ratio, others, expected, above=False))


def _check(failures: int, other_failures: int, blocks: int, others: int, ratio: float, expected: float) -> None:
    if not (0 <= failures <= blocks and others >= 1 and 0 <= other_failures <= blocks * others):
        msg = (
            f"failures={failures}, other_failures={other_failures} of blocks={blocks} with others={others}; "
            "allowed: at most one failure a trial"
        )
        raise UsageError(msg)
    if not (ratio > 0 and 0 < expected < 1):
        msg = f"ratio={ratio}, expected={expected}; allowed: a ratio above 0, a rate between 0 and 1"
        raise UsageError(msg)


@cache
def _alternatives(ratio: float, others: int, expected: float, *, above: bool) -> tuple[FloatArray, ...]:
    """First and second rate of each alternative, and of the pair on the line that is nearest to it."""
    pairs = []
    for factor in _SECOND:
        second = min(max(expected * factor, _LEAST), _MOST)
        least = ratio * second * _NEAREST
        if not above:
            pairs += [(min(ratio * second, 1.0) * part, second) for part in _PARTS]
        elif least < _LARGEST:
            pairs += [(float(first), second) for first in np.geomspace(least, _LARGEST, _STEPS)]
    first, other = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    # (first - r t)(1 - t) + others (other - t)(1 - r t) = 0, its smaller root: both rates stay below 1.
    square, linear = ratio * (1 + others), first + ratio + others * (ratio * other + 1)
    constant = first + others * other
    t = 2 * constant / (linear + np.sqrt(linear * linear - 4 * square * constant))
    return first, other, ratio * t, t


def _log_mean(
    failures: int, other_failures: int, blocks: int, others: int, alternatives: tuple[FloatArray, ...]
) -> float:
    first, second, null_first, null_second = alternatives
    if not blocks or not first.size:
        return 0.0
    wealth = _log_ratio(failures, blocks, first, null_first)
    wealth += _log_ratio(other_failures, blocks * others, second, null_second)
    return float(special.logsumexp(wealth) - np.log(wealth.size))


def _log_ratio(failures: int, trials: int, rate: FloatArray, null: FloatArray) -> FloatArray:
    passes = trials - failures
    return np.asarray(failures * (np.log(rate) - np.log(null)) + passes * (np.log1p(-rate) - np.log1p(-null)))
