"""The scale of nines, in exact arithmetic on failures.

Covers measured nines, proven nines and the trials to the next one. Works on failure counts and failure rates, never
on success rates: 1 - 0.999 is above 0.001 in floating point and would lose a nine.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ninemarch.stats.interval import Interval, Side, as_rates, check_pair, pack, wrong
from ninemarch.stats.plan import clean_trials_missing
from ninemarch.stats.proportion import clopper_pearson

__all__ = ["nines", "nines_interval", "nines_of_rate", "nines_proven", "trials_for_next_nine"]

_MOST_NINES = 300  # 1e-300 is near the end of a double; nobody proves more


def nines(failures: int, trials: int) -> int | None:
    """Return the nines that were measured: the largest k with failures * 10**k <= trials, in whole numbers.

    Args:
        failures: failures seen.
        trials: trials made, at least 1.

    Returns:
        Nines; None when no failure was seen, because then the counts name no finite number and infinity would be a
        claim: say how many trials were clean and what ``nines_proven`` gives.

    Raises:
        UsageError: no trials, or more failures than trials.

    Source: definition.

    Examples:
        >>> nines(1, 1000), nines(1, 999), nines(7, 7), nines(0, 1000) is None
        (3, 2, 0, True)
    """
    k, n = check_pair(failures, trials, least=1)
    return None if k == 0 else len(str(n // k)) - 1


def nines_proven(upper_failure_rate: float | Fraction) -> int:
    """Return the nines that an upper limit of the failure rate proves: the largest k with limit <= 10**-k.

    Compared exactly, never rounded up. The double nearest to 10**-k counts as 10**-k, so 0.001 proves three.

    Args:
        upper_failure_rate: upper limit of the failure rate, above 0 up to 1.

    Returns:
        Nines, at least 0.

    Raises:
        UsageError: a limit outside 0..1, or of 0: no finite number of trials proves a failure rate of 0.

    Source: definition.

    Examples:
        >>> nines_proven(0.001), nines_proven(0.0010000000000000002), nines_proven(1 - 0.999), nines_proven(1.0)
        (3, 2, 2, 0)
    """
    exact = isinstance(upper_failure_rate, Fraction)
    if not exact:
        as_rates("upper_failure_rate", float(upper_failure_rate))
    if not 0 < upper_failure_rate <= 1:
        raise wrong("upper_failure_rate", upper_failure_rate, "above 0 up to 1", "pass an upper limit")
    k = 0
    while k < _MOST_NINES and upper_failure_rate <= (Fraction(1, 10 ** (k + 1)) if exact else float(f"1e-{k + 1}")):
        k += 1
    return k


def nines_of_rate(failure_rate: float | list[float]) -> float | np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return -log10(failure rate), the position on the scale of nines; inf at a rate of 0.

    For drawing and for limits; a count of nines comes from ``nines`` or ``nines_proven``.

    Examples:
        >>> nines_of_rate(0.001), nines_of_rate(0.0), nines_of_rate(1.0)
        (3.0, inf, 0.0)
    """
    rates = as_rates("failure_rate", failure_rate)
    with np.errstate(divide="ignore"):
        return pack(np.abs(-np.log10(rates)))


def nines_interval(
    failures: int, trials: int, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[float]:
    """Return the Clopper-Pearson interval on the scale of nines: lower and upper position.

    The limits are transformed one by one, never by a delta method. At zero failures the estimate and the upper limit
    are inf: nothing bounds the nines above; only ``lower`` is a claim.

    Args, Raises as for ``clopper_pearson``.

    Returns:
        Interval whose ``lower`` is the demonstrated position; 0 without trials.

    Source: C. J. Clopper and E. S. Pearson (1934), Biometrika 26:404-413.

    Examples:
        >>> interval = nines_interval(0, 2995, side="lower")
        >>> round(interval.lower, 6), interval.upper
        (3.000111, inf)
    """
    opposite: dict[Side, Side] = {"two-sided": "two-sided", "lower": "upper", "upper": "lower"}
    if side not in opposite:
        raise wrong("side", repr(side), "two-sided, lower, upper", "choose one")
    rate = clopper_pearson(failures, trials, confidence=confidence, side=opposite[side])
    with np.errstate(divide="ignore"):
        low, high, middle = (float(abs(np.log10(x))) for x in (rate.upper, rate.lower, rate.estimate))
    return Interval(low, high, middle, float(confidence), "clopper-pearson", side)


def trials_for_next_nine(failures: int, trials: int, *, confidence: float = 0.95) -> int:
    """Return how many more trials without failure prove one nine more than the counts prove now.

    Args:
        failures: failures seen so far.
        trials: trials made so far.
        confidence: above 0 and below 1, one-sided.

    Returns:
        Trials, at least 1.

    Raises:
        UsageError: more failures than trials, or a confidence out of range.

    Source: definition; the limit is Clopper-Pearson's.

    Examples:
        >>> trials_for_next_nine(0, 0), trials_for_next_nine(0, 299), trials_for_next_nine(1, 299)
        (29, 2696, 174)
    """
    now = nines_proven(clopper_pearson(failures, trials, confidence=confidence, side="upper").upper)
    while (missing := clean_trials_missing(failures, trials, float(f"1e-{now + 1}"), confidence=confidence)) == 0:
        now += 1  # the limit and its inversion may differ in the last digit
    return missing
