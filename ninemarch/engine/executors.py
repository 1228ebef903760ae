"""Ways to carry out work: one at a time, in batches, or many asynchronous calls in flight.

Covers one small interface: an iterable of work in, finished work out, in whatever order it finishes. More
executors (processes, clusters) join behind the same interface.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any, Protocol

import msgspec

from ninemarch.engine.call import INSIDE, answered, outcome_of, raised, timed_out
from ninemarch.model import Ended, Outcome, Scenario
from ninemarch.net.meter import measure
from ninemarch.targets import Mode, Target

_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class Work(msgspec.Struct, frozen=True):
    """One trial to carry out; ``packed`` is the scenario's input, so that no target can change it for others."""

    number: int
    repeat: int
    scenario: Scenario
    packed: bytes

    @property
    def input(self) -> Any:
        """A fresh copy of the scenario's input."""
        return _unpack(self.packed)


def pack_input(value: Any) -> bytes:
    """Return a scenario's input packed.

    Raises:
        TypeError: it is not made of JSON values.
        ValueError: a text in it cannot be encoded, or it is nested too deeply.
    """
    try:
        return _pack(value)
    except (msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise TypeError(str(error)) from error


class Executor(Protocol):
    """Carries out work."""

    def run(self, work: Iterable[Work]) -> Iterator[tuple[Work, Outcome]]:
        """Yield every piece of work with its outcome, as it finishes."""
        ...


class SyncExecutor:
    """One call after another, in planned order."""

    def __init__(self, target: Target, limit: float | None) -> None:
        self._target = target
        self._limit = limit

    def run(self, work: Iterable[Work]) -> Iterator[tuple[Work, Outcome]]:
        """See ``Executor.run``."""
        control, call, limit = self._target.control, self._target.call, self._limit
        for item in work:
            bound = partial(control, item.scenario) if control else partial(call, item.input)
            yield item, outcome_of(bound, limit)


class BatchExecutor:
    """Calls with a list of inputs; the target answers with a list as long, in the same order."""

    def __init__(self, target: Target, limit: float | None) -> None:
        self._target = target
        self._limit = limit

    def run(self, work: Iterable[Work]) -> Iterator[tuple[Work, Outcome]]:
        """See ``Executor.run``. The limit is a trial's; a batch may take it once for each of its trials."""
        queue = iter(work)
        while batch := list(islice(queue, self._target.batch)):
            limit = None if self._limit is None else self._limit * len(batch)
            whole = outcome_of(partial(self._answers, batch), limit)
            yield from zip(batch, self._split(whole, len(batch)), strict=True)

    def _answers(self, batch: list[Work]) -> Any:
        """What the target returns, as a list where it can be one: iterating it is the target's own work."""
        answers = self._target.call([item.input for item in batch])
        many = isinstance(answers, Iterable) and not isinstance(answers, str | bytes | dict)
        return list(answers) if many else answers

    def _split(self, whole: Outcome, size: int) -> list[Outcome]:
        share = whole.seconds / size
        if whole.ended is not Ended.ANSWERED:
            return [Outcome(whole.ended, detail=whole.detail, seconds=share)] * size
        answers = whole.output
        if not isinstance(answers, list) or len(answers) != size:
            got = f"{len(answers)} outputs" if isinstance(answers, list) else f"one {type(answers).__name__}"
            detail = f"a batch of {size} inputs was answered by {got}; return a list of one output per input"
            return [Outcome(Ended.EXCEPTION, detail=detail, seconds=share)] * size
        return [_each(answer, share) for answer in answers]


def _each(answer: Any, seconds: float) -> Outcome:
    try:
        return answered(answer, seconds, None)
    except Exception as error:  # noqa: BLE001 - an answer of a class of the target's own may break when it is read
        return raised(error, seconds)


After = tuple[ThreadPoolExecutor, Callable[[Work, Outcome], None]]
"""Threads, and what to do in one of them with a finished trial."""


class AsyncExecutor:
    """Many asynchronous calls in flight on one event loop."""

    def __init__(self, target: Target, limit: float | None, concurrency: int) -> None:
        self._target = target
        self._limit = limit
        self._concurrency = concurrency
        self._after: After | None = None

    def run(self, work: Iterable[Work], *, after: After | None = None) -> Iterator[tuple[Work, Outcome]]:
        """See ``Executor.run``; ``after`` has its say, in a thread, before a trial gives up its place in flight."""
        self._after = after
        runner = asyncio.Runner()
        try:
            yield from self._fly(iter(work), runner.get_loop())
        finally:
            with INSIDE:  # what a target has left behind may hang here too
                if self._target.leave is not None:
                    with suppress(Exception):
                        runner.run(self._target.leave())
                runner.close()

    def _fly(self, queue: Iterator[Work], loop: asyncio.AbstractEventLoop) -> Iterator[tuple[Work, Outcome]]:
        flying: dict[asyncio.Task[Outcome], Work] = {}
        landed: list[asyncio.Task[Outcome]] = []

        def land(task: asyncio.Task[Outcome]) -> None:
            landed.append(task)
            loop.stop()

        while True:
            for item in islice(queue, self._concurrency - len(flying)):
                task = loop.create_task(self._one(item))
                task.add_done_callback(land)
                flying[task] = item
            if not flying:
                return
            # The loop lets these out of a task that a target has started; the trial itself ends all the same.
            with suppress(SystemExit, KeyboardInterrupt), INSIDE:
                loop.run_forever()  # until one lands; asyncio.wait would look at all in flight each time
            INSIDE.check()
            done, landed[:] = sorted(landed, key=lambda t: flying[t].number), []
            for task in done:
                yield flying.pop(task), _outcome(task)

    async def _one(self, item: Work) -> Outcome:
        meter = measure()
        try:
            async with asyncio.timeout(self._limit) as meter.deadline:
                value = await self._target.call(item.input)
            outcome = answered(value, meter.seconds, self._limit)
        except TimeoutError as error:
            seconds = meter.seconds
            late = meter.deadline is not None and meter.deadline.expired()
            late = late or (self._limit is not None and seconds >= self._limit)
            outcome = timed_out(seconds, self._limit) if late else raised(error, seconds)
        except BaseException as error:  # noqa: BLE001 - whatever a target raises is its failure
            outcome = raised(error, meter.seconds)
        outcome = meter.told(outcome)
        if self._after is not None:
            await asyncio.get_running_loop().run_in_executor(self._after[0], self._after[1], item, outcome)
        return outcome


def _outcome(task: asyncio.Task[Outcome]) -> Outcome:
    """What a task did; one that cancels itself with its last step ends as cancelled whatever it returned."""
    return raised(asyncio.CancelledError("the target cancelled itself"), 0.0) if task.cancelled() else task.result()


def executor_for(target: Target, limit: float | None, concurrency: int) -> Executor:
    """Return the executor that fits how ``target`` is called."""
    limit = target.timeout if limit is None else limit
    if target.mode is Mode.BATCH:
        return BatchExecutor(target, limit)
    if target.mode is Mode.ASYNC:
        return AsyncExecutor(target, limit, concurrency)
    return SyncExecutor(target, limit)
