"""Who makes the trials of a run: this process, threads, worker processes or a Ray cluster.

Covers the choice and what it needs. What a run records does not depend on it.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ninemarch.checks import compile_checks
from ninemarch.engine.cluster import Cluster
from ninemarch.engine.leases import Failed, Leased, Sizes
from ninemarch.engine.processes import Processes
from ninemarch.engine.threads import ThreadExecutor
from ninemarch.engine.trials import Crew, Here, judged, work_of
from ninemarch.engine.worker import Brief, Opened, Plan
from ninemarch.errors import SuiteError, UsageError, nearest
from ninemarch.journal import encode_plan
from ninemarch.model import Ended, Outcome, RunPlan, Suite, TargetSpec, Trial
from ninemarch.suite import Schedule
from ninemarch.targets import Mode, check_target, open_target
from ninemarch.text import fault

__all__ = ["EXECUTORS", "Hire", "Staff", "staffed"]

HERE, THREADS, PROCESSES, RAY = "in-process", "threads", "processes", "ray"
EXECUTORS = (HERE, THREADS, PROCESSES, RAY)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is to make the trials.

    Args:
        executor: one of ``EXECUTORS``.
        workers: how many; 0 for the usual number: the suite's concurrency for threads, the cores for processes, the
            cluster's processors for Ray.
        address: of a Ray cluster; empty for one that is started on this machine for the run.
        grace: seconds beyond a trial's limit after which a worker that says nothing is ended (checks take time too).

    Raises:
        UsageError: no such executor, or an option that it does not take.
    """

    executor: str = HERE
    workers: int = 0
    address: str = ""
    grace: float = 20.0

    def __post_init__(self) -> None:
        if self.executor not in EXECUTORS:
            hint = nearest(self.executor, EXECUTORS)
            msg = f"executor={self.executor} is not known{hint}; allowed: {', '.join(EXECUTORS)}"
            raise UsageError(msg)
        if self.workers and self.executor == HERE:
            msg = f"workers={self.workers} needs an executor; add --executor threads, processes or ray"
            raise UsageError(msg)
        if self.address and self.executor != RAY:
            msg = f"address={self.address} is a Ray cluster's; add --executor ray"
            raise UsageError(msg)
        if self.workers < 0:
            msg = f"workers={self.workers}; allowed: 1 or more, or 0 for the usual number"
            raise UsageError(msg)


# Makes the crew once the run is planned: (plan, its schedule, folder of the run, trials that are missing).
Hire: TypeAlias = Callable[[RunPlan, Schedule, Path, int], Crew]


@contextmanager
def staffed(suite: Suite, spec: TargetSpec, staff: Staff) -> Iterator[Hire]:
    """Open the target, or start the workers that do, and yield what makes a crew of them.

    Raises:
        SuiteError: the target cannot be had, here or on a worker.
        UsageError: the target cannot be called in that way.
        RunInvalid: no worker can be started.
    """
    with ExitStack() as stack:
        if staff.executor in {HERE, THREADS}:
            target = stack.enter_context(open_target(spec, suite))
            threads = _threads(suite, target.mode, staff)
            limit = target.timeout if suite.limits.timeout is None else suite.limits.timeout
            executor = ThreadExecutor(target, limit, threads) if threads else None
            yield lambda _plan, schedule, _folder, _missing: Here(suite, schedule, target, executor)
            return
        check_target(spec, suite)
        brief = _brief(suite, spec)
        workers = _workers(brief, staff)
        stack.callback(workers.close)

        def hire(plan: RunPlan, schedule: Schedule, folder: Path, missing: int) -> Crew:
            workers.plan(Plan(encode_plan(plan), str(folder)))
            opened = workers.opened
            sizes = Sizes(_least(opened, suite.limits.concurrency), missing, workers.many)
            # Ray tells of a lease at its end only.
            silence = None if staff.executor == RAY else _silence(opened, staff.grace)
            return Leased(workers, sizes, failed=_failed(suite, schedule), silence=silence)

        yield hire


def _workers(brief: Brief, staff: Staff) -> Processes | Cluster:
    if staff.executor == RAY:
        return Cluster(brief, staff.workers, staff.address)
    return Processes(brief, staff.workers or usable_cores())


def usable_cores() -> int:
    """Return the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _threads(suite: Suite, mode: Mode, staff: Staff) -> int:
    if staff.executor != THREADS:
        return 0
    if mode is not Mode.SYNC:
        msg = f"threads are for a target that blocks; this one is called {mode.value}: leave --executor threads out"
        raise UsageError(msg)
    return staff.workers or suite.limits.concurrency


def _brief(suite: Suite, spec: TargetSpec) -> Brief:
    path = [str(Path(folder).resolve()) for folder in sys.path]
    try:
        pickled = b"" if suite.origin else pickle.dumps(suite)
        whole, beside = _places(suite)
        return Brief(whole, pickled, pickle.dumps(spec), path, beside)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        msg = (
            f"suite {suite.name} cannot be sent to workers ({fault(error)}); write it as a file, or build it from "
            "functions of a module that can be imported"
        )
        raise SuiteError(msg) from error


def _places(suite: Suite) -> tuple[str, str]:
    """Where a worker finds the suite, whatever its working folder is; and as seen from ours, for a copy of that."""
    if not suite.origin or not Path(suite.origin).exists():
        return suite.origin, ""  # made in Python, or a shipped one
    return str(Path(suite.origin).resolve()), os.path.relpath(suite.origin)


def _least(opened: Opened, concurrency: int) -> int:
    """Trials that keep a worker busy: a whole batch; for calls in flight, enough that their end hardly shows."""
    return 4 * concurrency if opened.mode == Mode.ASYNC.value else opened.batch


def _silence(opened: Opened, grace: float) -> float | None:
    return None if opened.timeout is None else opened.timeout * opened.batch + grace


def _failed(suite: Suite, schedule: Schedule) -> Failed:
    judge = compile_checks(suite)

    def failed(number: int, pick: int, why: str, /, *, late: bool) -> Trial:
        work = work_of(number, number % schedule.repeats, schedule.made(pick))
        if isinstance(work, Trial):
            return work
        return judged(judge, work, Outcome(Ended.TIMEOUT if late else Ended.EXCEPTION, detail=why))

    return failed
