"""What mining a run found, in one frozen value: the only thing that renderings read."""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.mining.clusters import Cluster
from ninemarch.mining.confirm import Confirmation
from ninemarch.mining.since import Since
from ninemarch.mining.slices import SliceReport
from ninemarch.mining.trends import Trends
from ninemarch.mining.unseen import Unseen
from ninemarch.mining.waterfall import Waterfall
from ninemarch.model import Counts, RunPlan

__all__ = ["MiningResult"]


@dataclass(frozen=True, slots=True)
class MiningResult:
    """What a run's failures have in common.

    Args:
        plan: the run's plan.
        counts: where its trials went.
        clusters: kinds of failure, the most frequent first; they hold every trial that failed or was handed off.
        waterfall: which fixes buy the next nine; None where the run is no sample of the profile or nothing is scored.
        unseen: kinds not seen yet; None likewise.
        trends: what became of the clusters since the run kept before; None where none was kept.
        since: what became of the clusters of an earlier run on the same scenarios; None where none was named.
        slices: where failures concentrate; None where the run is no sample of the profile or nothing is scored.
        confirmation: what fresh trials said of the slices; None where none were run.
        notes: what a reader must know to read the figures right.
    """

    plan: RunPlan
    counts: Counts
    clusters: tuple[Cluster, ...]
    waterfall: Waterfall | None
    unseen: Unseen | None
    trends: Trends | None = None
    since: Since | None = None
    slices: SliceReport | None = None
    confirmation: Confirmation | None = None
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """Trials that failed or were handed off."""
        return self.counts.failed + self.counts.assisted
