"""What earlier runs of a release mean for the next one: the ledger is read before a run and written around it.

Covers finding the earlier looks at the same release (its id or target, and a fingerprint of its code), on the same
scenarios, checks and profile; and what a run leaves behind, also when it is cut off.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from ninemarch import table
from ninemarch.engine import History, Selection, release_of
from ninemarch.errors import NinemarchError
from ninemarch.evidence import gather
from ninemarch.gate import looks
from ninemarch.journal import runs_folder
from ninemarch.kept import Entry, append_entry, read_ledger
from ninemarch.model import Evidence, RunPlan, Suite, TargetSpec
from ninemarch.suite import profile_of, source_digest
from ninemarch.variables import names_in

__all__ = ["begin", "end", "history_of", "release_key"]

_DIGITS = 12


def release_key(suite: Suite, selection: Selection) -> str:
    """Return what makes two runs look at the same release: its id or target, and what its code is.

    Code is followed through the imports of the target's module, in the suite's folder or the working one; a model
    behind an address cannot be seen into: give it a release id of its own.
    """
    release = release_of(suite, selection)
    name = release.id or str(release.target)
    found = _code(release.target, suite)
    params = json.dumps(dict(release.target.params), sort_keys=True, default=str)
    params += _variables(release.target)
    print_ = hashlib.sha256(f"{found}|{params}|{release.target.factory}".encode()).hexdigest()[:_DIGITS]
    return f"{name} {print_}"


def _code(spec: TargetSpec, suite: Suite) -> str:
    if spec.kind != "python":
        return str(spec)
    digest = source_digest([spec.ref], suite.folder) or source_digest([spec.ref], Path.cwd())
    return json.dumps(digest, sort_keys=True)


def _variables(spec: TargetSpec) -> str:
    """The values of the variables that the target's keys name; what only opens a door makes no other release."""
    named = {name: value for name, value in spec.params.items() if name not in {"api_key", "headers"}}
    names = names_in(json.dumps([spec.ref, named], default=str))
    return json.dumps({name: os.environ.get(name, "") for name in sorted(names)}) if names else ""


def history_of(suite: Suite, selection: Selection, root: Path | None = None) -> History:
    """Return the earlier looks at the release that the selection means; none for hand-picked scenarios.

    Raises:
        UsageError: the ledger is damaged.
    """
    if selection.ids or selection.subset:
        return History()
    key = release_key(suite, selection)
    profile = profile_of(suite, selection.profile).name
    wanted = (suite.name, suite.scenarios_hash, suite.checks_hash, profile, key)
    seed = suite.seeds.held_out[0] if selection.seed is None else selection.seed
    entries = [entry for entry in read_ledger(suite.name, _state(root), root) if entry.key == wanted]
    found = [_completed(entry, root) for entry in entries]
    return History(
        key=key,
        earlier=tuple(look for entry in found for look in entry.looks),
        first=max((entry.next for entry in found if entry.seed == seed), default=0),
        last=found[-1].run if found else "",
    )


def _completed(entry: Entry, root: Path | None) -> Entry:
    """An entry of a run that was cut off, with what its record holds; as it is where the record has gone."""
    folder = runs_folder(root) / entry.run
    if entry.complete or not folder.is_dir():
        return entry
    try:
        path = table.ensure(folder)
        plan = table.head(path).plan
        return _entry(plan, path, gather(path, plan.gates, partial=True), complete=False)
    except NinemarchError:
        return entry  # a run that was stopped before its plan was durable has shown nothing


def begin(plan: RunPlan, *, root: Path | None = None, record: bool = False) -> None:
    """Remember a run before its first trial, so that it counts however it ends."""
    if plan.release_key:
        append_entry(_start(plan), _state(root), root, record=record)


def end(plan: RunPlan, path: Path, evidence: Evidence, *, root: Path | None = None, record: bool = False) -> None:
    """Remember what a run has shown; ``path`` is its table."""
    if plan.release_key:
        append_entry(_entry(plan, path, evidence, complete=True), _state(root), root, record=record)


def _start(plan: RunPlan) -> Entry:
    return Entry(
        run=plan.run,
        created=plan.created,
        suite=plan.suite,
        scenarios_hash=plan.scenarios_hash,
        checks_hash=plan.checks_hash,
        profile=plan.profile,
        release=plan.release_key,
        where=dict(plan.where),
        seed=plan.seed,
        first=plan.first,
        next=plan.first,
    )


def _entry(plan: RunPlan, path: Path, evidence: Evidence, *, complete: bool) -> Entry:
    start = _start(plan)
    fields = {name: getattr(start, name) for name in start.__struct_fields__}
    fields |= {"next": _next(plan, path), "complete": complete, "looks": looks(evidence, plan.gates)}
    return Entry(**fields)


def _next(plan: RunPlan, path: Path) -> int:
    """Index of the first scenario that the run has not drawn."""
    start, last = f"{plan.profile}:{plan.seed}:", plan.first - 1
    for batch in table.stream(path, ["scenario"]):
        for name in batch["scenario"].to_pylist():
            if name.startswith(start):
                last = max(last, int(name[len(start) :]))
    return last + 1


def _state(root: Path | None) -> Path:
    return runs_folder(root).parent
