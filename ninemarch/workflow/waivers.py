"""What ``waivers.toml`` says about a run, and which of its failures are of the kinds that it names.

Covers where the file lies and the kinds of failures; what entries cover is the evidence floor's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ninemarch.evidence import FailedTrials, Waived, stream_failures
from ninemarch.kept import load_catalogue, load_waivers
from ninemarch.mining.clusters import clusters_of
from ninemarch.model import Waiver

__all__ = ["waived_of", "waivers_for"]


def waivers_for(suite: str, origin: str) -> tuple[Waiver, ...]:
    """Return the entries for a suite, beside its file and in the working folder.

    Raises:
        UsageError: a file is wrong.
    """
    place = Path(origin)
    beside = place if place.is_dir() else place.parent
    return load_waivers(suite, [beside, Path()])


def waived_of(path: Path, suite: str, origin: str) -> Waived:
    """Return what is to be read into the run whose table lies at ``path``, today.

    Raises:
        UsageError: a file is wrong.
        RunInvalid: the table is damaged.
    """
    waivers = waivers_for(suite, origin)
    return Waived(waivers, datetime.now(UTC).date(), _kinds(path, suite, waivers))


def _kinds(path: Path, suite: str, waivers: Sequence[Waiver]) -> Mapping[int, str]:
    """Trial -> id of its cluster, as ``ninemarch mine`` shows it; nothing where no entry asks for one."""
    if not any(waiver.match.names_cluster for waiver in waivers):
        return {}
    catalogue = load_catalogue(suite)
    known = catalogue.clusters if catalogue else ()
    clusters = clusters_of(FailedTrials(path), stream_failures(path), known=known)
    return {trial: cluster.id for cluster in clusters for trial in cluster.trials}
