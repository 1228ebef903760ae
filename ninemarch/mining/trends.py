"""How clusters changed since the run kept before: new, gone, growing, shrinking, back.

Covers runs on scenarios drawn apart or alike: Fisher's exact test on independent units, corrected for all clusters.
On the same scenarios it is careful (their outcomes go together); ``since`` pairs them and sees more.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from ninemarch import stats
from ninemarch.mining.clusters import CONFIDENCE, Cluster
from ninemarch.model import Catalogue, KeptRun, RunPlan

__all__ = ["Change", "Trend", "Trends", "trends_of"]


class Change(enum.StrEnum):
    """What became of a cluster."""

    NEW = "new"
    BACK = "back"
    APART = "apart"
    GROWING = "growing"
    STEADY = "steady"
    SHRINKING = "shrinking"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Trend:
    """One cluster then and now, in independent units. Its name is hostile text.

    Args:
        change: what was seen; ``growing`` and ``shrinking`` only where that is proven; ``apart`` for a level told
            apart in this run for the first time: what it was before is in its old cluster, and so is its test.
        then: units that showed it in the run kept before.
        now: units that show it in this run; with those told apart from it now.
        p_value: of a change so large by chance, two-sided, corrected for all clusters (``stats.tarone``), in [0, 1].
        first: id of the first kept run that showed it; empty for a new one.
    """

    id: str
    name: str
    change: Change
    then: int
    now: int
    p_value: float
    first: str

    @property
    def proven(self) -> bool:
        """Whether the change is beyond chance at 95%."""
        return self.p_value <= 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class Trends:
    """All clusters since the run kept before, the most striking change first.

    Args:
        before: that run.
        units: independent units scored in this run.
        clusters: one entry a cluster that either run showed.
    """

    before: KeptRun
    units: int
    clusters: tuple[Trend, ...]


def trends_of(catalogue: Catalogue, clusters: Sequence[Cluster], *, plan: RunPlan, units: int) -> Trends | None:
    """Return how clusters changed since the last run kept before this one; None where there is none.

    Args:
        catalogue: with earlier runs.
        clusters: of this run, found with this catalogue.
        plan: of this run; only runs on the same profile are compared.
        units: independent units scored in this run.
    """
    earlier = [
        each
        for each in catalogue.runs
        if each.profile == plan.profile and (each.created, each.run) < (plan.created, plan.run)
    ]
    if not earlier or units < 1:
        return None
    before = earlier[-1]
    order = [each.run for each in earlier]
    known = {each.id: each for each in catalogue.clusters}
    now = {each.id: each.units for each in clusters}
    names = {each.id: each.name for each in catalogue.clusters} | {each.id: each.name for each in clusters}
    apart = _apart(catalogue, clusters)
    for each, old in apart.items():
        now[old] = now.get(old, 0) + now[each]
    rows = []
    for id_ in dict.fromkeys([*now, *known]):
        seen = known[id_].seen if id_ in known else {}
        then = seen[before.run].units if before.run in seen else 0
        here = min(now.get(id_, 0), units)
        first = next((name for name in order if name in seen), "")
        if (then or here) and id_ not in apart:
            rows.append((id_, then, here, stats.fisher(here, units, then, before.units), first))
    adjusted = stats.tarone(
        [row[3] for row in rows],
        [_least(then + here, before.units, units) for _, then, here, _, _ in rows],
        alpha=1 - CONFIDENCE,
    ).tolist()
    found = [
        Trend(id_, names[id_], _change(then, here, p_value, first), then, here, p_value, first)
        for (id_, then, here, _, first), p_value in zip(rows, adjusted, strict=True)
    ]
    found += [Trend(id_, names[id_], Change.APART, 0, now[id_], 1.0, "") for id_ in apart]
    return Trends(
        before, units, tuple(sorted(found, key=lambda each: (each.p_value, -max(each.then, each.now), each.id)))
    )


def _apart(catalogue: Catalogue, clusters: Sequence[Cluster]) -> dict[str, str]:
    """Clusters that a level tells apart for the first time -> the known cluster whose failures they were before."""
    owners = {(kind.signature, kind.at): each.id for each in catalogue.clusters for kind in each.kinds}
    found = {}
    for each in clusters:
        kind = each.kinds[0]
        old = owners.get((kind.signature, None))
        if kind.at and old and (kind.signature, kind.at) not in owners:
            found[each.id] = old
    return found


def _least(seen: int, then: int, now: int) -> float:
    """The smallest p-value that so many sightings in all could give: as many as can be in one of the runs."""
    old, new = min(seen, then), min(seen, now)
    return min(stats.fisher(old, then, seen - old, now), stats.fisher(seen - new, then, new, now))


def _change(then: int, now: int, p_value: float, first: str) -> Change:
    if not then:
        return Change.BACK if first else Change.NEW
    if not now:
        return Change.GONE
    if p_value > 1 - CONFIDENCE:
        return Change.STEADY
    return Change.GROWING if now > then else Change.SHRINKING
