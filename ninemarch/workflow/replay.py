"""One failure again: the same scenario on the same target, side by side with what was recorded.

Covers replaying; a replayed trial is never recorded and never counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ninemarch import table
from ninemarch.engine import judge_once
from ninemarch.errors import UsageError
from ninemarch.evidence import read_failures
from ninemarch.journal import find_record
from ninemarch.mining.steps import Clue, clues_of, read_steps
from ninemarch.model import Failure, RunPlan, Scenario, Suite, Trial, Verdict
from ninemarch.suite import find_scenario, load
from ninemarch.suite.sources import read_scenarios
from ninemarch.targets import open_target
from ninemarch.text import excerpt
from ninemarch.workflow.hunt_record import is_hunt, scenario_again

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What was recorded, and what the replays gave.

    Args:
        changed: why the replay may differ, when suite or checks have changed since; else empty.
    """

    plan: RunPlan
    recorded: Failure
    trials: tuple[Trial, ...]
    changed: str = ""

    @property
    def same(self) -> int:
        """How many replays gave the recorded verdict."""
        return sum(trial.verdict.value == self.recorded.verdict for trial in self.trials)

    @property
    def clues(self) -> tuple[Clue, ...]:
        """Steps of the recorded failure that may be the first wrong one, beside the replays that passed."""
        failed = read_steps(self.recorded.steps)
        passed = [read_steps(trial.steps) for trial in self.trials if trial.verdict is Verdict.PASS and trial.steps]
        return clues_of(failed, passed) if self.recorded.verdict == Verdict.FAIL.value else ()


def replay(
    run: str, trial: str, *, times: int = 1, shrunk: Path | None = None, root: Path | None = None
) -> ReplayResult:
    """Run one recorded trial's scenario again, or the smaller one that it was shrunk to.

    Args:
        run: id of the run.
        trial: number of the trial, or id of its scenario.
        times: how often, >= 1.
        shrunk: file of the smaller scenario, as a shrink wrote it; its first scenario is run.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such run, trial or file, or the suite cannot be had.
    """
    recorded, plan = find_trial(run, trial, root=root)
    if recorded.verdict == Verdict.VOID.value:
        msg = f"trial {recorded.number} is void: {recorded.reason}; it was not run"
        raise UsageError(msg)
    suite = load(plan.origin)
    scenario = _first_of(shrunk) if shrunk else _again(find_record(run, root), suite, recorded)
    with open_target(plan.target, suite) as target:
        trials = tuple(judge_once(suite, scenario, target) for _ in range(times))
    changed = (
        "" if suite.hash == plan.hash else f"the suite has changed since the run ({plan.hash}, now {suite.hash})"
    )
    return ReplayResult(plan, recorded, trials, changed)


def _again(folder: Path, suite: Suite, recorded: Failure) -> Scenario:
    return scenario_again(folder, suite, recorded) if is_hunt(folder) else find_scenario(suite, recorded.scenario)


def _first_of(path: Path) -> Scenario:
    scenarios = read_scenarios(path)
    if not scenarios:
        msg = f"{path} holds no scenario; give the file that 'ninemarch shrink' wrote"
        raise UsageError(msg)
    return scenarios[0]


def find_trial(run: str, trial: str, *, root: Path | None = None) -> tuple[Failure, RunPlan]:
    """Return one recorded trial, whatever its verdict, and the plan of its run.

    Raises:
        UsageError: no such run or trial.
    """
    path = table.ensure(find_record(run, root))
    head = table.head(path)
    number = _as_number(trial)
    if number is None:
        number = _number_of(path, trial)
    found = read_failures(path, trial=number) if number is not None else ()
    if not found:
        name = excerpt(trial, 60)
        msg = f"run {head.plan.run} has no trial '{name}'; its trials are 0 to {head.plan.planned - 1}"
        raise UsageError(msg)
    return found[0], head.plan


def _as_number(trial: str) -> int | None:
    """The number that a trial's name is; None for 001, which is the name of a scenario, and for what is too long."""
    number = int(trial) if trial.isdecimal() and len(trial) < _DIGITS else None
    return number if str(number) == trial else None


def _number_of(path: Path, scenario: str) -> int | None:
    """Number of the first trial of a scenario; None when it has none."""
    for batch in table.stream(path, ["trial", "scenario"]):
        for number, name in zip(batch["trial"].to_pylist(), batch["scenario"].to_pylist(), strict=True):
            if name == scenario:
                return int(number)
    return None
