"""From many overlapping slices to a short list: take the best, in its shortest form, without its trials look again.

Covers explaining away, dropping of conditions that change nothing, and joining of neighbouring ranges.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.coding import Column
from ninemarch.mining.slices.cube import Cube
from ninemarch.mining.slices.laws import Grouped, laws_of
from ninemarch.mining.slices.statistic import Independent, Measure, Whole, log_likelihood_ratio
from ninemarch.mining.slices.units import Units

__all__ = ["Codes", "Taken", "Trials", "explain", "mask_of", "measure_of"]

# attribute -> codes of its levels; several for neighbouring ranges of a number
Codes = dict[int, tuple[int, ...]]
Mask = NDArray[np.bool_]

# A further condition must gain more than the best of all possible ones does by chance, but once in so many slices.
_KEPT_BY_CHANCE = 0.2
_NORMAL = NormalDist()
# Half of the 95% point of chi-square: two neighbouring ranges that differ by less fail alike.
_ONE_IN_20 = 1.92


@dataclass(frozen=True, slots=True)
class Trials:
    """What is searched.

    Args:
        columns: the attributes.
        failed: which trials failed.
        units: the groups; None where every trial stands alone.
    """

    columns: Sequence[Column]
    failed: Mask
    units: Units | None


@dataclass(frozen=True, slots=True)
class Taken:
    """One slice of the list: its levels, and its statistic among the trials that were left."""

    codes: Codes
    statistic: float


def measure_of(trials: Trials, open_: Mask | None = None) -> Measure:
    """Return how striking slices are among the trials of ``open_``, all by default."""
    if trials.units is None:
        return Independent()
    if open_ is None:
        return Grouped(laws_of(trials.units.failures, trials.units.size))
    size = np.add.reduceat(open_.astype(np.int64), trials.units.start)
    failures = np.add.reduceat((open_ & trials.failed).astype(np.int64), trials.units.start)
    return Grouped(laws_of(failures[size > 0], size[size > 0]))


def mask_of(columns: Sequence[Column], codes: Codes) -> Mask:
    """Which trials are in a slice."""
    return np.asarray(np.all([np.isin(columns[a].codes, wanted) for a, wanted in codes.items()], axis=0))


def explain(cube: Cube, trials: Trials, *, critical: float, ratio: float, most: int) -> Iterator[Taken]:
    """Yield slices, strongest first, until none of those left is significant.

    Args:
        cube: all slices looked at.
        trials: what they are of.
        critical: a statistic must be above it.
        ratio: least ratio of the failure rates inside and outside.
        most: how many at most.
    """
    left = _Left(cube, trials)
    for _ in range(most):
        taken = left.take(critical, ratio)
        if taken is None:
            return
        yield taken


class _Left:
    """The trials that no slice explains yet, and the counts of every slice among them."""

    def __init__(self, cube: Cube, trials: Trials) -> None:
        self._cube, self._all = cube, trials
        self._columns, self._failed = trials.columns, trials.failed
        self._open = np.ones(self._failed.size, dtype=np.bool_)
        self._trials, self._failures = cube.trials.copy(), cube.failures.copy()
        self._whole = Whole(int(self._failed.sum()), self._failed.size)

    def take(self, critical: float, ratio: float) -> Taken | None:
        """Return the best slice left and take its trials away; None where none is good enough."""
        if self._whole.failures in {0, self._whole.trials}:
            return None
        inside = self._failures * (self._whole.trials - self._trials)
        outside = (self._whole.failures - self._failures) * self._trials
        statistic = np.where(inside >= ratio * outside, self._statistics(), 0.0)
        best = int(np.argmax(statistic))
        if statistic[best] <= critical:
            return None
        place = self._shortest(best, statistic, critical)
        codes = self._joined({a: (code,) for a, code in self._cube.codes_of(place).items()}, self._weight(place))
        self._remove(mask_of(self._columns, codes) & self._open)
        return Taken(codes, float(statistic[place]))

    def _statistics(self) -> NDArray[np.float64]:
        measure = measure_of(self._all, self._open)
        return measure.statistic(self._failures, np.maximum(self._trials, 1), self._whole, self._cube.part)

    def _weight(self, place: int) -> float:
        """1 over the design effect of a slice."""
        units = self._all.units
        known = 0.0 if units is None else units.correlation
        return float(1 / (1 + known * (self._cube.part[place] - 1)))

    def _shortest(self, place: int, statistic: NDArray[np.float64], critical: float) -> int:
        """Drop conditions one by one while the trials that join in fail about as often."""
        while len(codes := self._cube.codes_of(place)) > 1:
            found = []
            for attribute in codes:
                parent = self._cube.place_of({a: c for a, c in codes.items() if a != attribute})
                if parent is not None and statistic[parent] > critical:
                    found.append((self._gain(place, parent), parent))
            if not found or min(found)[0] > self._threshold(set(self._cube.codes_of(min(found)[1]))):
                return place
            place = min(found)[1]
        return place

    def _gain(self, place: int, parent: int) -> float:
        """How striking the slice is among the trials of its parent."""
        return self._weight(place) * float(
            log_likelihood_ratio(
                self._failures[place], self._trials[place], self._failures[parent], self._trials[parent]
            )
        )

    def _threshold(self, attributes: set[int]) -> float:
        further = sum(len(c.conditions) for i, c in enumerate(self._columns) if i not in attributes)
        return float(_NORMAL.inv_cdf(_KEPT_BY_CHANCE / max(further, 1)) ** 2 / 2)

    def _joined(self, codes: Codes, weight: float) -> Codes:
        """Widen ranges that we cut over neighbours whose trials fail like the slice's and unlike the rest."""
        for attribute, column in enumerate(self._columns):
            if not column.cut or attribute not in codes:
                continue
            for step in (-1, 1):
                while (wider := self._neighbour(codes[attribute], column, step)) is not None:
                    inside, more = (
                        mask_of(self._columns, each) & self._open for each in (codes, {**codes, attribute: wider})
                    )
                    if not self._alike(inside, more & ~inside, weight):
                        break
                    codes = {**codes, attribute: wider}
        return codes

    @staticmethod
    def _neighbour(own: tuple[int, ...], column: Column, step: int) -> tuple[int, ...] | None:
        """The codes of a range and its next neighbour; None at the end of the ranges."""
        first, second = (own[-1], own[-1] + 1) if step > 0 else (own[0] - 1, own[0])
        if first < 1 or second > len(column.conditions):
            return None
        low, high = column.conditions[first - 1].span, column.conditions[second - 1].span
        if low is None or high is None or low[1] != high[0]:
            return None
        return (*own, second) if step > 0 else (first, *own)

    def _alike(self, inside: Mask, more: Mask, weight: float) -> bool:
        """Whether further trials fail more often than the rest, and not clearly less often than the slice."""
        (n, k), (m, j) = ((int(x.sum()), int((x & self._failed).sum())) for x in (inside, more))
        if not m:
            return False
        apart = weight * log_likelihood_ratio(k, n, k + j, n + m)
        above = weight * log_likelihood_ratio(j, m, self._whole.failures - k, self._whole.trials - n)
        return bool(apart < _ONE_IN_20 < above)

    def _remove(self, new: Mask) -> None:
        rows = np.flatnonzero(new)
        bad = rows[self._failed[rows]]
        self._trials -= self._cube.within(self._columns, rows)
        self._failures -= self._cube.within(self._columns, bad)
        self._open &= ~new
        self._whole = Whole(int(self._whole.failures - bad.size), self._whole.trials - rows.size)
