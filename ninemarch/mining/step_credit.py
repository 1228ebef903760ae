"""Which step dooms a trial, tested: by replaying from each step, and against labels that people gave.

Covers the counterfactual replay where a world can be put back to any step, the attributions that cost nothing and
that every judge must beat, and the comparison of attributions with labels. A judge (a model, say) is a list of
ranked steps to it; whoever has one hands that in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ninemarch import stats
from ninemarch.errors import UsageError
from ninemarch.mining.shrink.acceptance import TIGHT
from ninemarch.mining.shrink.trials import OutOfTrials, Trials
from ninemarch.mining.steps import Step, clues_of

__all__ = ["Attribution", "Doomed", "Forced", "Labelled", "baselines", "compare_attributions", "find_doom"]

Replay = Callable[[int, int], Sequence[bool]]
"""Runs trials in which so many first steps of the failed trial are forced: (steps, trials) to one entry a trial,
True where it failed in the same way."""

_WHOLE = 20  # trials with all steps forced: how surely the failure follows from them
_TOP = 3
_BELIEVED = 0.05


@dataclass(frozen=True, slots=True)
class Forced:
    """Trials with so many first steps of the failed trial forced: how many of them failed, with a 90% interval."""

    steps: int
    failures: int
    trials: int
    interval: stats.Interval[float]


@dataclass(frozen=True, slots=True)
class Doomed:
    """What a counterfactual replay found.

    Args:
        step: the first step with which the failure comes, and without which it mostly does not, 0-based; None where
            there is none.
        forced: the trials by number of steps forced, fewest first.
        trials: trials used in all.
        why: why no step was found; empty where one was.
    """

    step: int | None
    forced: tuple[Forced, ...]
    trials: int
    why: str = ""


def find_doom(steps: int, replay: Replay, *, budget: int = 500) -> Doomed:
    """Return the step that dooms a failed trial, by halving over how many of its steps are forced.

    With all steps forced the failure comes at some rate; a sequential test says for fewer whether it still does (at
    0.9 of that rate, against half of it). The last of which it does not comes just before the step. Where a later
    step could save the trial again, one such step is found, not the only one.

    Args:
        steps: steps of the failed trial, >= 1.
        replay: runs trials with the first steps forced and the rest free.
        budget: trials at most, >= 1.

    Raises:
        UsageError: no step, no budget, or ``replay`` does not return one entry a trial.

    Examples:
        >>> find_doom(8, lambda forced, many: [forced >= 5] * many).step
        4
        >>> find_doom(8, lambda forced, many: [True] * many).why
        'it fails as often with no step forced'
    """
    if steps < 1 or budget < 1:
        msg = f"steps={steps}, budget={budget} (in find_doom); allowed: 1 or more of each"
        raise UsageError(msg)
    return _Doom(steps, Trials(replay, str, budget=budget)).run()


class _Doom:
    """One counterfactual replay."""

    def __init__(self, steps: int, trials: Trials[int]) -> None:
        self._steps, self._trials = steps, trials
        self._seen: dict[int, tuple[int, int]] = {}

    def run(self) -> Doomed:
        """Find the step."""
        try:
            step, why = self._find()
        except OutOfTrials:
            step, why = None, f"the budget of {self._trials.budget:,} trials is used up"
        forced = tuple(
            Forced(steps, *counts, stats.confidence_sequence(*counts, confidence=0.9))
            for steps, counts in sorted(self._seen.items())
        )
        return Doomed(step, forced, self._trials.used, why)

    def _find(self) -> tuple[int | None, str]:
        failures = self._run(self._steps, _WHOLE)
        if not failures:
            return None, f"it did not fail again in {_WHOLE} replays of all its steps"
        rate = failures / _WHOLE
        if self._comes(0, rate):
            return None, "it fails as often with no step forced"
        low, high = 0, self._steps
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._comes(middle, rate) else (middle, high)
        return low, ""

    def _comes(self, forced: int, rate: float) -> bool:
        line = TIGHT.against(rate)
        decided = None
        while decided is None:
            failures, trials = self._seen.get(forced, (0, 0))
            self._run(forced, line.least_more(failures, trials))
            decided = line.decide(*self._seen[forced])
        return decided

    def _run(self, forced: int, many: int) -> int:
        failures, trials = self._seen.get(forced, (0, 0))
        failures += self._trials.run(forced, many)
        self._seen[forced] = failures, trials + many
        return failures


@dataclass(frozen=True, slots=True)
class Labelled:
    """A failed trial of which people say where it went wrong.

    Args:
        steps: its steps, at least one.
        wrong: place of the first wrong step, 0-based.
        group: what it shares with others (the same task, say): a baseline never learns from its own group.
    """

    steps: tuple[Step, ...]
    wrong: int
    group: str = ""


@dataclass(frozen=True, slots=True)
class Attribution:
    """How often a way to attribute names the step that people name.

    Args:
        name: the way.
        exact: hits of its first choice, with a 90% interval, in ``cases``.
        top: hits among its first three.
        baseline: it costs nothing and looks at little: what others must beat.
        p_value: that it is no better than the hardest baseline (one-sided, McNemar's exact test); 1 for a baseline.
    """

    name: str
    cases: int
    exact: int
    interval: stats.Interval[float]
    top: int
    baseline: bool
    p_value: float

    @property
    def believed(self) -> bool:
        """Whether it beats every baseline beyond chance; only then should it be shown as an attribution."""
        return self.p_value <= _BELIEVED


def baselines(cases: Sequence[Labelled]) -> dict[str, list[tuple[int, ...]]]:
    """Return the ranked steps of the attributions that cost nothing, by name, one entry a case.

    Args:
        cases: labelled trials.

    Examples:
        >>> step = Step("a", "a")
        >>> found = baselines([Labelled((step, step), 1, "x"), Labelled((step, step), 0, "y")])
        >>> found["last step"], found["most common place of the others"]
        ([(1, 0), (1, 0)], [(0,), (1,)])
    """
    by_rule = [tuple(clue.step for clue in clues_of(case.steps)) for case in cases]
    return {
        "first step": [tuple(range(len(case.steps))) for case in cases],
        "last step": [tuple(reversed(range(len(case.steps)))) for case in cases],
        "most common place of the others": [_common(case, cases) for case in cases],
        "rules": by_rule,
    }


def _common(case: Labelled, cases: Sequence[Labelled]) -> tuple[int, ...]:
    others = [each for each in cases if each is not case and (not each.group or each.group != case.group)]
    places = Counter(each.wrong for each in others if each.wrong < len(case.steps))
    return tuple(sorted(places, key=lambda place: (-places[place], place)))


def compare_attributions(
    cases: Sequence[Labelled], attributions: Mapping[str, Sequence[Sequence[int]]]
) -> tuple[Attribution, ...]:
    """Return how often each attribution names the labelled step, beside the baselines, the best first.

    Args:
        cases: labelled trials, at least one.
        attributions: name -> ranked steps of each case, 0-based, the likeliest first; empty where it names none.

    Raises:
        UsageError: no case, a label outside its trial, a baseline's name, or not one entry a case.
    """
    known = baselines(cases)
    for name, ranked in attributions.items():
        if name in known or len(ranked) != len(cases):
            msg = (
                f"attribution {name} has {len(ranked)} entries for {len(cases)} cases; give one a case, under a name "
                f"that is no baseline's ({', '.join(known)})"
            )
            raise UsageError(msg)
    if not cases or any(not 0 <= case.wrong < len(case.steps) for case in cases):
        msg = f"{len(cases)} labelled trials; allowed: one or more, each labelled with one of its own steps"
        raise UsageError(msg)
    hits = {name: _hits(cases, ranked) for name, ranked in (known | dict(attributions)).items()}
    rows = [
        _scored(
            name,
            cases,
            ranked,
            1.0 if name in known else max(_no_better(hits[name], hits[other]) for other in known),
            baseline=name in known,
        )
        for name, ranked in (known | dict(attributions)).items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.exact, -row.top, row.name)))


def _hits(cases: Sequence[Labelled], ranked: Sequence[Sequence[int]]) -> list[bool]:
    return [bool(steps) and steps[0] == case.wrong for case, steps in zip(cases, ranked, strict=True)]


def _no_better(first: Sequence[bool], second: Sequence[bool]) -> float:
    """The chance of as many more hits of the first, were it no better than the second (exact sign test)."""
    more = sum(a and not b for a, b in zip(first, second, strict=True))
    fewer = sum(b and not a for a, b in zip(first, second, strict=True))
    return stats.mcnemar(more, fewer).p_value / 2 if more > fewer else 1.0


def _scored(
    name: str, cases: Sequence[Labelled], ranked: Sequence[Sequence[int]], p_value: float, *, baseline: bool
) -> Attribution:
    exact = sum(_hits(cases, ranked))
    top = sum(case.wrong in tuple(steps)[:_TOP] for case, steps in zip(cases, ranked, strict=True))
    interval = stats.clopper_pearson(exact, len(cases), confidence=0.9)
    return Attribution(name, len(cases), exact, interval, top, baseline, p_value)
