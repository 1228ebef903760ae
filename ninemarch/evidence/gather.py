"""Counts the trials of a run, whole and by slice, under every reading that a decision needs.

Covers sums and their check. What the sums mean (intervals) is in ``estimate``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.evidence.load import Columns, read_columns, read_failures
from ninemarch.model import Counts, Evidence, Gate, Look, RunPlan, Slice, Tally, Verdict, Weighted

Mask = NDArray[np.bool_]


def gather(path: Path, gates: Sequence[Gate] = ()) -> Evidence:
    """Return the evidence of the run whose table lies at ``path``.

    Args:
        path: the table.
        gates: requirements whose slices are to be counted too.

    Raises:
        RunInvalid: the table is damaged, or its sums do not add up.
    """
    head = table.head(path)
    plan = head.plan
    wanted = {name for gate in gates for name in (*gate.where, *gate.each)} | set(plan.weights)
    columns = read_columns(path, head, wanted)
    counter = _Counter(plan, columns, stopped=bool(head.stop))
    everything = np.ones(columns.number.shape, dtype=np.bool_)
    called = columns.seconds[columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)]
    overall = counter.slice({}, everything)
    return Evidence(
        plan=plan,
        overall=overall,
        slices=tuple(counter.slice(gate.where, _all(columns, gate.where)) for gate in gates if gate.where),
        levels={name: tuple(counter.levels(name)) for gate in gates for name in gate.each},
        failures=read_failures(path),
        stopped=head.stop,
        sealed=head.sealed,
        void_weight=overall.counts.void / max(overall.counts.recorded, 1),
        seconds=_typical(called) if called.size else None,
    )


def _typical(seconds: NDArray[np.float32]) -> tuple[float, float]:
    """Median and 95th percentile; ``seconds`` is used up."""
    median, slow = np.quantile(seconds, [0.5, 0.95], overwrite_input=True)
    return float(median), float(slow)


def _all(columns: Columns, where: Mapping[str, str]) -> Mask:
    mask = np.ones(columns.number.shape, dtype=np.bool_)
    for name, level in where.items():
        mask &= columns.where(name, level)
    return mask


class _Counter:
    def __init__(self, plan: RunPlan, columns: Columns, *, stopped: bool) -> None:
        self._plan = plan
        self._columns = columns
        recorded = len(columns.number)
        # A run that its own stop rule ended called for no more trials than it made.
        self._planned = recorded if stopped else plan.planned
        self._missing = self._planned - recorded
        self._stopped = stopped
        self._cells = _Cells(plan, columns) if plan.weights or _weighted(columns) else None

    def levels(self, attribute: str) -> Iterable[Slice]:
        """The slice of every level of ``attribute`` seen, in order of the level's name."""
        for level in sorted(self._columns.levels.get(attribute, (None, []))[1]):
            yield self.slice({attribute: level}, self._columns.where(attribute, level))

    def slice(self, where: Mapping[str, str], mask: Mask) -> Slice:
        """Count the trials in ``mask`` under every reading."""
        has = self._columns.has
        passed, failed, assisted = (mask & has(v) for v in (Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED))
        open_ = mask & has(Verdict.UNSCORED, Verdict.ERROR)
        counts = self._counts(mask, failed, whole=not where)
        scored = self._tally(passed | failed | assisted, failed | assisted, where, look=True)
        if not self._missing and not open_.any():
            worst = best = scored
        else:
            everything = passed | failed | assisted | open_
            worst = self._tally(everything, failed | assisted | open_, where, missing_failed=self._missing)
            best = self._tally(everything, failed | assisted, where, missing_passed=self._missing, look=True)
        acting = self._tally(passed | failed, failed, where, pooled=True)
        return Slice(where=dict(where), counts=counts, scored=scored, acting=acting, worst=worst, best=best)

    def _counts(self, mask: Mask, failed: Mask, *, whole: bool) -> Counts:
        silent = int((failed & self._columns.silent).sum())
        number = {v: int(np.count_nonzero(mask & self._columns.has(v))) for v in Verdict}
        missing = self._missing if whole else 0
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

    def _tally(
        self,
        counted: Mask,
        failed: Mask,
        where: Mapping[str, str],
        *,
        missing_failed: int = 0,
        missing_passed: int = 0,
        look: bool = False,
        pooled: bool = False,
    ) -> Tally:
        groups = _histogram(self._columns.unit, counted, failed)
        for failures, count in ((1, missing_failed), (0, missing_passed)):
            if count:
                groups[failures, 1] = groups.get((failures, 1), 0) + count
        weighted = None
        if self._cells is not None:
            missing = missing_failed + missing_passed
            weighted = self._cells.weigh(counted, failed, where, unknown=missing / max(self._planned, 1))
        elif pooled and self._columns.unit is not None and groups:
            weighted = _pooled(groups)
        staged = self._look(counted, where) if look and weighted is None and not missing_passed else None
        return Tally(
            groups=tuple((k, n, c) for (k, n), c in sorted(groups.items())),
            weighted=weighted,
            look=staged,
            planned=int(counted.sum()) if staged else 0,
        )

    def _look(self, counted: Mask, where: Mapping[str, str]) -> Look | None:
        """The checkpoint in terms of scored trials; it changes the interval of the whole run only."""
        look = self._plan.look
        if look is None or where or self._columns.unit is not None or self._missing:
            return None
        return Look(at=int((counted & (self._columns.number < look.at)).sum()), stop_at=look.stop_at)


