"""Trials made elsewhere: picks are leased to workers, records come back; what does not come back is leased again.

Covers any kind of worker behind ``Workers`` (processes, Ray). Workers have no state: a lease says which trials, and
they make the scenarios from the suite and the plan. A trial is told once, however often its record arrives. A lease
whose worker is lost is issued again in smaller ones. A trial that is seen to have ended its worker has failed and is
not tried again, for that could hide a failure; one that cannot be told from bad luck has failed when it has cost
``_TRIES`` workers with no other trial in hand.
"""

from __future__ import annotations

import math
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Protocol, TypeAlias

from ninemarch.engine.trials import Tell
from ninemarch.errors import RunInvalid
from ninemarch.journal import decode_trials
from ninemarch.model import Trial
from ninemarch.suite import Pick

__all__ = ["Event", "Failed", "Lease", "Leased", "Sizes", "Workers", "lease_of", "picks_of"]

# Runs of picks: first trial, its pick, how many; trial and pick go up by one within a run.
Lease: TypeAlias = tuple[tuple[int, int, int], ...]

_SECONDS = 0.2  # what a lease should take: long beside sending it, short beside waiting for it
_LEAST, _MOST = 16, 1000  # trials of a lease
_LONGEST = 1.0  # seconds: above it fewer than ``_LEAST`` trials make a lease
_SPLIT = 32  # a lost lease comes back in so many parts
_TRIES = 3
_WAIT = 0.5  # seconds between two looks at the clock


def lease_of(picks: Iterable[Pick]) -> Lease:
    """Return picks in the form in which they are sent.

    Examples:
        >>> lease_of([(7, 7), (8, 8), (9, -1)])
        ((7, 7, 2), (9, -1, 1))
    """
    runs: list[tuple[int, int, int]] = []
    for number, pick in picks:
        if runs:
            first, start, many = runs[-1]
            if (number, pick) == (first + many, start + many):
                runs[-1] = first, start, many + 1
                continue
        runs.append((number, pick, 1))
    return tuple(runs)


def picks_of(lease: Lease) -> Iterator[Pick]:
    """Yield the picks of a lease; the inverse of ``lease_of``."""
    for first, start, many in lease:
        yield from zip(range(first, first + many), range(start, start + many), strict=True)


@dataclass(frozen=True, slots=True)
class Event:
    """What a worker has sent, or what became of it.

    Args:
        worker: which.
        records: payload of records, in the journal's form; empty where there are none.
        done: the oldest lease that it holds is finished.
        lost: why it is gone, in words; empty while it lives. Its leases are then no longer its own.
        blame: the trial in hand whose doing that was; -1 where it may have been anything.
        late: it was ended by ``Workers.kill``.
    """

    worker: int
    records: bytes = b""
    done: bool = False
    lost: str = ""
    blame: int = -1
    late: bool = False


class Failed(Protocol):
    """Makes the record of a trial that has ended its worker."""

    def __call__(self, number: int, pick: int, why: str, /, *, late: bool) -> Trial:
        """Return the record: an exception, or a time-out where the worker was ended for being late."""
        ...


class Workers(Protocol):
    """Workers of one kind, numbered; a lost one is replaced by a new one with another number."""

    def ready(self) -> Sequence[int]:
        """The workers that take leases; none while all are still starting."""
        ...

    def give(self, worker: int, lease: Lease) -> None:
        """Hand a lease to a worker; it takes them one after another."""
        ...

    def wait(self, seconds: float) -> list[Event]:
        """What has happened, waiting at most so long for the first."""
        ...

    def kill(self, worker: int) -> None:
        """End a worker that takes too long; it is reported as lost."""
        ...

    def close(self) -> None:
        """End them all."""
        ...


@dataclass(slots=True)
class _Held:
    """A lease under way."""

    numbers: tuple[int, ...]
    since: float  # when its worker has begun it
    heard: float  # when it has last sent something


