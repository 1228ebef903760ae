"""The declared plan of a run: which scenarios, how many, with which checkpoint.

Covers choices made before the first trial. What is declared here is journalled first and never changed.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ninemarch.checks.judging import judge_specs
from ninemarch.errors import UsageError, nearest
from ninemarch.model import Earlier, Look, Release, RunPlan, Scenario, Suite, TargetSpec
from ninemarch.stats import look_threshold
from ninemarch.suite import Schedule
from ninemarch.suite.loader import digest


@dataclass(frozen=True, slots=True)
class Selection:
    """What a user asked to run; every field has the suite's own default.

    Args:
        release: id of a release of the suite's ladder, the last one by default; without a ladder, or with a target
            of its own, what the release is called.
        target: a target in place of a release's.
        profile: name of the profile.
        subset: a hand-picked subset.
        seed: seed of the draw; the first held-out seed by default.
        trials: how many trials.
        where: attribute levels to keep.
        ids: exactly these scenarios.
        look: whether the suite's declared checkpoint is used.
        stop: ``fixed`` or ``sequential``; the suite's own by default.
        max_usd: what the whole run may cost, in US dollars; the suite's own limit by default.
        max_seconds: how long it may take; likewise.
        effort: work it took, in ``effort_unit``; by default what the suite says of the release.
        effort_unit: by default the suite's own.
        shard: the part of the plan that is run here, and of how many; all of it by default. Such a plan is fixed.
    """

    release: str = ""
    target: TargetSpec | None = None
    profile: str = ""
    subset: str = ""
    seed: int | None = None
    trials: int | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    look: bool = True
    stop: str = ""
    max_usd: float | None = None
    max_seconds: float | None = None
    effort: float | None = None
    effort_unit: str = ""
    shard: tuple[int, int] = (1, 1)


def release_of(suite: Suite, selection: Selection) -> Release:
    """Return the release that the selection means.

    Raises:
        UsageError: no such release, a release of the ladder on another target, or the suite names no target.
    """
    if selection.target is not None:
        return _named(suite, selection.release, selection.target)
    if selection.release and (suite.releases or suite.target is None):
        for release in suite.releases:
            if release.id == selection.release:
                return release
        known = [release.id for release in suite.releases]
        hint, names = nearest(selection.release, known), ", ".join(known) or "none"
        msg = f"release={selection.release} is not in suite {suite.name}{hint}; known: {names}"
        raise UsageError(msg)
    if suite.releases:
        return suite.releases[-1]
    if suite.target is not None:
        return Release(id=selection.release, target=suite.target)
    msg = f"suite {suite.name} names no target; add 'target:' to the suite or give --target python:module:name"
    raise UsageError(msg)


def _named(suite: Suite, name: str, target: TargetSpec) -> Release:
    if any(release.id == name and release.target != target for release in suite.releases):
        msg = f"release={name} of suite {suite.name} has a target of its own; call what runs on {target} otherwise"
        raise UsageError(msg)
    return Release(id=name, target=target)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the release that a plan is for.

    Args:
        key: what makes it the same release, see ``RunPlan.release_key``.
        earlier: what earlier runs of it showed.
        first: index of the first scenario that none of them has drawn.
        last: id of the last of them.
    """

    key: str = ""
    earlier: tuple[Earlier, ...] = ()
    first: int = 0
    last: str = ""


def make_plan(
    suite: Suite, selection: Selection, *, run: str, version: str, history: History | None = None
) -> tuple[RunPlan, Schedule]:
    """Return the plan of a run and its scenarios in planned order.

    Args:
        suite: the suite.
        selection: what was asked for.
        run: id of the run.
        version: version of ninemarch, recorded.
        history: earlier runs of the same release; none by default.

    Raises:
        UsageError: nothing is selected, a name is unknown, or a number is out of range.
    """
    release = release_of(suite, selection)
    seed = suite.seeds.held_out[0] if selection.seed is None else selection.seed
    profile = selection.profile or suite.default_profile
    wanted = selection.trials or min(suite.trials.max, release.max_trials or suite.trials.max)
    if wanted < 1 or seed < 0:
        msg = f"trials={wanted}, seed={seed}; allowed: trials of at least 1, a seed of at least 0"
        raise UsageError(msg)
    _check_shard(selection)
    plan = RunPlan(
        run=run,
        created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        suite=suite.name,
        suite_version=suite.version,
        origin=suite.origin,
        scenarios_hash=suite.scenarios_hash,
        checks_hash=suite.checks_hash,
        target=release.target,
        profile=profile,
        seed=seed,
        seed_range=_seed_range(suite, seed),
        planned=wanted,
        per_scenario=suite.trials.per_scenario,
        release=release.id,
        release_name=release.name,
        effort=release.effort if selection.effort is None else selection.effort,
        subset=selection.subset,
        ids=selection.ids,
        where=dict(selection.where),
        errors_max=suite.limits.errors_max,
        ninemarch=version,
        python=platform.python_version(),
        argv=tuple(sys.argv[1:]),
        gates=tuple(gate for gate in suite.gates if not gate.confirmed),
        title=suite.title,
        effort_unit=selection.effort_unit or suite.effort_unit,
        budget=_budget(suite, selection),
        stress=profile in suite.stress,
        shard=selection.shard,
    )
    plan = _after(plan, suite, history or History())
    return _fitted(plan, schedule_of(suite, plan), suite, selection)


