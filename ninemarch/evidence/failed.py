"""The failed trials of a run in parts: at what rate each part fails, under which levels its trials stand.

Covers counting by trial numbers; who belongs together is the mining floor's job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.evidence.columns import Columns, Mask
from ninemarch.evidence.count import Counter
from ninemarch.evidence.load import Wanted, read_columns
from ninemarch.model import Counts, RunPlan, Tally, Verdict

__all__ = ["FailedTrials", "LevelCounts"]


@dataclass(frozen=True, slots=True)
class LevelCounts:
    """One attribute over a part of the failures; every array has an entry a level, in the order of ``words``.

    Args:
        attribute: its name.
        words: its levels.
        failures: failures of the part.
        first: of each independent unit only the first of them: units do not fail alike by chance.
        trials: scored trials among which they are.
    """

    attribute: str
    words: tuple[str, ...]
    failures: NDArray[np.int64]
    first: NDArray[np.int64]
    trials: NDArray[np.int64]


class FailedTrials:
    """The trials of one run that failed or were handed off, among all that were scored.

    Args:
        path: the run's table.

    Raises:
        RunInvalid: the table is damaged.
    """

    def __init__(self, path: Path) -> None:
        head = table.head(path)
        self.plan: RunPlan = head.plan
        self._columns: Columns = read_columns(path, head, Wanted(head.attributes, failures_apart=True))
        self._counter = Counter(head.plan, self._columns, stopped=bool(head.stop))
        self._scored = self._columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)
        self._order = np.argsort(self._columns.number, kind="stable")
        self.counts: Counts = self._counter.slice({}).counts

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers of the trials that failed or were handed off."""
        bad = self._columns.has(Verdict.FAIL, Verdict.ASSISTED)
        return frozenset(self._columns.number[bad].tolist())

    def tally(self, numbers: Collection[int]) -> Tally:
        """Return the tally of all scored trials with these alone read as failures."""
        return self._counter.only(self._mask(numbers))

    def by_unit(self, numbers: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Return these trials by the independent unit that they belong to, in planned order."""
        rows = self._order[self._mask(numbers)[self._order]]
        unit = rows if self._columns.unit is None else self._columns.unit[rows]
        found: dict[int, tuple[int, ...]] = {}
        for code, number in zip(unit.tolist(), self._columns.number[rows].tolist(), strict=True):
            found[code] = (*found.get(code, ()), number)
        return found

    def units(self, numbers: Collection[int]) -> int:
        """Return how many independent units these trials belong to."""
        unit = self._columns.unit
        return len(set(numbers)) if unit is None else int(np.unique(unit[self._mask(numbers)]).size)

    def levels(self, numbers: Collection[int], *, without: Iterable[tuple[str, str]] = ()) -> tuple[LevelCounts, ...]:
        """Return how the failures ``numbers`` spread over the levels of every attribute.

        Args:
            numbers: failed trials.
            without: (attribute, level) whose trials are left out on both sides.
        """
        left = self._scored.copy()
        for attribute, level in without:
            left &= ~self._columns.where(attribute, level)
        bad = self._mask(numbers) & left
        first = self._first(bad)
        found = []
        for attribute, (codes, words) in self._columns.levels.items():
            bad_, first_, trials = (self._spread(codes, len(words), mask) for mask in (bad, first, left))
            found.append(LevelCounts(attribute, tuple(words), bad_, first_, trials))
        return tuple(found)

    def at(self, numbers: Collection[int], attribute: str, level: str) -> frozenset[int]:
        """Return those of ``numbers`` whose scenario has this level."""
        mask = self._mask(numbers) & self._columns.where(attribute, level)
        return frozenset(self._columns.number[mask].tolist())

    def _mask(self, numbers: Collection[int]) -> Mask:
        """Which entries these trials are; numbers of no failed trial are none."""
        wanted = np.fromiter(numbers, dtype=np.int64, count=len(numbers))
        mask = np.zeros(self._columns.many.shape, dtype=np.bool_)
        if wanted.size and mask.size:
            place = np.searchsorted(self._columns.number, wanted, sorter=self._order)
            row = self._order[np.minimum(place, mask.size - 1)]
            mask[row[self._columns.number[row] == wanted]] = True
        return mask

    def _first(self, bad: Mask) -> Mask:
        """Of each independent unit the failure with the lowest number."""
        unit = self._columns.unit
        if unit is None:
            return bad
        rows = self._order[bad[self._order]]
        first = np.zeros_like(bad)
        first[rows[np.unique(unit[rows], return_index=True)[1]]] = True
        return first

    def _spread(self, codes: NDArray[np.int64], levels: int, mask: Mask) -> NDArray[np.int64]:
        many = np.bincount(codes[mask] + 1, weights=self._columns.many[mask], minlength=levels + 1)
        return many[1:].astype(np.int64)
