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
    GROWING = "growing"
    STEADY = "steady"
    SHRINKING = "shrinking"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Trend:
    """One cluster then and now, in independent units. Its name is hostile text.

    Args:
        change: what was seen; ``growing`` and ``shrinking`` only where that is proven.
        then: units that showed it in the run kept before.
        now: units that show it in this run.
        p_value: of a change so large by chance, two-sided, corrected for all clusters, in [0, 1].
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
    now = {each.id: each for each in clusters}
    known = {each.id: each for each in catalogue.clusters}
    rows = []
    for id_ in dict.fromkeys([*now, *known]):
        seen = known[id_].seen if id_ in known else {}
        then = seen[before.run].units if before.run in seen else 0
        here = now[id_].units if id_ in now else 0
        first = next((name for name in order if name in seen), "")
        if then or here:
            name = now[id_].name if id_ in now else known[id_].name
            rows.append((id_, name, then, here, stats.fisher(here, units, then, before.units), first))
    adjusted = stats.holm([p_value for *_, p_value, _ in rows]).tolist()
    found = [
        Trend(id_, name, _change(then, here, p_value, first), then, here, p_value, first)
        for (id_, name, then, here, _, first), p_value in zip(rows, adjusted, strict=True)
    ]
    return Trends(
        before, units, tuple(sorted(found, key=lambda each: (each.p_value, -max(each.then, each.now), each.id)))
    )


def _change(then: int, now: int, p_value: float, first: str) -> Change:
    if not then:
        return Change.BACK if first else Change.NEW
    if not now:
        return Change.GONE
    if p_value > 1 - CONFIDENCE:
        return Change.STEADY
    return Change.GROWING if now > then else Change.SHRINKING
