"""Baselines: a run becomes what later runs are compared with.

Covers accepting, reading and comparing. The gate that uses a baseline is an ordinary gate (``baseline:``).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ninemarch import table
from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.evidence import compare, differing, read_scenarios
from ninemarch.journal import find_run
from ninemarch.kept import baseline_bytes, baseline_path, load_baseline
from ninemarch.model import Baseline, Comparison, Decision, GateVerdict
from ninemarch.text import excerpt
from ninemarch.workflow.run import Finished, decide_run

__all__ = [
    "accept_baseline",
    "baseline_of",
    "beside",
    "compare_runs",
    "compare_with_baseline",
    "named_baseline",
    "why_no_sample",
]


def accept_baseline(run: str, *, name: str = "main", root: Path | None = None) -> tuple[Baseline, Path]:
    """Make a run the baseline of its suite; an older one of that name is replaced.

    Args:
        run: id of the run.
        name: name of the baseline.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Returns:
        The baseline and where it lies.

    Raises:
        UsageError: no such run, one that is no sample, unfinished or invalid, or a file that cannot be written.
    """
    finished = decide_run(find_run(run, root), waive=False)
    plan = finished.decision.plan
    path = baseline_path(plan.suite, name, root)
    why_not = why_no_sample(finished.decision)
    if why_not:
        msg = f"run {plan.run} cannot become a baseline: {why_not}; accept a whole run"
        raise UsageError(msg)
    baseline = baseline_of(finished, name=name)
    return baseline, write_whole(path, baseline_bytes(baseline))


def why_no_sample(decision: Decision) -> str:
    """Return why a run says nothing on its whole profile, in words; empty if it does."""
    plan = decision.plan
    return (
        "it ran chosen scenarios, which are no sample"
        if not plan.counts_in_a_rate
        else "it ran only a part of the profile (-w)"
        if plan.where
        else f"it is unfinished; go on with 'ninemarch run --resume {plan.run}'"
        if decision.counts.missing
        else "it is invalid"
        if decision.verdict is GateVerdict.INVALID
        else ""
    )


def baseline_of(finished: Finished, *, name: str = "") -> Baseline:
    """Return a run as a baseline of that name, accepted now."""
    decision = finished.decision
    plan = decision.plan
    return Baseline(
        name=name,
        suite=plan.suite,
        suite_version=plan.suite_version,
        scenarios_hash=plan.scenarios_hash,
        checks_hash=plan.checks_hash,
        profile=plan.profile,
        seed=plan.seed,
        per_scenario=plan.per_scenario,
        run=plan.run,
        release=plan.release or str(plan.target),
        release_name=plan.release_name,
        created=plan.created,
        accepted=datetime.now(UTC).isoformat(timespec="milliseconds"),
        counts=decision.counts,
        results=read_scenarios(table.ensure(finished.folder)).results,
    )


def named_baseline(suite: str, name: str, *, root: Path | None = None) -> Baseline:
    """Return a suite's baseline.

    Raises:
        UsageError: none was accepted under that name, or its file is damaged.
    """
    found = load_baseline(suite, name, root)
    if found is None:
        place = baseline_path(suite, name, root)
        others = sorted(path.stem for path in place.parent.glob("*.json"))
        known = f"known: {', '.join(excerpt(other, 60) for other in others)}; " if others else ""
        msg = (
            f"no baseline '{name}' of suite {excerpt(suite, 60)} ({place}); {known}accept one with "
            "'ninemarch baseline accept RUN'"
        )
        raise UsageError(msg)
    return found


def compare_with_baseline(run: str, *, name: str = "main", root: Path | None = None) -> Comparison:
    """Return a run beside its suite's baseline.

    Raises:
        UsageError: no such run or baseline.
        RunInvalid: the run's record is damaged.
    """
    finished = decide_run(find_run(run, root), waive=False)
    baseline = named_baseline(finished.decision.plan.suite, name, root=root)
    return beside(baseline, finished)


def compare_runs(then: str, now: str = "latest", *, root: Path | None = None) -> Comparison:
    """Return a run beside an earlier one of the same suite, or beside another target's.

    Raises:
        UsageError: no such run, the same one twice, or runs of different suites.
        RunInvalid: a run's record is damaged.
    """
    earlier, later = (decide_run(find_run(name, root), waive=False) for name in (then, now))
    first, second = earlier.decision.plan, later.decision.plan
    if first.run == second.run or first.suite != second.suite:
        why = "the same run" if first.run == second.run else f"of other suites ({first.suite} and {second.suite})"
        msg = f"runs {first.run} and {second.run} cannot be compared: they are {why}; name two runs of one suite"
        raise UsageError(msg)
    return beside(baseline_of(earlier), later)


def beside(then: Baseline, now: Finished) -> Comparison:
    """Return a finished run beside an earlier one, with the slices in which they differ."""
    path = table.ensure(now.folder)
    scenarios = read_scenarios(path)
    return differing(compare(then, now.decision.plan, now.decision.counts, scenarios), scenarios, path)