def _pooled(groups: Mapping[tuple[int, int], int]) -> Weighted:
    """The pooled rate of groups whose sizes depend on how they fare, as where some trials are handed off.

    Counting each group once would let a group that acted once, wrongly, weigh as much as one that acted often.
    """
    total = sum(n * c for (_, n), c in groups.items())
    return Weighted(
        y=sum(k * c for (k, _), c in groups.items()) / total,
        v=sum((k / total) ** 2 * c for (k, _), c in groups.items()),
        m=max(n for _, n in groups) / total,
        uncovered=0.0,
        pooled=True,
    )


def _histogram(unit: NDArray[np.int64] | None, counted: Mask, failed: Mask) -> dict[tuple[int, int], int]:
    """(failures, trials) of a unit -> number of such units."""
    if unit is None:
        bad, total = int((failed & counted).sum()), int(counted.sum())
        return {key: count for key, count in (((0, 1), total - bad), ((1, 1), bad)) if count}
    trials = np.bincount(unit[counted])
    failures = np.bincount(unit[counted & failed], minlength=trials.size)
    pairs, many = np.unique(np.stack([failures, trials])[:, trials > 0], axis=1, return_counts=True)
    return {(int(k), int(n)): int(c) for (k, n), c in zip(pairs.T, many, strict=True)}


def _weighted(columns: Columns) -> bool:
    return bool(columns.weight.size and np.ptp(columns.weight) > 0)


class _Cells:
    """Weights of a sample that does not follow the profile: every cell of levels gets its share of real use."""

    def __init__(self, plan: RunPlan, columns: Columns) -> None:
        self._plan = plan
        self._columns = columns
        size = columns.number.shape
        self._share = np.ones(size)
        code = np.zeros(size, dtype=np.int64)
        for name, weights in plan.weights.items():
            codes, words = columns.levels.get(name, (np.full(size, -1), []))
            # A trial without the attribute, or with a level the profile does not have, stands for no real use.
            shares = np.array([*(weights.get(word, 0.0) for word in words), 0.0])
            self._share *= shares[codes]
            code = code * (len(words) + 1) + codes + 1
            _, code = np.unique(code, return_inverse=True)
        self._cell = code

    def weigh(self, counted: Mask, failed: Mask, where: Mapping[str, str], *, unknown: float) -> Weighted:
        """Return the sufficient statistics of the weighted failure rate among the counted trials."""
        inside = counted & (self._share > 0)
        if not inside.any():
            return Weighted(0.0, 0.0, 1.0, 1.0)
        cell, own = self._cell[inside], self._columns.weight[inside]
        mass = np.bincount(cell, weights=own)
        part = np.divide(own, mass[cell], out=np.zeros(own.shape), where=mass[cell] > 0) * self._share[inside]
        population = np.prod([self._plan.weights.get(name, {}).get(level, 1.0) for name, level in where.items()])
        part /= max(float(population), 1e-300)
        # Of a slice by an attribute outside the profile nobody knows the share of real use: it is scaled to 1.
        free = bool(set(where) - set(self._plan.weights)) or not self._plan.weights
        covered = min(float(part.sum()), 1.0)
        uncovered = 0.0 if free else max(0.0, 1.0 - covered)
        part *= 1.0 / max(covered, 1e-300) if free else 1.0
        unit = np.arange(part.size) if self._columns.unit is None else self._columns.unit[inside]
        possible = np.bincount(unit, weights=part)
        actual = np.bincount(unit, weights=np.where(failed[inside], part, 0.0))
        return Weighted(
            y=float(actual.sum()),
            v=float((actual**2).sum()),
            m=float(possible.max()),
            uncovered=min(1.0, (uncovered if uncovered > 1e-9 else 0.0) + unknown),
        )
