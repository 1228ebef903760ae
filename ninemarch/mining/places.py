"""A number for every combination of t levels, so that what rows hold is one look-up in an array.

Covers the numbering only: set of attributes by set, and inside a set in mixed radix.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ninemarch.errors import UsageError
from ninemarch.mining.forbidden import Rows

__all__ = ["MOST_COMBINATIONS", "Places"]

# Combinations numbered at once: their counts take 80 MB.
MOST_COMBINATIONS = 20_000_000


class Places:
    """The numbering of the combinations of ``strength`` levels.

    Args:
        levels: number of levels of each attribute.
        strength: levels in a combination, at least 1 and at most the number of attributes.

    Raises:
        UsageError: more than ``MOST_COMBINATIONS``.
    """

    def __init__(self, levels: Sequence[int], strength: int) -> None:
        sizes = np.asarray(levels, dtype=np.int64)
        self._sets = np.asarray(list(combinations(range(len(levels)), strength)), dtype=np.int64)
        inside = sizes[self._sets]
        self._strides = np.ones_like(inside)
        for place in range(strength - 2, -1, -1):
            self._strides[:, place] = self._strides[:, place + 1] * inside[:, place + 1]
        self._starts = np.concatenate([[0], np.cumsum(inside.prod(axis=1, dtype=np.float64))]).astype(np.int64)
        self.total = int(self._starts[-1])
        if self.total > MOST_COMBINATIONS:
            msg = (
                f"strength={strength} of {len(levels)} attributes has {self.total:,} combinations; allowed: at most "
                f"{MOST_COMBINATIONS:,}; take a smaller strength or fewer attributes"
            )
            raise UsageError(msg)
        self.least_rows = int(np.sort(sizes)[-strength:].prod())
        self._levels = sizes
        self._with = [self._around(attribute) for attribute in range(len(levels))]

    def _around(self, attribute: int) -> tuple[Rows, Rows, Rows, Rows]:
        """Of the sets with the attribute: their starts, other attributes, the others' strides, its own stride."""
        own = self._sets == attribute
        which = np.flatnonzero(own.any(axis=1))
        own = own[which]
        sets, strides = self._sets[which], self._strides[which]
        shape = (len(which), self._sets.shape[1] - 1)
        return self._starts[which], sets[~own].reshape(shape), strides[~own].reshape(shape), strides[own]

    def codes(self, rows: Rows) -> Rows:
        """The number of every combination that each row holds: rows x sets."""
        out: Rows = np.broadcast_to(self._starts[:-1], (len(rows), len(self._sets))).copy()
        for place in range(self._sets.shape[1]):
            out += rows[:, self._sets[:, place]] * self._strides[:, place]
        return out

    def around(self, rows: Rows, attribute: int) -> Rows:
        """The same for the sets that hold ``attribute``."""
        codes, stride = self._without(rows, attribute)
        out: Rows = codes + stride * rows[:, attribute, None]
        return out

    def with_each_level(self, rows: Rows, attribute: int) -> Rows:
        """The same were each level of ``attribute`` put into the row: rows x sets x levels."""
        codes, stride = self._without(rows, attribute)
        out: Rows = codes[:, :, None] + stride[:, None] * np.arange(self._levels[attribute])
        return out

    def _without(self, rows: Rows, attribute: int) -> tuple[Rows, Rows]:
        starts, others, strides, stride = self._with[attribute]
        codes = np.broadcast_to(starts, (len(rows), len(starts))).copy()
        for place in range(others.shape[1]):
            codes += rows[:, others[:, place]] * strides[:, place]
        return codes, stride

    def combination(self, code: int) -> tuple[Rows, Rows]:
        """The attributes and levels of a number."""
        which = int(np.searchsorted(self._starts, code, side="right")) - 1
        attributes = self._sets[which]
        rest = int(code) - self._starts[which]
        levels: Rows = rest // self._strides[which] % self._levels[attributes]
        return attributes, levels
