"""A recorded failure made smaller: fewer unusual attributes, a shorter input, and it still fails as it did.

Covers what may be changed without guessing what is right, the trials, and the file that keeps the result. Trials of
a shrink are never recorded and never count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from ninemarch.durable import check_file, write_whole
from ninemarch.engine import Progress, judge_scenarios
from ninemarch.errors import UsageError
from ninemarch.journal import find_record, runs_folder
from ninemarch.mining.shrink import LOOSE, TIGHT, Candidate, Shape, ShrunkTrial, scenario_shape, shrink
from ninemarch.mining.signature import alike
from ninemarch.model import Failure, RunPlan, Scenario, Suite, Verdict
from ninemarch.suite import Drawn, GeneratorFault, find_drawn, find_scenario, load, profile_of
from ninemarch.targets import open_target
from ninemarch.text import plain
from ninemarch.workflow.hunt_record import drawn_again, failure_of, is_hunt, scenario_again
from ninemarch.workflow.offers import Right
from ninemarch.workflow.promote import origin_text, scenario_line
from ninemarch.workflow.replay import find_trial
from ninemarch.workflow.shrink_record import Tried

__all__ = ["BUDGET", "SHRUNK", "shrink_trial"]

BUDGET = 2000
"""Trials of one shrink, where nothing else is said."""

SHRUNK = "shrunk"
"""Folder beside those of runs and hunts that keeps shrunk scenarios."""


def shrink_trial(
    run: str,
    trial: str,
    *,
    budget: int = BUDGET,
    tight: bool = False,
    output: Path | None = None,
    watch: Callable[[Progress], None] | None = None,
    root: Path | None = None,
) -> ShrunkTrial:
    """Return the smallest scenario that still fails as a recorded trial did, and keep it in a file.

    Args:
        run: id of the run, or of the hunt.
        trial: number of the trial, or id of its scenario.
        budget: trials at most, >= 1.
        tight: accept only what keeps nearly the whole failure rate, for about twice the trials.
        output: the file, ``.jsonl``; in ``.ninemarch/shrunk`` by default.
        watch: called after every trial with the running counts.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such failure, nobody knows what is right for a smaller scenario, or the file cannot be written.
        Interrupted: a signal came; the same call goes on with the trials made so far.
    """
    if output is not None:
        _check_output(output)
    recorded, plan = _failure(run, trial, root)
    suite = load(plan.origin)
    start, drawn = _again(find_record(run, root), suite, recorded)
    ranks = _ranks(suite, plan)
    shape, limits = _shape(suite, start, drawn, ranks)
    progress = Progress(budget, notify=watch)

    def fails(candidate: Candidate, many: int) -> list[bool]:
        trials = judge_scenarios(suite, [candidate.scenario] * many, target)
        for each in trials:
            progress.tell(each)
        return [each.verdict is Verdict.FAIL and alike(recorded, failure_of(each)) for each in trials]

    begin = Candidate(start, drawn.levels if drawn else {})
    place = runs_folder(root, SHRUNK) / f"{plan.run}-{recorded.number}.jsonl"
    tried = Tried(place.with_suffix(".tried"), (suite.hash, str(plan.target), shape.key(begin), f"{budget} {tight}"))
    for failed in (each for batch in tried.batches for each in batch.failed):
        progress.add(Verdict.FAIL if failed else Verdict.PASS)
    with tried.kept(), open_target(plan.target, suite) as target:
        test = TIGHT if tight else LOOSE
        found = shrink(begin, fails, shape=shape, budget=budget, test=test, record=tried.batches, keep=tried.keep)
    path = _kept(output or place, plan, recorded, found.scenario.scenario) if found.changes else None
    changed = (
        "" if suite.hash == plan.hash else f"the suite has changed since the run ({plan.hash}, now {suite.hash})"
    )
    defaults = {name: ranks[name][0] for name in begin.levels if name in ranks}
    return ShrunkTrial(plan, recorded, found, defaults, path, limits, changed)


def _check_output(path: Path) -> None:
    if path.suffix.lower() != ".jsonl":
        msg = f"-o {path}: the file must end in .jsonl, as a suite's 'file:' source does"
        raise UsageError(msg)
    check_file(path)


def _failure(run: str, trial: str, root: Path | None) -> tuple[Failure, RunPlan]:
    """The recorded trial, which must have failed, and the plan of its run."""
    recorded, plan = find_trial(run, trial, root=root)
    if recorded.verdict != Verdict.FAIL.value:
        msg = (
            f"trial {recorded.number} of run {plan.run} is '{recorded.verdict}', no failure; see those that failed "
            f"with\n  ninemarch show {plan.run} --failures"
        )
        raise UsageError(msg)
    return recorded, plan


def _again(folder: Path, suite: Suite, recorded: Failure) -> tuple[Scenario, Drawn | None]:
    """The recorded scenario, and how its generator made it; None where none did."""
    if is_hunt(folder):
        return scenario_again(folder, suite, recorded), drawn_again(folder, suite, recorded)
    return find_scenario(suite, recorded.scenario), find_drawn(suite, recorded.scenario)


def _ranks(suite: Suite, plan: RunPlan) -> dict[str, list[str]]:
    """Attribute -> the levels that the profile draws, the most common first."""
    attributes = profile_of(suite, plan.profile).attributes
    return {
        name: sorted((level for level in levels if levels[level] > 0), key=lambda level: -levels[level])
        for name, levels in attributes.items()
    }


def _shape(
    suite: Suite, start: Scenario, drawn: Drawn | None, ranks: Mapping[str, list[str]]
) -> tuple[Shape[Candidate], str]:
    """What may be changed, and in words what may not."""
    why = _unknown(suite, start)
    unusual = drawn is not None and any(drawn.levels[name] != ranks[name][0] for name in ranks)
    if why and not unusual:
        what = "its attributes are at their defaults already" if drawn else "it is listed, not made by a generator"
        msg = (
            f"scenario {start.id} cannot be made smaller: {what}, and {why}; give the suite an oracle that answers "
            "any input (oracle: {python: module:name})"
        )
        raise UsageError(msg)

    def at_levels(levels: Mapping[str, str]) -> Scenario | None:
        try:
            return drawn.at(levels) if drawn else None
        except GeneratorFault:
            return None

    shape = scenario_shape(
        ranks=ranks,
        at_levels=at_levels if unusual else None,
        with_input=None if why else _answered(suite, start),
    )
    return shape, f"the input was left as the generator makes it: {why}" if why else ""


def _unknown(suite: Suite, start: Scenario) -> str:
    """Why nobody knows what is right for another input; empty where somebody does."""
    made = _answered(suite, start)(start, start.input)
    if made is None:
        return "no oracle of the suite knows the right answer of another input"
    if plain(made.expect) != plain(start.expect):
        return "the suite's oracle answers its input otherwise than it expects"
    return ""


def _answered(suite: Suite, start: Scenario) -> Callable[[Scenario, Any], Scenario | None]:
    """A function that gives a scenario another input and what is right for it; None where nobody knows."""
    right = Right(suite, own=start.expect is None)

    def answered(scenario: Scenario, given: Any) -> Scenario | None:
        fields = {"input": given, "attributes": scenario.attributes, "group": scenario.group}
        made = right.scenario(fields | {"severity": scenario.severity})
        return msgspec.structs.replace(made, id=scenario.id) if isinstance(made, Scenario) else None

    return answered


def _kept(path: Path, plan: RunPlan, recorded: Failure, scenario: Scenario) -> Path:
    named = msgspec.structs.replace(scenario, id=f"{plan.run}-{recorded.number}-shrunk")
    line = scenario_line(named, f"shrunk from {origin_text(plan, recorded)}")
    write_whole(path, f"{line}\n".encode())
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
