"""The record of releases: a run becomes a milestone, and the milestones stand in a row.

Covers adding, reading and looking ahead; runs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from ninemarch import interop, table
from ninemarch.durable import alone, write_whole
from ninemarch.errors import NinemarchError, UsageError
from ninemarch.evidence import compare, estimate, read_scenarios, worth
from ninemarch.journal import find_run
from ninemarch.kept import check_milestones, load_march, march_bytes, march_path
from ninemarch.march import foresee, stand
from ninemarch.model import (
    Counts,
    Difference,
    Effort,
    GateMark,
    GateResult,
    GateVerdict,
    MarchForecast,
    Milestone,
    Milestones,
    MilestoneTable,
    Population,
    Rate,
    RunPlan,
    Tally,
)
from ninemarch.text import excerpt, scrub
from ninemarch.workflow.baseline import baseline_of, why_no_sample
from ninemarch.workflow.run import Finished, decide_run

__all__ = [
    "add_milestone",
    "check_effort",
    "forecast_march",
    "import_milestones",
    "known_milestones",
    "milestone_table",
    "record_milestones",
]

_CONFIDENCE = 0.95  # of each end of the interval of imported counts, as gates have it by default


def add_milestone(
    run: str, *, release: str = "", effort: Effort | None = None, root: Path | None = None
) -> tuple[Milestone, Path]:
    """Add a run to the record of its suite's releases.

    Args:
        run: id of the run.
        release: what the release is called; by default as the run called it.
        effort: work the release took; by default what the run says.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Returns:
        The milestone and where the record lies.

    Raises:
        UsageError: no such run, one that is no sample, unfinished or invalid, one that is recorded already, effort
            in another unit, or a file that cannot be written.
    """
    finished = decide_run(find_run(run, root), waive=False)  # waivers end, the record stays
    made = milestone_of(finished, release=release, effort=effort)
    suite = finished.decision.plan.suite
    added, path = record_milestones(suite, [made], root=root)
    return added.lines[0], path


def milestone_of(
    finished: Finished, *, release: str = "", effort: Effort | None = None, source: str = "run"
) -> Milestone:
    """Return a run as a milestone; see ``add_milestone``."""
    decision = finished.decision
    plan, own = decision.plan, finished.evidence.overall.scored
    # Its own trials alone: earlier looks at the release, which a decision continues, have lines of their own.
    rate = estimate(own, decision.rate.confidence) if decision.rate else None
    why_not = why_no_sample(decision) or _why_not(plan, rate, release)
    if why_not or rate is None:
        msg = f"run {plan.run} cannot stand on the march: {why_not}"
        raise UsageError(msg)
    if effort is None and plan.effort is not None:
        effort = Effort(plan.effort, plan.effort_unit)
    return Milestone(
        release=scrub(release or plan.release or str(plan.target)),
        release_name=scrub(plan.release_name),
        date=plan.created,
        source=source,
        run=plan.run,
        target=scrub(str(plan.target)),
        release_key=scrub(plan.release_key),
        population=population_of(plan),
        seed=plan.seed,
        seed_range=plan.seed_range,
        first=plan.first,
        per_scenario=plan.per_scenario,
        effort=effort.amount if effort else None,
        effort_unit=scrub((effort.unit or plan.effort_unit) if effort else ""),
        verdict=decision.verdict,
        counts=decision.counts,
        rate=rate,
        worth=worth(own),
        gates=tuple(_mark(gate) for gate in decision.gates),
    )


def population_of(plan: RunPlan) -> Population:
    """Return what the rate of a run of this plan speaks about."""
    return Population(plan.scenarios_hash, plan.checks_hash, scrub(plan.profile), plan.profile_hash)


def _why_not(plan: RunPlan, rate: Rate | None, release: str) -> str:
    if rate is None:
        return "no trial was scored; add a run that measured something"
    if plan.regression_of:
        return f"it ran the scenarios of run {plan.regression_of} again, which is no fresh sample; add that run"
    if release and plan.release and release != plan.release:
        return f"it is of release '{excerpt(plan.release, 60)}', not '{excerpt(release, 60)}'; leave out --release"
    return ""


def _mark(gate: GateResult) -> GateMark:
    rate = gate.rate
    return GateMark(
        id=scrub(gate.id),
        where={scrub(name): scrub(level) for name, level in gate.where.items()},
        asks=str(gate.gate.asks) if gate.gate else "success",
        required=scrub(gate.required),
        confidence=gate.confidence,
        verdict=gate.verdict,
        failures=rate.failures if rate else 0,
        trials=rate.trials if rate else 0,
        failure_lower=rate.failure_lower if rate else 0.0,
        failure_upper=rate.failure_upper if rate else 1.0,
    )


def record_milestones(suite: str, added: Sequence[Milestone], *, root: Path | None = None) -> tuple[Milestones, Path]:
    """Add lines to the record of a suite's releases, all of them or none; return them and where it lies.

    Effort without a unit is taken to be in the record's own.

    Raises:
        UsageError: a line contradicts the record, or the file cannot be read or written.
    """
    path = march_path(suite, root)
    with alone(path.parent):
        known = load_march(suite, root)
        unit = known.effort_unit
        new = [
            replace(each, effort_unit=unit) if each.effort is not None and not each.effort_unit else each
            for each in added
        ]
        record = Milestones(suite, (*known.lines, *new))
        check_milestones(record)
        return Milestones(suite, tuple(new)), write_whole(path, march_bytes(record))


def check_effort(suite: str, effort: Effort | None, *, root: Path | None = None) -> None:
    """Find out before a run whether its effort will fit the record.

    Raises:
        UsageError: the record is damaged, or counts in another unit.
    """
    unit = load_march(suite, root).effort_unit
    if effort and effort.unit and unit and effort.unit != unit:
        amount = f"{effort.amount:g} {excerpt(effort.unit, 40)}"
        msg = f"effort={amount}, but this march counts in '{excerpt(unit, 40)}'; give it in that unit"
        raise UsageError(msg)


def import_milestones(
    suite: str, file: Path, *, effort_unit: str = "", root: Path | None = None
) -> tuple[Milestones, Path]:
    """Add counts of releases from a CSV file to the record of a suite; all of them or none.

    They are taken as independent trials of a plan of fixed size.

    Args:
        suite: name of the suite.
        file: the file, see ``interop.read_counts``.
        effort_unit: what its effort is counted in; by default the record's own.
        root: folder that holds ``reports``; here by default.

    Returns:
        The lines that were added, and where the record lies.

    Raises:
        UsageError: the file is wrong, or contradicts the record.
    """
    added = [_counted(each, effort_unit) for each in interop.read_counts(file)]
    return record_milestones(suite, added, root=root)


def _counted(each: interop.CountedRelease, effort_unit: str) -> Milestone:
    clean = each.trials - each.failures
    tally = Tally(tuple((k, 1, many) for k, many in ((0, clean), (1, each.failures)) if many))
    rate = cast("Rate", estimate(tally, _CONFIDENCE))  # every line has a trial
    return Milestone(
        release=each.release,
        release_name=each.name,
        date=each.date,
        source="import",
        run="",
        target="",
        release_key="",
        population=Population("", "", each.profile, ""),
        seed=None,
        seed_range="",
        first=0,
        per_scenario=1,
        effort=each.effort,
        effort_unit=effort_unit if each.effort is not None else "",
        verdict=GateVerdict.NO_GATE,
        counts=Counts(planned=each.trials, passed=clean, loud=each.failures),
        rate=rate,
        worth=worth(tally),
    )


def known_milestones(suite: str, *, root: Path | None = None) -> Milestones:
    """Return the record of a suite's releases.

    Raises:
        UsageError: nothing was added yet, or the file is damaged.
    """
    found = load_march(suite, root)
    if not found.lines:
        place = march_path(suite, root)
        msg = f"no march of suite {excerpt(suite, 60)} ({place}); add a run: ninemarch march add RUN"
        raise UsageError(msg)
    return found


def milestone_table(suite: str, *, root: Path | None = None) -> MilestoneTable:
    """Return the releases of a suite in order; two of which the runs lie here are compared scenario by scenario.

    Args:
        suite: name of the suite.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Raises:
        UsageError: nothing was added yet, or the file is damaged.
    """
    return stand(known_milestones(suite, root=root), paired=lambda then, now: _paired(then, now, root))


def forecast_march(
    suite: str, *, nine: int = 0, confidence: float = 0.9, discrete: bool = False, root: Path | None = None
) -> MarchForecast:
    """Return the forecast of a suite's march; see ``march.foresee``.

    Args:
        suite: name of the suite.
        nine: the nine to reach; 0 for the next one.
        confidence: of all limits, two-sided.
        discrete: whether Crow-AMSAA's model is fitted too.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: too few releases, or the record is damaged.
    """
    releases = stand(known_milestones(suite, root=root))
    return foresee(releases, nine=nine, confidence=confidence, discrete=discrete)


def _paired(then: Milestone, now: Milestone, root: Path | None) -> Difference | None:
    """The paired difference of two runs; None where one is not here any more, or no scenario is common."""
    if not (then.run and now.run):
        return None
    try:
        old, new = (decide_run(find_run(look.run, root), waive=False) for look in (then, now))
    except NinemarchError:
        return None
    results = read_scenarios(table.ensure(new.folder))
    plan = new.decision.plan
    if (old.decision.plan.run, plan.run) != (then.run, now.run):
        return None
    return compare(baseline_of(old), plan, new.decision.counts, results, confidence=now.rate.confidence).difference
