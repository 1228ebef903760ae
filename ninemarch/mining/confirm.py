"""Whether fresh trials bear out the slices that a run's mining found: confirmed, refuted or undecided, at any look.

Covers the decisions and which trials are wanted next; whoever runs targets draws and runs them. A slice is tested on
its trials that no slice before it has, beside trials in none of the run's slices: that is what the search claimed.
Confirmed: it fails more often than elsewhere. Refuted: it fails less often, beside elsewhere, than the run had
claimed at least. Both are right together for all slices tested, at the level asked for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ninemarch.errors import UsageError
from ninemarch.evidence import estimate
from ninemarch.mining.slices import FoundSlice, SliceReport
from ninemarch.model import Rate, Tally, Verdict
from ninemarch.stats import log_e_above, log_e_below

__all__ = ["CONTROL", "Answer", "ConfirmOptions", "Confirmation", "Confirming", "TestedSlice"]

CONTROL = -1
"""The arm of trials in no slice; the arm of a slice is its place."""

_FIRST = 30  # blocks before the first look: a rate is wanted too, not only an answer
_STEP = 10  # blocks between two looks, more as there are more
# With less of its trials its own, what the run claimed of the whole slice says little about them.
_OWN = 0.9
_FAILED = {Verdict.PASS: False, Verdict.FAIL: True, Verdict.ASSISTED: True}


class Answer(StrEnum):
    """What fresh trials said of a slice."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ConfirmOptions:
    """How to confirm.

    Args:
        trials: fresh trials at most, >= 1.
        level: chance, at most, of any wrong confirmation, and of any wrong refutation, in (0, 1).
        ratio: a slice that fails less than so many times as often as elsewhere is none, >= 1.
        confidence: of each end of the intervals, one-sided.
    """

    trials: int = 2000
    level: float = 0.05
    ratio: float = 1.5
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class TestedSlice:
    """One slice before fresh trials.

    Args:
        slice: as it was found.
        answer: what they said.
        fresh: fresh trials in the slice and in none before it; its interval holds at any look.
        blocks: trials of the slice that the answer rests on, beside ``controls`` times as many elsewhere.
        claim: refuted if it fails less than so many times as often as elsewhere.
        evidence_for: natural log of the evidence that it fails more often than elsewhere.
        evidence_against: likewise, that it does not fail ``claim`` times as often.
    """

    slice: FoundSlice
    answer: Answer
    fresh: Tally
    blocks: int
    claim: float
    evidence_for: float
    evidence_against: float

    @property
    def found(self) -> tuple[int, int]:
        """Failures and trials of the mined run that ``fresh`` stands beside."""
        return self.slice.new_failures, self.slice.new_trials


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What fresh trials said of the slices of a run; none of them enters a rate of any run.

    Args:
        slices: the slices tested, in the order in which they were found.
        control: fresh trials in none of the run's slices.
        controls: of them for each trial of a slice.
        trials: fresh trials run, those without a verdict included.
        errors: those without a verdict; they count for nothing.
        seed: under which they were drawn.
        new_groups: no group of theirs was in the mined run, and each was used once; None without groups.
        exhausted: no more scenarios of some slice could be drawn.
        options: how it was asked.
    """

    slices: tuple[TestedSlice, ...]
    control: Tally
    controls: int
    trials: int
    errors: int
    seed: int
    new_groups: bool | None
    exhausted: bool
    options: ConfirmOptions

    def rate_of(self, tally: Tally) -> Rate | None:
        """The success rate of one of the tallies with an interval that holds at any look; None without a trial."""
        return estimate(tally, self.options.confidence)


class Confirming:
    """Keeps count of fresh trials and decides.

    Args:
        report: what the search found.
        options: how to confirm.
        most: slices tested at most, the strongest first.

    Raises:
        UsageError: options out of range.
    """

    def __init__(self, report: SliceReport, options: ConfirmOptions, *, most: int = 10) -> None:
        if options.trials < 1 or not 0 < options.level < 1 or options.ratio < 1:
            given = f"trials={options.trials}, level={options.level}, ratio={options.ratio}"
            msg = f"{given}; allowed: trials of 1 or more, a level between 0 and 1, a ratio of 1 or more"
            raise UsageError(msg)
        self._all = report.slices
        self._tested = report.slices[:most]
        self._options = options
        self._expected = (report.rest.failures + 0.5) / (report.rest.trials + 1)
        self._needed = math.log(max(len(self._tested), 1) / options.level)
        # Controls serve all slices: about the root of their number for each trial costs least (Dunnett 1955).
        self.controls = max(1, round(math.sqrt(len(self._tested))))
        self._seen: dict[int, list[bool]] = {arm: [] for arm in (CONTROL, *range(len(self._tested)))}
        self._answers: dict[int, Answer] = {}
        self._closed: set[int] = set()
        self.trials = self.errors = 0

    def arm_of(self, attributes: Mapping[str, str]) -> int:
        """Return the arm of a scenario: the first slice it is in, of all that were found."""
        return next((place for place, each in enumerate(self._all) if each.holds(attributes)), CONTROL)

    def may_be_in(self, arm: int, levels: Mapping[str, str]) -> bool:
        """Whether a scenario of which only some levels are known may be in a slice."""
        return all(each.holds(levels) for each in self._all[arm].conditions if each.attribute in levels)

    def wanted(self) -> Counter[int]:
        """Return how many trials of each arm are wanted before the next look; none when all is said or spent."""
        undecided = [arm for arm in range(len(self._tested)) if arm not in self._answers and arm not in self._closed]
        room = self._options.trials - self.trials
        seen = max((len(self._seen[arm]) for arm in undecided), default=0)
        step = max(_STEP, seen // 10) if seen else _FIRST
        while undecided and step:
            wanted = Counter(dict.fromkeys(undecided, step))
            wanted[CONTROL] = max(self.controls * (seen + step) - len(self._seen[CONTROL]), 0)
            if wanted.total() <= room and CONTROL not in self._closed:
                return +wanted
            step //= 2
        return Counter()

    def close(self, arms: Sequence[int]) -> None:
        """Say that no more scenarios of these arms can be had."""
        self._closed.update(arms)

    def tell(self, arm: int, verdict: Verdict) -> None:
        """Count one trial; a person's help is a failure, and without a verdict it counts for nothing."""
        self.trials += 1
        if verdict in _FAILED:
            self._seen[arm].append(_FAILED[verdict])
        else:
            self.errors += 1

    def look(self) -> None:
        """Decide on every slice on which enough is known."""
        for arm in range(len(self._tested)):
            if arm not in self._answers:
                _, above, below = self._evidence(arm)
                if above >= self._needed:
                    self._answers[arm] = Answer.CONFIRMED
                elif below >= self._needed:
                    self._answers[arm] = Answer.REFUTED

    def result(self, *, seed: int, new_groups: bool | None) -> Confirmation:
        """Return what is known by now."""
        slices = []
        for arm, each in enumerate(self._tested):
            blocks, above, below = self._evidence(arm)
            answer = self._answers.get(arm, Answer.UNDECIDED)
            fresh = _tally(self._seen[arm])
            slices.append(TestedSlice(each, answer, fresh, blocks, self._claim(arm), above, below))
        return Confirmation(
            slices=tuple(slices),
            control=_tally(self._seen[CONTROL]),
            controls=self.controls,
            trials=self.trials,
            errors=self.errors,
            seed=seed,
            new_groups=new_groups,
            exhausted=bool(self._closed),
            options=self._options,
        )

    def _evidence(self, arm: int) -> tuple[int, float, float]:
        blocks = min(len(self._seen[arm]), len(self._seen[CONTROL]) // self.controls)
        failures, others = sum(self._seen[arm][:blocks]), sum(self._seen[CONTROL][: blocks * self.controls])
        above = log_e_above(failures, others, blocks=blocks, others=self.controls, expected=self._expected)
        claim, controls = self._claim(arm), self.controls
        below = log_e_below(failures, others, blocks=blocks, others=controls, ratio=claim, expected=self._expected)
        return blocks, above, below

    def _claim(self, arm: int) -> float:
        each, least = self._tested[arm], self._options.ratio
        mostly_own = each.new_trials >= _OWN * each.inside.trials
        return max(least, each.at_least / self._expected) if mostly_own else least


def _tally(seen: Sequence[bool]) -> Tally:
    failures = sum(seen)
    groups = ((0, 1, len(seen) - failures), (1, 1, failures))
    return Tally(groups=tuple(each for each in groups if each[2]), anytime=True)
