"""Taking pieces out of a scenario, group by group, while it still fails: delta debugging under a sequential test.

Covers one cut (a scenario seen as pieces) and one choice (simpler values, the first that still fails). A group that
is refused is halved until the piece that is needed is found; each piece thought to be needed is then taken out alone
once. Does not know what pieces are: reducers say that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from ninemarch.mining.shrink.acceptance import CERTAIN, Acceptance
from ninemarch.mining.shrink.belief import group_size
from ninemarch.mining.shrink.trials import Trials

__all__ = ["Search", "Step"]

T = TypeVar("T")
Keep = Callable[[Sequence[int]], "T | None"]
Size = Callable[[T], Any]

_SURE_MISS = 0.05
"""In the last look at a single piece: a piece that is not needed is kept by mistake at most this often."""


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """An accepted candidate.

    Args:
        state: the candidate.
        what: what was made smaller, e.g. ``items of input.turns``.
        before, after: how many there were, and are; 0 and 0 where nothing is counted.
    """

    state: T
    what: str = ""
    before: int = 0
    after: int = 0


class Search(Generic[T]):
    """The scenario in hand, and how candidates are judged.

    Args:
        start: the original.
        trials: runs candidates.
        size: what a candidate must have less of; any ordered value.
        test: what it takes to accept a candidate.
        rate: the original's failure rate, above 0, at most 1.
    """

    def __init__(self, start: T, trials: Trials[T], size: Size[T], *, test: Acceptance, rate: float) -> None:
        self.trials = trials
        self.size = size
        self.test = test
        self.rate = rate
        self.chain: list[Step[T]] = [Step(start)]
        self.refuted: set[str] = set()
        self._counts: dict[str, tuple[int, int]] = {}
        self._done: set[tuple[str, str]] = set()

    @property
    def current(self) -> T:
        """The smallest scenario so far."""
        return self.chain[-1].state

    @property
    def certain(self) -> bool:
        """Whether the original failed every time, so that candidates cost few trials."""
        return self.rate >= 1.0

    def accept(self, candidate: T | None, step: Step[T], *, sure: bool = False) -> bool:
        """Judge a candidate; an accepted one becomes the current scenario.

        Args:
            candidate: None where there is no such scenario.
            step: how it is called; its state is not looked at.
            sure: take more care not to refuse by mistake.

        Raises:
            OutOfTrials: it could not be decided with the trials left.
        """
        if candidate is None or not self.size(candidate) < self.size(self.current):
            return False
        key = self.trials.key(candidate)
        if key in self.refuted:
            return False
        test = CERTAIN if self.certain else self.test
        if sure and not self.certain:
            test = replace(test, miss=min(test.miss, _SURE_MISS))
        failures, trials = self._counts.get(key, (0, 0))
        line = test.against(self.rate)
        while (decided := line.decide(failures, trials)) is None:
            more = line.least_more(failures, trials)
            failures += self.trials.run(candidate, more)
            trials += more
            self._counts[key] = failures, trials
        if decided:
            self.chain.append(replace(step, state=candidate))
        return decided

    def cut(self, what: str, pieces: int, keep: Keep[T]) -> None:
        """Take out as many of ``pieces`` as the failure does not need.

        Args:
            what: what the pieces are.
            pieces: how many there are.
            keep: makes the scenario with only these pieces, given in order; None where there is none.

        Raises:
            OutOfTrials: what was accepted so far stays.
        """
        if pieces == 0 or (what, self.trials.key(self.current)) in self._done:
            return
        _Cut(self, what, pieces, keep).run()
        self._done.add((what, self.trials.key(self.current)))

    def first(self, what: str, candidates: Iterable[T | None]) -> bool:
        """Take the first of several simpler scenarios that still fails; return whether there was one.

        Raises:
            OutOfTrials: none was accepted so far.
        """
        return any(self.accept(candidate, Step(self.current, what)) for candidate in candidates)

    def go_back(self, to: int) -> None:
        """Return to the step with this place in the chain; what was accepted later is refuted."""
        self.refuted.update(self.trials.key(step.state) for step in self.chain[to + 1 :])
        self.chain = self.chain[: to + 1]
        self._done.clear()

    def tighten(self, test: Acceptance) -> None:
        """Judge by another test from now on, candidates that the old one refused as well."""
        self.test = test


class _Cut(Generic[T]):
    """One pass over the pieces of a scenario; ``open`` are not yet tried, ``needed`` were found to be needed."""

    def __init__(self, search: Search[T], what: str, pieces: int, keep: Keep[T]) -> None:
        self._search, self._what, self._pieces, self._keep = search, what, pieces, keep
        self._open, self._needed = list(range(pieces)), list[int]()

    def run(self) -> None:
        while self._open:
            dropped = self._pieces - len(self._open) - len(self._needed)
            size = group_size(self._pieces, needed=len(self._needed), dropped=dropped)
            self._settle(self._open[:size])
        # What was refused alone beside more pieces is asked again too: its answer was a quick one.
        for piece in list(self._needed):
            if self._drop([piece], sure=True):
                self._needed.remove(piece)

    def _settle(self, group: list[int]) -> None:
        """Take the group out, or find one piece of it that is needed; the rest stays open."""
        if self._drop(group):
            self._close(group)
            return
        while len(group) > 1:
            half, other = group[: (len(group) + 1) // 2], group[(len(group) + 1) // 2 :]
            if self._drop(half):
                self._close(half)
                group = other
            else:
                group = half
        self._close(group)
        self._needed += group

    def _close(self, group: Sequence[int]) -> None:
        gone = set(group)
        self._open = [piece for piece in self._open if piece not in gone]

    def _drop(self, group: Sequence[int], *, sure: bool = False) -> bool:
        left = sorted({*self._open, *self._needed} - set(group))
        step = Step(self._search.current, self._what, self._pieces, len(left))
        return self._search.accept(self._keep(left), step, sure=sure)
