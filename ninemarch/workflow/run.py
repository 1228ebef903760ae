"""Run a suite on a target, or take a run up again; then decide on what it shows.

Covers the way of one run: plan, journal, trials, seal, table, evidence, decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import ninemarch
from ninemarch import table
from ninemarch.checks import compile_checks
from ninemarch.engine import (
    Progress,
    RunResult,
    Selection,
    Staff,
    execute,
    make_plan,
    recount,
    release_of,
    schedule_of,
    staffed,
)
from ninemarch.errors import NinemarchError, UsageError
from ninemarch.evidence import gather
from ninemarch.gate import decide
from ninemarch.journal import Journal, find_run, new_run_folder, read_plan
from ninemarch.kept import load_baseline
from ninemarch.march import build_march
from ninemarch.model import Decision, Evidence, March, RunPlan, Suite
from ninemarch.suite import load
from ninemarch.workflow.history import begin, end, history_of
from ninemarch.workflow.judge_calibration import judge_ceilings, judge_keys
from ninemarch.workflow.nulls import quick_ceilings
from ninemarch.workflow.self_test import require_proofs
from ninemarch.workflow.slices import with_confirmed
from ninemarch.workflow.waivers import waived_of, waivers_for

Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over: where it lies, what it shows, what that decides."""

    folder: Path
    decision: Decision
    evidence: Evidence


def run(
    suite: Suite,
    selection: Selection,
    *,
    watch: Watch | None = None,
    root: Path | None = None,
    ledger: bool = True,
    record: bool = False,
    staff: Staff | None = None,
) -> Finished:
    """Run ``suite`` as selected and decide; earlier runs of the same release are continued.

    Args:
        suite: the suite.
        selection: what to run; ``Selection()`` runs the newest release on the default profile.
        watch: called after every trial with the running counts; must be quick.
        root: folder that holds ``.ninemarch``; here by default.
        ledger: whether earlier looks at the release count, and this one is remembered. Without it the decision holds
            for this run alone, as if there had been no other.
        record: remember it under ``reports`` too, for git.
        staff: who makes the trials; this process by default.

    Raises:
        UsageError: nothing is selected, or a name is unknown; nothing was run.
        Interrupted: a signal came; everything acknowledged is kept.
        RunInvalid: the journal cannot be written, or the suite's self-test does not hold.
    """
    suite = with_confirmed(suite)
    # Everything that can be wrong with the request is found before a folder is made.
    make_plan(suite, selection, run="", version="")
    compile_checks(suite)
    require_proofs(suite)
    waivers_for(suite.name, suite.origin)
    with staffed(suite, release_of(suite, selection).target, staff or Staff()) as hire:
        past = history_of(suite, selection, root) if ledger and selection.shard[1] == 1 else None
        folder = new_run_folder(root)
        try:
            plan, schedule = make_plan(suite, selection, run=folder.name, version=ninemarch.__version__, history=past)
            plan = replace(plan, ceilings=quick_ceilings(suite), judges=judge_keys(suite))
            begin(plan, root=root, record=record)
            journal = Journal.create(folder, plan)
        except NinemarchError:
            folder.rmdir()
            raise
        with journal:
            progress = Progress(plan.share, notify=watch)
            crew = hire(plan, schedule, folder, plan.share)
            result = execute(schedule, crew, journal, progress, baselines=_baselines(plan))
    return _remembered(decide_run(folder), result, root, record=record)


def _remembered(finished: Finished, result: RunResult, root: Path | None, *, record: bool = False) -> Finished:
    """The finished run, once the ledger knows what it has shown; one cut short by a limit says so."""
    plan = finished.evidence.plan
    if not finished.evidence.sealed:
        notes = (result.stopped, *finished.decision.notes)
        return replace(finished, decision=replace(finished.decision, notes=notes))
    with suppress(UsageError):  # a full disk: what was written before the first trial finds the record later
        end(plan, table.ensure(finished.folder), finished.evidence, root=root, record=record)
    return finished


def resume(
    name: str, *, watch: Watch | None = None, root: Path | None = None, staff: Staff | None = None
) -> Finished:
    """Run what is missing of a run that was cut off, and decide; whoever made the first part of it.

    Raises:
        UsageError: no such run, it is complete, or its suite has changed since.
        Interrupted, RunInvalid: as for ``run``.
    """
    folder = find_run(name, root)
    suite = load(read_plan(folder).origin)
    require_proofs(suite)
    journal, summary = Journal.resume(folder)
    plan = summary.plan
    with journal, staffed(suite, plan.target, staff or Staff()) as hire:
        schedule = schedule_of(suite, plan)
        progress = Progress(plan.share, notify=watch)
        recount(journal, progress)
        crew = hire(plan, schedule, folder, plan.share - journal.acknowledged)
        result = execute(schedule, crew, journal, progress, baselines=_baselines(plan))
    return _remembered(decide_run(folder), result, root)


def decide_run(folder: Path, *, waive: bool = True) -> Finished:
    """Decide on the run in ``folder`` from what it has recorded; its table is rebuilt when it is not up to date.

    Args:
        folder: the run's folder.
        waive: whether ``waivers.toml`` (beside the suite, or here) has a say.

    Raises:
        RunInvalid: the record is damaged.
        UsageError: the file of a baseline that a gate names is damaged, or ``waivers.toml`` is wrong.
    """
    path = table.ensure(folder)
    plan = table.head(path).plan
    waived = waived_of(path, plan.suite, plan.origin) if waive else None
    evidence = gather(path, plan.gates, baselines=_baselines(plan), waived=waived)
    ceilings = judge_ceilings(path, plan, evidence)
    return Finished(folder, decide(evidence, plan.gates, ceilings=ceilings), evidence)


def _baselines(plan: RunPlan) -> dict[str, Mapping[str, float]]:
    """The baselines that the gates name, as they lie here in git; those of other scenarios or checks are not any."""
    found = {name: load_baseline(plan.suite, name) for name in {gate.baseline for gate in plan.gates} if name}
    return {name: kept.failed for name, kept in found.items() if kept is not None and kept.hash == plan.hash}


def march_of(finished: Sequence[Finished]) -> March:
    """Return the march of several runs of one suite, in the order given.

    Raises:
        UsageError: runs of different suites, or of different scenarios and checks.
    """
    plan = finished[-1].decision.plan
    return build_march([each.decision for each in finished], title=plan.title, effort_unit=plan.effort_unit)
