"""From decisions on several releases to one march.

Covers order, cumulative effort, and which release is proven worse than an earlier one. Does not forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ninemarch.errors import UsageError
from ninemarch.model import Decision, March, RunPlan, Step


def _population(plan: RunPlan) -> tuple[object, ...]:
    return plan.profile, plan.subset, plan.ids, dict(plan.where)


def build_march(
    decisions: Sequence[Decision],
    *,
    title: str = "",
    others: Mapping[str, Sequence[Decision]] | None = None,
    effort_unit: str = "",
) -> March:
    """Return the march of releases in the order given.

    Args:
        decisions: one for each release, on the headline profile; the last is what the verdict is about.
        title: the suite's title.
        others: profile name -> decisions on that profile, matched by release.
        effort_unit: what effort is counted in.

    Raises:
        UsageError: no decision, or decisions on different suites, versions of one, profiles or selections.
    """
    first = _same_suite(decisions)
    columns = {name: {d.plan.release: d for d in many} for name, many in (others or {}).items()}
    steps: list[Step] = []
    effort: float | None = 0.0
    best = 0.0
    for decision in decisions:
        plan = decision.plan
        effort = None if effort is None or plan.effort is None else effort + plan.effort
        upper = decision.rate.upper if decision.rate else 1.0
        steps.append(
            Step(
                release=plan.release,
                name=plan.release_name,
                effort=effort,
                decision=decision,
                others={name: many[plan.release] for name, many in columns.items() if plan.release in many},
                worse=upper < best,
            )
        )
        best = max(best, decision.rate.lower if decision.rate else 0.0)
    return March(
        suite=first.suite,
        title=title,
        profile=first.profile,
        steps=tuple(steps),
        profiles=tuple(columns),
        effort_unit=effort_unit,
    )


def _same_suite(decisions: Sequence[Decision]) -> RunPlan:
    """The plan of the first run, once all of them are of the same scenarios and checks."""
    if not decisions:
        raise UsageError("no run was given; name at least one run")
    first = decisions[0].plan
    runs = [decision.plan.run for decision in decisions]
    if len(set(runs)) < len(runs):
        raise UsageError("a run was given twice; name every run once, in order of release")
    for decision in decisions:
        plan = decision.plan
        if (plan.suite, plan.hash) != (first.suite, first.hash):
            msg = (
                f"run {plan.run} is of suite {plan.suite} {plan.hash}, run {first.run} of {first.suite} "
                f"{first.hash}; only runs of the same scenarios and checks can be drawn on one line"
            )
            raise UsageError(msg)
        if _population(plan) != _population(first):
            msg = (
                f"runs {first.run} and {plan.run} of suite {plan.suite} are on different profiles or selections "
                f"({first.profile}, {plan.profile}); only runs of one population can be drawn on one line"
            )
            raise UsageError(msg)
    return first
