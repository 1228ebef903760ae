"""Which step of a failed trial takes the blame, by replays with one thing mended; how good each kind of step is.

Covers the order of belief (the first mend that turns the outcome, else the rules of ``steps``), counting the blame
over the trials of a run, and what the end-to-end rate says of a step. Runs nothing: whoever runs trials hands in a
function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ninemarch import stats
from ninemarch.mining.steps import Step, clues_of
from ninemarch.model import Rate

__all__ = [
    "Blame",
    "Chain",
    "Culprit",
    "Looked",
    "Mend",
    "StepCredit",
    "StepKind",
    "chain_of",
    "credit_of",
    "first_flip",
]

_CONFIDENCE = 0.9
OWN = "its own doing"


@dataclass(frozen=True, slots=True)
class Mend:
    """One thing put right in a failed trial.

    Args:
        step: the step that it is about, 0-based.
        what: what is mended, in a few words, the same words for the same thing; empty for the target's own step.
        input: the input of the scenario with it mended.
    """

    step: int
    what: str
    input: Any


@dataclass(frozen=True, slots=True)
class Blame:
    """Where a failed trial went wrong.

    Args:
        step: place of the step, 0-based; None where nothing says.
        name: what kind of step it is; hostile text.
        what: what was wrong with it, in words; hostile text.
        by: ``replay`` (the trial passes with this mended) or ``rules``; empty where nothing says.
        tried: mends tried.
    """

    step: int | None
    name: str = ""
    what: str = ""
    by: str = ""
    tried: int = 0


def first_flip(steps: Sequence[Step], mends: Iterable[Mend], passes: Callable[[Mend], bool]) -> Blame:
    """Return the blame of a failed trial: the first mend with which it passes, else what the rules say.

    Args:
        steps: the steps of the failed trial.
        mends: what can be mended, in the order in which it should take the blame.
        passes: runs the trial with one thing mended.

    Examples:
        >>> steps = [Step("look", "look"), Step("pay", "pay"), Step("pay", "pay")]
        >>> mends = [Mend(1, "timeout", 1), Mend(2, "", 2)]
        >>> first_flip(steps, mends, lambda mend: mend.step == 2)
        Blame(step=2, name='pay', what='its own doing', by='replay', tried=2)
        >>> first_flip([], [], lambda mend: True)
        Blame(step=None, name='', what='', by='', tried=0)
    """
    tried = 0
    for mend in mends:
        tried += 1
        if passes(mend):
            name = steps[mend.step].name if 0 <= mend.step < len(steps) else "step"
            return Blame(mend.step, name, mend.what or OWN, "replay", tried)
    clue = next(iter(clues_of(steps)), None)
    if clue is None:
        return Blame(None, tried=tried)
    return Blame(clue.step, steps[clue.step].name, clue.rule, "rules", tried)


@dataclass(frozen=True, slots=True)
class Looked:
    """A failed trial that was looked at: its number, its steps, where the blame lies."""

    trial: int
    steps: tuple[Step, ...]
    blame: Blame


@dataclass(frozen=True, slots=True)
class Culprit:
    """Failures with one cause at one kind of step: how many, how it is known, and one of their trials."""

    what: str
    name: str
    by: str
    failures: int
    example: int


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step over the trials looked at.

    Args:
        name: its name; hostile text.
        taken: how often it was taken: counted in the failures, estimated from a sample of the passing trials.
        wrong: how often it took the blame.
        interval: of its failure rate, 90%.
    """

    name: str
    taken: int
    wrong: int
    interval: stats.Interval[float]


@dataclass(frozen=True, slots=True)
class Chain:
    """What the end-to-end rate says of a step, were steps independent and alike.

    Args:
        rate: end to end.
        steps: steps of a trial, the mean rounded, >= 1.
        failure: failure rate of a step that it implies.
        lower: of the same, from the rate's upper bound.
        upper: likewise, from the lower bound.
    """

    rate: Rate
    steps: int
    failure: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class StepCredit:
    """Who takes the blame in a run.

    Args:
        trials: scored trials looked at: the run's first ones.
        failures: failed trials among them, each run again.
        sampled: passing trials run again to count their steps.
        culprits: causes, the most frequent first.
        unknown: failures of which nothing says where they went wrong.
        gone: failures that did not fail again.
        kinds: kinds of step, the one most often to blame first.
        chain: what the end-to-end rate implies; None without a rate or steps.
    """

    trials: int
    failures: int
    sampled: int
    culprits: tuple[Culprit, ...]
    unknown: int
    gone: int
    kinds: tuple[StepKind, ...]
    chain: Chain | None

    @property
    def replayed(self) -> int:
        """Failures whose blame a replay has shown."""
        return sum(each.failures for each in self.culprits if each.by == "replay")


def credit_of(
    looked: Sequence[Looked],
    passed: Sequence[Sequence[Step]],
    *,
    passes: int,
    gone: int = 0,
    rate: Rate | None = None,
) -> StepCredit:
    """Return the step credit of the trials looked at.

    Args:
        looked: the failed trials that failed again.
        passed: steps of a sample of the passing trials.
        passes: passing trials in all.
        gone: failed trials that did not fail again.
        rate: end-to-end success of the run.
    """
    failures = len(looked) + gone
    causes = Counter((each.blame.what, each.blame.name, each.blame.by) for each in looked if each.blame.by)
    first = {(each.blame.what, each.blame.name, each.blame.by): each.trial for each in reversed(looked)}
    culprits = [Culprit(*cause, many, first[cause]) for cause, many in causes.items()]
    taken = _taken([each.steps for each in looked], passed, passes)
    steps = sum(taken.values()) / max(len(looked) + passes, 1)
    return StepCredit(
        trials=failures + passes,
        failures=failures,
        sampled=len(passed),
        culprits=tuple(sorted(culprits, key=lambda each: (-each.failures, each.what, each.name))),
        unknown=sum(not each.blame.by for each in looked),
        gone=gone,
        kinds=_kinds(taken, Counter(each.blame.name for each in looked if each.blame.by)),
        chain=chain_of(rate, max(round(steps), 1)) if rate is not None and steps else None,
    )


def _taken(failed: Sequence[Sequence[Step]], passed: Sequence[Sequence[Step]], passes: int) -> Mapping[str, float]:
    counts: Counter[str] = Counter()
    for steps in passed:
        counts.update(step.name for step in steps if step.own)
    scale = passes / len(passed) if passed else 0.0
    taken: dict[str, float] = {name: many * scale for name, many in counts.items()}
    for steps in failed:
        for step in steps:
            if step.own:
                taken[step.name] = taken.get(step.name, 0.0) + 1
    return taken


def _kinds(taken: Mapping[str, float], wrong: Mapping[str, int]) -> tuple[StepKind, ...]:
    found = []
    for name, many in taken.items():
        blamed, count = wrong.get(name, 0), max(int(many), wrong.get(name, 0), 1)
        interval = stats.clopper_pearson(blamed, count, confidence=_CONFIDENCE)
        found.append(StepKind(name, count, blamed, interval))
    return tuple(sorted(found, key=lambda kind: (-kind.wrong, -kind.taken, kind.name)))


def chain_of(rate: Rate, steps: int) -> Chain:
    """Return what a run's end-to-end rate says of each of its steps.

    Args:
        rate: end to end.
        steps: steps of a trial, >= 1.
    """
    ends = (1 - rate.estimate, rate.failure_lower, min(rate.failure_upper, 1.0))
    failure, lower, upper = (float(stats.per_step(end, steps)) for end in ends)
    return Chain(rate, steps, failure, lower, upper)
