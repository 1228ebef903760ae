"""What a trial's calls over a network take, and its clock, which stands still while they wait.

Covers one trial at a time, found through a context variable: whoever sends a request inside a trial, a target in
Python too, tells the same meter. Outside of a trial a meter counts for nobody.
"""

from __future__ import annotations

import time
from asyncio import Timeout
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ninemarch.model import Outcome, Traffic

__all__ = ["Meter", "measure", "meter"]

_METER: ContextVar[Meter | None] = ContextVar("ninemarch_meter", default=None)


class Meter:
    """Running sums of one trial.

    Args:
        tries: requests sent.
        waited: seconds that are not the target's own.
        first_token: seconds of its own until the first token of the first answer; None before.
        tokens_in, tokens_out: tokens of all answers; None while unknown.
        cost_usd: US dollars of all answers; None while unknown.
        steps: what was done so far.
        deadline: the trial's time limit, pushed back by what is waited.
    """

    def __init__(self) -> None:
        self.tries = 0
        self.waited = 0.0
        self.first_token: float | None = None
        self.tokens_in: int | None = None
        self.tokens_out: int | None = None
        self.cost_usd: float | None = None
        self.steps: list[Mapping[str, Any]] = []
        self.deadline: Timeout | None = None
        self._start = time.perf_counter()
        self._depth = 0

    @property
    def seconds(self) -> float:
        """The target's own time so far."""
        return time.perf_counter() - self._start - self.waited

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Stop the trial's clock inside the block."""
        start, deadline = time.perf_counter(), self.deadline
        when = deadline.when() if deadline is not None and not self._depth else None
        if deadline is not None and when is not None:
            deadline.reschedule(None)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
            if not self._depth:
                lost = time.perf_counter() - start
                self.waited += lost
                if deadline is not None and when is not None:
                    deadline.reschedule(when + lost)

    def lose(self, seconds: float) -> None:
        """Take back the time of a try that came to nothing."""
        if self._depth:
            return
        self.waited += seconds
        when = self.deadline.when() if self.deadline is not None else None
        if self.deadline is not None and when is not None and not self.deadline.expired():
            self.deadline.reschedule(when + seconds)

    def spend(self, tokens_in: int | None, tokens_out: int | None, cost_usd: float | None) -> None:
        """Add what one answer took; None where the server does not say."""
        if tokens_in is not None:
            self.tokens_in = (self.tokens_in or 0) + tokens_in
        if tokens_out is not None:
            self.tokens_out = (self.tokens_out or 0) + tokens_out
        if cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + cost_usd

    def told(self, outcome: Outcome) -> Outcome:
        """Return the outcome with what was measured; what the target said itself stands."""
        if not self.tries and not self.waited:
            return outcome
        known = [n for n in (self.tokens_in, self.tokens_out) if n is not None]
        return Outcome(
            outcome.ended,
            outcome.output,
            outcome.detail,
            outcome.seconds,
            self.cost_usd if outcome.cost_usd is None else outcome.cost_usd,
            sum(known) if outcome.tokens is None and known else outcome.tokens,
            (tuple(self.steps) or None) if outcome.steps is None else outcome.steps,
            Traffic(self.tries, self.waited, self.first_token, self.tokens_in, self.tokens_out),
        )


def measure() -> Meter:
    """Begin a trial in this context and return its meter."""
    found = Meter()
    _METER.set(found)
    return found


def meter() -> Meter:
    """Return the meter of the trial under way; a new one outside of any."""
    return _METER.get() or Meter()
