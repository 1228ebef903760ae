"""Run the old releases of a march again on the suite as it is now, so that one line joins them.

Covers which releases are still here, as their own code says, and running those. The record keeps what they showed on
the suite of their day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ninemarch.engine import Progress, Selection, make_plan
from ninemarch.errors import UsageError
from ninemarch.march import newest_population
from ninemarch.model import Milestone, Milestones, Population, Rebased, Suite
from ninemarch.targets import parse_target
from ninemarch.text import excerpt
from ninemarch.workflow.history import release_key
from ninemarch.workflow.march import known_milestones, milestone_of, population_of, record_milestones
from ninemarch.workflow.run import run

__all__ = ["rebase_march"]

Announce = Callable[[str, Progress], None]


def rebase_march(
    suite: Suite,
    *,
    releases: Sequence[str] = (),
    trials: int | None = None,
    dry: bool = False,
    announce: Announce = lambda release, progress: None,  # noqa: ARG005
    root: Path | None = None,
) -> Iterator[Rebased]:
    """Yield every release that is not on the line of the suite as it is, once it was run on it or cannot be.

    Each one is on record before the next begins, so that what was cut off goes on where it ended.

    Args:
        suite: the suite as it is.
        releases: only these; all of the march by default.
        trials: how many trials; the suite's own number by default.
        dry: say what would be run, and run nothing.
        announce: called after every trial with the release and its running counts; must be quick.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Raises:
        UsageError: nothing is on record, a release is not, or the record is damaged.
        Interrupted: a signal came; everything acknowledged is kept.
    """
    record = known_milestones(suite.name, root=root)
    looks: dict[str, list[Milestone]] = {}
    for line in record.lines:
        looks.setdefault(line.release, []).append(line)
    unknown = [name for name in releases if name not in looks]
    if unknown:
        known = ", ".join(excerpt(name, 40) for name in looks)
        msg = f"release={excerpt(unknown[0], 60)} is not on the march of {excerpt(suite.name, 60)}; known: {known}"
        raise UsageError(msg)
    profile = _profile(record, suite)
    for name in releases or looks:
        found = _selection(suite, looks[name], profile=profile, trials=trials)
        if isinstance(found, str):
            yield Rebased(name, why_not=found)
        elif _population(suite, found) not in {look.population for look in looks[name]}:
            yield Rebased(name) if dry else _joined(suite, found, name, announce=announce, root=root)


def _profile(record: Milestones, suite: Suite) -> str:
    """The profile that the line is drawn on, where the suite still has it; else the suite's own default."""
    newest = newest_population(record)
    return newest.profile if newest and newest.profile in suite.profiles else ""


def _selection(suite: Suite, looks: Sequence[Milestone], *, profile: str, trials: int | None) -> Selection | str:
    """How the release is run again, or why it cannot be."""
    name = looks[0].release
    keys = {look.release_key for look in looks} - {""}
    if not keys:
        return "nobody recorded what code it was; its counts were imported"
    if any(release.id == name for release in suite.releases):
        found = Selection(release=name, profile=profile, trials=trials)
    else:
        try:
            target = parse_target(next(look.target for look in looks if look.target))
        except UsageError as error:
            return f"its target cannot be opened: {error}"
        called = "" if name == str(target) else name
        found = Selection(target=target, release=called, profile=profile, trials=trials)
    try:
        same = release_key(suite, found) in keys
    except UsageError as error:
        return f"its code is not here: {error}"
    return found if same else "its code is not here any more: what bears its name now is another release"


def _population(suite: Suite, selection: Selection) -> Population:
    plan, _ = make_plan(suite, selection, run="", version="")
    return population_of(plan)


def _joined(suite: Suite, selection: Selection, name: str, *, announce: Announce, root: Path | None) -> Rebased:
    finished = run(suite, selection, watch=lambda progress: announce(name, progress), root=root)
    try:
        made = replace(milestone_of(finished, source="rebase"), release=name, effort=None, effort_unit="")
        added, _ = record_milestones(suite.name, [made], root=root)
    except UsageError as error:
        return Rebased(name, why_not=str(error))
    return Rebased(name, added.lines[0])
