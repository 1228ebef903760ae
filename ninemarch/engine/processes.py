"""Worker processes on this machine.

Covers starting them (by ``isolate``), pipes that never block, and what their end says: which trial was in hand. A
worker that ends is replaced at once. Does not limit what a target may use: that is ``isolate``'s job.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from ninemarch.engine.call import INSIDE
from ninemarch.engine.leases import Event, Lease
from ninemarch.engine.worker import HAND, Brief, Opened, Plan, Said, Told, Work, frame, frames
from ninemarch.errors import RunInvalid, SuiteError
from ninemarch.isolate import Box, CannotStart, Program

__all__ = ["Processes"]

_CHUNK = 1 << 16
_TAIL = 2000  # bytes of a worker's stderr that are kept
# What ends a process from outside; any other signal or exit status is the doing of what ran in it.
_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM}


class _Worker:
    """One process, its pipes, and what waits to be sent to it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.hand = folder / str(number)
        self.hand.write_bytes(HAND.pack(-1))
        self.box = Box()
        self.late = self.ready = False
        self.outgoing, self.incoming, self.errors = bytearray(), bytearray(), bytearray()
        command = [sys.executable, "-P", "-m", "ninemarch.engine.worker"]
        path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            self.pipes = self.box.start(Program(command, env=path, folder=Path.cwd(), inherit=True))
        except CannotStart as error:
            msg = f"no worker process can be started: {error}"
            raise RunInvalid(msg) from error
        for fd in (self.pipes.stdin, self.pipes.stdout, self.pipes.stderr):
            os.set_blocking(fd, False)

    def tell(self, message: Told) -> None:
        """Send a message, now or when the pipe takes it."""
        self.outgoing += frame(message)
        self.push()

    def push(self) -> None:
        """Send what the pipe takes."""
        with suppress(BlockingIOError, BrokenPipeError):
            while self.outgoing:
                del self.outgoing[: os.write(self.pipes.stdin, self.outgoing[:_CHUNK])]

    def pull(self) -> list[Said]:
        """Read what has come, and return the messages that are whole."""
        _read(self.pipes.stdout, self.incoming)
        _read(self.pipes.stderr, self.errors)
        del self.errors[:-_TAIL]
        return list(frames(self.incoming))

    def close(self) -> None:
        """End the process and close its pipes."""
        self.box.close()
        for fd in (self.pipes.stdin, self.pipes.stdout, self.pipes.stderr):
            os.close(fd)
        self.hand.unlink(missing_ok=True)


def _read(fd: int, into: bytearray) -> None:
    with suppress(BlockingIOError):
        while data := os.read(fd, _CHUNK):
            into += data


class Processes:
    """So many workers, each a process of its own.

    Args:
        brief: what each is told first.
        many: how many, at least 1.

    Raises:
        SuiteError: the suite or the target cannot be had in a process of its own.
        RunInvalid: no process can be started.
    """

    def __init__(self, brief: Brief, many: int) -> None:
        self._brief = brief
        self.many = many
        self._plan: Plan | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="ninemarch-workers-")
        self._workers: dict[int, _Worker] = {}
        self._next = 0
        self._opened: Opened | None = None
        try:
            for _ in range(many):
                self._start()
            while self._opened is None:
                self._check(self.wait(1.0))
        except BaseException:
            self.close()
            raise

    @property
    def opened(self) -> Opened:
        """How the workers call the target."""
        return self._opened or Opened("")

    def _check(self, events: list[Event]) -> None:
        lost = next((event.lost for event in events if event.lost), "")
        if lost:
            msg = f"a worker process ends before it is ready: {lost}"
            raise RunInvalid(msg)

    def plan(self, plan: Plan) -> None:
        """Tell every worker, and those to come, what is planned."""
        self._plan = plan
        for worker in self._workers.values():
            worker.tell(plan)

    def ready(self) -> Sequence[int]:
        """See ``Workers.ready``."""
        return [number for number, worker in self._workers.items() if worker.ready]

    def give(self, worker: int, lease: Lease) -> None:
        """See ``Workers.give``."""
        self._workers[worker].tell(Work(lease))

    def wait(self, seconds: float) -> list[Event]:
        """See ``Workers.wait``.

        Raises:
            SuiteError: a worker cannot make the trials: it says why.
        """
        poll = select.poll()
        for worker in self._workers.values():
            poll.register(worker.pipes.stdout, select.POLLIN)
            poll.register(worker.pipes.stderr, select.POLLIN)
            poll.register(worker.box.fileno, select.POLLIN)
            if worker.outgoing:
                poll.register(worker.pipes.stdin, select.POLLOUT)
        with INSIDE:  # a second Ctrl-C does not wait for the trials in flight
            ready = {fd for fd, _ in poll.poll(seconds * 1000)}
        INSIDE.check()
        events: list[Event] = []
        for worker in list(self._workers.values()):
            ended = worker.box.fileno in ready
            if worker.pipes.stdin in ready:
                worker.push()
            if ended or not ready.isdisjoint({worker.pipes.stdout, worker.pipes.stderr}):
                events += [event for said in worker.pull() for event in self._heard(worker, said)]
            if ended:
                events.append(self._ended(worker))
        return events

    def _heard(self, worker: _Worker, said: Said) -> list[Event]:
        if said.kind == "refused":
            raise SuiteError(said.why)
        if said.opened is not None:
            worker.ready, self._opened = True, said.opened
            return []
        return [Event(worker.number, said.records, done=said.kind == "done")]

    def _ended(self, worker: _Worker) -> Event:
        """Say why a worker has ended, and start another in its place."""
        end = worker.box.wait()
        status = None if end is None else end.status
        why = "the worker process took too long" if worker.late else "the worker process: "
        why += "" if worker.late or end is None else end.words
        last = worker.errors.decode(errors="backslashreplace").strip()
        (hand,) = HAND.unpack(worker.hand.read_bytes())
        own = worker.late or (status is not None and status not in _FROM_OUTSIDE)
        del self._workers[worker.number]
        worker.close()
        if worker.ready:
            self._start()
        return Event(worker.number, lost=f"{why}\n{last}".strip(), blame=hand if own else -1, late=worker.late)

    def _start(self) -> None:
        worker = self._workers[self._next] = _Worker(Path(self._folder.name), self._next)
        self._next += 1
        worker.tell(msgspec.structs.replace(self._brief, hand=str(worker.hand)))
        if self._plan is not None:
            worker.tell(self._plan)

    def kill(self, worker: int) -> None:
        """See ``Workers.kill``."""
        self._workers[worker].late = True
        self._workers[worker].box.kill("late")

    def close(self) -> None:
        """See ``Workers.close``."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        self._folder.cleanup()
