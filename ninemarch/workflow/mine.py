"""Mine a recorded run: kinds of failure, the fixes that buy the next nine, what has not been seen yet.

Covers reading and composing; runs nothing. All failures of the run are read, one chunk at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.evidence import FailedTrials, stream_failures
from ninemarch.journal import find_run
from ninemarch.mining.clusters import Cluster, clusters_of
from ninemarch.mining.result import MiningResult
from ninemarch.mining.unseen import unseen_of
from ninemarch.mining.waterfall import Waterfall, waterfall_of

__all__ = ["mine"]


def mine(run: str = "latest", *, root: Path | None = None) -> MiningResult:
    """Return what the failures of a run have in common.

    Args:
        run: id of the run.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such run.
        RunInvalid: its record is damaged.
    """
    path = table.ensure(find_run(run, root))
    failed = FailedTrials(path)
    clusters, shown = clusters_of(failed, stream_failures(path))
    wanted = {number for numbers in shown.values() for number in numbers}
    texts = {failure.number: failure for failure in stream_failures(path, trials=wanted)}
    clusters = tuple(replace(each, exemplars=tuple(texts[n] for n in shown[each.id])) for each in clusters)
    waterfall = waterfall_of(failed, clusters) if failed.plan.counts_in_a_rate else None
    return MiningResult(
        plan=failed.plan,
        counts=failed.counts,
        clusters=clusters,
        waterfall=waterfall,
        unseen=unseen_of(clusters, waterfall.now.units) if waterfall else None,
        notes=tuple(_notes(failed, clusters, waterfall)),
    )


def _notes(failed: FailedTrials, clusters: tuple[Cluster, ...], waterfall: Waterfall | None) -> Iterator[str]:
    counts, plan = failed.counts, failed.plan
    if not plan.counts_in_a_rate:
        yield "these scenarios were chosen, not drawn: counts only, no rate and nothing about kinds not seen"
    if counts.missing:
        yield f"the run is unfinished: {counts.missing:,} of {counts.planned:,} planned trials are missing"
    undecided = counts.errors + counts.unscored
    if undecided:
        yield f"{undecided:,} trials without a verdict are in no cluster (ninemarch show {plan.run} --failures)"
    if plan.look is not None and clusters:
        yield "the plan's declared look is in the intervals of gates, not in those of clusters and fixes"
    if any(each.wording for each in clusters):
        yield "'similar wording': grouped by the words of a message alone, which are no cause"
    if waterfall and waterfall.fixes:
        yield "'then' is the success rate if a fix removes its cluster and all before it whole, and breaks nothing"
