"""From picks to trials: make the scenario, call the target, judge; and the interface behind which others do it.

Covers ``Crew``, which every executor of a run is, and the one that works in this process. Void and faulty scenarios
become records without a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Protocol, TypeAlias

from ninemarch.checks import Judge, compile_checks
from ninemarch.checks.judging import judge_specs
from ninemarch.engine.call import UserInterrupt
from ninemarch.engine.executors import Executor, Work, executor_for, pack_input
from ninemarch.engine.judging import finished
from ninemarch.engine.signals import stop_on_signal
from ninemarch.errors import ExitCode, Interrupted
from ninemarch.journal import Texts
from ninemarch.model import Ended, Outcome, Scenario, Suite, Trial, Verdict
from ninemarch.suite import GeneratorFault, Pick, Schedule
from ninemarch.targets import Target
from ninemarch.text import excerpt

__all__ = ["Crew", "Here", "Tell", "judge_once", "judge_scenarios", "judged", "not_run", "work_of"]

# Takes a finished trial, and its texts where they were taken elsewhere.
Tell: TypeAlias = Callable[[Trial, Texts | None], None]


class Crew(Protocol):
    """Makes the trials of a run, here or elsewhere."""

    def run(self, picks: Iterator[Pick], tell: Tell) -> None:
        """Make the trial of every pick and tell each, in whatever order they finish; return once all are told.

        Picks end early when the run is to stop: what is in flight then is waited for and told.
        """
        ...

    def close(self) -> None:
        """End what the crew has started."""
        ...


class Here:
    """Makes trials in this process.

    Args:
        suite: the suite.
        schedule: makes the scenarios.
        target: what is called.
        executor: how; by default as the target is called (one by one, in batches, many in flight).
    """

    def __init__(self, suite: Suite, schedule: Schedule, target: Target, executor: Executor | None = None) -> None:
        self._schedule = schedule
        self._judge: Judge = compile_checks(suite)
        self._at_once = _at_once(suite)
        self._executor = executor or executor_for(target, suite.limits.timeout, suite.limits.concurrency)

    def run(self, picks: Iterator[Pick], tell: Tell) -> None:
        """See ``Crew.run``."""
        finish = partial(judged, self._judge)
        for trial in finished(self._executor, self._work(picks, tell), finish, at_once=self._at_once):
            tell(trial, None)

    def close(self) -> None:
        """Nothing was started."""

    def _work(self, picks: Iterator[Pick], tell: Tell) -> Iterator[Work]:
        made, repeats = self._schedule.made, self._schedule.repeats
        for number, pick in picks:
            work = work_of(number, number % repeats, made(pick))
            if isinstance(work, Trial):
                tell(work, None)
            else:
                yield work


def work_of(number: int, repeat: int, scenario: Scenario | GeneratorFault) -> Work | Trial:
    """Return the work that a scenario asks for; its record where there is nothing to call."""
    if isinstance(scenario, GeneratorFault):
        return not_run(number, repeat, scenario.scenario, Verdict.ERROR, str(scenario))
    if scenario.void:
        return not_run(number, repeat, scenario, Verdict.VOID, excerpt(scenario.void, 300))
    try:
        return Work(number, repeat, scenario, pack_input(scenario.input))
    except (TypeError, ValueError) as error:
        return not_run(number, repeat, scenario, Verdict.ERROR, _not_json(error))


def _at_once(suite: Suite) -> int:
    """Trials judged at once; 0 where no check asks a model."""
    return suite.limits.concurrency if judge_specs(suite.checks) else 0


def judged(judge: Judge, work: Work, outcome: Outcome, *, keep: bool = False) -> Trial:
    """Return the record of a finished trial; ``keep`` the values of a pass too."""
    ruling = judge(work.scenario, outcome)
    scenario = work.scenario
    kept = keep or ruling.verdict is not Verdict.PASS or ruling.judge is not None
    return Trial(
        number=work.number,
        scenario=scenario.id,
        repeat=work.repeat,
        group=scenario.group,
        attributes=scenario.attributes,
        severity=ruling.severity,
        verdict=ruling.verdict,
        ended=outcome.ended,
        silent=ruling.verdict is Verdict.FAIL and outcome.ended is Ended.ANSWERED,
        seconds=outcome.seconds,
        weight=scenario.weight,
        reason=ruling.reason,
        detail=outcome.detail,
        check=ruling.check,
        judge=ruling.judge,
        cost_usd=outcome.cost_usd,
        tokens=outcome.tokens,
        input=scenario.input if kept else None,
        expect=scenario.expect if kept else None,
        output=outcome.output if kept else None,
        steps=outcome.steps if kept else None,
        traffic=outcome.traffic,
    )


def not_run(number: int, repeat: int, scenario: Scenario, verdict: Verdict, reason: str) -> Trial:
    """Return the record of a scenario that was not put to the target."""
    return Trial(
        number=number,
        scenario=scenario.id,
        repeat=repeat,
        group=scenario.group,
        attributes=scenario.attributes,
        severity=scenario.severity,
        verdict=verdict,
        ended=Ended.NOT_RUN,
        weight=scenario.weight,
        reason=reason,
        input=scenario.input,
        expect=scenario.expect,
    )


def _not_json(error: Exception) -> str:
    return f"the scenario's input is not made of JSON values: {excerpt(str(error), 200)}"


def judge_scenarios(suite: Suite, scenarios: Iterable[Scenario], target: Target) -> list[Trial]:
    """Run each scenario once and return the records in the same order; nothing is journalled.

    Raises:
        Interrupted: a signal came; it breaks into the trial in hand.
    """
    judge = compile_checks(suite)
    executor = executor_for(target, suite.limits.timeout, suite.limits.concurrency)
    work: list[Work] = []
    trials: list[Trial] = []
    for number, scenario in enumerate(scenarios):
        try:
            work.append(Work(number, 0, scenario, pack_input(scenario.input)))
        except (TypeError, ValueError) as error:
            trials.append(not_run(number, 0, scenario, Verdict.ERROR, _not_json(error)))
    with stop_on_signal(at_once=True) as flag, suppress(UserInterrupt):
        left = (item for item in work if not flag)
        trials += finished(executor, left, partial(judged, judge, keep=True), at_once=_at_once(suite))
    if flag:
        raise Interrupted("interrupted; nothing was recorded", flag.exit_code or ExitCode.INTERRUPTED)
    return sorted(trials, key=lambda trial: trial.number)


def judge_once(suite: Suite, scenario: Scenario, target: Target) -> Trial:
    """Run one scenario once and return its record; see ``judge_scenarios``."""
    return judge_scenarios(suite, [scenario], target)[0]
