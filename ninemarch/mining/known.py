"""What a catalogue of failures learns: from a run that is kept, and from people who merge, split and rename.

Covers frozen catalogues in, frozen catalogues out; who writes them is the workflow's job. What people decide binds
every later run, because clusters are looked up by kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ninemarch.errors import UsageError, nearest
from ninemarch.mining.clusters import Cluster, Condition, id_of
from ninemarch.model import Catalogue, KeptRun, Kind, KnownCluster, Sightings
from ninemarch.text import excerpt

__all__ = ["keep", "learn", "merge", "rename", "split"]

_LONGEST_NAME = 300


def keep(catalogue: Catalogue, run: KeptRun, clusters: Sequence[Cluster]) -> Catalogue:
    """Return the catalogue with a run recorded; a run recorded before is recorded anew.

    Args:
        catalogue: so far.
        run: the run.
        clusters: its clusters, found with this catalogue's own.
    """
    runs = sorted([each for each in catalogue.runs if each.run != run.run] + [run], key=lambda r: (r.created, r.run))
    found = {each.id: Sightings(each.size, each.units) for each in clusters}
    known = []
    for each in learn(catalogue.clusters, clusters):
        seen = {name: counts for name, counts in each.seen.items() if name != run.run}
        known.append(replace(each, seen=seen | ({run.run: found[each.id]} if each.id in found else {})))
    return replace(catalogue, runs=tuple(runs), clusters=tuple(known))


def learn(known: Sequence[KnownCluster], clusters: Sequence[Cluster]) -> tuple[KnownCluster, ...]:
    """Return the known clusters with what a run's clusters add: new kinds, new clusters; no sightings.

    Args:
        known: so far.
        clusters: found with them.
    """
    found = {each.id: each for each in clusters}
    ids = {each.id for each in known}
    old = tuple(
        replace(each, kinds=tuple(dict.fromkeys((*each.kinds, *found[each.id].kinds)))) if each.id in found else each
        for each in known
    )
    new = tuple(
        KnownCluster(each.id, each.name[:_LONGEST_NAME], each.kinds) for each in clusters if each.id not in ids
    )
    return old + new


def rename(catalogue: Catalogue, cluster: str, name: str) -> Catalogue:
    """Return the catalogue with another name of a cluster.

    Raises:
        UsageError: no such cluster, or an empty name.
    """
    own = _one(catalogue, cluster)
    if not name.strip():
        msg = f"the name of cluster {own.id} is empty; give a few words that say what goes wrong"
        raise UsageError(msg)
    return _with(catalogue, own.id, [replace(own, name=name.strip()[:_LONGEST_NAME])])


def merge(catalogue: Catalogue, cluster: str, into: str) -> Catalogue:
    """Return the catalogue with all kinds of one cluster in another, which keeps its id and name.

    Raises:
        UsageError: no such cluster, or twice the same.
    """
    own, other = _one(catalogue, cluster), _one(catalogue, into)
    if own.id == other.id:
        msg = f"cluster {own.id} cannot be merged into itself; name two clusters"
        raise UsageError(msg)
    units = {run.run: run.units for run in catalogue.runs}
    seen = dict(other.seen)
    for run, counts in own.seen.items():
        before = seen.get(run, Sightings(0, 0))
        # A unit that showed both is counted twice: the catalogue keeps no trials.
        seen[run] = Sightings(before.trials + counts.trials, min(before.units + counts.units, units[run]))
    merged = replace(other, kinds=other.kinds + own.kinds, seen=seen)
    return _with(_with(catalogue, own.id, []), other.id, [merged])


def split(catalogue: Catalogue, cluster: str, part: str | Condition) -> Catalogue:
    """Return the catalogue with a part of a cluster as a cluster of its own.

    What was seen in recorded runs stays with the old cluster until they are kept anew.

    Args:
        catalogue: so far.
        cluster: id of the cluster.
        part: a level of an attribute, or the id of one of the kinds that were merged into the cluster.

    Raises:
        UsageError: no such cluster or kind, or a level that is told apart already.
    """
    own = _one(catalogue, cluster)
    if isinstance(part, str):
        return _taken_out(catalogue, own, part)
    every = {(kind.signature, kind.at) for each in catalogue.clusters for kind in each.kinds}
    made = tuple(replace(kind, at=part) for kind in own.kinds if kind.at is None)
    made = tuple(kind for kind in made if (kind.signature, kind.at) not in every)
    if not made:
        msg = (
            f"cluster {own.id} cannot be split at {excerpt(part[0], 40)}={excerpt(part[1], 40)}: its failures stand "
            "at a level already, or this one was told apart before; see 'ninemarch clusters show SUITE'"
        )
        raise UsageError(msg)
    name = f"{own.name}, at {part[0]}={part[1]}"[:_LONGEST_NAME]
    return _with(catalogue, own.id, [own, KnownCluster(_free(catalogue, made[0]), name, made)])


def _taken_out(catalogue: Catalogue, own: KnownCluster, part: str) -> Catalogue:
    out = [kind for kind in own.kinds if id_of(kind) == part]
    stay = tuple(kind for kind in own.kinds if kind not in out)
    if not out or not stay:
        known = ", ".join(id_of(kind) for kind in own.kinds)
        msg = (
            f"cluster {own.id} has no kind '{excerpt(part, 40)}' to take out of others; its kinds: {known}; name "
            "one of several, or a level as attribute=level"
        )
        raise UsageError(msg)
    at = f", at {out[0].at[0]}={out[0].at[1]}" if out[0].at else ""
    name = f"{': '.join(out[0].signature)}{at}"[:_LONGEST_NAME]
    return _with(
        catalogue, own.id, [replace(own, kinds=stay), KnownCluster(_free(catalogue, out[0]), name, tuple(out))]
    )


def _free(catalogue: Catalogue, kind: Kind) -> str:
    """An id for a kind: its own, or the next that no cluster has."""
    taken = {each.id for each in catalogue.clusters}
    candidate, salt = id_of(kind), 0
    while candidate in taken:
        salt += 1
        candidate = id_of(replace(kind, signature=(*kind.signature, f"\0{salt}")))
    return candidate


def _one(catalogue: Catalogue, cluster: str) -> KnownCluster:
    found = [each for each in catalogue.clusters if each.id.startswith(cluster)] if cluster else []
    if len(found) == 1:
        return found[0]
    ids = [each.id for each in catalogue.clusters]
    what = f"{len(found)} clusters begin with" if found else "no cluster"
    msg = (
        f"{what} '{excerpt(cluster, 40)}' in the catalogue of suite {excerpt(catalogue.suite, 60)}; it has "
        f"{len(ids)}, see 'ninemarch clusters show SUITE'{nearest(cluster, ids)}"
    )
    raise UsageError(msg)


def _with(catalogue: Catalogue, cluster: str, replaced: Sequence[KnownCluster]) -> Catalogue:
    """The catalogue with a cluster replaced by others, in its place."""
    clusters: list[KnownCluster] = []
    for each in catalogue.clusters:
        clusters += replaced if each.id == cluster else [each]
    return replace(catalogue, clusters=tuple(clusters))
