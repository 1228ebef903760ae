"""The catalogue of a suite's failures: recording a mined run, looking at it, changing it by hand.

Covers reading and writing ``reports/<suite>/clusters.json``; what may change is decided in ``mining.known``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.kept import catalogue_bytes, catalogue_path, load_catalogue
from ninemarch.mining.known import keep
from ninemarch.mining.result import MiningResult
from ninemarch.model import Catalogue
from ninemarch.text import excerpt
from ninemarch.workflow.mine import as_kept

__all__ = ["edit_clusters", "keep_clusters", "known_clusters"]


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
    kept = as_kept(plan, found.counts, found.waterfall.now.units)
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
