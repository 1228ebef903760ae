"""Carries out what is missing of a plan: call, judge, record; look once; seal.

Covers the loop of a run in one process. A trial that the journal has acknowledged is never run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from ninemarch.checks import Judge, compile_checks
from ninemarch.engine.budget import Budget
from ninemarch.engine.call import UserInterrupt
from ninemarch.engine.capture import captured_output
from ninemarch.engine.executors import Work, executor_for, pack_input
from ninemarch.engine.progress import Progress
from ninemarch.engine.signals import StopFlag, stop_on_signal
from ninemarch.engine.stop_rule import StopRule
from ninemarch.errors import ExitCode, Interrupted
from ninemarch.journal import VERDICTS, Journal, read_journal, recorded_trials
from ninemarch.model import Ended, Outcome, Scenario, Suite, Trial, Verdict
from ninemarch.suite import Schedule
from ninemarch.suite.draw import GeneratorFault
from ninemarch.targets import Target
from ninemarch.text import excerpt


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: sealed, and why it stopped early, if the plan's stop rule did so."""

    recorded: int
    stopped: str = ""


def execute(
    suite: Suite,
    schedule: Schedule,
    target: Target,
    journal: Journal,
    progress: Progress,
    *,
    baselines: Baselines | None = None,
) -> RunResult:
    """Run every planned trial that the journal does not hold yet, or as many as decide; then seal the journal.

    Args:
        suite: the suite.
        schedule: its scenarios in planned order.
        target: what is called.
        journal: the record, open for writing.
        progress: told of every trial.
        baselines: name of a baseline -> share failed of each of its scenarios, for gates on a drop.

    Raises:
        Interrupted: a signal stopped the run; everything acknowledged is kept.
        RunInvalid: the journal cannot be written.
    """
    loop = _Loop(suite, target, journal, progress, _stops(journal, baselines))
    missing: Items = (item for item in schedule if not journal.done[item[0]])
    with stop_on_signal() as flag, captured_output(journal.folder):
        try:
            stopped = ""
            if journal.plan.look is not None:
                first, missing = _split(missing, journal.plan.look.at)
                loop.run(first, flag)
                stopped = "" if flag else _looked(journal)
            if not stopped:
                stopped = loop.run(missing, flag)
                stopped = "" if flag else stopped or _too_few(journal)
        except UserInterrupt:
            flag.exit_code = flag.exit_code or ExitCode.INTERRUPTED
        finally:
            journal.commit()
    if flag:
        run, planned = journal.plan.run, journal.plan.planned
        msg = (
            f"interrupted: {journal.acknowledged:,} of {planned:,} trials are safe in run {run}; go on with\n"
            f"  ninemarch run --resume {run}"
        )
        raise Interrupted(msg, flag.exit_code or ExitCode.INTERRUPTED)
    if stopped and loop.spent and journal.plan.stop != "sequential":
        return RunResult(journal.acknowledged, stopped)  # a fixed plan that is cut short is not finished
    if stopped:
        journal.stop(stopped)
    journal.seal()
    return RunResult(journal.acknowledged, stopped)


Baselines = Mapping[str, Mapping[str, float]]


def _stops(journal: Journal, baselines: Baselines | None) -> list[StopRule | Budget]:
    """What may end the run before its planned trials, told of all that is recorded already."""
    plan = journal.plan
    stops: list[StopRule | Budget] = [StopRule(plan, baselines)] if plan.stop == "sequential" else []
    stops += [Budget(plan.budget)] if plan.budget != (None, None, None) else []
    if stops and journal.acknowledged:
        for trial in recorded_trials(journal.folder):
            for stop in stops:
                stop.tell(trial)
    return stops


Items = Iterator[tuple[int, int, Scenario | GeneratorFault]]


def _split(items: Items, at: int) -> tuple[Items, Items]:
    """The items with a number below ``at``, and, once those are used up, the rest."""
    held: list[tuple[int, int, Scenario | GeneratorFault]] = []

    def before() -> Items:
        for item in items:
            if item[0] >= at:
                held.append(item)
                return
            yield item

    def after() -> Items:
        yield from held
        yield from items

    return before(), after()


def _looked(journal: Journal) -> str:
    """Why the declared checkpoint ends the run; empty when it goes on.

    Counts failed and assisted trials among the first planned ones, read back from the journal, so that a
    resumed run decides as an uninterrupted one would.
    """
    look = journal.plan.look
    if look is None:
        return ""
    journal.commit()
    bad = {VERDICTS.index(Verdict.FAIL), VERDICTS.index(Verdict.ASSISTED)}
    bodies = read_journal(journal.folder)
    failures = sum(row.number < look.at and row.verdict in bad for body, _ in bodies for row in body.rows)
    if failures < look.stop_at:
        return ""
    return (
        f"stopped at the declared checkpoint after {look.at:,} trials: {failures:,} failures, "
        f"{look.stop_at:,} already fail the gate"
    )


