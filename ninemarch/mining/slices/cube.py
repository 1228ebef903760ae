"""Every slice with enough trials, counted in one pass over the recorded outcomes and the shuffled ones.

Covers the exact search. The codes of a set of attributes are its parent's ranks and one more attribute's codes in
mixed radix, so a slice with too few trials is never extended and the numbers stay small whatever the levels are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.coding import Column
from ninemarch.mining.slices.null import Shuffles
from ninemarch.mining.slices.statistic import FloatArray, Measure, Whole
from ninemarch.mining.slices.units import Units

__all__ = ["Cube", "count_all"]

Ranks = NDArray[np.int16] | NDArray[np.int32]

# Shuffled failing trials counted at once: 2 MB of ranks, as much again for their keys.
_AT_ONCE = 250_000


@dataclass(frozen=True, slots=True)
class Cube:
    """All slices looked at, set by set; keys rise within a set.

    Args:
        sets: attributes of each set, by their places.
        start: place of each set's first slice, and the number of slices at the end.
        key: codes of the slice's levels in mixed radix, see ``key_of``.
        trials: trials of each slice.
        failures: failures among them.
        part: how many trials of its group a trial of the slice meets in the slice, itself included; 1 without groups.
        radix: number of codes of each attribute.
    """

    sets: tuple[tuple[int, ...], ...]
    start: NDArray[np.int64]
    key: NDArray[np.int64]
    trials: NDArray[np.int64]
    failures: NDArray[np.int64]
    part: FloatArray
    radix: tuple[int, ...]

    def codes_of(self, place: int) -> dict[int, int]:
        """Return attribute -> code of one slice."""
        which = int(np.searchsorted(self.start, place, side="right")) - 1
        key, codes = int(self.key[place]), {}
        for attribute in reversed(self.sets[which]):
            key, codes[attribute] = divmod(key, self.radix[attribute])
        return dict(sorted(codes.items()))

    def place_of(self, codes: dict[int, int]) -> int | None:
        """Return the place of a slice; None where it has too few trials."""
        which = self.sets.index(tuple(sorted(codes)))
        key = 0
        for attribute in sorted(codes):
            key = key * self.radix[attribute] + codes[attribute]
        place = int(self.start[which] + np.searchsorted(self.keys(which), key))
        return place if place < self.start[which + 1] and self.key[place] == key else None

    def keys(self, which: int) -> NDArray[np.int64]:
        """The keys of one set."""
        return self.key[self.start[which] : self.start[which + 1]]

    def within(self, columns: Sequence[Column], rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many of these trials each slice has."""
        codes = [column.codes[rows].astype(np.int64) for column in columns]
        found = np.zeros(self.key.size, dtype=np.int64)
        for which, attributes in enumerate(self.sets):
            keys = self.keys(which)
            mine = codes[attributes[0]]
            for attribute in attributes[1:]:
                mine = mine * self.radix[attribute] + codes[attribute]
            at = np.minimum(np.searchsorted(keys, mine), keys.size - 1)
            found[self.start[which] : self.start[which + 1]] = np.bincount(at[keys[at] == mine], minlength=keys.size)
        return found


def count_all(
    columns: Sequence[Column],
    failing: NDArray[np.int64],
    shuffles: Shuffles,
    *,
    units: Units | None,
    measure: Measure,
    depth: int,
    least: int,
) -> tuple[Cube, FloatArray]:
    """Return every slice with at least ``least`` trials, and the largest statistic of every shuffle.

    Args:
        columns: the attributes.
        failing: places of the trials that failed.
        shuffles: the shuffled ones.
        units: the groups; None where every trial stands alone.
        measure: how striking a slice is.
        depth: most attributes of a set.
        least: trials of a slice.
    """
    search = _Search(columns, failing, shuffles, units, measure, least)
    size = columns[0].codes.size
    search.extend((), np.ones(size, dtype=np.int16), np.zeros(1, dtype=np.int64), depth)
    return search.cube(), search.largest


