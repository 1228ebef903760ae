"""What a run of a suite would do, before it is run: draws its scenarios, calls no target.

Covers the expected share of every slice, how trials hang together, and what a trial has cost so far. The chances are
the gate floor's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from ninemarch import table
from ninemarch.engine import Selection, make_plan
from ninemarch.errors import RunInvalid, UsageError
from ninemarch.evidence import expected_slices
from ninemarch.gate import needs, plan_gate
from ninemarch.journal import list_runs
from ninemarch.model import (
    Asks,
    Counts,
    Gate,
    GatePlan,
    Needs,
    RunPlan,
    Scenario,
    Slice,
    Suite,
    SuitePlan,
    Tally,
    TargetSpec,
    TrialCost,
)
from ninemarch.numbers import count_text
from ninemarch.suite import Schedule
from ninemarch.workflow.slices import idle_gates, with_confirmed

__all__ = ["expected_run", "plan_rates", "plan_suite", "recorded_cost"]

_LOOKED = 20_000  # scenarios drawn to see how they fall into slices
_LOOKED_GROUPS = 200_000  # where they share groups: how many differ cannot be scaled up
_NINES = 5  # rungs of the ladder without a suite
_RUNS = 5  # newest runs that tell what a trial costs


def plan_suite(
    suite: Suite,
    selection: Selection,
    *,
    stop: str = "",
    truths: Sequence[float] = (),
    cost: TrialCost | None = None,
    root: Path | None = None,
) -> SuitePlan:
    """Return what a run of ``suite`` as selected would do; nothing is run or recorded.

    Args:
        suite: the suite.
        selection: what would be run, as for ``run``; a suite without a target can be planned too.
        stop: ``fixed`` or ``sequential`` in place of the suite's own.
        truths: true failure rates to try, in [0, 1]; by default shares of what each gate allows.
        cost: of one trial; by default what recorded runs of the suite here have cost.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: nothing is selected, or a name is unknown.
    """
    plan, schedule, drawn = expected_run(suite, selection, stop=stop)
    slices = expected_slices(replace(plan, planned=len(drawn)), drawn, plan.gates)
    gates, below = _gates(plan, schedule, drawn, slices, truths)
    return SuitePlan(
        suite=suite.name,
        release=f"{plan.release} {plan.release_name}".strip() or str(plan.target),
        profile=schedule.profile.name,
        planned=plan.planned,
        per_scenario=plan.per_scenario,
        stop=plan.stop,
        look=plan.look,
        gates=tuple(gates),
        needs=tuple(_needs(plan.gates)),
        cost=cost or recorded_cost(plan, root=root),
        warnings=(*_warnings(suite, selection, plan, drawn), *below, *idle_gates(suite)),
    )


def expected_run(
    suite: Suite, selection: Selection, *, stop: str = ""
) -> tuple[RunPlan, Schedule, list[Scenario | None]]:
    """Return the plan of a run, its schedule, and the scenario of every trial, or of its first where there are many.

    Raises:
        UsageError: as for ``plan_suite``.
    """
    if selection.target is None and suite.target is None and not suite.releases:
        selection = replace(selection, target=TargetSpec("control", "null"), release="no target yet")
    plan, schedule = make_plan(with_confirmed(suite), selection, run="", version="")
    if stop:
        plan = replace(plan, stop=stop, look=plan.look if stop == "fixed" else None)
    return plan, schedule, _scenarios(schedule)


def plan_rates(
    success: Fraction | None,
    *,
    confidence: float = 0.95,
    trials: int = 0,
    stop: str = "fixed",
    truths: Sequence[float] = (),
    cost: TrialCost | None = None,
) -> SuitePlan:
    """Return what a rate takes to be proven, and what a plan of independent trials will decide on it; no suite.

    Args:
        success: the rate, above 0 and below 1; None for the first five nines.
        confidence: one-sided.
        trials: trials of a plan to try; 0 for none. They need a rate.
        stop: ``fixed`` or ``sequential``, of that plan.
        truths: true failure rates to try it at, in [0, 1]; by default shares of what the rate allows.
        cost: of one trial.

    Raises:
        UsageError: trials or true rates without a rate to prove, or true rates without trials.
    """
    if success is None:
        if trials or truths:
            msg = "a plan's chances depend on the rate it is to prove; give --nines or --success, or a suite"
            raise UsageError(msg)
        rates = [1 - Fraction(1, 10**nine) for nine in range(1, _NINES + 1)]
        found = tuple(needs(rate, confidence=confidence, sized=False) for rate in rates)
        return SuitePlan("", "", "", 0, 1, stop, None, (), found, cost or TrialCost())
    if truths and not trials:
        msg = "the chances at --at depend on the size of the plan; give --trials N"
        raise UsageError(msg)
    gates: tuple[GatePlan, ...] = ()
    if trials:
        gate = Gate("rate", success=success, confidence=confidence)
        clean = Tally(((0, 1, trials),))
        part = Slice({}, Counts(planned=trials, passed=trials), scored=clean, acting=clean, worst=clean, best=clean)
        gates = (plan_gate(gate, part, share=1.0, trials=trials, stop=stop, truths=truths),)
    found = (needs(success, confidence=confidence),)
    return SuitePlan("", "", "", trials, 1, stop, None, gates, found, cost or TrialCost())


def _scenarios(schedule: Schedule) -> list[Scenario | None]:
    """The scenario of every trial of the plan, or of its first; None where the generator made none."""
    found: list[Scenario | None] = []
    most = _LOOKED
    for _, _, item in schedule:
        found.append(item if isinstance(item, Scenario) else None)
        if isinstance(item, Scenario) and item.group:
            most = _LOOKED_GROUPS
        if len(found) >= most:
            break
    return found


def _gates(
    plan: RunPlan,
    schedule: Schedule,
    drawn: Sequence[Scenario | None],
    slices: Mapping[str, tuple[Slice, ...]],
    truths: Sequence[float],
) -> tuple[list[GatePlan], list[str]]:
    """Every gate on every slice, and what is left out."""
    counted = sum(1 for s in drawn if s is not None and not s.void) / max(len(drawn), 1)
    gates, below = [], []
    for gate in plan.gates:
        skipped = 0
        for part in slices[gate.id]:
            share = _share(plan, schedule, part, max(len(drawn) * counted, 1))
            if gate.each and share < gate.min_share:
                skipped += 1
                continue
            trials = round(share * counted * plan.planned)
            gates.append(plan_gate(gate, part, share=share, trials=trials, stop=plan.stop, truths=truths))
        if skipped:
            below.append(f"gate {gate.id}: {skipped} levels are below its min_share of {gate.min_share:.1%}")
    return gates, below


def _share(plan: RunPlan, schedule: Schedule, part: Slice, counted: float) -> float:
    """The slice's share of the profile where the profile tells it, else of the scenarios of this plan."""
    known = schedule.profile.attributes
    if plan.drawn and all(name in known for name in part.where):
        return math.prod(known[name].get(level, 0.0) for name, level in part.where.items())
    return part.counts.scored / counted


