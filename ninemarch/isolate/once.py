"""A program from its start to its end: what it is told, what it prints, how long it may take.

Covers one-shot programs: all of stdin at once, stdout kept up to a cap, the tail of stderr. Bytes are bytes here:
what they mean is the caller's.
"""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Callable
from dataclasses import dataclass

from ninemarch.isolate.box import Box, End, Program, Streams

__all__ = ["Finished", "run_once"]

_CHUNK = 65536
_TAIL = 4000  # bytes of stderr that are kept


@dataclass(frozen=True, slots=True)
class Finished:
    """What a program left behind.

    Args:
        end: how it ended.
        stdout: what it printed, up to the cap.
        stderr: the last of what it printed there.
        seconds: from its start to its end.
    """

    end: End
    stdout: bytes
    stderr: bytes
    seconds: float


class _Pipes:
    """What goes in and what came out."""

    def __init__(self, streams: Streams, stdin: bytes, cap: int) -> None:
        self._stdin, self._cap = stdin, cap
        self._streams = streams
        self.stdout, self.stderr = bytearray(), bytearray()
        self._printed = {streams.stdout: 0, streams.stderr: 0}
        self.open = {streams.stdout, streams.stderr}
        for fd in (streams.stdin, streams.stdout, streams.stderr):
            os.set_blocking(fd, False)
        self.feeding = True
        self._feed()

    def _feed(self) -> None:
        try:
            while self._stdin:
                self._stdin = self._stdin[os.write(self._streams.stdin, self._stdin[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            pass  # it does not read: that is its own affair
        self.feeding = False
        os.close(self._streams.stdin)

    def pump(self, poll: select.poll, events: list[tuple[int, int]]) -> str:
        """Move what can be moved; return ``output`` once too much was printed."""
        for fd, _ in events:
            if fd == self._streams.stdin and self.feeding:
                self._feed()
                if not self.feeding:
                    poll.unregister(fd)
            elif fd in self.open and not self._read(fd):
                self.open.remove(fd)
                poll.unregister(fd)
        return "output" if max(self._printed.values()) > self._cap else ""

    def _read(self, fd: int) -> bool:
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        self._printed[fd] += len(data)
        if fd == self._streams.stdout:
            self.stdout += data[: max(0, self._cap - len(self.stdout))]
        else:
            self.stderr += data
            del self.stderr[:-_TAIL]
        return True

    def drain(self) -> None:
        """Read what is left in the pipes; nobody writes there any more."""
        for fd in list(self.open):
            while max(self._printed.values()) <= self._cap and self._ready(fd) and self._read(fd):
                pass

    @staticmethod
    def _ready(fd: int) -> bool:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        return any(event & select.POLLIN for _, event in poll.poll(0))

    def close(self) -> None:
        """Close our ends."""
        for fd in (self._streams.stdout, self._streams.stderr, *([self._streams.stdin] if self.feeding else [])):
            with contextlib.suppress(OSError):
                os.close(fd)


def run_once(
    box: Box,
    program: Program,
    *,
    stdin: bytes = b"",
    timeout: float | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Finished:
    """Run a program to its end, or kill it and all it has started.

    Args:
        box: where; free.
        program: what.
        stdin: what it is told.
        timeout: seconds after which it is killed (``end.limit`` is then ``time``); None for no limit.
        stopped: asked twenty times a second whether to kill it early (``end.limit`` is then ``stopped``).

    Raises:
        CannotStart: it cannot be had.
        RunInvalid: no process can be started here.
    """
    start = time.perf_counter()
    streams = box.start(program)
    pipes = _Pipes(streams, stdin, program.output)
    poll = select.poll()
    poll.register(box.fileno, select.POLLIN)
    for fd in pipes.open:
        poll.register(fd, select.POLLIN)
    if pipes.feeding:
        poll.register(streams.stdin, select.POLLOUT)
    try:
        why, ended = "", False
        while not ended:
            left = None if timeout is None else start + timeout - time.perf_counter()
            wait = None if left is None else max(left, 0.0) * 1000
            events = poll.poll(wait if stopped is None else min(50.0, wait or 50.0))
            ended = any(fd == box.fileno for fd, _ in events)
            broken = pipes.pump(poll, events)
            late = "time" if left is not None and left <= 0 else ""
            broken = broken or late or ("stopped" if stopped is not None and stopped() else "")
            if broken and not why and not ended:
                why = broken
                box.kill(why)
                timeout = None
        end = box.wait() or End(None)
        seconds = time.perf_counter() - start
        pipes.drain()
        return Finished(end, bytes(pipes.stdout), bytes(pipes.stderr), seconds)
    except BaseException:
        box.close()
        raise
    finally:
        pipes.close()
