"""Counts the trials of a run, whole and by slice, under every reading that a decision needs.

Covers sums and their check. What the sums mean (intervals) is in ``estimate``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.errors import RunInvalid
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
    failures = read_failures(path)
    columns = read_columns(path, head, wanted)
    _refuse_twice(path, plan, columns.number)
    counter = _Counter(plan, columns, stopped=bool(head.stop))
    everything = np.ones(columns.number.shape, dtype=np.bool_)
    called = columns.seconds[columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)]
    overall = counter.slice({}, everything)
    return Evidence(
        plan=plan,
        overall=overall,
        slices=tuple(counter.slice(gate.where, _all(columns, gate.where)) for gate in gates if gate.where),
        levels={name: tuple(counter.levels(name)) for gate in gates for name in gate.each},
        failures=failures,
        stopped=head.stop,
        sealed=head.sealed,
        void_weight=overall.counts.void / max(overall.counts.recorded, 1),
        seconds=_typical(called) if called.size else None,
    )


def _refuse_twice(path: Path, plan: RunPlan, number: NDArray[np.int64]) -> None:
    """Raise unless every recorded trial is one of the plan and recorded once: else sums may agree by chance."""
    seen = np.zeros(plan.planned, dtype=np.bool_)
    inside = number.size == 0 or (number.min() >= 0 and number.max() < plan.planned)
    if inside:
        seen[number] = True
    if not inside or np.count_nonzero(seen) != number.size:
        msg = f"{path}: trials are recorded twice or are not in the plan; the run cannot be judged, start a new one"
        raise RunInvalid(msg)


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
            weighted = self._cells.weigh(
                counted, failed, where, missing_failed=missing_failed, missing_passed=missing_passed
            )
        elif pooled and self._columns.unit is not None and groups:
            weighted = _pooled(groups)
        staged = None
        if look and not where and weighted is None and self._columns.unit is None:
            staged = self._look(counted, failed & counted, missing_passed)
        return Tally(
            groups=tuple((k, n, c) for (k, n), c in sorted(groups.items())),
            weighted=weighted,
            look=staged,
            planned=int(counted.sum()) + missing_passed if staged else 0,
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

    def weigh(
        self,
        counted: Mask,
        failed: Mask,
        where: Mapping[str, str],
        *,
        missing_failed: int = 0,
        missing_passed: int = 0,
    ) -> Weighted:
        """Return the sufficient statistics of the weighted failure rate among the counted trials.

        Nobody knows which cells the missing trials belong to: read as failures, each weighs as much as one more
        trial of any cell could; read as passes, all of them may lie in the cell of any failure.
        """
        where = {**self._plan.where, **where}  # a filtered run speaks about what its filter lets through
        inside = counted & (self._share > 0) & (self._columns.weight > 0)
        if not inside.any():
            return Weighted(0.0, 0.0, 1.0, 1.0)
        cell, own = self._cell[inside], self._columns.weight[inside]
        mass = np.bincount(cell, weights=own)
        part = own / mass[cell] * self._share[inside]
        population = np.prod([self._plan.weights.get(name, {}).get(level, 1.0) for name, level in where.items()])
        part /= max(float(population), 1e-300)
        # Of a slice by an attribute outside the profile nobody knows the share of real use: it is scaled to 1.
        free = bool(set(where) - set(self._plan.weights)) or not self._plan.weights
        covered = min(float(part.sum()), 1.0)
        uncovered = 0.0 if free else max(0.0, 1.0 - covered)
        part *= 1.0 / max(covered, 1e-300) if free else 1.0
        # Where scenarios have weights of their own, those of the missing ones may be anything.
        one = math.inf if _weighted(self._columns) else own[0]
        unknown = min(1.0, missing_failed * one * float((part / own).max())) if missing_failed else 0.0
        part *= mass[cell] / (mass[cell] + missing_passed * one) if missing_passed else 1.0
        unit = np.arange(part.size) if self._columns.unit is None else self._columns.unit[inside]
        possible = np.bincount(unit, weights=part)
        actual = np.bincount(unit, weights=np.where(failed[inside], part, 0.0))
        return Weighted(
            y=float(actual.sum()),
            v=float((actual**2).sum()),
            m=float(possible.max()) or 1.0,
            uncovered=min(1.0, (uncovered if uncovered > 1e-9 else 0.0) + unknown),
        )
