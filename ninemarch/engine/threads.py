"""Threads that call a blocking target side by side.

Covers calls that wait (network, files, subprocesses): Python runs one thread at a time, so they help no target that
computes. A call that takes longer than the trial's limit counts as timed out and its thread is left to itself: none
can be ended from outside. What it goes on doing is not recorded.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections.abc import Iterable, Iterator

from ninemarch.engine.call import INSIDE, answered, raised, timed_out
from ninemarch.engine.executors import Work
from ninemarch.model import Outcome
from ninemarch.targets import Target

__all__ = ["ThreadExecutor"]

_LOOK = 0.05  # seconds between two looks for calls that take too long


class ThreadExecutor:
    """Calls a synchronous target from several threads.

    Args:
        target: the target, called with one input at a time.
        limit: seconds that a trial may take; None for no limit.
        threads: calls at once, at least 1.
    """

    def __init__(self, target: Target, limit: float | None, threads: int) -> None:
        self._target = target
        self._limit = limit
        self._threads = threads

    def run(self, work: Iterable[Work]) -> Iterator[tuple[Work, Outcome]]:
        """See ``Executor.run``."""
        todo: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[Work, Outcome]] = queue.SimpleQueue()
        began: dict[int, float] = {}  # trial -> when a thread has taken it up
        flying: dict[int, Work] = {}
        waiting = iter(work)
        threads = 0
        try:
            while True:
                # As many again wait in line, so that no thread waits for this one.
                for item in itertools.islice(waiting, 2 * self._threads - len(flying)):
                    flying[item.number] = item
                    todo.put(item)
                    if threads < self._threads:
                        threads += 1
                        self._start(todo, done, began)
                if not flying:
                    return
                for item, outcome in self._landed(done):
                    if flying.pop(item.number, None) is not None:  # else it had taken too long
                        began.pop(item.number, None)
                        yield item, outcome
                for item, outcome in self._late(flying, began):
                    self._start(todo, done, began)  # in place of the one that hangs
                    yield item, outcome
        finally:
            for _ in range(threads):
                todo.put(None)

    def _start(
        self,
        todo: queue.SimpleQueue[Work | None],
        done: queue.SimpleQueue[tuple[Work, Outcome]],
        began: dict[int, float],
    ) -> None:
        threading.Thread(target=self._pull, args=(todo, done, began), daemon=True).start()

    def _pull(
        self,
        todo: queue.SimpleQueue[Work | None],
        done: queue.SimpleQueue[tuple[Work, Outcome]],
        began: dict[int, float],
    ) -> None:
        control, call = self._target.control, self._target.call
        while (item := todo.get()) is not None:
            start = began[item.number] = time.monotonic()
            try:
                value = control(item.scenario) if control else call(item.input)
                outcome = answered(value, time.monotonic() - start, self._limit)
            except BaseException as error:  # noqa: BLE001 - whatever a target raises is its failure
                outcome = raised(error, time.monotonic() - start)
            done.put((item, outcome))
            if began.pop(item.number, None) is None:
                return  # given up: another thread has taken this one's place

    def _landed(self, done: queue.SimpleQueue[tuple[Work, Outcome]]) -> list[tuple[Work, Outcome]]:
        """Wait for the next finished call and return it, with all others that have finished by then."""
        found: list[tuple[Work, Outcome]] = []
        with INSIDE:
            try:
                found.append(done.get(timeout=None if self._limit is None else _LOOK))
                while True:
                    found.append(done.get_nowait())
            except queue.Empty:
                pass
        INSIDE.check()
        return found

    def _late(self, flying: dict[int, Work], began: dict[int, float]) -> Iterator[tuple[Work, Outcome]]:
        if self._limit is None:
            return
        now = time.monotonic()
        for number, since in list(began.items()):
            if now - since > self._limit + _LOOK and number in flying and began.pop(number, None) is not None:
                yield flying.pop(number), timed_out(now - since, self._limit)
