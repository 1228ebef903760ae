"""Trials in order of their groups, and what the groups' outcomes tell: sizes, correlation, mates.

Covers the layout that shuffling and counting share. Where every trial stands alone there is no layout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch import stats

__all__ = ["Units", "lay_out"]


@dataclass(frozen=True, slots=True)
class Units:
    """Groups of trials that share fate, each group's trials side by side.

    Args:
        start: place of each group's first trial.
        size: trials of each group, >= 1.
        failures: failed trials of each group.
        mate: for each trial, another trial of its group (the next one, the first for the last; itself if alone).
        others: for each trial, the number of other trials in its group.
        correlation: of the outcomes of two trials of one group, in [0, 1].
    """

    start: NDArray[np.int64]
    size: NDArray[np.int64]
    failures: NDArray[np.int64]
    mate: NDArray[np.int32]
    others: NDArray[np.float64]
    correlation: float


def lay_out(units: NDArray[np.integer]) -> tuple[NDArray[np.int64] | None, NDArray[np.int64]]:
    """Return the order that puts trials of one group side by side, and the sizes of the groups in that order.

    Args:
        units: code of each trial's group.

    Returns:
        The order is None where the trials lie so already.

    Examples:
        >>> lay_out(np.array([3, 3, 1]))
        (None, array([2, 1]))
        >>> lay_out(np.array([3, 1, 3]))
        (array([1, 0, 2]), array([1, 2]))
    """
    changes = np.flatnonzero(np.diff(units)) + 1
    codes = units[np.append(0, changes)]
    order = None
    if np.unique(codes).size < codes.size:
        order = np.argsort(units, kind="stable")
        changes = np.flatnonzero(np.diff(units[order])) + 1
    return order, np.diff(changes, prepend=0, append=units.size)


def units_of(size: NDArray[np.int64], failed: NDArray[np.bool_]) -> Units:
    """Return the groups of trials that lie side by side.

    Args:
        size: trials of each group, in order.
        failed: which trials failed, in the same order.
    """
    start = np.cumsum(size) - size
    failures = np.add.reduceat(failed.astype(np.int64), start)
    mate = np.arange(1, failed.size + 1, dtype=np.int32)
    mate[start + size - 1] = start
    known = stats.group_summary(failures, size).correlation
    return Units(
        start=start,
        size=size,
        failures=failures,
        mate=mate,
        others=np.repeat(size - 1.0, size),
        correlation=min(max(known or 0.0, 0.0), 1.0),
    )
