"""What a release did to each cluster of an earlier one, on the same scenarios.

Covers the paired test of every cluster by independent units, corrected for all of them. The scenarios are those that
both runs scored. A failure that turned into one of another kind is neither gone nor new, and that is said.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ninemarch import stats
from ninemarch.evidence import Pair
from ninemarch.mining.clusters import CONFIDENCE, Cluster
from ninemarch.model import Rate, RunPlan

__all__ = ["Fate", "Outcome", "Since", "since_of"]

_MOVED = 0.05  # share of a fixed cluster's units that may fail in another way


class Outcome(enum.StrEnum):
    """What a release did to a cluster."""

    FIXED = "fixed"
    FEWER = "fewer"
    UNPROVEN = "not proven"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Fate:
    """One cluster in two runs, in independent units. Its name is hostile text.

    Args:
        outcome: ``fixed`` where none shows it and hardly one of them fails in another way, ``fewer`` where some do,
            ``more``; all three beyond chance.
        then: units that showed it in the earlier run.
        now: units that show it in the later run.
        gone: units that showed it then and fail in no way now.
        otherwise: units that showed it then and fail in another way now.
        came: units that show it now and failed in no way then.
        p_value: of gone against came: McNemar's mid-P value, two-sided, corrected for all clusters by
            ``stats.tarone``, in [0, 1].
    """

    id: str
    name: str
    outcome: Outcome
    then: int
    now: int
    gone: int
    otherwise: int
    came: int
    p_value: float


@dataclass(frozen=True, slots=True)
class Since:
    """A release beside an earlier one, cluster by cluster.

    Args:
        plan: of the earlier run.
        pairs: trials paired; ``units`` are the independent ones among them.
        clusters: one entry a cluster that either run showed on these trials, the surest first.
        changes: what else differs between the two, in words.
        promised: success rate of the earlier run without the clusters that are now ``fixed``; None without one.
    """

    plan: RunPlan
    pairs: int
    units: int
    clusters: tuple[Fate, ...]
    changes: tuple[str, ...] = ()
    promised: Rate | None = None


def since_of(
    plan: RunPlan,
    pairs: Sequence[Pair],
    then: Sequence[Cluster],
    now: Sequence[Cluster],
    *,
    changes: Sequence[str] = (),
) -> Since:
    """Return what became of every cluster.

    Args:
        plan: of the earlier run.
        pairs: trials that both runs scored.
        then: clusters of the earlier run.
        now: clusters of the later run, found with the earlier one's: one kind has one id in both.
        changes: what else differs between the two, in words.

    Source: Q. McNemar (1947), Psychometrika 12:153-157, mid-P; R. E. Tarone (1990), Biometrics 46:515-522.
    Without a change it is even whether a unit's cluster goes or comes, whatever the unit's size: it holds for groups.
    """
    before = _units(then, {pair.then: pair.unit for pair in pairs})
    after = _units(now, {pair.now: pair.unit for pair in pairs})
    failed, failing = (set().union(*units.values()) for units in (before, after))
    names = {each.id: each.name for each in (*then, *now)}
    rows = []
    for id_ in names:
        old, new = before.get(id_, set()), after.get(id_, set())
        if old or new:
            gone, came, moved = old - failing, new - failed, (old & failing) - new
            test = stats.mcnemar(len(gone), len(came)).p_value_mid
            rows.append((id_, len(old), len(new), len(gone), len(moved), len(came), test))
    # The smallest mid-P value of so many units that changed: all of them one way.
    least = [0.5 ** (gone + came) for _, _, _, gone, _, came, _ in rows]
    adjusted = stats.tarone([row[-1] for row in rows], least, alpha=1 - CONFIDENCE).tolist()
    fates = [
        Fate(id_, names[id_], _outcome(old, new, gone, moved, came, p_value), old, new, gone, moved, came, p_value)
        for (id_, old, new, gone, moved, came, _), p_value in zip(rows, adjusted, strict=True)
    ]
    fates.sort(key=lambda fate: (fate.p_value, -fate.then, fate.id))
    return Since(plan, len(pairs), len({pair.unit for pair in pairs}), tuple(fates), tuple(changes))


def _units(clusters: Sequence[Cluster], unit: Mapping[int, str]) -> dict[str, set[str]]:
    """Cluster -> units whose paired trials show it."""
    return {each.id: {unit[number] for number in each.trials if number in unit} for each in clusters}


def _outcome(then: int, now: int, gone: int, moved: int, came: int, p_value: float) -> Outcome:
    if p_value > 1 - CONFIDENCE or gone == came:
        return Outcome.UNPROVEN
    if came > gone:
        return Outcome.MORE
    return Outcome.FEWER if now or moved > _MOVED * then else Outcome.FIXED
