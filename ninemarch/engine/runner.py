"""Carries out what is missing of a plan: have trials made, record them; look once; seal.

Covers the loop of a run, whoever makes its trials. A trial that the journal has acknowledged is never run again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ninemarch.engine.breaker import Breaker
from ninemarch.engine.budget import Budget
from ninemarch.engine.call import UserInterrupt
from ninemarch.engine.capture import captured_output
from ninemarch.engine.progress import Progress
from ninemarch.engine.signals import StopFlag, stop_on_signal
from ninemarch.engine.stop_rule import StopRule
from ninemarch.engine.trials import Crew
from ninemarch.errors import ExitCode, Interrupted, RunInvalid
from ninemarch.journal import VERDICTS, Journal, Texts, read_journal, recorded_trials
from ninemarch.model import Trial, Verdict
from ninemarch.suite import Pick, Schedule


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: sealed, and why it stopped early, if the plan's stop rule did so."""

    recorded: int
    stopped: str = ""


def execute(
    schedule: Schedule,
    crew: Crew,
    journal: Journal,
    progress: Progress,
    *,
    baselines: Baselines | None = None,
) -> RunResult:
    """Run every planned trial that the journal does not hold yet, or as many as decide; then seal the journal.

    Args:
        schedule: the scenarios in planned order.
        crew: who makes the trials.
        journal: the record, open for writing.
        progress: told of every trial.
        baselines: name of a baseline -> share failed of each of its scenarios, for gates on a drop.

    Raises:
        Interrupted: a signal stopped the run; everything acknowledged is kept.
        RunInvalid: the journal cannot be written, or the target cannot be reached; what is recorded stays.
    """
    breaker = Breaker()
    loop = _Loop(crew, journal, progress, [breaker, *_stops(journal, baselines)])
    done, makes = journal.done, journal.plan.makes
    missing: Iterator[Pick] = (pick for pick in schedule.picks() if not done[pick[0]] and makes(pick[0]))
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
    if breaker.decided:
        raise RunInvalid(_unreachable(breaker, journal))
    if stopped and loop.spent and journal.plan.stop != "sequential":
        return RunResult(journal.acknowledged, stopped)  # a fixed plan that is cut short is not finished
    if stopped:
        journal.stop(stopped)
    journal.seal()
    return RunResult(journal.acknowledged, stopped)


Baselines = Mapping[str, Mapping[str, float]]


def _unreachable(breaker: Breaker, journal: Journal) -> str:
    return (
        f"{breaker.decided}; {journal.acknowledged:,} of {journal.plan.planned:,} trials are recorded. Mend the "
        f"cause, then go on with\n  ninemarch run --resume {journal.plan.run}"
    )


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


def _split(picks: Iterator[Pick], at: int) -> tuple[Iterator[Pick], Iterator[Pick]]:
    """The picks with a number below ``at``, and, once those are used up, the rest."""
    held: list[Pick] = []

    def before() -> Iterator[Pick]:
        for pick in picks:
            if pick[0] >= at:
                held.append(pick)
                return
            yield pick

    def after() -> Iterator[Pick]:
        yield from held
        yield from picks

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
    recorded, planned = journal.acknowledged, journal.plan.share
    if recorded == planned:
        return ""
    return f"only {recorded:,} of {planned:,} planned trials: the filter meets too few of the scenarios drawn"


class _Loop:
    """One pass over picks: the crew makes their trials, each is recorded."""

    def __init__(
        self, crew: Crew, journal: Journal, progress: Progress, stops: Sequence[StopRule | Budget | Breaker] = ()
    ) -> None:
        self._crew = crew
        self._stops = stops
        self._journal = journal
        self._progress = progress
        self._left = True

    def run(self, picks: Iterator[Pick], flag: StopFlag) -> str:
        """Have the trials of the picks made, recording each; return why it ended before them, empty if it did not.

        Once the stop rule has decided, what is in flight is waited for; if that unsettles it, the run goes on.
        """
        self._left = True
        while self._left and not (flag or self._decided):
            self._crew.run(self._wanted(picks, flag), self._record)
        return self._decided if self._left else ""

    @property
    def _decided(self) -> str:
        for stop in self._stops:
            if stop.decided:
                return stop.decided
        return ""

    @property
    def spent(self) -> bool:
        """Whether a limit on the whole run is used up."""
        return any(stop.decided for stop in self._stops if isinstance(stop, Budget))

    def _record(self, trial: Trial, texts: Texts | None) -> None:
        self._journal.append(trial, texts)
        self._progress.tell(trial)
        for stop in self._stops:
            stop.tell(trial)

    def _wanted(self, picks: Iterator[Pick], flag: StopFlag) -> Iterator[Pick]:
        while not (flag or self._decided):
            pick = next(picks, None)
            if pick is None:
                self._left = False
                return
            yield pick


def recount(journal: Journal, progress: Progress) -> None:
    """Count the trials that an earlier part of the run recorded, for the progress shown."""
    for body, _ in read_journal(journal.folder):
        for row in body.rows:
            progress.add(VERDICTS[row.verdict])
