"""Earlier looks at the same release: their evidence is continued, and what they spent is spent.

Covers joining the tallies of earlier runs to a run's own, and what a run leaves for later ones. A sequential plan may
be looked at as often as anyone likes; a fixed plan spends the exact chance that a system at the threshold had to pass
it, and what comes later has only the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from scipy import special

from ninemarch import stats
from ninemarch.model import Counts, Earlier, Gate, GateVerdict, RunPlan, Slice, Tally

__all__ = ["earlier_wheres", "join", "spent_by"]


def join(part: Slice, plan: RunPlan, gate: str = "") -> tuple[Slice, tuple[str, ...]]:
    """Return a slice with the evidence of earlier runs of the release joined to it, and the ids of those runs.

    A sample that is weighted to the profile is not continued: its runs are the same scenarios again.

    Args:
        part: the run's own evidence, scored as the gate asks.
        plan: the run's plan, with the earlier looks.
        gate: id of the gate; empty for the headline rate.
    """
    looks = [e for e in plan.earlier if e.gate == gate and dict(e.where) == dict(part.where)]
    if plan.regression_of:
        return _less(part, looks), ()
    if not looks or part.scored.weighted is not None:
        return part, ()
    parts: list[Slice | Earlier] = [part, *looks]
    spent = sum(look.spent for look in looks)
    joined = replace(
        part,
        scored=_sum([each.scored for each in parts], spent),
        worst=_sum([each.worst for each in parts], spent),
        best=_sum([each.best for each in parts], spent),
        acting=part.acting if part.acting.weighted else _sum([each.acting for each in parts], spent),
    )
    return joined, tuple(dict.fromkeys(look.run for look in looks))


def _less(part: Slice, looks: Sequence[Earlier]) -> Slice:
    """The same scenarios again: no further evidence, and each look that did not pass has spent its level.

    A PASS on a release that has passed every look so far needs nothing more: all of them passed by less than alpha.
    """
    spent = (
        0.0 if all(look.verdict == GateVerdict.PASS.value for look in looks) else sum(look.spent for look in looks)
    )
    if not spent:
        return part
    names = ("scored", "acting", "worst", "best")
    return replace(part, **{name: replace(getattr(part, name), spent=spent) for name in names})


def _sum(tallies: Sequence[Tally], spent: float) -> Tally:
    groups: dict[tuple[int, int], int] = {}
    scores: dict[float, int] = {}
    for tally in tallies:
        for failures, trials, many in tally.groups:
            groups[failures, trials] = groups.get((failures, trials), 0) + many
        for score, many in tally.scores:
            scores[score] = scores.get(score, 0) + many
    return Tally(
        groups=tuple((k, n, many) for (k, n), many in sorted(groups.items())),
        anytime=True,
        scores=tuple(sorted(scores.items())),
        spent=spent,
    )


def earlier_wheres(plan: RunPlan, gate: Gate, seen: Sequence[Slice]) -> list[Slice]:
    """Return an empty slice for every level that only earlier runs have met (a gate with ``each``)."""
    if not gate.each:
        return []
    here = [dict(part.where) for part in seen]
    empty = Tally(groups=())
    missing: list[Mapping[str, str]] = []
    for look in plan.earlier:
        if look.gate == gate.id and dict(look.where) not in [*here, *missing]:
            missing.append(dict(look.where))
    return [Slice(where, Counts(), scored=empty, acting=empty, worst=empty, best=empty) for where in missing]


def spent_by(plan: RunPlan, gate: Gate, tally: Tally) -> float:
    """Return the error probability that this run's decision on a gate could use up.

    A fixed plan on independent trials spends P(X <= allowed failures | trials, allowed rate), any other fixed plan
    the whole 1 - confidence, a plan that is valid at any look nothing beyond what it keeps to.

    Source: definition of the level of a test.
    """
    if (
        plan.stop == "sequential"
        or (plan.earlier and not plan.regression_of)
        or gate.max_failures is not None
        or tally.trials == 0
    ):
        return 0.0
    if tally.weighted or not tally.independent or tally.scores or tally.look or plan.look:
        return 1 - gate.confidence
    allowed = stats.failures_allowed(tally.trials, gate.allowed, confidence=gate.confidence)
    return 0.0 if allowed < 0 else float(special.bdtr(allowed, tally.trials, gate.allowed))
