"""From attributes to small integer codes: one column an attribute, 0 for what is not searched.

Covers levels as they are, numbers cut at quantiles or at given edges, and missing as a level of its own. A level
with too few trials cannot be part of any slice and is coded 0, so many distinct values cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError
from ninemarch.mining.slices.types import Attribute, Condition, as_number
from ninemarch.text import excerpt

__all__ = ["Column", "code_columns"]

# With at most so many distinct numbers each is a level of its own.
MOST_NUMBERS = 12
_MISSING = -1


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute as it is searched.

    Args:
        name: the attribute.
        codes: one entry a trial, 0 for what is not searched, else 1 + place in ``conditions``.
        conditions: what the codes mean.
        cut: neighbouring codes are neighbouring ranges of a number, and we cut them.
    """

    name: str
    codes: NDArray[np.int16]
    conditions: tuple[Condition, ...]
    cut: bool = False


def code_columns(
    attributes: Sequence[Attribute], *, least: int, cuts: int, edges: Mapping[str, tuple[float, ...]]
) -> tuple[list[Column], list[tuple[str, str]]]:
    """Return the columns to search, and the attributes that are not searched with the reason.

    Args:
        attributes: as recorded.
        least: trials that a level must have.
        cuts: parts that a number is cut into.
        edges: attribute -> numbers at which it is cut instead.

    Raises:
        UsageError: codes that are no places in ``words``, or edges of an attribute that is not there.
    """
    unknown = sorted(set(edges) - {attribute.name for attribute in attributes})
    if unknown:
        msg = f"edges for '{excerpt(unknown[0])}': no trial has this attribute; name one that the trials have"
        raise UsageError(msg)
    columns, skipped = [], []
    for attribute in attributes:
        column = _column(attribute, least, cuts, edges.get(attribute.name))
        if column is None:
            skipped.append((attribute.name, f"fewer than two levels, none with {least} trials and some without"))
        else:
            columns.append(column)
    return columns, skipped


def _column(attribute: Attribute, least: int, cuts: int, edges: tuple[float, ...] | None) -> Column | None:
    codes, words = attribute.codes, attribute.words
    if codes.size and not -1 <= codes.min() <= codes.max() < len(words):
        msg = f"codes of '{excerpt(attribute.name)}' are not places in its {len(words)} words; allowed: -1 for none"
        raise UsageError(msg)
    many = np.bincount(codes + 1, minlength=len(words) + 1)  # first what lacks the attribute
    numbers = _numbers(words, many[1:])
    cut = numbers is not None and (edges is not None or numbers.size > MOST_NUMBERS)
    if edges is not None and numbers is None:
        msg = f"edges for '{excerpt(attribute.name)}': its levels are not all numbers; leave the edges out"
        raise UsageError(msg)
    if cut and numbers is not None:
        inner = _quantiles(numbers, many[1:], cuts) if edges is None else np.unique(edges)
        bounds = [-math.inf, *inner.tolist(), math.inf]
        conditions = [Condition(attribute.name, span=span) for span in pairwise(bounds)]
        place = np.searchsorted(inner, numbers, side="right")
    else:
        conditions = [Condition(attribute.name, word) for word in words]
        place = np.arange(len(words))
    conditions.append(Condition(attribute.name))
    part = np.append(len(conditions) - 1, place)  # of a code + 1
    trials = np.bincount(part, weights=many, minlength=len(conditions)).astype(np.int64)
    kept = np.flatnonzero((trials >= least) & (trials < codes.size))
    if kept.size == 0:
        return None
    rank = np.zeros(len(conditions), dtype=np.int16)
    rank[kept] = np.arange(1, kept.size + 1)
    return Column(attribute.name, rank[part][codes + 1], tuple(conditions[i] for i in kept), cut)


def _numbers(words: Sequence[str], many: NDArray[np.int64]) -> NDArray[np.float64] | None:
    """The levels as numbers; None where a level that a trial has is none. Levels without trials do not matter."""
    found = [as_number(word) for word in words]
    if not words or any(number is None and count for number, count in zip(found, many, strict=True)):
        return None
    return np.array([math.inf if number is None else number for number in found])


def _quantiles(numbers: NDArray[np.float64], many: NDArray[np.int64], cuts: int) -> NDArray[np.float64]:
    """Numbers at which the trials fall into ``cuts`` parts of about one size; fewer where values repeat."""
    order = np.argsort(numbers, kind="stable")
    below = np.cumsum(many[order])
    wanted = below[-1] * np.arange(1, cuts) / cuts
    first = np.searchsorted(below, wanted, side="left")
    inner: NDArray[np.float64] = np.unique(numbers[order][np.minimum(first + 1, numbers.size - 1)])
    inside = (inner > numbers.min()) & (inner <= numbers[many > 0].max())
    return np.asarray(inner[inside])
