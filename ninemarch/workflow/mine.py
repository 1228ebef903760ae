"""Mine a recorded run: kinds of failure, the fixes that buy the next nine, what has not been seen yet.

Covers reading and composing, and the suite's catalogue of failures; runs nothing. All failures of the run are read,
one chunk at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.evidence import FailedTrials, stream_failures
from ninemarch.journal import find_run
from ninemarch.kept import catalogue_bytes, catalogue_path, load_catalogue
from ninemarch.mining.clusters import Cluster, clusters_of
from ninemarch.mining.known import keep
from ninemarch.mining.result import MiningResult
from ninemarch.mining.trends import trends_of
from ninemarch.mining.unseen import unseen_of
from ninemarch.mining.waterfall import Waterfall, waterfall_of
from ninemarch.model import Catalogue, KeptRun
from ninemarch.text import excerpt

__all__ = ["edit_clusters", "keep_clusters", "known_clusters", "mine"]


def mine(run: str = "latest", *, root: Path | None = None) -> MiningResult:
    """Return what the failures of a run have in common, under the ids and names of the suite's catalogue.

    Args:
        run: id of the run.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Raises:
        UsageError: no such run, or the catalogue is damaged.
        RunInvalid: the run's record is damaged.
    """
    path = table.ensure(find_run(run, root))
    failed = FailedTrials(path)
    plan = failed.plan
    catalogue = load_catalogue(plan.suite, root) or Catalogue(plan.suite)
    clusters, shown = clusters_of(failed, stream_failures(path), known=catalogue.clusters)
    wanted = {number for numbers in shown.values() for number in numbers}
    texts = {failure.number: failure for failure in stream_failures(path, trials=wanted)}
    clusters = tuple(replace(each, exemplars=tuple(texts[n] for n in shown[each.id])) for each in clusters)
    waterfall = waterfall_of(failed, clusters) if plan.counts_in_a_rate else None
    units = waterfall.now.units if waterfall else 0
    return MiningResult(
        plan=plan,
        counts=failed.counts,
        clusters=clusters,
        waterfall=waterfall,
        unseen=unseen_of(clusters, units),
        trends=trends_of(catalogue, clusters, plan=plan, units=units),
        notes=tuple(_notes(failed, clusters, waterfall)),
    )


def keep_clusters(found: MiningResult, *, root: Path | None = None) -> Path:
    """Record a mined run in the catalogue of its suite and return where that lies.

    Args:
        found: what mining found.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the run is no sample, or the file cannot be written.
    """
    plan = found.plan
    if found.waterfall is None or plan.where:
        why = "it ran only a part of the profile (-w)" if plan.where else "it is no sample of the profile"
        msg = f"run {plan.run} cannot be kept in the catalogue of failures: {why}; keep a whole run"
        raise UsageError(msg)
    kept = KeptRun(
        run=plan.run,
        release=plan.release or str(plan.target),
        release_name=plan.release_name,
        created=plan.created,
        profile=plan.profile,
        hash=plan.hash,
        trials=found.counts.scored,
        units=found.waterfall.now.units,
    )
    catalogue = load_catalogue(plan.suite, root) or Catalogue(plan.suite)
    return _write(keep(catalogue, kept, found.clusters), root)


def known_clusters(suite: str, *, root: Path | None = None) -> Catalogue:
    """Return the catalogue of a suite.

    Raises:
        UsageError: there is none yet, or its file is damaged.
    """
    found = load_catalogue(suite, root)
    if found is None:
        place = catalogue_path(suite, root)
        msg = f"no catalogue of failures of suite {excerpt(suite, 60)} ({place}); make one: ninemarch mine RUN --keep"
        raise UsageError(msg)
    return found


def edit_clusters(suite: str, change: Callable[[Catalogue], Catalogue], *, root: Path | None = None) -> Path:
    """Change the catalogue of a suite by hand and return where it lies; later runs are bound by it.

    Args:
        suite: name of the suite.
        change: takes the catalogue and returns it changed: ``merge``, ``split`` or ``rename`` of ``mining.known``.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: there is no catalogue, the change cannot be made, or the file cannot be written.
    """
    return _write(change(known_clusters(suite, root=root)), root)


def _write(catalogue: Catalogue, root: Path | None) -> Path:
    return write_whole(catalogue_path(catalogue.suite, root), catalogue_bytes(catalogue))


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
