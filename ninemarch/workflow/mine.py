"""Mine a recorded run: where and how it fails, the fixes that buy the next nine, what has not been seen.

Covers reading and composing; runs nothing. All failures of the run are read, one chunk at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.evidence import FailedTrials, read_attributed, stream_failures
from ninemarch.journal import find_record, find_run
from ninemarch.kept import load_catalogue
from ninemarch.mining.clusters import Cluster, clusters_of
from ninemarch.mining.result import MiningResult
from ninemarch.mining.slices import slices_of
from ninemarch.mining.trends import trends_of
from ninemarch.mining.unseen import unseen_of
from ninemarch.mining.waterfall import Waterfall, waterfall_of
from ninemarch.model import Catalogue, Counts, KeptRun, RunPlan
from ninemarch.workflow.since import Earlier

__all__ = ["as_kept", "mine"]

_EXEMPLARS = 3


def mine(run: str = "latest", *, since: str = "", root: Path | None = None) -> MiningResult:
    """Return what the failures of a run have in common, under the ids and names of the suite's catalogue.

    Args:
        run: id of the run, or of a hunt: counts only.
        since: id of an earlier run on the same scenarios, to say what became of its clusters; empty for none.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Raises:
        UsageError: no such run, no scenario in common, or the catalogue is damaged.
        RunInvalid: a run's record is damaged.
    """
    path = table.ensure(find_record(run, root))
    failed = FailedTrials(path)
    plan = failed.plan
    catalogue = load_catalogue(plan.suite, root) or Catalogue(plan.suite)
    earlier = Earlier(find_run(since, root), plan, catalogue) if since else None
    known = earlier.known if earlier else catalogue.clusters
    clusters = _with_exemplars(path, clusters_of(failed, stream_failures(path), known=known))
    waterfall = waterfall_of(failed, clusters) if plan.counts_in_a_rate else None
    units = waterfall.now.units if waterfall else 0
    return MiningResult(
        plan=plan,
        counts=failed.counts,
        clusters=clusters,
        waterfall=waterfall,
        unseen=unseen_of(clusters, units),
        trends=None if earlier else trends_of(catalogue, clusters, plan=plan, units=units),
        since=earlier.beside(path, clusters) if earlier else None,
        slices=slices_of(read_attributed(path)) if waterfall else None,
        notes=tuple(_notes(failed, clusters, waterfall)),
    )


def _with_exemplars(path: Path, clusters: tuple[Cluster, ...]) -> tuple[Cluster, ...]:
    shown = {each.id: each.shortest[:_EXEMPLARS] for each in clusters}
    wanted = {number for numbers in shown.values() for number in numbers}
    texts = {failure.number: failure for failure in stream_failures(path, trials=wanted)}
    return tuple(replace(each, exemplars=tuple(texts[n] for n in shown[each.id])) for each in clusters)


def as_kept(plan: RunPlan, counts: Counts, units: int) -> KeptRun:
    """Return a run as the catalogue of failures records it.

    Args:
        plan: its plan.
        counts: where its trials went.
        units: independent units scored.
    """
    return KeptRun(
        run=plan.run,
        release=plan.release or str(plan.target),
        release_name=plan.release_name,
        created=plan.created,
        profile=plan.profile,
        hash=plan.hash,
        trials=counts.scored,
        units=units,
    )


def _notes(failed: FailedTrials, clusters: tuple[Cluster, ...], waterfall: Waterfall | None) -> Iterator[str]:
    counts, plan = failed.counts, failed.plan
    if not plan.counts_in_a_rate:
        what = "a stress profile is no sample of use" if plan.stress else "these scenarios were chosen, not drawn"
        yield f"{what}: counts only, no rate and nothing about kinds not seen"
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
        yield (
            "'then': a fix removes its cluster whole and breaks nothing; one failure of each still counts, as the "
            "largest look large partly by luck"
        )
