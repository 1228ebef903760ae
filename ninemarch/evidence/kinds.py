"""Distinct rows of codes and how often each came: what is left of many trials once they are counted.

Covers collecting, chunk by chunk; what the codes mean is the reader's business. Memory grows with the distinct rows,
not with the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Every", "Kinds", "distinct", "keys"]

Codes = NDArray[np.int64]

# Distinct rows of chunks that wait to be put together: some 20 MB with ten columns.
_WAITING = 200_000
_WIDEST = 2**62


class Kinds:
    """Collects distinct rows.

    Args:
        columns: codes of a row.
    """

    def __init__(self, columns: int) -> None:
        self._rows: list[Codes] = [np.empty((columns, 0), np.int64)]
        self._many: list[Codes] = [np.empty(0, np.int64)]
        self._kept = self._waiting = 0

    def add(self, columns: Sequence[Codes]) -> None:
        """Take in the rows of one chunk, column by column; a code is any whole number."""
        at, many = distinct(columns)
        self._rows.append(np.stack([column[at] for column in columns]))
        self._many.append(many)
        self._waiting += many.size
        if self._waiting > max(self._kept, _WAITING):
            self.together()

    def together(self) -> tuple[list[Codes], Codes]:
        """Return the distinct rows so far, column by column, and how often each came."""
        if len(self._many) > 1:
            rows, many = np.concatenate(self._rows, axis=1), np.concatenate(self._many)
            self._rows.clear()
            at, counts = distinct(list(rows), many)
            self._rows, self._many = [rows[:, at]], [counts]
            self._kept, self._waiting = counts.size, 0
        return list(self._rows[0]), self._many[0]


class Every:
    """Keeps every row in its order, for what cannot be said of kinds; as ``Kinds`` otherwise.

    Args:
        columns: codes of a row.
    """

    def __init__(self, columns: int) -> None:
        self._columns: list[list[NDArray[Any]]] = [[np.empty(0, np.int32)] for _ in range(columns)]

    def add(self, columns: Sequence[Codes]) -> None:
        """Take in the rows of one chunk, column by column."""
        for kept, column in zip(self._columns, columns, strict=True):
            narrow = column.astype(np.int32)
            kept.append(narrow if (narrow == column).all() else column)

    def together(self) -> tuple[list[Codes], Codes]:
        """Return all rows, column by column, each once."""
        whole = []
        for column in self._columns:
            whole.append(np.concatenate(column))
            column.clear()
        return whole, np.broadcast_to(np.int64(1), whole[0].size)


def distinct(columns: Sequence[Codes], many: Codes | None = None) -> tuple[Codes, Codes]:
    """Return a place of each distinct row, and how often it comes (``many`` times each, once by default).

    Examples:
        >>> at, many = distinct([np.array([5, 5, 7]), np.array([0, 0, 1])])
        >>> [5, 5, 7][at[0]], [5, 5, 7][at[1]], many.tolist()
        (5, 7, [2, 1])
    """
    size = columns[0].size
    if size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    key, span = keys(columns)
    if span <= 4 * size:  # counting beats sorting
        counts = np.bincount(key, minlength=span)
        kinds = np.flatnonzero(counts)
        at = np.empty(span, np.int64)
        at[key] = np.arange(size)
        return at[kinds], (counts if many is None else _summed(key, many, span))[kinds]
    _, at, place, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return at, counts if many is None else _summed(place, many, at.size)


def _summed(key: Codes, many: Codes, span: int) -> Codes:
    """Sums of whole numbers by key; exact, as none reaches 2^53."""
    return np.bincount(key, weights=many, minlength=span).astype(np.int64)


def keys(columns: Sequence[Codes]) -> tuple[Codes, int]:
    """Return one number for each row, the same for the same rows; and one more than the largest."""
    key, span = np.zeros(columns[0].size, np.int64), 1
    for column in columns:
        own, wide = _narrow(column)
        if wide == 1:
            continue
        if span * wide >= _WIDEST:
            _, key = np.unique(key, return_inverse=True)
            span = int(key.max()) + 1
        key = key * wide + own
        span *= wide
    return key, span


def _narrow(column: Codes) -> tuple[Codes, int]:
    low, high = int(column.min()), int(column.max())
    if high - low < 2**31:
        return column - low, high - low + 1
    words, own = np.unique(column, return_inverse=True)
    return own, words.size
