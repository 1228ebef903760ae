"""Audit the oracle of a mined run: which failures may be the suite's own mistake.

Covers making the run's scenarios again, judging their own answers by the suite's checks, and reading what other
releases answered on the same scenarios. Runs the suite's checks and oracle, no target; records nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from ninemarch import table
from ninemarch.engine import judge_scenarios, schedule_of
from ninemarch.evidence import pair_trials, stream_failures
from ninemarch.journal import find_run, list_runs
from ninemarch.mining.audit import Audit, Doubt, Ground, agreement, contradictions, near_miss
from ninemarch.model import Failure, RunPlan, Scenario, Suite, TargetSpec, Verdict
from ninemarch.suite import load
from ninemarch.targets import open_target
from ninemarch.text import excerpt

__all__ = ["audit"]

_ORDER = tuple(Ground)
_MOST = 5_000  # failures whose texts are held at once
_MOST_RELEASES = 12


def audit(run: str = "latest", *, root: Path | None = None) -> Audit:
    """Return which failures of a run may be the suite's own mistake, with the evidence; changes nothing.

    Args:
        run: id of the run.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such run, or its suite cannot be had or has changed since.
        RunInvalid: a run's record is damaged.
    """
    path = table.ensure(find_run(run, root))
    plan = table.head(path).plan
    suite = load(plan.origin)
    schedule = schedule_of(suite, plan)
    failures = list(islice(_failed(path), _MOST))
    first: dict[str, Failure] = {}
    for failure in sorted(failures, key=lambda each: each.number):
        first.setdefault(failure.scenario, failure)
    numbers = {name: failure.number for name, failure in first.items()}
    scenarios = [item for _, repeat, item in schedule if isinstance(item, Scenario) and repeat == 0]
    others = _others(path, plan, root)
    doubts = [
        *contradictions(scenarios, numbers),
        *_own_answers(suite, [each for each in scenarios if each.id in first], numbers),
        *(doubt for failure in first.values() if (doubt := _agreement(failure, others))),
        *(doubt for failure in first.values() if (doubt := near_miss(failure))),
    ]
    doubts.sort(key=lambda doubt: (_ORDER.index(doubt.ground), doubt.trial))
    return Audit(len(failures), tuple(doubts), tuple(others), len(scenarios))


def _failed(path: Path) -> Iterator[Failure]:
    return (failure for failure in stream_failures(path) if failure.verdict == Verdict.FAIL.value)


def _own_answers(suite: Suite, scenarios: list[Scenario], numbers: Mapping[str, int]) -> Iterator[Doubt]:
    """Scenarios whose own right answer does not pass the suite's checks."""
    sound = [each for each in scenarios if not each.void]
    trials = judge_scenarios(suite, sound, open_target(TargetSpec("control", "oracle"), suite))
    for trial in trials:
        if trial.verdict is not Verdict.PASS:
            evidence = f"the expected answer itself gets {trial.verdict.value}: {excerpt(trial.reason, 120)}"
            yield Doubt(numbers[trial.scenario], trial.scenario, Ground.OWN_ANSWER, evidence)


Answers = Mapping[int, Failure | None]


def _others(path: Path, plan: RunPlan, root: Path | None) -> dict[str, Answers]:
    """Release -> what its newest run here answered: number of this run's trial -> its failure, None for a pass."""
    newest = {
        other.release_key or other.release: folder
        for folder, other in list_runs(root)
        if (other.scenarios_hash, other.checks_hash) == (plan.scenarios_hash, plan.checks_hash)
        and (other.release_key or other.release) != (plan.release_key or plan.release)
        and other.target.kind != "control"
    }
    found: dict[str, Answers] = {}
    for folder in list(newest.values())[-_MOST_RELEASES:]:
        there = table.ensure(folder)
        pairs = {pair.now: pair.then for pair in pair_trials(there, path)}
        if pairs:
            failed = {failure.number: failure for failure in _failed(there)}
            other = table.head(there).plan
            name = other.release or str(other.target)
            found[name] = {now: failed.get(then) for now, then in pairs.items()}
    return found


def _agreement(failure: Failure, others: Mapping[str, Answers]) -> Doubt | None:
    tried = [(name, answers[failure.number]) for name, answers in others.items() if failure.number in answers]
    return agreement(failure, tried)
