"""One call of a target, whatever it does: answer, decline, raise, hang.

Covers every exit path of foreign code in this process. What the target raises (SystemExit, MemoryError and
RecursionError included) is its failure; only the user's own interrupt gets through. Does not cover code that
ends the process or hangs outside Python: that needs a process of its own.
"""

from __future__ import annotations

import numbers
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from ninemarch.model import Abstain, Answer, Ended, HandOff, Outcome, TargetFailed, TargetUnreachable
from ninemarch.text import excerpt, fault, json_text

_FRAMES = 12
_MOST = 2**53  # dollars or tokens of one trial: whole numbers up to it are exact in every format we write
_OWN = str(Path(__file__).parent)


class _TimeUp(BaseException):
    """Raised in the target by the alarm; a BaseException, so that ``except Exception`` does not swallow it."""


class UserInterrupt(KeyboardInterrupt):
    """The user pressed Ctrl-C twice: stop inside the trial in hand, which then counts as missing.

    A KeyboardInterrupt, because an event loop lets that out of any task and swallows every other one.
    """


class _Inside:
    """Whether foreign code is running: only then may a second Ctrl-C break in, never into our own writing.

    ``broken`` says that one did: whatever the target made of it (an answer, an exception of its own) is not its
    doing and is not recorded.
    """

    def __init__(self) -> None:
        self.target = False
        self.broken = False

    def __enter__(self) -> None:
        self.target, self.broken = True, False

    def __exit__(self, *_: object) -> None:
        self.target = False

    def interrupt(self) -> None:
        """Break into foreign code, if any is running."""
        if self.target:
            self.broken = True
            raise UserInterrupt

    def check(self) -> None:
        """Raise UserInterrupt if the foreign code that has just ended was broken into."""
        if self.broken:
            self.target = False
            raise UserInterrupt


INSIDE = _Inside()


def outcome_of(call: Callable[[], Any], limit: float | None) -> Outcome:
    """Call and return what happened; never raises, except UserInterrupt.

    Args:
        call: the call, its input bound.
        limit: seconds it may take; None for no limit. Enforced by an alarm in the main thread, elsewhere only
            noticed afterwards.
    """
    start = time.perf_counter()
    try:
        with INSIDE:
            if limit is None:
                value = call()
            else:
                with _alarm(limit):
                    value = call()
        INSIDE.check()
        return answered(value, time.perf_counter() - start, limit)
    except _TimeUp:
        return timed_out(time.perf_counter() - start, limit)
    except BaseException as error:  # noqa: BLE001 - whatever a target raises is its failure
        INSIDE.check()
        return raised(error, time.perf_counter() - start)


def answered(value: Any, seconds: float, limit: float | None) -> Outcome:
    """The outcome of a call that returned ``value``.

    An ``Answer`` whose cost or tokens are no such number is a loud failure, never a guess: a limit and a gate on cost
    rest on what the target says.
    """
    return _told(value, seconds, limit) if issubclass(type(value), Answer) else _bare(value, seconds, limit)


def _bare(value: Any, seconds: float, limit: float | None) -> Outcome:
    if limit is not None and seconds > limit:
        return timed_out(seconds, limit)
    if isinstance(value, HandOff):
        return Outcome(Ended.HANDED_OFF, detail=json_text(value.reason), seconds=seconds)
    if isinstance(value, Abstain):
        return Outcome(Ended.ABSTAINED, detail=json_text(value.reason), seconds=seconds)
    if value is None:
        return Outcome(Ended.ABSTAINED, detail="the target returned None (no answer)", seconds=seconds)
    return Outcome(Ended.ANSWERED, output=value, seconds=seconds)


def _told(answer: Answer, seconds: float, limit: float | None) -> Outcome:
    """The outcome of an answer that says what it cost; a late one has cost no less."""
    cost, tokens = _amount(answer.cost_usd, whole=False), _amount(answer.tokens, whole=True)
    for name, given, found in (("cost_usd", answer.cost_usd, cost), ("tokens", answer.tokens, tokens)):
        if found is None and given is not None:
            kind = "number" if name == "cost_usd" else "whole number"
            detail = f"Answer: {name}={excerpt(given, 60)}; allowed: a {kind}, 0 or more, or None where it is unknown"
            return Outcome(Ended.EXCEPTION, detail=detail, seconds=seconds)
    return msgspec.structs.replace(
        _bare(answer.output, seconds, limit), cost_usd=cost, tokens=tokens, steps=answer.steps
    )


def _amount(value: Any, *, whole: bool) -> Any:
    """A plain number from 0 to ``_MOST``; None for anything else."""
    try:
        kind: Any = numbers.Integral if whole else numbers.Real
        if isinstance(value, bool) or not isinstance(value, kind):
            return None
        found = int(value) if whole else float(value)  # a number class of the target's own may do anything here
    except Exception:  # noqa: BLE001
        return None
    return found if type(found) in {int, float} and 0 <= found <= _MOST else None


def timed_out(seconds: float, limit: float | None) -> Outcome:
    """The outcome of a call that took longer than its limit."""
    return Outcome(Ended.TIMEOUT, detail=f"took {seconds:.2f} s, limit {limit:g} s", seconds=seconds)


def raised(error: BaseException, seconds: float) -> Outcome:
    """The outcome of a call that raised; the traceback begins in the target, without our own frames."""
    if isinstance(error, TargetUnreachable):
        said = fault(error, 600).removeprefix(type(error).__name__).removeprefix(": ")
        return Outcome(Ended.ERROR, detail=said or "the target cannot be reached", seconds=seconds)
    if type(error) is TargetFailed:
        return Outcome(Ended.EXCEPTION, detail=json_text(str(error)), seconds=seconds)
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN):
        trace = trace.tb_next
    try:
        told = traceback.TracebackException(type(error), error, trace, limit=-_FRAMES)
        _shorten(told)
        lines = list(told.format())
    except BaseException:  # noqa: BLE001 - an exception may break its own formatting
        lines = [type(error).__name__]
    return Outcome(Ended.EXCEPTION, detail="".join(lines), seconds=seconds)


def _shorten(told: traceback.TracebackException | None) -> None:
    """Name files as they are imported, not where they lie on this machine: pages and journals travel."""
    while told is not None:
        for frame in told.stack:
            homes = [home for home in sys.path if home and frame.filename.startswith(home + os.sep)]
            frame.filename = (
                frame.filename[len(max(homes, key=len, default="")) :].lstrip(os.sep) if homes else frame.filename
            )
        told = told.__cause__ or told.__context__


@contextmanager
def _alarm(limit: float) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_: object) -> None:
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