def _too_few(journal: Journal) -> str:
    """Why fewer trials were made than planned; empty when all were. Depends on the draw, never on a verdict."""
    journal.commit()
    recorded, planned = journal.acknowledged, journal.plan.planned
    if recorded == planned:
        return ""
    return f"only {recorded:,} of {planned:,} planned trials: the filter meets too few of the scenarios drawn"


class _Left:
    """Items one by one, and whether any is left."""

    def __init__(self, items: Items) -> None:
        self._items = items
        self.nothing = False

    def __iter__(self) -> Items:
        return self

    def __next__(self) -> tuple[int, int, Scenario | GeneratorFault]:
        for item in self._items:
            return item
        self.nothing = True
        raise StopIteration


class _Loop:
    """One pass over work: void and faulty scenarios are recorded as such, the rest are called and judged."""

    def __init__(
        self,
        suite: Suite,
        target: Target,
        journal: Journal,
        progress: Progress,
        stops: Sequence[StopRule | Budget] = (),
    ) -> None:
        self._stops = stops
        self._judge: Judge = compile_checks(suite)
        self._executor = executor_for(target, suite.limits.timeout, suite.limits.concurrency)
        self._journal = journal
        self._progress = progress

    def run(self, items: Items, flag: StopFlag) -> str:
        """Carry out the items, recording each; return why it ended before them, empty if it did not.

        Once the stop rule has decided, what is in flight is waited for; if that unsettles it, the run goes on.
        """
        left = _Left(items)
        while not (flag or left.nothing or self._decided):
            for work, outcome in self._executor.run(self._work(left, flag)):
                self._record(judged(self._judge, work, outcome))
        return "" if left.nothing else self._decided

    @property
    def _decided(self) -> str:
        return next(filter(None, (stop.decided for stop in self._stops)), "")

    @property
    def spent(self) -> bool:
        """Whether a limit on the whole run is used up."""
        return any(stop.decided for stop in self._stops if isinstance(stop, Budget))

    def _record(self, trial: Trial) -> None:
        self._journal.append(trial)
        self._progress.tell(trial)
        for stop in self._stops:
            stop.tell(trial)

    def _work(self, items: Items, flag: StopFlag) -> Iterator[Work]:
        while not (flag or self._decided):
            item = next(items, None)
            if item is None:
                return
            number, repeat, scenario = item
            if isinstance(scenario, GeneratorFault):
                self._record(_not_run(number, repeat, scenario.scenario, Verdict.ERROR, str(scenario)))
            elif scenario.void:
                self._record(_not_run(number, repeat, scenario, Verdict.VOID, excerpt(scenario.void, 300)))
            else:
                try:
                    packed = pack_input(scenario.input)
                except (TypeError, ValueError) as error:
                    self._record(_not_run(number, repeat, scenario, Verdict.ERROR, _not_json(error)))
                    continue
                yield Work(number, repeat, scenario, packed)


def judged(judge: Judge, work: Work, outcome: Outcome, *, keep: bool = False) -> Trial:
    """Return the record of a finished trial; ``keep`` the values of a pass too."""
    ruling = judge(work.scenario, outcome)
    scenario = work.scenario
    kept = keep or ruling.verdict is not Verdict.PASS
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
        cost_usd=outcome.cost_usd,
        tokens=outcome.tokens,
        input=scenario.input if kept else None,
        expect=scenario.expect if kept else None,
        output=outcome.output if kept else None,
        steps=outcome.steps if kept else None,
        traffic=outcome.traffic,
    )


def _not_run(number: int, repeat: int, scenario: Scenario, verdict: Verdict, reason: str) -> Trial:
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
            trials.append(_not_run(number, 0, scenario, Verdict.ERROR, _not_json(error)))
    with stop_on_signal(at_once=True) as flag, suppress(UserInterrupt):
        left = (item for item in work if not flag)
        trials += (judged(judge, item, outcome, keep=True) for item, outcome in executor.run(left))
    if flag:
        raise Interrupted("interrupted; nothing was recorded", flag.exit_code or ExitCode.INTERRUPTED)
    return sorted(trials, key=lambda trial: trial.number)


def judge_once(suite: Suite, scenario: Scenario, target: Target) -> Trial:
    """Run one scenario once and return its record; see ``judge_scenarios``."""
    return judge_scenarios(suite, [scenario], target)[0]


def recount(journal: Journal, progress: Progress) -> None:
    """Count the trials that an earlier part of the run recorded, for the progress shown."""
    for body, _ in read_journal(journal.folder):
        for row in body.rows:
            progress.add(VERDICTS[row.verdict])