def _check_shard(selection: Selection) -> None:
    part, parts = selection.shard
    if not 1 <= part <= parts:
        msg = f"shard={part}/{parts}; allowed: 1/1 up to {max(parts, 1)}/{max(parts, 1)}, as in 2/8"
        raise UsageError(msg)
    if parts > 1 and selection.stop == "sequential":
        msg = "a shard cannot stop when the gates are decided, for it sees a part only; leave out --stop sequential"
        raise UsageError(msg)


def _budget(suite: Suite, selection: Selection) -> tuple[float | None, int | None, float | None]:
    limits = suite.limits
    cost = limits.cost_usd if selection.max_usd is None else selection.max_usd
    return cost, limits.tokens, limits.time if selection.max_seconds is None else selection.max_seconds


def _after(plan: RunPlan, suite: Suite, history: History) -> RunPlan:
    """The plan with what earlier runs of the release mean for it: fresh scenarios, or a check on the same ones."""
    drawn = any(source.generator and not source.subset for source in suite.sources)
    listed = any(source.scenarios and not source.subset for source in suite.sources)
    again = bool(history.earlier) and (listed or not drawn)
    return replace(
        plan,
        release_key=history.key,
        earlier=history.earlier,
        first=0 if again else history.first,
        regression_of=history.last if again else "",
    )


def _fitted(plan: RunPlan, schedule: Schedule, suite: Suite, selection: Selection) -> tuple[RunPlan, Schedule]:
    """Complete the plan with what only the schedule knows."""
    # The checkpoint looks at the gates on all scenarios, which other selections say nothing on.
    whole = plan.counts_in_a_rate and not selection.where and selection.shard[1] == 1
    stop = _stop(suite, schedule, selection, plan)
    look = _look(suite, schedule) if selection.look and whole and stop == "fixed" else None
    weights = {} if schedule.drawn else {k: dict(v) for k, v in schedule.profile.attributes.items()}
    shares = digest({name: dict(levels) for name, levels in schedule.profile.attributes.items()})
    if plan.earlier and not plan.regression_of:
        look = None  # the evidence of several runs holds at any look, not at one
    plan = replace(plan, planned=schedule.planned, drawn=schedule.drawn, weights=weights, look=look, stop=stop)
    return replace(plan, profile_hash=shares), schedule


def schedule_of(suite: Suite, plan: RunPlan) -> Schedule:
    """Return the scenarios of ``plan`` in planned order.

    Raises:
        UsageError: the suite has changed since the plan was made, or nothing is selected.
    """
    if (suite.scenarios_hash, suite.checks_hash) != (plan.scenarios_hash, plan.checks_hash):
        msg = (
            f"suite {suite.name} has changed since run {plan.run} was planned (hash {plan.hash}, now {suite.hash}); "
            "start a new run, or bring the old suite back"
        )
        raise UsageError(msg)
    return Schedule(
        suite,
        profile=plan.profile,
        seed=plan.seed,
        planned=plan.planned,
        subset=plan.subset,
        where=plan.where,
        ids=plan.ids,
        first=plan.first,
    )


def _seed_range(suite: Suite, seed: int) -> str:
    for name, (first, last) in (("development", suite.seeds.development), ("held-out", suite.seeds.held_out)):
        if first <= seed <= last:
            return name
    return "undeclared"


def _stop(suite: Suite, schedule: Schedule, selection: Selection, plan: RunPlan) -> str:
    """``sequential`` where the plan may be looked at after every trial: drawn scenarios, each its own unit.

    A fixed plan in its place says less, never more: listed scenarios end by themselves, and trials that share a group
    or weigh unlike have no evidence that holds at any look (the first scenario drawn tells).
    """
    # More trials on what a fixed plan has begun are looked at by the sequential rule.
    wanted = "sequential" if plan.earlier and not plan.regression_of else selection.stop or suite.trials.stop
    sample = plan.counts_in_a_rate and selection.shard[1] == 1
    if wanted != "sequential" or not sample or not schedule.drawn or not any(g.blocking for g in suite.gates):
        return "fixed"
    if not selection.stop and not plan.earlier and judge_specs(suite.checks):
        return "fixed"  # a judge proves nothing until people have labelled; their labels tell more of a fixed plan
    _, _, first = next(iter(schedule))
    return "fixed" if isinstance(first, Scenario) and (first.group or first.weight != 1) else "sequential"


def _look(suite: Suite, schedule: Schedule) -> Look | None:
    """The declared checkpoint, for the strictest overall gate; only for independent, drawn trials.

    Trials that share a group or weigh unlike have no simple error rate at a look (the first scenario drawn tells).
    """
    overall = [gate for gate in suite.gates if gate.blocking and not gate.where and not gate.each]
    at = suite.trials.look
    if not overall or not schedule.drawn or suite.trials.per_scenario > 1 or not 0 < at < schedule.planned:
        return None
    _, _, first = next(iter(schedule))
    if isinstance(first, Scenario) and (first.group or first.weight != 1):
        return None
    strictest = min(overall, key=lambda gate: gate.allowed)
    return Look(at=at, stop_at=look_threshold(at, strictest.allowed, confidence=strictest.confidence))
