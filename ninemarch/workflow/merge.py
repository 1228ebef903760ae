"""One run of the shards that several machines made: what they recorded, decided together.

Covers copying the records into a run of its own. The shards stay as they are. A shard that is missing, or was cut
off, leaves its trials missing: the merged run is then not complete, and ``ninemarch run --resume`` makes them here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ninemarch import table
from ninemarch.engine import History, Selection
from ninemarch.errors import NinemarchError, UsageError
from ninemarch.journal import Journal, find_run, new_run_folder, read_plan, recorded_texts
from ninemarch.model import RunPlan
from ninemarch.suite import load
from ninemarch.workflow.history import begin, end, history_of
from ninemarch.workflow.run import Finished, decide_run

__all__ = ["Merged", "merge"]


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged run.

    Args:
        finished: the run and its decision.
        notes: what is to be said of the shards: which are missing, cut off, or were given twice.
    """

    finished: Finished
    notes: tuple[str, ...] = ()


def merge(names: Sequence[str], *, root: Path | None = None) -> Merged:
    """Put the shards of one plan together and decide on what they show.

    Args:
        names: runs, each an id, a unique prefix of one, or the path of a run's folder; in any order. A shard that was
            run twice counts once: the run that was planned first, whatever it shows.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no run was given, one is no shard, or they are shards of different plans.
        RunInvalid: a record is damaged, or the new one cannot be written.
    """
    found = {folder.resolve(): read_plan(folder) for folder in (find_run(name, root) for name in names)}
    shards = _shards(found)
    first = next(iter(shards.values()))[1]
    notes = [f"run {plan.run} is shard {plan.shard[0]} again and was left out" for plan in _again(found, shards)]
    past = _past(first, notes, root)
    folder = new_run_folder(root)
    try:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        plan = replace(first, run=folder.name, created=now, shard=(1, 1), argv=tuple(sys.argv[1:]))
        if past.key:
            last = past.last if past.earlier else ""
            plan = replace(plan, release_key=past.key, earlier=past.earlier, regression_of=last)
        begin(plan, root=root)
        journal = Journal.create(folder, plan)
    except NinemarchError:
        folder.rmdir()
        raise
    parts = first.shard[1]
    with journal:
        for part in range(1, parts + 1):
            notes += _copied(journal, shards.get(part), part, parts)
        whole = journal.acknowledged == plan.planned
        if whole:
            journal.seal()
    finished = decide_run(folder)
    if whole:
        end(plan, table.ensure(folder), finished.evidence, root=root)
    else:
        notes.append(f"make the missing trials here with: ninemarch run --resume {plan.run}")
    return Merged(finished, tuple(notes))


def _shards(found: dict[Path, RunPlan]) -> dict[int, tuple[Path, RunPlan]]:
    """Part -> the run that was planned first for it; refuses what does not belong together."""
    if not found:
        msg = "no run was given; give the shards, as in: ninemarch merge shards/*"
        raise UsageError(msg)
    shards: dict[int, tuple[Path, RunPlan]] = {}
    for folder, plan in sorted(found.items(), key=lambda item: (item[1].created, item[1].run)):
        if plan.shard[1] == 1:
            msg = f"run {plan.run} is no shard: it was run whole; see it with: ninemarch show {plan.run}"
            raise UsageError(msg)
        shards.setdefault(plan.shard[0], (folder, plan))
    first, *others = (plan for _, plan in shards.values())
    for other in others:
        differing = [name for name in _compared(first) if _compared(first)[name] != _compared(other)[name]]
        if differing:
            msg = (
                f"runs {first.run} and {other.run} are shards of different plans (they differ in "
                f"{', '.join(differing)}); merge shards of one plan: the same suite, target, seed, trials and options"
            )
            raise UsageError(msg)
    return shards


def _compared(plan: RunPlan) -> dict[str, object]:
    """What shards of one plan have in common; where each ran, and with which Python, may differ."""
    own = {"run", "created", "argv", "python", "origin"}
    found = {name: getattr(plan, name) for name in plan.__dataclass_fields__ if name not in own}
    return {**found, "shard": plan.shard[1]}


def _again(found: dict[Path, RunPlan], shards: dict[int, tuple[Path, RunPlan]]) -> list[RunPlan]:
    kept = {folder for folder, _ in shards.values()}
    return [plan for folder, plan in found.items() if folder not in kept]


def _copied(journal: Journal, shard: tuple[Path, RunPlan] | None, part: int, parts: int) -> list[str]:
    """Copy a shard's records; return what is to be said of it."""
    share = replace(journal.plan, shard=(part, parts)).share
    if shard is None:
        return [f"shard {part} of {parts} is missing: {share:,} trials are not recorded"]
    folder, plan = shard
    before = journal.acknowledged
    for trial, texts in recorded_texts(folder):
        if not plan.makes(trial.number):
            msg = f"run {plan.run} holds trial {trial.number}, which is not of its shard; its record is not whole"
            raise UsageError(msg)
        journal.append(trial, texts)
    journal.commit()
    left = share - (journal.acknowledged - before)
    return [f"shard {part} of {parts} (run {plan.run}) was cut off: {left:,} trials are not recorded"] if left else []


def _past(plan: RunPlan, notes: list[str], root: Path | None) -> History:
    """Earlier looks at the release here; none where the suite cannot be had, which is said."""
    try:
        suite = load(plan.origin)
        selection = Selection(release=plan.release, target=plan.target, profile=plan.profile, seed=plan.seed)
        return history_of(suite, selection, root)
    except NinemarchError:
        notes.append(
            "the suite is not here: earlier runs of this release, if there were any, are not taken into account"
        )
        return History()
