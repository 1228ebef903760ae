"""Step credit of a run: its failures again, each with one thing mended, until one passes.

Covers running what the suite's ``mends`` proposes, and a sample of passing trials to count their steps. Nothing is
recorded, and nothing enters a rate.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from ninemarch import table
from ninemarch.engine import judge_once
from ninemarch.errors import SuiteError, UsageError
from ninemarch.evidence import FailedTrials
from ninemarch.journal import find_record, find_run
from ninemarch.mining.blame import Blame, Looked, Mend, StepCredit, credit_of, first_flip
from ninemarch.mining.steps import read_steps
from ninemarch.mining.waterfall import waterfall_of
from ninemarch.model import RunPlan, Scenario, Suite, Verdict
from ninemarch.suite import find_scenario, load, resolve
from ninemarch.targets import Target, open_target
from ninemarch.text import excerpt, fault
from ninemarch.workflow.hunt_record import is_hunt, scenario_again
from ninemarch.workflow.replay import find_trial

__all__ = ["blame_trial", "step_credit"]

_SAMPLE = 200  # passing trials run again

Mends = Callable[[Scenario, Any], Iterable[tuple[int, str, Any]]]


def step_credit(run: str = "latest", *, most: int = 200, root: Path | None = None) -> StepCredit:
    """Return who takes the blame in a run: its failures run again, each with one thing mended at a time.

    Of a run with more failures, its first trials are looked at, up to the last of so many: a sample like the whole.

    Args:
        run: id of the run.
        most: failures run again, >= 1.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such run, its suite has changed since, or no step was recorded.
        SuiteError: the suite's mends cannot be had, or are none.
    """
    path = table.ensure(find_run(run, root))
    failed = FailedTrials(path)
    suite = _suite_of(failed.plan)
    bad, good, passes = _numbers(path, most)
    mends = _mends_of(suite)
    waterfall = waterfall_of(failed, ()) if failed.plan.counts_in_a_rate else None
    looked, gone, passed = [], 0, []
    with open_target(failed.plan.target, suite) as target:
        for number, name in bad:
            scenario = find_scenario(suite, name)
            found = _blame(suite, scenario, target, mends)
            if found is None:
                gone += 1
            else:
                looked.append(replace(found, trial=number))
        for _, name in good:
            trial = judge_once(suite, find_scenario(suite, name), target)
            if trial.verdict is Verdict.PASS:
                passed.append(read_steps(trial.steps))
    if looked and not any(each.steps for each in looked):
        msg = f"run {failed.plan.run}: its target says nothing of its steps; let it return Answer(..., steps=[...])"
        raise UsageError(msg)
    return credit_of(looked, passed, passes=passes, gone=gone, rate=waterfall.now if waterfall else None)


def blame_trial(run: str, trial: str, *, root: Path | None = None) -> Blame | None:
    """Return where one failed trial went wrong; None where it does not fail again.

    Args:
        run: id of the run, or of a hunt.
        trial: number of the trial, or id of its scenario.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no such trial, it did not fail, or its suite has changed since.
        SuiteError: the suite's mends cannot be had, or are none.
    """
    recorded, plan = find_trial(run, trial, root=root)
    if recorded.verdict != Verdict.FAIL.value:
        msg = f"trial {recorded.number} of run {plan.run} is {recorded.verdict}; only a failed trial has a blame"
        raise UsageError(msg)
    suite, folder = _suite_of(plan), find_record(run, root)
    scenario = scenario_again(folder, suite, recorded) if is_hunt(folder) else find_scenario(suite, recorded.scenario)
    with open_target(plan.target, suite) as target:
        found = _blame(suite, scenario, target, _mends_of(suite))
    return found.blame if found else None


def _suite_of(plan: RunPlan) -> Suite:
    suite = load(plan.origin)
    if suite.hash != plan.hash:
        msg = f"suite {suite.name} has changed since run {plan.run}: its trials would be others; run anew"
        raise UsageError(msg)
    return suite


def _numbers(path: Path, most: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]], int]:
    """The failures looked at, the sample of passing trials, and how many passed among the trials looked at."""
    rows = [
        (number, name, verdict)
        for batch in table.stream(path, ["trial", "scenario", "verdict"])
        for number, name, verdict in zip(*(batch[at].to_pylist() for at in range(3)), strict=True)
        if verdict in {Verdict.PASS.value, Verdict.FAIL.value}
    ]
    bad = heapq.nsmallest(most, ((number, name) for number, name, verdict in rows if verdict == Verdict.FAIL.value))
    last = bad[-1][0] if len(bad) == most else max((number for number, _, _ in rows), default=-1)
    good = [(number, name) for number, name, verdict in rows if verdict == Verdict.PASS.value and number <= last]
    return bad, heapq.nsmallest(_SAMPLE, good), len(good)


def _mends_of(suite: Suite) -> Mends | None:
    if not suite.mends:
        return None
    found = resolve(suite.mends, suite.folder)
    if not callable(found):
        msg = f"mends: python: {suite.mends} is not callable; give a function of (scenario, steps)"
        raise SuiteError(msg)
    return found  # type: ignore[no-any-return]


def _blame(suite: Suite, scenario: Scenario, target: Target, mends: Mends | None) -> Looked | None:
    """The failed trial run again and looked at; None where it does not fail."""
    trial = judge_once(suite, scenario, target)
    if trial.verdict is not Verdict.FAIL:
        return None
    steps = read_steps(trial.steps)

    def passes(mend: Mend) -> bool:
        mended = msgspec.structs.replace(scenario, input=mend.input)
        return judge_once(suite, mended, target).verdict is Verdict.PASS

    proposed = _proposed(suite, mends, scenario, trial.steps) if mends and trial.steps else ()
    return Looked(trial.number, steps, first_flip(steps, proposed, passes))


def _proposed(suite: Suite, mends: Mends, scenario: Scenario, steps: Any) -> Iterable[Mend]:
    try:
        found = [Mend(*each) for each in mends(scenario, steps)]
    except (Exception, SystemExit) as error:
        msg = f"mends: python: {suite.mends} failed on scenario {excerpt(scenario.id, 80)}: {fault(error)}"
        raise SuiteError(msg) from error
    for each in found:
        if type(each.step) is not int or not isinstance(each.what, str):
            msg = f"mends: python: {suite.mends} returned {excerpt(each, 80)}; allowed: (step, what is mended, input)"
            raise SuiteError(msg)
    return found
