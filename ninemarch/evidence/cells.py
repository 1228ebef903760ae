"""Weights of a sample that does not follow the profile.

Covers the sufficient statistics of a weighted score; the interval is in ``estimate``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ninemarch.evidence.columns import Columns, Mask
from ninemarch.model import RunPlan, Weighted

__all__ = ["Cells", "pooled", "weighs_unlike"]


def pooled(groups: Mapping[tuple[int, int], int]) -> Weighted:
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


def weighs_unlike(columns: Columns) -> bool:
    """Whether scenarios have weights of their own."""
    return bool(columns.weight.size and np.ptp(columns.weight) > 0)


class Cells:
    """Weights of a sample that does not follow the profile: every cell of levels gets its share of real use."""

    def __init__(self, plan: RunPlan, columns: Columns) -> None:
        self._plan = plan
        self._columns = columns
        size = columns.many.shape
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

    def shares(self, counted: Mask) -> NDArray[np.float64]:
        """The share of real use that each counted trial stands for; 0 for the others."""
        inside = counted & (self._share > 0) & (self._columns.weight > 0)
        part = np.zeros(inside.shape)
        part[inside] = self._parts(inside, self._mass(inside))
        return part

    def _mass(self, inside: Mask) -> NDArray[np.float64]:
        """Weight of all trials of each entry's cell."""
        cell, own = self._cell[inside], self._columns.weight[inside]
        return np.asarray(np.bincount(cell, weights=own * self._columns.many[inside])[cell])

    def _parts(self, inside: Mask, mass: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._columns.weight[inside] / mass * self._share[inside])

    def weigh(
        self,
        counted: Mask,
        score: NDArray[np.float64],
        where: Mapping[str, str],
        *,
        missing_failed: int = 0,
        missing_passed: int = 0,
    ) -> Weighted:
        """Return the sufficient statistics of the weighted mean score among the counted trials.

        Nobody knows which cells the missing trials belong to: read as failures, each weighs as much as one more
        trial of any cell could; read as passes, all of them may lie in the cell of any failure.
        """
        where = {**self._plan.where, **where}  # a filtered run speaks about what its filter lets through
        inside = counted & (self._share > 0) & (self._columns.weight > 0)
        if not inside.any():
            return Weighted(0.0, 0.0, 1.0, 1.0)
        own, many = self._columns.weight[inside], self._columns.many[inside]
        mass = self._mass(inside)
        part = self._parts(inside, mass)
        population = np.prod([self._plan.weights.get(name, {}).get(level, 1.0) for name, level in where.items()])
        part /= max(float(population), 1e-300)
        # Of a slice by an attribute outside the profile nobody knows the share of real use: it is scaled to 1.
        free = bool(set(where) - set(self._plan.weights)) or not self._plan.weights
        covered = min(float((part * many).sum()), 1.0)
        uncovered = 0.0 if free else max(0.0, 1.0 - covered)
        part *= 1.0 / max(covered, 1e-300) if free else 1.0
        # Where scenarios have weights of their own, those of the missing ones may be anything.
        one = math.inf if weighs_unlike(self._columns) else own[0]
        unknown = min(1.0, missing_failed * one * float((part / own).max())) if missing_failed else 0.0
        part *= mass / (mass + missing_passed * one) if missing_passed else 1.0
        unit, each = np.arange(part.size), part
        if self._columns.unit is not None:
            unit, each, many = self._columns.unit[inside], part * many, np.ones(1, dtype=np.int64)
        possible = np.bincount(unit, weights=each)
        actual = np.bincount(unit, weights=each * score[inside])
        return Weighted(
            y=float((actual * many).sum()),
            v=float((actual**2 * many).sum()),
            m=float(possible.max()) or 1.0,
            uncovered=min(1.0, (uncovered if uncovered > 1e-9 else 0.0) + unknown),
        )