class _Search:
    def __init__(
        self,
        columns: Sequence[Column],
        failing: NDArray[np.int64],
        shuffles: Shuffles,
        units: Units | None,
        measure: Measure,
        least: int,
    ) -> None:
        self._columns = columns
        self._radix = tuple(len(column.conditions) + 1 for column in columns)
        self._failing = failing
        self._units = units
        self._measure = measure
        self._least = least
        self._total = columns[0].codes.size
        self._parts = list(shuffles.parts(_AT_ONCE))
        self._sets: list[tuple[int, ...]] = []
        self._found: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], FloatArray]] = []
        self.largest = np.zeros(shuffles.many.size)

    def cube(self) -> Cube:
        """All slices found."""
        sizes = [keys.size for keys, _, _, _ in self._found]
        key, trials, failures, part = (np.concatenate(part) for part in zip(*self._found, strict=True))
        start = np.cumsum([0, *sizes])
        return Cube(tuple(self._sets), start, key, trials, failures, part, self._radix)

    def extend(self, chosen: tuple[int, ...], parent: Ranks, keys: NDArray[np.int64], left: int) -> None:
        """Count every set that has one or more attributes after the chosen ones.

        Args:
            chosen: attributes so far, rising.
            parent: for each trial, 1 + place of its slice of the chosen attributes; 0 if that has too few trials.
            keys: keys of those slices.
            left: how many more attributes a set may have.
        """
        for attribute in range(chosen[-1] + 1 if chosen else 0, len(self._columns)):
            radix = self._radix[attribute]
            code = parent.astype(np.int32) * np.int32(radix)
            code += self._columns[attribute].codes
            many = np.bincount(code, minlength=(keys.size + 1) * radix)
            enough = many >= self._least
            enough[:radix] = False  # the parent has too few trials
            enough[::radix] = False  # the level has
            kept = np.flatnonzero(enough)
            if kept.size == 0:
                continue
            kind = np.int16 if kept.size < np.iinfo(np.int16).max else np.int32
            lookup = np.zeros(many.size, dtype=kind)
            lookup[kept] = np.arange(1, kept.size + 1)
            ranks = lookup[code]
            del code
            own = keys[kept // radix - 1] * radix + kept % radix
            self._count((*chosen, attribute), ranks, own, many[kept])
            if left > 1:
                self.extend((*chosen, attribute), ranks, own, left - 1)

    def _count(
        self, chosen: tuple[int, ...], ranks: Ranks, keys: NDArray[np.int64], trials: NDArray[np.int64]
    ) -> None:
        failures = np.bincount(ranks[self._failing], minlength=keys.size + 1)[1:]
        part = self._part(ranks, trials)
        self._sets.append(chosen)
        self._found.append((keys, trials, failures, part))
        for which, rows, many in self._parts:
            self.largest[which] = self._maxima(ranks[rows], many, trials, part, self.largest[which])

    def _part(self, ranks: Ranks, trials: NDArray[np.int64]) -> FloatArray:
        """How many trials of its group a trial meets in its slice, on average.

        Whether the next trial of the group is in the slice too stands for all others: exact where the group lies
        in one slice as a whole, unbiased where the trials of a group are in random order.
        """
        if self._units is None:
            return np.ones(trials.size)
        both = ranks == ranks[self._units.mate]
        met = np.bincount(ranks[both], weights=self._units.others[both], minlength=trials.size + 1)[1:]
        return np.asarray(1 + met / trials)

    def _maxima(
        self,
        ranks: Ranks,
        many: NDArray[np.int64],
        trials: NDArray[np.int64],
        part: FloatArray,
        best: FloatArray,
    ) -> FloatArray:
        """The largest statistic of some shuffles, given the largest so far."""
        width = trials.size + 1
        key = np.repeat(np.arange(0, many.size * width, width), many)
        key += ranks
        counts = np.bincount(key, minlength=many.size * width).reshape(many.size, width)[:, 1:]
        above = counts - trials * (self._failing.size / self._total)
        bound = self._measure.bound(trials, Whole(self._failing.size, self._total), part)
        shuffled, slices = np.nonzero((above > 0) & (above**2 * bound > best[:, None]))
        if shuffled.size == 0:
            return best
        whole = Whole(many[shuffled], self._total)
        exact = self._measure.statistic(counts[shuffled, slices], trials[slices], whole, part[slices])
        best = best.copy()
        np.maximum.at(best, shuffled, exact)
        return best
