"""What else is out there: kinds of failure that the run has not shown.

Covers runs drawn at random only: a hand-picked or hunted set says nothing about what chance would show. Counts are of
independent units, as two failures of one group are no two sightings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ninemarch import stats
from ninemarch.mining.clusters import CONFIDENCE, Cluster

__all__ = ["Unseen", "unseen_of"]

_POINTS = 20


@dataclass(frozen=True, slots=True)
class Unseen:
    """How much of the failures' variety has been seen.

    Args:
        kinds: clusters seen.
        once: of these, seen in one unit.
        units: independent units in the run; ``sightings`` is how many of them showed a cluster, each counted.
        next_trial: chance that a fresh unit fails in a way not seen yet, with an upper limit; in [0, 1].
        next_failure: chance that the next failure is of a kind not seen yet, likewise; None without a failure.
        at_least: number of kinds, seen and not: a floor, with its two-sided interval; None without a failure.
        curve: (units, kinds that so many of them show on average), up to the run's own size.
        doubled: kinds that twice the units are expected to show.
    """

    kinds: int
    once: int
    units: int
    sightings: int
    next_trial: stats.Interval[float]
    next_failure: stats.Interval[float] | None
    at_least: stats.Interval[float] | None
    curve: tuple[tuple[int, float], ...]
    doubled: float


def unseen_of(clusters: Sequence[Cluster], units: int) -> Unseen | None:
    """Return what the run says about kinds that it has not shown; None without a unit.

    Args:
        clusters: of a run whose scenarios were drawn at random.
        units: independent units that were scored.

    Source: see ``stats.good_turing``, ``stats.chao1``, ``stats.rarefied_modes`` and ``stats.expected_new_modes``.
    """
    if units < 1:
        return None
    counts = [cluster.units for cluster in clusters]
    sightings = sum(counts)
    total = max(units, sightings)  # a unit of several trials may show several clusters
    points = np.unique(np.linspace(0, total, _POINTS + 1).round().astype(np.int64))
    curve = np.atleast_1d(stats.rarefied_modes(counts, points, trials=total)) if counts else np.zeros(points.shape)
    return Unseen(
        kinds=len(counts),
        once=sum(count == 1 for count in counts),
        units=units,
        sightings=sightings,
        next_trial=stats.good_turing(counts, total, confidence=CONFIDENCE),
        next_failure=stats.good_turing(counts, sightings, confidence=CONFIDENCE) if counts else None,
        at_least=stats.chao1(counts, trials=total, confidence=2 * CONFIDENCE - 1) if counts else None,
        curve=tuple((int(at), float(kinds)) for at, kinds in zip(points, curve, strict=True)),
        doubled=len(counts) + stats.expected_new_modes(counts, total, trials=total),
    )