@dataclass(slots=True)
class Sizes:
    """How large a lease is.

    Args:
        least: trials that a worker needs at once to be busy (a batch, calls in flight).
        left: trials that are still to be leased.
        workers: how many share them.
    """

    least: int
    left: int
    workers: int
    seconds: float = 0.0  # that a trial takes of a worker; 0 while unknown

    def learn(self, trials: int, seconds: float) -> None:
        """Take in a finished lease."""
        each = seconds / max(trials, 1)
        self.seconds = each if not self.seconds else 0.7 * self.seconds + 0.3 * each

    @property
    def next(self) -> int:
        """Trials of the next lease."""
        size = _LEAST
        if self.seconds:
            size = min(max(int(_SECONDS / self.seconds), _LEAST), _MOST)
            if size * self.seconds > _LONGEST:
                size = int(_LONGEST / self.seconds)
        fair = -(-self.left // (2 * self.workers))  # so that all finish at about the same time
        return max(1, min(max(size, self.least), fair))


@dataclass(slots=True)
class _Book:
    """Who holds what."""

    held: dict[int, deque[_Held]] = field(default_factory=dict)
    pending: dict[int, int] = field(default_factory=dict)  # trial -> pick, leased and not told yet
    again: deque[tuple[int, ...]] = field(default_factory=deque)  # numbers to be leased again
    lost: Counter[int] = field(default_factory=Counter)  # trial -> workers that it has cost, alone in its lease


class Leased:
    """A crew of workers elsewhere.

    Args:
        workers: the workers.
        sizes: how large leases are.
        failed: makes the record of a trial that has ended its worker.
        silence: seconds without a word after which a worker is taken to hang; None for never.
    """

    def __init__(
        self,
        workers: Workers,
        sizes: Sizes,
        *,
        failed: Failed,
        silence: float | None = None,
    ) -> None:
        self._workers = workers
        self._sizes = sizes
        self._failed = failed
        self._silence = silence
        self._barren = 0  # workers lost in a row without a single record

    def run(self, picks: Iterator[Pick], tell: Tell) -> None:
        """See ``Crew.run``.

        Raises:
            RunInvalid: worker after worker is lost before it has recorded anything.
        """
        book = _Book()
        while True:
            self._hand_out(book, picks)
            # Where every worker is gone, new ones are waited for.
            if not (any(book.held.values()) or book.pending) and self._workers.ready():
                return
            for event in self._workers.wait(_WAIT):
                self._take(book, event, tell)
            self._watch(book)

    def close(self) -> None:
        """See ``Crew.close``."""
        self._workers.close()

    def _hand_out(self, book: _Book, picks: Iterator[Pick]) -> None:
        """Give every worker two leases, so that it never waits for the next one."""
        for round_ in (0, 1):
            for worker in self._workers.ready():
                queue = book.held.setdefault(worker, deque())
                # What has cost a worker is tried with nothing behind it.
                if len(queue) > round_ or (queue and book.again):
                    continue
                numbers = self._next(book, picks)
                if not numbers:
                    return
                now = time.monotonic()
                queue.append(_Held(numbers, now, now))
                self._workers.give(worker, lease_of((number, book.pending[number]) for number in numbers))

    def _next(self, book: _Book, picks: Iterator[Pick]) -> tuple[int, ...]:
        while book.again:
            numbers = tuple(number for number in book.again.popleft() if number in book.pending)
            if numbers:
                return numbers
        fresh = list(islice(picks, self._sizes.next))
        book.pending.update(fresh)
        self._sizes.left = max(0, self._sizes.left - len(fresh))
        return tuple(number for number, _ in fresh)

    def _take(self, book: _Book, event: Event, tell: Tell) -> None:
        queue = book.held.get(event.worker, deque())
        if queue:
            queue[0].heard = time.monotonic()
        if event.records:
            self._barren = 0
            for trial, texts in decode_trials(event.records):
                if book.pending.pop(trial.number, None) is not None:  # else it came before, from another worker
                    tell(trial, texts)
        if event.done and queue:
            held, now = queue.popleft(), time.monotonic()
            self._sizes.learn(len(held.numbers), now - held.since)
            if queue:
                queue[0].since = queue[0].heard = now
            self._reissue(book, held.numbers)  # what it has left out, if anything
        if event.lost:
            self._give_up(book, book.held.pop(event.worker, deque()), event, tell)

    def _give_up(self, book: _Book, queue: deque[_Held], event: Event, tell: Tell) -> None:
        """Lease again what a lost worker held, without the trial whose doing that was."""
        self._barren += 1
        first = [number for number in queue[0].numbers if number in book.pending] if queue else []
        blamed = event.blame
        if blamed < 0 and len(first) == 1:
            book.lost[first[0]] += 1
            blamed = first[0] if book.lost[first[0]] >= _TRIES or event.late else -1
        if blamed in book.pending:
            self._barren = 0
            tell(self._failed(blamed, book.pending.pop(blamed), event.lost, late=event.late), None)
        if self._barren > _TRIES * max(2, self._sizes.workers):
            msg = (
                f"workers are lost before they record anything ({event.lost}); what was recorded is safe; "
                "see target-output.log in the run's folder, then resume"
            )
            raise RunInvalid(msg)
        for held in queue:
            self._reissue(book, held.numbers)

    def _reissue(self, book: _Book, numbers: tuple[int, ...]) -> None:
        missing = [number for number in numbers if number in book.pending]
        size = max(1, len(missing) // _SPLIT)
        for start in range(0, len(missing), size):
            book.again.append(tuple(missing[start : start + size]))

    def _watch(self, book: _Book) -> None:
        """End workers that have not said a word for longer than any of their trials may take."""
        if self._silence is None:
            return
        now = time.monotonic()
        for worker, queue in book.held.items():
            if queue and now - queue[0].heard > self._silence:
                queue[0].heard = math.inf  # once
                self._workers.kill(worker)
