"""Ctrl-C and SIGTERM: the first asks the run to stop after the trial in hand, the second stops it at once.

Covers the signal handlers of a run in the main thread; in other threads nothing is installed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TextIO

from ninemarch.engine.call import INSIDE
from ninemarch.errors import ExitCode


class StopFlag:
    """Set once a signal has asked the run to stop."""

    def __init__(self) -> None:
        self.exit_code: ExitCode | None = None

    def __bool__(self) -> bool:
        return self.exit_code is not None


def _tell(stream: TextIO, text: str) -> None:
    """Write past the stream's buffers, which the code broken into may hold; a stream that is gone is let be."""
    with suppress(OSError, ValueError):
        os.write(stream.fileno(), text.encode())


@contextmanager
def stop_on_signal(*, at_once: bool = False) -> Iterator[StopFlag]:
    """Yield a flag that SIGINT and SIGTERM set; a second signal raises UserInterrupt in the trial in hand.

    Args:
        at_once: the first signal does so already, where there is nothing to keep.
    """
    flag = StopFlag()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return
    stderr = sys.stderr

    def ask(signum: int, _: FrameType | None) -> None:
        again = bool(flag)
        flag.exit_code = flag.exit_code or (ExitCode.INTERRUPTED if signum == signal.SIGINT else ExitCode.TERMINATED)
        if again or at_once:
            INSIDE.interrupt()
            return
        _tell(stderr, "\nstopping after the trial in hand; press Ctrl-C again to stop now\n")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
