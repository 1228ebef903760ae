"""The smallest scenario that still fails, for failures that are random.

Covers the whole way: measure the original, make it smaller, confirm what is left on fresh trials, step back where
they do not bear it out. Does not cover what smaller means (reducers) nor how a trial is run (``fails``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ninemarch import stats
from ninemarch.errors import UsageError
from ninemarch.mining.shrink.acceptance import CONFIRM, LOOSE, TIGHT, Acceptance
from ninemarch.mining.shrink.pieces import json_size
from ninemarch.mining.shrink.reduce import reduce_json
from ninemarch.mining.shrink.search import Search, Size, Step
from ninemarch.mining.shrink.trials import Batch, Fails, OutOfTrials, Trials, json_key

__all__ = ["JSON", "Change", "Measured", "Shape", "Shrunk", "shrink"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """What a scenario is to the shrinker.

    Args:
        reduce: makes ``Search.current`` smaller by its ``cut`` and ``first``.
        size: what a smaller scenario has less of; any ordered value.
        key: digest of a scenario; the same for equal ones.
    """

    reduce: Callable[[Search[T]], None]
    size: Size[T]
    key: Callable[[T], str]


JSON: Shape[Any] = Shape(reduce_json, json_size, json_key)
"""Any JSON value."""

# The original is run until so many failures are seen (a rate known to about a quarter), or until it has failed
# every one of so many times, or has not failed once in so many.
_FAILURES, _ALWAYS, _NEVER = 20, 12, 60
_BETTER = 4  # times more failures, where the confirmation hangs on how well the original's rate is known
_ROUNDS = 4  # confirmations of one shrink; each but the first follows a step back
_PASSES = 20  # passes over all reducers for a failure that is certain, each until nothing changes
_CONFIDENCE = 0.9


@dataclass(frozen=True, slots=True)
class Measured:
    """A failure rate from trials that no choice was based on.

    Args:
        failures: trials that failed in the same way as the original.
        trials: trials in all.
        interval: two-sided 90% confidence sequence: valid although the trials stopped when enough was known.
    """

    failures: int
    trials: int
    interval: stats.Interval[float]

    @property
    def rate(self) -> float:
        """Failures per trial; nan without trials."""
        return self.failures / self.trials if self.trials else float("nan")


@dataclass(frozen=True, slots=True)
class Change:
    """What one pass made smaller: from ``before`` pieces to ``after``; 0 and 0 where none are counted."""

    what: str
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Shrunk(Generic[T]):
    """The result of a shrink.

    Args:
        scenario: the smallest scenario that still fails; the original where nothing smaller was confirmed.
        original: what was to be shrunk.
        measured: failure rate of ``scenario`` on fresh trials.
        original_measured: failure rate of the original.
        changes: what was made smaller, in order; empty where ``scenario`` is the original.
        trials: trials used, all of them.
        budget: trials that were allowed.
        stopped: why it ended before nothing more could be taken away; empty if it did not.
        steps_back: confirmations that failed.
    """

    scenario: T
    original: T
    measured: Measured
    original_measured: Measured
    changes: tuple[Change, ...]
    trials: int
    budget: int
    stopped: str = ""
    steps_back: int = 0

    @property
    def reproduced(self) -> bool:
        """Whether the original failed again at all."""
        return self.original_measured.failures > 0


def shrink(
    start: T,
    fails: Fails[T],
    *,
    shape: Shape[T] = JSON,
    budget: int = 2000,
    test: Acceptance = LOOSE,
    record: Sequence[Batch] = (),
    keep: Callable[[Batch], None] | None = None,
) -> Shrunk[T]:
    """Return the smallest scenario found that still fails as the original does.

    Given the same outcomes it takes the same way: what chance there is lies in ``fails``. A shrink that was cut off
    goes on from the batches that ``keep`` was given, handed in as ``record``.

    Args:
        start: the original.
        fails: runs a scenario so many times; True for each trial that failed in the same way as the original.
        shape: what the original is, and how it can be smaller.
        budget: most trials in all, >= 1.
        test: what it takes to accept a candidate: ``LOOSE``, or ``TIGHT`` where the failure has many small causes.
            After a confirmation that fails it is ``TIGHT`` in any case.
        record: what an earlier call with the same arguments handed to ``keep``.
        keep: called with every batch of new trials.

    Returns:
        Shrunk; ``reproduced`` is False where the original did not fail again.

    Raises:
        UsageError: no budget, or a record of another shrink.

    Source: A. Zeller and R. Hildebrandt (2002), IEEE Trans. Software Engineering 28:183-200 (delta debugging);
    A. Wald (1945), Annals of Mathematical Statistics 16:117-186 (each decision).

    Examples:
        >>> def fails(items, many):
        ...     return [{3, 8} <= set(items)] * many
        >>> found = shrink(list(range(10)), fails)
        >>> found.scenario, found.measured.failures == found.measured.trials
        ([3, 8], True)
    """
    if budget < 1:
        msg = f"budget={budget} (in shrink); allowed: 1 trial or more; give the trials that may be used"
        raise UsageError(msg)
    trials = Trials(fails, shape.key, budget=budget, record=record, keep=keep)
    return _Shrinker(start, trials, shape, test).run()


class _Shrinker(Generic[T]):
    """One shrink."""

    def __init__(self, start: T, trials: Trials[T], shape: Shape[T], test: Acceptance) -> None:
        self._start, self._trials, self._shape, self._test = start, trials, shape, test
        self._reference = _Tally()
        self._fresh: dict[str, _Tally] = {}
        self._confirmed = 0  # place in the chain of the last confirmed scenario
        self._steps_back = 0

    def run(self) -> Shrunk[T]:
        """Do it."""
        self._trials.limit = max(self._trials.budget // 4, min(self._trials.budget, _NEVER))
        with suppress(OutOfTrials):  # then the rate is known as well as the trials allow
            self._measure(_FAILURES)
        search = Search(self._start, self._trials, self._shape.size, test=self._test, rate=self._reference.estimate)
        if not self._reference.failures:
            return self._result(search, f"it did not fail again in {self._reference.trials} trials")
        stopped = self._search(search)
        search.go_back(self._confirmed)
        return self._result(search, stopped)

    def _measure(self, failures: int) -> None:
        """Run the original until so many failures are seen."""
        seen = self._reference
        while seen.failures < failures:
            always = seen.failures == seen.trials
            if (always and seen.trials == _ALWAYS and failures == _FAILURES) or (
                seen.trials >= _NEVER and not seen.failures
            ):
                return
            first = _ALWAYS if always and seen.trials < _ALWAYS else failures
            most = self._trials.left if seen.failures else min(self._trials.left, _NEVER - seen.trials)
            more = max(1, min(first - seen.failures, most))
            seen.add(self._trials.run(self._start, more), more)

    def _search(self, search: Search[T]) -> str:
        """Make smaller, confirm, step back; return why it stopped early."""
        for _ in range(_ROUNDS):
            stopped = ""
            self._trials.limit = self._trials.budget - self._reserve()
            try:
                self._make_smaller(search)
            except OutOfTrials:
                stopped = f"the budget of {self._trials.budget:,} trials is used up"
            self._trials.limit = self._trials.budget
            last = len(search.chain) - 1
            if last == self._confirmed:
                return stopped
            try:
                if self._confirm(search, last):
                    self._confirmed = last
                    return stopped
                self._step_back(search, last)
            except OutOfTrials:
                return f"the budget of {self._trials.budget:,} trials is used up; the last step back was not finished"
        return f"{_ROUNDS} confirmations failed: the failure seems to have no core, many parts add to it"

    def _reserve(self) -> int:
        """Trials kept for the confirmation: what it takes about nineteen times in twenty, a third at most."""
        return min(self._trials.budget // 3, round(50 / self._reference.estimate))

    def _make_smaller(self, search: Search[T]) -> None:
        """Run the reducers: once for a random failure (a pass tries every piece left), else until all is still."""
        for _ in range(_PASSES if search.certain else 1):
            before = len(search.chain)
            self._shape.reduce(search)
            if len(search.chain) == before:
                return

    def _confirm(self, search: Search[T], place: int) -> bool:
        """Whether fresh trials say that the failure is kept; before they say no, the reference is measured better."""
        state = search.chain[place].state
        if self._fresh_verdict(state):
            return True
        if self._reference.failures >= _BETTER * _FAILURES:
            return False
        self._measure(_BETTER * _FAILURES)
        search.rate = self._reference.estimate
        return self._fresh_verdict(state)

    def _fresh_verdict(self, state: T) -> bool:
        line = CONFIRM.against(self._reference.estimate)
        seen = self._fresh.setdefault(self._trials.key(state), _Tally())
        while (decided := line.decide(seen.failures, seen.trials)) is None:
            more = line.least_more(seen.failures, seen.trials)
            seen.add(self._trials.run(state, more), more)
        return decided

    def _step_back(self, search: Search[T], last: int) -> None:
        """Find the last scenario of the chain that fresh trials confirm, by halving, and go on from there."""
        self._steps_back += 1
        low, high = self._confirmed, last
        while high - low > 1:
            middle = (low + high) // 2
            if self._confirm(search, middle):
                low = self._confirmed = middle
            else:
                high = middle
        search.go_back(low)
        search.tighten(TIGHT)

    def _result(self, search: Search[T], stopped: str) -> Shrunk[T]:
        original = self._reference.measured()
        fresh = self._fresh.get(self._trials.key(search.current)) if len(search.chain) > 1 else None
        return Shrunk(
            scenario=search.current,
            original=self._start,
            measured=fresh.measured() if fresh else original,
            original_measured=original,
            changes=_changes(search.chain[1:]),
            trials=self._trials.used,
            budget=self._trials.budget,
            stopped=stopped,
            steps_back=self._steps_back,
        )


@dataclass(slots=True)
class _Tally:
    """Counts of one scenario."""

    failures: int = 0
    trials: int = 0

    def add(self, failures: int, trials: int) -> None:
        """Count more trials."""
        self.failures += failures
        self.trials += trials

    @property
    def estimate(self) -> float:
        """The failure rate of trials that ended with a failure wanted beforehand; 1 where all failed.

        Source: J. B. S. Haldane (1945), Biometrika 33:222-225: (k - 1) / (n - 1) is unbiased.
        """
        if self.failures in {0, 1, self.trials}:
            return self.failures / max(1, self.trials)
        return (self.failures - 1) / (self.trials - 1)

    def measured(self) -> Measured:
        """The counts with their interval."""
        interval = stats.confidence_sequence(self.failures, self.trials, confidence=_CONFIDENCE)
        return Measured(self.failures, self.trials, interval)


def _changes(steps: Sequence[Step[Any]]) -> tuple[Change, ...]:
    """Merge neighbouring steps of one pass."""
    merged: list[Change] = []
    for step in steps:
        if merged and merged[-1].what == step.what:
            merged[-1] = Change(step.what, merged[-1].before, step.after)
        else:
            merged.append(Change(step.what, step.before, step.after))
    return tuple(merged)
