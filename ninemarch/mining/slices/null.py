"""Shuffled outcomes: what a search would find if no attribute mattered.

Whole groups change places: what happened in a group (how many of its trials failed) moves to another group of the
same number of trials, and falls on that group's trials in random order. So repeats of one scenario are never taken
for evidence of their own. Numbers of trials that few groups have are put together with the next ones; there the
share of failed trials moves, rounded at random. Where every trial stands alone, single outcomes are shuffled.

If the outcomes do not depend on the attributes, every shuffle is as likely as what was recorded (exactly so where
only groups of one size change places), and the rank of the recorded maximum among the shuffled ones is a p-value
for everything searched at once (M. Dwass, 1957, Annals of Mathematical Statistics 28:181-187; P. H. Westfall and
S. S. Young, 1993, Resampling-Based Multiple Testing).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.units import Units

__all__ = ["Shuffles", "shuffle"]

# A size of its own takes part in no shuffle; from so many groups on a size stands alone.
_ENOUGH = 30


@dataclass(frozen=True, slots=True)
class Shuffles:
    """Failing trials of every shuffle.

    Args:
        rows: places of the failing trials, one shuffle after the other, rising within each.
        many: number of failing trials of each shuffle.
    """

    rows: NDArray[np.int32]
    many: NDArray[np.int64]

    def parts(self, most: int) -> Iterator[tuple[slice, NDArray[np.int32], NDArray[np.int64]]]:
        """Yield runs of whole shuffles with at most about ``most`` trials: which, their rows, their numbers."""
        ends = np.cumsum(self.many)
        first = 0
        while first < self.many.size:
            begin = int(ends[first] - self.many[first])
            last = max(int(np.searchsorted(ends, begin + most, side="right")), first + 1)
            yield slice(first, last), self.rows[begin : int(ends[last - 1])], self.many[first:last]
            first = last


def shuffle(failed: NDArray[np.bool_], units: Units | None, *, times: int, seed: int) -> Shuffles:
    """Return the failing trials of ``times`` shuffles.

    Args:
        failed: which trials failed; groups side by side where there are groups.
        units: the groups; None where every trial stands alone.
        times: number of shuffles.
        seed: of the random generator, used for nothing else.
    """
    rng = np.random.default_rng(seed)
    if units is None:
        size, failures = failed.size, int(failed.sum())
        drawn = [np.sort(rng.choice(size, failures, replace=False, shuffle=False)) for _ in range(times)]
    else:
        strata = [_Stratum(units, members) for members in _strata(units.size)]
        drawn = [np.sort(np.concatenate([stratum.draw(rng) for stratum in strata])) for _ in range(times)]
    rows = np.concatenate(drawn) if drawn else np.zeros(0)
    return Shuffles(rows.astype(np.int32), np.array([each.size for each in drawn], dtype=np.int64))


def _strata(size: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield groups that change places with each other: of one size where enough have it, else of near sizes."""
    order = np.argsort(size, kind="stable")
    sizes, first = np.unique(size[order], return_index=True)
    bounds = [*first.tolist(), size.size]
    begin = 0
    for _, end in zip(sizes, bounds[1:], strict=True):
        if end - begin >= _ENOUGH and (size.size - end >= _ENOUGH or end == size.size):
            yield order[begin:end]
            begin = end
    if begin < size.size:
        yield order[begin:]


class _Stratum:
    """Groups that change places with each other."""

    def __init__(self, units: Units, members: NDArray[np.int64]) -> None:
        self._start, self._size = units.start[members], units.size[members]
        failures = units.failures[members]
        failing = failures > 0
        self._share = failures[failing] / self._size[failing]
        self._alike = bool((self._size == self._size[0]).all())
        self._failures = failures[failing]

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Places of the failing trials of one shuffle."""
        where = rng.choice(self._size.size, self._failures.size, replace=False)
        size, failures = self._size[where], self._failures
        if not self._alike:
            failures = np.floor(self._share * size + rng.random(where.size)).astype(np.int64)
        if self._alike and size.size and size[0] == 1:
            return self._start[where]
        widest = int(size.max(initial=0))
        column = np.arange(widest)
        ranks = rng.random((where.size, widest))
        ranks[column >= size[:, None]] = 2.0  # behind every trial that the group has
        inner = np.argsort(ranks, axis=1)
        return np.asarray((self._start[where][:, None] + inner)[column < failures[:, None]])
