"""Judging in threads, many trials at once, where a check asks a model: it may take longer than the target.

Covers keeping a trial's place in flight until it is judged, so that a target never runs far ahead of its judge.
Checks that ask nobody are run where they are, one after another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from ninemarch.engine.executors import AsyncExecutor, Executor, Work
from ninemarch.model import Outcome, Trial

__all__ = ["finished"]

_MOST = 64  # threads; what waits for a server needs no core
Finish = Callable[[Work, Outcome], Trial]


def finished(executor: Executor, work: Iterable[Work], finish: Finish, *, at_once: int = 0) -> Iterator[Trial]:
    """Yield the record of every piece of work, in whatever order it finishes.

    Args:
        executor: carries out the work.
        work: what to carry out.
        finish: judges one outcome.
        at_once: how many are judged at once in threads; 0 for here, one after another.
    """
    if not at_once:
        yield from (finish(item, outcome) for item, outcome in executor.run(work))
        return
    threads = min(at_once, _MOST)
    with ThreadPoolExecutor(threads, thread_name_prefix="judge") as pool:
        if isinstance(executor, AsyncExecutor):
            yield from _in_flight(executor, work, finish, pool)
        else:
            yield from _behind(executor, work, lambda *done: pool.submit(finish, *done), threads)


def _in_flight(
    executor: AsyncExecutor, work: Iterable[Work], finish: Finish, pool: ThreadPoolExecutor
) -> Iterator[Trial]:
    """Judge inside each asynchronous trial, which keeps its place among those in flight."""
    trials: dict[int, Trial] = {}

    def judge(item: Work, outcome: Outcome) -> None:
        trials[item.number] = finish(item, outcome)

    for item, outcome in executor.run(work, after=(pool, judge)):
        # A trial that was cut off has not been judged.
        yield trials.pop(item.number) if item.number in trials else finish(item, outcome)


def _behind(
    executor: Executor, work: Iterable[Work], submit: Callable[[Work, Outcome], Future[Trial]], most: int
) -> Iterator[Trial]:
    """Judge behind the target, which waits where the judges are all busy."""
    waiting: deque[Future[Trial]] = deque()
    for item, outcome in executor.run(work):
        waiting.append(submit(item, outcome))
        while waiting and (waiting[0].done() or len(waiting) > most):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
