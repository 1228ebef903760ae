"""Counts the trials of a slice and tallies a score of them under every reading that a decision needs.

Covers sums. What the tallies mean (intervals) is in ``estimate``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ninemarch.evidence.cells import Cells, pooled, weighs_unlike
from ninemarch.evidence.columns import ORDER, Columns, Mask
from ninemarch.evidence.kinds import distinct, keys
from ninemarch.evidence.scores import Reading, Score
from ninemarch.model import Counts, Look, RunPlan, Slice, Tally, Verdict

__all__ = ["Counter", "tally_of"]

Groups = dict[tuple[int, int], int]


class Counter:
    """Counts slices of one run.

    Args:
        plan: the plan of the run.
        columns: its trials.
        stopped: whether the plan's own stop rule ended it: it then called for no more trials than it made.
        missing: trials missing, where these are not all that were recorded.
        within: the slice that all of these trials are in.
        weighted: whether scenarios have weights of their own; as the columns say, by default.
    """

    def __init__(
        self,
        plan: RunPlan,
        columns: Columns,
        *,
        stopped: bool,
        missing: int | None = None,
        within: Mapping[str, str] | None = None,
        weighted: bool | None = None,
    ) -> None:
        self._plan = plan
        self._columns = columns
        self._within = within or {}
        self._missing = (0 if stopped else plan.planned - columns.recorded) if missing is None else missing
        weighted = weighs_unlike(columns) if weighted is None else weighted
        self._cells = Cells(plan, columns) if plan.weights or weighted else None
        self._anytime = plan.stop == "sequential" and self._cells is None

    def levels(self, attribute: str) -> Iterator[Mapping[str, str]]:
        """Yield ``{attribute: level}`` for every level seen, in order of the level's name."""
        for level in sorted(self._columns.levels.get(attribute, (None, []))[1]):
            yield {attribute: level}

    def slices(self, *attributes: str) -> Iterator[Slice]:
        """Yield the slice of every level seen, of several attributes of every combination, in order of their names.

        Trials that lack one of the attributes are in none. Each slice is counted among its own trials alone, except
        where a profile or missing trials with weights of their own make the others matter.
        """
        alone = not self._plan.weights and (self._cells is None or not self._missing)
        for where, rows in self._together(attributes):
            if not alone:
                yield self.slice(where)
                continue
            part = Counter(
                self._plan,
                self._columns.take(rows),
                stopped=True,
                missing=self._missing,
                within=where,
                weighted=self._cells is not None,
            )
            yield part.slice(where)

    def _together(self, attributes: Sequence[str]) -> Iterator[tuple[Mapping[str, str], NDArray[np.int64]]]:
        """Yield the entries that have the same levels of these attributes, and which those are."""
        if not set(attributes) <= set(self._columns.levels):
            return
        coded = [self._columns.levels[name] for name in attributes]
        inside = np.flatnonzero(np.all([codes >= 0 for codes, _ in coded], axis=0))
        if not inside.size:
            return
        key, _ = keys([codes[inside] for codes, _ in coded])
        order = np.argsort(key, kind="stable")
        parts = np.split(inside[order], np.flatnonzero(np.diff(key[order])) + 1)
        named = [(tuple(words[codes[rows[0]]] for codes, words in coded), rows) for rows in parts]
        for words, rows in sorted(named, key=lambda item: item[0]):
            yield dict(zip(attributes, words, strict=True)), rows

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
        counts = self._counts(where)
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
            counts=self._counts(where),
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
        mask = np.ones(self._columns.many.shape, dtype=np.bool_)
        for name, level in where.items():
            if self._within.get(name) != level:
                mask &= self._columns.where(name, level)
        return mask

    def _counts(self, where: Mapping[str, str]) -> Counts:
        columns, mask = self._columns, self._mask(where)
        number = np.bincount(columns.verdict[mask], weights=columns.many[mask], minlength=len(ORDER))
        by_verdict = {verdict: int(count) for verdict, count in zip(ORDER, number, strict=True)}
        silent = columns.total(mask & columns.has(Verdict.FAIL) & columns.silent)
        missing = 0 if where else self._missing
        return Counts(
            planned=columns.total(mask) + missing,
            passed=by_verdict[Verdict.PASS],
            loud=by_verdict[Verdict.FAIL] - silent,
            silent=silent,
            assisted=by_verdict[Verdict.ASSISTED],
            unscored=by_verdict[Verdict.UNSCORED],
            errors=by_verdict[Verdict.ERROR],
            void=by_verdict[Verdict.VOID],
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
            return Tally(_sorted(_histogram(self._columns, found.counted, reading.failed)), weighted=weights)
        groups = _histogram(self._columns, found.counted, reading.failed)
        values, counts = _units(self._columns, found.counted, found.value)
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
        groups = _histogram(self._columns, counted, failed)
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
            planned=self._columns.total(counted) + missing[1] if staged else 0,
            anytime=self._anytime,
        )

    def _look(self, counted: Mask, failed: Mask, missing_passed: int) -> Look | None:
        """The checkpoint in terms of the trials counted; None where the run was not looked at, or not yet."""
        look = self._plan.look
        if look is None:
            return None
        total, early = self._columns.total, self._columns.early
        at, seen = total(counted & early), total(failed & early)
        if missing_passed:
            at += look.at - total(early)
        made = total(counted) + missing_passed
        # With nothing counted by then the look could stop nothing; with too many failures it is still to come.
        if at == 0 or (made > at and seen >= look.stop_at):
            return None
        return Look(at=at, stop_at=look.stop_at)


def tally_of(columns: Columns, counted: Mask, failed: Mask) -> Tally:
    """Return the plain tally of the counted trials, by independent unit."""
    return Tally(_sorted(_histogram(columns, counted, failed)))


def _sorted(groups: Groups) -> tuple[tuple[int, int, int], ...]:
    return tuple((k, n, c) for (k, n), c in sorted(groups.items()))


def _by_unit(unit: NDArray[np.int64], weights: NDArray[Any], size: int = 0) -> NDArray[np.float64]:
    return np.asarray(np.bincount(unit, weights=weights, minlength=size), dtype=np.float64)


def _histogram(columns: Columns, counted: Mask, failed: Mask) -> Groups:
    """(failures, trials) of a unit -> number of such units."""
    bad = counted & failed
    if columns.unit is None:
        many = {(0, 1): columns.total(counted & ~failed), (1, 1): columns.total(bad)}
        return {key: count for key, count in many.items() if count}
    trials = _by_unit(columns.unit[counted], columns.many[counted])
    failures = _by_unit(columns.unit[bad], columns.many[bad], trials.size)
    pairs = [each[trials > 0].astype(np.int64) for each in (failures, trials)]
    at, counts = distinct(pairs)
    return {(int(pairs[0][i]), int(pairs[1][i])): int(count) for i, count in zip(at, counts, strict=True)}


def _units(
    columns: Columns, counted: Mask, value: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distinct scores of the independent units (the mean of their trials' scores), and how many have each."""
    own, many = value[counted], columns.many[counted]
    if columns.unit is not None and own.size:
        unit = columns.unit[counted]
        trials, sums = _by_unit(unit, many), _by_unit(unit, own * many)
        own = np.round(sums[trials > 0] / trials[trials > 0], 12)  # sums in another order may differ in the last bit
        many = np.ones(own.size, dtype=np.int64)
    values, place = np.unique(own, return_inverse=True)
    return values, np.bincount(place, weights=many, minlength=values.size).astype(np.int64)