def _needs(gates: Sequence[Gate]) -> Iterator[Needs]:
    """What the rates asked of all scenarios take; of slices, where no gate is on all."""
    of_rates = [gate for gate in gates if gate.asks not in {Asks.MAX_DROP, Asks.MAX_FAILURES}]
    overall = [gate for gate in of_rates if not gate.where and not gate.each]
    rates = {(gate.success, gate.confidence) for gate in overall or of_rates}
    for success, confidence in sorted(rates):
        yield needs(success, confidence=confidence)


def _warnings(suite: Suite, selection: Selection, plan: RunPlan, drawn: Sequence[Scenario | None]) -> Iterator[str]:
    if not plan.gates:
        yield "no gate: the run is measured, nothing is asked of it"
    wanted = selection.trials or suite.trials.max
    if plan.planned < wanted and not any(r.max_trials for r in suite.releases if r.id == plan.release):
        yield f"only {plan.planned:,} trials of {wanted:,} can be planned: the suite lists no more scenarios"
    broken = sum(1 for scenario in drawn if scenario is None)
    if broken:
        yield f"{broken:,} of {len(drawn):,} scenarios could not be made: see 'ninemarch suite verify {suite.origin}'"


def recorded_cost(plan: RunPlan, *, root: Path | None = None) -> TrialCost:
    """Return what a trial of the suite has cost in the newest runs here: of this release where there are any.

    Args:
        plan: names the suite, the release and the target.
        root: folder that holds ``.ninemarch``; here by default.
    """
    of_suite = [(folder, old) for folder, old in list_runs(root) if old.suite == plan.suite]
    same = [(folder, old) for folder, old in of_suite if (old.release, old.target) == (plan.release, plan.target)]
    others = [(folder, old) for folder, old in of_suite if old.target.kind != "control"]
    newest = [folder for folder, _ in (same or others)[-_RUNS:]]
    seconds = [value for folder in newest for value in _column(folder, "seconds")]
    usd = [value for folder in newest for value in _column(folder, "cost_usd")]
    if not seconds:
        return TrialCost()
    source = f"{count_text(len(newest), 'recorded run')} of {'this release' if same else 'other releases'}"
    return TrialCost(float(np.mean(seconds)), float(np.mean(usd)) if usd else None, source)


def _column(folder: Path, name: str) -> list[float]:
    """The known values of a column; none where a run lacks it or is damaged, which is no reason not to plan."""
    try:
        values = table.read(table.ensure(folder), [name])[name].to_pylist()
    except RunInvalid:
        return []
    return [value for value in values if value is not None]
