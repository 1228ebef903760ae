"""Many tests at once: adjusted p-values.

Covers Holm (for verdicts: the chance of any false one), Tarone's for discrete tests, Hochberg and Bonferroni, and the
false discovery rate of Benjamini and Hochberg, and Benjamini and Yekutieli, for finding slices to look at. Gates that
must ALL pass need no correction for false passes; slices that FAIL do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ninemarch.stats.interval import FloatArray, as_rates, check_open, wrong

__all__ = ["benjamini_hochberg", "benjamini_yekutieli", "bonferroni", "hochberg", "holm", "tarone"]


def bonferroni(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return Bonferroni's adjusted p-values, in the order given.

    Source: O. J. Dunn (1961), JASA 56:52-64.

    Examples:
        >>> bonferroni([0.01, 0.5]).tolist(), bonferroni([]).tolist()
        ([0.02, 1.0], [])
    """
    p = as_rates("p_values", p_values).ravel()
    return np.minimum(p * p.size, 1.0)


def holm(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return Holm's adjusted p-values, in the order given: any dependence, never worse than Bonferroni.

    Reject where the adjusted value is at most alpha: the chance of any false rejection is at most alpha.

    Args:
        p_values: p-values of all tests made, 0..1.

    Returns:
        Array of the same length.

    Raises:
        UsageError: values outside 0..1.

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6:65-70.

    Examples:
        >>> holm([0.01, 0.04, 0.03]).tolist(), holm([]).tolist()
        ([0.03, 0.06, 0.06], [])
    """
    p = as_rates("p_values", p_values).ravel()
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)) if p.size else p
    return _back(np.minimum(steps, 1.0), order)


def tarone(
    p_values: Sequence[float] | FloatArray, least: Sequence[float] | FloatArray, *, alpha: float
) -> FloatArray:
    """Return Holm's adjusted p-values over the tests that could reach ``alpha`` at all; 1 for the others.

    For discrete tests: one with few counts cannot reject whatever it sees, so it costs the others nothing.

    Args:
        p_values: p-values of all tests made, 0..1.
        least: smallest p-value that each test could have given its totals, 0..1; same length.
        alpha: error rate for all of them together, above 0 and below 1.

    Returns:
        Array of the same length.

    Raises:
        UsageError: values outside 0..1, or lengths that differ.

    Source: R. E. Tarone (1990), Biometrics 46:515-522: the smallest K such that at most K tests can reach alpha / K.

    Examples:
        >>> tarone([0.01, 0.5, 1.0], [0.001, 0.25, 0.5], alpha=0.05).tolist(), tarone([], [], alpha=0.05).tolist()
        ([0.01, 1.0, 1.0], [])
    """
    p, best = as_rates("p_values", p_values).ravel(), as_rates("least", least).ravel()
    if p.shape != best.shape:
        raise wrong("least", f"{best.size} numbers", f"one a test, {p.size} tests", "pass as many")
    limit = check_open("alpha", alpha)
    k = next(k for k in range(1, p.size + 2) if (best <= limit / k).sum() <= k)
    able = best <= limit / k
    adjusted = np.ones_like(p)
    adjusted[able] = holm(p[able])
    return adjusted


def hochberg(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return Hochberg's adjusted p-values, in the order given; for independent or positively dependent tests.

    Source: Y. Hochberg (1988), Biometrika 75:800-802.

    Examples:
        >>> hochberg([0.04, 0.04]).tolist(), hochberg([]).tolist()
        ([0.04, 0.04], [])
    """
    return _step_up(p_values, lambda m: np.arange(1.0, m + 1))


def benjamini_hochberg(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return Benjamini and Hochberg's adjusted p-values, in the order given: the false discovery rate.

    For finding slices to look at, not for verdicts; independent or positively dependent tests.

    Args, Returns and Raises as for ``holm``.

    Source: Y. Benjamini and Y. Hochberg (1995), J. Royal Statistical Society B 57:289-300.

    Examples:
        >>> benjamini_hochberg([0.01, 0.02, 0.03, 0.04, 0.05]).tolist()
        [0.05, 0.05, 0.05, 0.05, 0.05]
        >>> benjamini_hochberg([]).tolist()
        []
    """
    return _step_up(p_values, lambda m: m / np.arange(m, 0.0, -1))


def benjamini_yekutieli(p_values: Sequence[float] | FloatArray) -> FloatArray:
    """Return Benjamini and Yekutieli's adjusted p-values, in the order given: any dependence.

    Source: Y. Benjamini and D. Yekutieli (2001), Annals of Statistics 29:1165-1188.

    Examples:
        >>> benjamini_yekutieli([0.01, 0.02]).tolist(), benjamini_yekutieli([]).tolist()
        ([0.03, 0.03], [])
    """
    return _step_up(p_values, lambda m: (1 / np.arange(1, m + 1)).sum() * m / np.arange(m, 0.0, -1))


def _step_up(p_values: Sequence[float] | FloatArray, factors: Callable[[int], FloatArray]) -> FloatArray:
    """Multiply the p-values from the largest down and keep the smallest so far."""
    p = as_rates("p_values", p_values).ravel()
    order = np.argsort(-p, kind="stable")
    steps = np.minimum.accumulate(p[order] * factors(p.size)) if p.size else p
    return _back(np.minimum(steps, 1.0), order)


def _back(values: FloatArray, order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> FloatArray:
    result = np.empty_like(values)
    result[order] = values
    return result
