"""Counts of any set of trials, by group and by weight.

Covers sums only; intervals are the evidence floor's job.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.statistic import FloatArray
from ninemarch.mining.slices.units import Units
from ninemarch.model import Tally, Weighted

__all__ = ["Tallies"]

Mask = NDArray[np.bool_]


class Tallies:
    """Counts sets of trials.

    Args:
        failed: which trials failed.
        units: the groups; None where every trial stands alone.
        weights: share of real use that each trial stands for, in any unit; None where all stand for the same.
        anytime: the run may have stopped at any trial.
    """

    def __init__(self, failed: Mask, units: Units | None, weights: FloatArray | None, *, anytime: bool) -> None:
        self._failed = failed
        self._unit = None if units is None else np.repeat(np.arange(units.size.size), units.size)
        self._weights = None if weights is None or np.ptp(weights) == 0 else weights / weights.sum()
        self._anytime = anytime

    def share(self, mask: Mask) -> float:
        """Share of real use that these trials stand for."""
        return float(mask.mean()) if self._weights is None else float(self._weights[mask].sum())

    def tally(self, mask: Mask, failed: Mask | None = None) -> Tally:
        """The counts of these trials; with ``failed``, only those count as failures."""
        failed = self._failed if failed is None else failed
        failures, trials = self._by_group(mask, failed)
        span = int(trials.max(initial=0)) + 1  # counting beats sorting: groups are small
        many = np.bincount(failures * span + trials)
        groups = tuple((*divmod(int(key), span), int(many[key])) for key in np.flatnonzero(many))
        weighted = self._weighted(mask, failed)
        return Tally(groups=groups, weighted=weighted, anytime=self._anytime and weighted is None)

    def by_group(self, mask: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Failures and trials of each group that has any of these trials."""
        return self._by_group(mask, self._failed)

    def _by_group(self, mask: Mask, failed: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if self._unit is None:
            failures = failed[mask].astype(np.int64)
            return failures, np.ones_like(failures)
        trials = np.bincount(self._unit[mask])
        failures = np.bincount(self._unit[mask & failed], minlength=trials.size)
        return failures[trials > 0], trials[trials > 0]

    def _weighted(self, mask: Mask, failed: Mask) -> Weighted | None:
        if self._weights is None or not mask.any():
            return None
        part = self._weights[mask] / max(self._weights[mask].sum(), 1e-300)
        own = np.arange(part.size) if self._unit is None else self._unit[mask]
        possible = np.bincount(own, weights=part)
        actual = np.bincount(own, weights=part * failed[mask])
        return Weighted(y=float(actual.sum()), v=float((actual**2).sum()), m=float(possible.max()), uncovered=0.0)
