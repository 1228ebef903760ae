"""What every interval function takes and returns: the frozen result, its sides, and the checks of arguments.

Covers the result type, the split of an error rate over two sides, and argument checks whose messages name the
value and what is allowed. Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError, nearest

__all__ = [
    "Counts",
    "FloatArray",
    "Interval",
    "LimitFunction",
    "Limits",
    "Side",
    "as_counts",
    "as_pair",
    "as_rates",
    "check_open",
    "check_pair",
    "check_whole",
    "on_distinct",
    "pack",
    "tails",
    "wrong",
]

FloatArray: TypeAlias = NDArray[np.float64]
Counts: TypeAlias = Sequence[int] | Sequence[float] | NDArray[np.integer] | NDArray[np.floating]
Side: TypeAlias = Literal["two-sided", "lower", "upper"]
Limits: TypeAlias = tuple[FloatArray, FloatArray]
# failures, trials, error rate of the lower limit, of the upper limit (None: not asked for)
LimitFunction: TypeAlias = Callable[[FloatArray, FloatArray, float | None, float | None], Limits]
Number = TypeVar("Number", float, FloatArray)

_DEDUPLICATE_FROM = 4096  # from this size on, equal pairs of counts are computed once
SIDES = ("two-sided", "lower", "upper")


@dataclass(frozen=True, slots=True)
class Interval(Generic[Number]):
    """An interval for a failure rate; every field is a number, or an array where the counts were arrays.

    Attributes:
        lower: lower limit of the failure rate, 0..1 (0 when only the upper side was asked for).
        upper: upper limit of the failure rate, 0..1 (1 when only the lower side was asked for).
        estimate: the point estimate; nan where there were no trials.
        confidence: the confidence asked for, 0..1: of both limits together, or of the one side.
        method: short name of the method, such as ``clopper-pearson``.
        side: ``two-sided``, ``lower`` or ``upper``.
    """

    lower: Number
    upper: Number
    estimate: Number
    confidence: float
    method: str
    side: Side = "two-sided"


def wrong(name: str, value: object, allowed: str, advice: str) -> UsageError:
    """Return the error for a bad argument, in the form that every message of this package has."""
    return UsageError(f"{name}={value} (in stats); allowed: {allowed}; {advice}")


def check_open(name: str, value: float, *, low: float = 0.0, high: float = 1.0) -> float:
    """Return ``value`` as a float when it lies strictly between ``low`` and ``high``; else raise UsageError.

    Examples:
        >>> check_open("confidence", 95)
        Traceback (most recent call last):
            ...
        ninemarch.errors.UsageError: confidence=95 (in stats); allowed: above 0 and below 1; write 0.95
    """
    number = _as_float(name, value, f"above {low:g} and below {high:g}")
    if not low < number < high:
        hint = f"write {number / 100:g}" if (low, high) == (0.0, 1.0) and 1 < number < 100 else "change it"
        raise wrong(name, value, f"above {low:g} and below {high:g}", hint)
    return number


def check_whole(name: str, value: int, *, least: int = 0) -> int:
    """Return ``value`` as a Python int when it is a whole number of at least ``least``; else raise UsageError."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise wrong(name, repr(value), f"a whole number of at least {least}", "pass a count")
    whole = isinstance(value, int | np.integer) or (np.isfinite(value) and value == np.floor(value))
    if not whole or value < least:
        raise wrong(name, value, f"a whole number of at least {least}", "pass a count")
    return int(value)


def check_pair(failures: int, trials: int, *, least: int = 0) -> tuple[int, int]:
    """Return failures and trials as Python ints; UsageError when there are more failures than trials."""
    k, n = check_whole("failures", failures), check_whole("trials", trials, least=least)
    if k > n:
        raise wrong("failures", k, f"at most trials={n}", "pass failures first")
    return k, n


def as_counts(name: str, values: int | Counts) -> FloatArray:
    """Return ``values`` as a float array of whole numbers of at least 0 (exact up to 2**53); else UsageError."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf":
        raise wrong(name, repr(values), "whole numbers of at least 0", "pass counts")
    numbers = array.astype(np.float64)
    bad = ~np.isfinite(numbers) | (numbers < 0) | (numbers != np.floor(numbers))
    if bad.any():
        first = numbers[bad].flat[0]
        raise wrong(name, f"{first:g}", "whole numbers of at least 0", "pass counts")
    return numbers


def as_pair(failures: int | Counts, trials: int | Counts) -> tuple[FloatArray, FloatArray]:
    """Return failures and trials as float arrays of one common shape, failures never above trials."""
    try:
        k, n = np.broadcast_arrays(as_counts("failures", failures), as_counts("trials", trials))
    except ValueError:
        shapes = f"{np.shape(failures)} and {np.shape(trials)}"
        raise wrong("failures, trials", f"shapes {shapes}", "one shape", "pass equal lengths") from None
    bad = k > n
    if bad.any():
        raise wrong(
            "failures", f"{k[bad].flat[0]:.0f}", f"at most trials={n[bad].flat[0]:.0f}", "pass failures first"
        )
    return k, n


def as_rates(name: str, values: float | Sequence[float] | FloatArray) -> FloatArray:
    """Return ``values`` as a float array of numbers in [0, 1]; else raise UsageError."""
    array = np.asarray(values)
    if array.dtype.kind not in "iuf" and array.size:
        raise wrong(name, repr(values), "numbers from 0 to 1", "pass rates")
    numbers = array.astype(np.float64)
    bad = ~((numbers >= 0) & (numbers <= 1))
    if bad.any():
        first = numbers[bad].flat[0]
        raise wrong(name, f"{first:g}", "numbers from 0 to 1", "pass rates, not percent")
    return numbers


def tails(confidence: float, side: Side) -> tuple[float | None, float | None]:
    """Return the error rate of the lower and of the upper limit; None for a side that was not asked for.

    Examples:
        >>> tails(0.5, "upper")
        (None, 0.5)
        >>> tails(0.5, "both")
        Traceback (most recent call last):
            ...
        ninemarch.errors.UsageError: side='both' (in stats); allowed: two-sided, lower, upper; choose one
    """
    alpha = 1.0 - check_open("confidence", confidence)
    if side == "two-sided":
        return alpha / 2, alpha / 2
    if side == "lower":
        return alpha, None
    if side == "upper":
        return None, alpha
    hint = nearest(str(side), SIDES)
    raise wrong("side", repr(side), ", ".join(SIDES), f"choose one{hint}")


def on_distinct(
    limits: LimitFunction, k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None
) -> Limits:
    """Call ``limits`` on the distinct pairs of counts only: in long tables nearly all rows repeat."""
    if k.size < _DEDUPLICATE_FROM or n.max() >= 2**31:
        return limits(k, n, at_lower, at_upper)
    keys, where = np.unique((n.astype(np.int64) << 32 | k.astype(np.int64)).ravel(), return_inverse=True)
    lower, upper = limits((keys & 0xFFFFFFFF).astype(np.float64), (keys >> 32).astype(np.float64), at_lower, at_upper)
    where = where.reshape(k.shape)
    return lower[where], upper[where]


def pack(array: FloatArray) -> float | FloatArray:
    """Return a 0-dimensional array as a float and any other array as it is."""
    return float(array) if array.ndim == 0 else array


def _as_float(name: str, value: float, allowed: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise wrong(name, repr(value), allowed, "pass a number")
    return float(value)
