"""Counts the trials of a slice and tallies a score of them under every reading that a decision needs.

Covers sums. What the tallies mean (intervals) is in ``estimate``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ninemarch.evidence.cells import Cells, pooled, weighs_unlike
from ninemarch.evidence.load import Columns
from ninemarch.evidence.scores import Mask, Reading, Score
from ninemarch.model import Counts, Look, RunPlan, Slice, Tally, Verdict

__all__ = ["Counter", "tally_of"]

Groups = dict[tuple[int, int], int]


class Counter:
    """Counts slices of one run.

    Args:
        plan: the plan of the run.
        columns: its trials.
        stopped: whether the plan's own stop rule ended it: it then called for no more trials than it made.
    """

    def __init__(self, plan: RunPlan, columns: Columns, *, stopped: bool) -> None:
        self._plan = plan
        self._columns = columns
        recorded = len(columns.number)
        self._planned = recorded if stopped else plan.planned
        self._missing = self._planned - recorded
        self._cells = Cells(plan, columns) if plan.weights or weighs_unlike(columns) else None
        self._anytime = plan.stop == "sequential" and self._cells is None

    def levels(self, attribute: str) -> Iterator[Mapping[str, str]]:
        """Yield ``{attribute: level}`` for every level seen, in order of the level's name."""
        for level in sorted(self._columns.levels.get(attribute, (None, []))[1]):
            yield {attribute: level}

    def slice(self, where: Mapping[str, str]) -> Slice:
        """Count a slice; its tallies are of success."""
        passed, failed, assisted, open_ = self._by_verdict(where)
        scored = self._tally(passed | failed | assisted, failed | assisted, where, look=True)
        worst = best = scored
        if self._missing or open_.any():
            everything = passed | failed | assisted | open_
            worst = self._tally(everything, failed | assisted | open_, where, missing=(self._missing, 0))
            best = self._tally(everything, failed | assisted, where, missing=(0, self._missing), look=True)
        acting = self._tally(passed | failed, failed, where, by_size=not self._anytime)
        counts = self._counts(where, failed)
        return Slice(where=dict(where), counts=counts, scored=scored, acting=acting, worst=worst, best=best)

    def measure(self, where: Mapping[str, str], score: Score, *, weighted: bool = True) -> Slice:
        """Count a slice; its tallies are of ``score``, each scenario counting alike where not ``weighted``."""
        passed, failed, assisted, open_ = self._by_verdict(where)
        counted, bad = passed | failed | assisted, failed | assisted
        nothing, everything = np.zeros_like(open_), counted | open_
        scored = self._scored(where, score, Reading(counted, bad, nothing, None), weighted=weighted)
        lost, won = Reading(everything, bad | open_, open_, 1.0), Reading(everything, bad, open_, 0.0)
        return Slice(
            where=dict(where),
            counts=self._counts(where, failed),
            scored=scored,
            acting=scored,
            worst=self._scored(where, score, lost, missing=(self._missing, 0), weighted=weighted),
            best=self._scored(where, score, won, missing=(0, self._missing), weighted=weighted),
        )

    def only(self, bad: Mask) -> Tally:
        """Tally the scored trials with those of ``bad`` alone read as failures."""
        passed, failed, assisted, _ = self._by_verdict({})
        return self._tally(passed | failed | assisted, bad & (failed | assisted), {})

    def _by_verdict(self, where: Mapping[str, str]) -> tuple[Mask, Mask, Mask, Mask]:
        """Which trials of the slice passed, failed, were assisted, have no verdict."""
        mask, has = self._mask(where), self._columns.has
        passed, failed, assisted = (mask & has(v) for v in (Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED))
        return passed, failed, assisted, mask & has(Verdict.UNSCORED, Verdict.ERROR)

    def _mask(self, where: Mapping[str, str]) -> Mask:
        mask = np.ones(self._columns.number.shape, dtype=np.bool_)
        for name, level in where.items():
            mask &= self._columns.where(name, level)
        return mask

    def _counts(self, where: Mapping[str, str], failed: Mask) -> Counts:
        mask = self._mask(where)
        silent = int((failed & self._columns.silent).sum())
        number = {v: int(np.count_nonzero(mask & self._columns.has(v))) for v in Verdict}
        missing = 0 if where else self._missing
        return Counts(
            planned=int(mask.sum()) + missing,
            passed=number[Verdict.PASS],
            loud=number[Verdict.FAIL] - silent,
            silent=silent,
            assisted=number[Verdict.ASSISTED],
            unscored=number[Verdict.UNSCORED],
            errors=number[Verdict.ERROR],
            void=number[Verdict.VOID],
            missing=missing,
        )

    def _scored(
        self,
        where: Mapping[str, str],
        score: Score,
        reading: Reading,
        *,
        missing: tuple[int, int] = (0, 0),
        weighted: bool,
    ) -> Tally:
        found = score(reading)
        if found.whole:
            return self._tally(found.counted, found.value > 0, where, missing=missing)
        units = -(-np.array(missing) // self._plan.per_scenario)
        cells = self._cells if weighted else None
        if cells is not None:
            weights = cells.weigh(found.counted, found.value, where, missing_failed=units[0], missing_passed=units[1])
            return Tally(_sorted(_histogram(self._columns.unit, found.counted, reading.failed)), weighted=weights)
        groups = _histogram(self._columns.unit, found.counted, reading.failed)
        values, counts = _units(self._columns.unit, found.counted, found.value)
        both = {float(value): int(count) for value, count in zip(values, counts, strict=True)}
        for value, count in ((1.0, int(units[0])), (0.0, int(units[1]))):
            if count:
                both[value] = both.get(value, 0) + count
        return Tally(_sorted(groups), anytime=self._anytime, scores=tuple(sorted(both.items())))

    def _tally(
        self,
        counted: Mask,
        failed: Mask,
        where: Mapping[str, str],
        *,
        missing: tuple[int, int] = (0, 0),
        look: bool = False,
        by_size: bool = False,
    ) -> Tally:
        """Tally whole scores; ``missing`` trials are taken as (failed, passed)."""
        groups = _histogram(self._columns.unit, counted, failed)
        for failures, count in zip((1, 0), missing, strict=True):
            if count:
                groups[failures, 1] = groups.get((failures, 1), 0) + count
        weighted = staged = None
        if self._cells is not None:
            score = failed.astype(np.float64)
            weighted = self._cells.weigh(counted, score, where, missing_failed=missing[0], missing_passed=missing[1])
        elif by_size and self._columns.unit is not None and groups:
            weighted = pooled(groups)
        if look and not where and weighted is None and self._columns.unit is None:
            staged = self._look(counted, failed & counted, missing[1])
        return Tally(
            groups=_sorted(groups),
            weighted=weighted,
            look=staged,
            planned=int(counted.sum()) + missing[1] if staged else 0,
            anytime=self._anytime,
        )

    def _look(self, counted: Mask, failed: Mask, missing_passed: int) -> Look | None:
        """The checkpoint in terms of the trials counted; None where the run was not looked at, or not yet."""
        look = self._plan.look
        if look is None:
            return None
        first = self._columns.number < look.at
        at, seen = int((counted & first).sum()), int((failed & first).sum())
        if missing_passed:
            at += look.at - int(first.sum())
        made = int(counted.sum()) + missing_passed
        # With nothing counted by then the look could stop nothing; with too many failures it is still to come.
        if at == 0 or (made > at and seen >= look.stop_at):
            return None
        return Look(at=at, stop_at=look.stop_at)


def tally_of(unit: NDArray[np.int64] | None, counted: Mask, failed: Mask) -> Tally:
    """Return the plain tally of the counted trials, by independent unit (None: every trial is its own)."""
    return Tally(_sorted(_histogram(unit, counted, failed)))


def _sorted(groups: Groups) -> tuple[tuple[int, int, int], ...]:
    return tuple((k, n, c) for (k, n), c in sorted(groups.items()))


def _histogram(unit: NDArray[np.int64] | None, counted: Mask, failed: Mask) -> Groups:
    """(failures, trials) of a unit -> number of such units."""
    if unit is None:
        bad, total = int((failed & counted).sum()), int(counted.sum())
        return {key: count for key, count in (((0, 1), total - bad), ((1, 1), bad)) if count}
    trials = np.bincount(unit[counted])
    failures = np.bincount(unit[counted & failed], minlength=trials.size)
    pairs, many = np.unique(np.stack([failures, trials])[:, trials > 0], axis=1, return_counts=True)
    return {(int(k), int(n)): int(c) for (k, n), c in zip(pairs.T, many, strict=True)}


def _units(
    unit: NDArray[np.int64] | None, counted: Mask, value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distinct scores of the independent units (the mean of their trials' scores), and how many have each."""
    own = value[counted]
    if unit is not None and own.size:
        trials = np.bincount(unit[counted])
        sums = np.bincount(unit[counted], weights=own)
        own = np.round(sums[trials > 0] / trials[trials > 0], 12)  # sums in another order may differ in the last bit
    values, counts = np.unique(own, return_counts=True)
    return values, counts
