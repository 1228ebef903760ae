"""What a rate takes to be proven, and what a planned run will decide: computed before anything is run.

Covers fixed plans, with or without a declared look, and sequential ones, exactly for independent trials. Trials that
share fate or weigh unlike are counted as the independent trials that a clean run of them is worth. The verdicts are
those of the gate's own rule. Does not cover drops from a baseline, whose chances depend on how much the two disagree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from ninemarch import claims, stats
from ninemarch.evidence import proves_beyond, proves_within
from ninemarch.gate.power import CHANCE, effective_trials, power_line
from ninemarch.model import Asks, Course, Gate, GatePlan, Look, Needs, Sized, Slice, Tally
from ninemarch.numbers import count_text, threshold_text
from ninemarch.stats.coverage import outcome_window

__all__ = ["SHARES", "course", "needs", "plan_gate", "thresholds"]

SHARES = tuple(map(Fraction, ("1/10", "1/3", "1/2", "1", "2", "10")))
"""True failure rates that a plan is tried at, as shares of what its gate allows."""

_GOOD = SHARES[:3]
_FAILURES = 6  # columns of a table by failures allowed
_LONG = 100.0  # failures allowed in the budget of a sequential plan that is to be long enough
_LONGEST = 1000.0  # beyond it a sequential plan is not followed: the tables have a row a failure
_ROWS = 20  # of a PASS or FAIL table


def needs(success: Fraction, *, confidence: float = 0.95, sized: bool = True) -> Needs:
    """Return what a success rate takes to be proven.

    Args:
        success: the rate, above 0 and below 1.
        confidence: one-sided, above 0 and below 1.
        sized: whether plans for better true rates are computed too.

    Raises:
        UsageError: a rate or confidence out of range, or a plan of more than 2**52 trials.

    Examples:
        >>> found = needs(Fraction("0.999"), sized=False)
        >>> found.fixed[:3], found.sequential[:3]
        ((2995, 4742, 6294), (3787, 6655, 8859))
    """
    allowed = float(1 - success)
    fixed = stats.trials_needed(allowed, failures_allowed=list(range(_FAILURES)), confidence=confidence)
    sequential = stats.pass_table(allowed, max_failures=_FAILURES - 1, confidence=confidence)
    budget = int(_LONG / allowed)
    sizes = [_sized(share, success, confidence, budget) for share in _GOOD] if sized else []
    return Needs(success, confidence, _counts(fixed), _counts(sequential), tuple(sizes), budget)


def _sized(share: Fraction, success: Fraction, confidence: float, budget: int) -> Sized:
    allowed = float(1 - success)
    truth = float(share * (1 - success))  # exact: 0.1 * 0.1 is above 0.01
    plan = stats.trials_for_power(truth, failure_rate=allowed, chance=CHANCE, confidence=confidence)
    sequential = course(truth, Tally((), anytime=True), budget, allowed=allowed, confidence=confidence)
    return Sized(share, truth, plan.trials, plan.failures_allowed, plan.power, sequential)


def course(truth: float, tally: Tally, trials: int, *, allowed: float, confidence: float) -> Course:
    """Return what a plan of independent trials does at one true failure rate, exactly.

    Args:
        truth: the true failure rate, in [0, 1].
        tally: says how the plan stops: at any trial, at a declared look, or at its end.
        trials: trials of the plan, at least 1; of a sequential one, its budget, of which at most the trials in which
            1,000 failures are allowed are followed: PASS and FAIL are then at least as likely as said.
        allowed: failure rate that the gate allows.
        confidence: of the gate, one-sided.

    Source: definition; sequential plans as ``stats.sequential_plan``.

    Examples:
        >>> fixed = course(0.001, Tally(()), 2995, allowed=0.001, confidence=0.95)
        >>> round(fixed.passes, 4), round(fixed.fails, 3), fixed.mean_trials
        (0.05, 0.033, 2995.0)
    """
    if tally.anytime:
        budget = min(trials, math.ceil(_LONGEST / allowed))
        # A run that can never pass is not cut short: it measures.
        can_pass = budget >= stats.pass_table(allowed, max_failures=0, confidence=confidence)[0]
        found = stats.sequential_plan(
            truth, failure_rate=allowed, budget=budget, confidence=confidence, curtail=bool(can_pass)
        )
        chances = (found.passes, found.fails, found.undecided)
        return Course(truth, *chances, found.mean_trials, found.spread)
    most, least = _thresholds(tally.look, trials, allowed=allowed, confidence=confidence)
    if tally.look is None or tally.look.at >= trials:
        passes, fails = float(_up_to(most, trials, truth)), 1 - float(_up_to(least - 1, trials, truth))
        return Course(truth, passes, fails, max(0.0, 1 - passes - fails), float(trials), (trials,) * 3)
    return _looked(truth, tally.look, trials, most, least, allowed=allowed, confidence=confidence)


def _looked(
    truth: float, look: Look, trials: int, most: int, least: int, *, allowed: float, confidence: float
) -> Course:
    """The course of a plan that stops at its declared look with too many failures."""
    counts, chance = outcome_window(look.at, truth)
    goes_on = counts < look.stop_at
    first, weight, rest = counts[goes_on], chance[goes_on], trials - look.at
    stops = float(chance[~goes_on].sum())
    passes = float(weight @ _up_to(most - first, rest, truth))
    fails = float(weight @ (1 - _up_to(least - 1 - first, rest, truth)))
    then = _thresholds(None, look.at, allowed=allowed, confidence=confidence)
    passes += float(chance[~goes_on & (counts <= then[0])].sum())
    fails += float(chance[~goes_on & (counts >= then[1])].sum())
    spread = [look.at if stops >= share else trials for share in (0.1, 0.5, 0.9)]
    mean = trials - rest * stops
    return Course(truth, passes, fails, max(0.0, 1 - passes - fails), mean, (spread[0], spread[1], spread[2]))


def _thresholds(look: Look | None, trials: int, *, allowed: float, confidence: float) -> tuple[int, int]:
    """As ``thresholds``, for independent trials of a finished plan."""
    looked = look if look and look.at < trials else None

    def tally_of(failures: int) -> Tally:
        groups = tuple((k, 1, many) for k, many in ((0, trials - failures), (1, failures)) if many)
        return Tally(groups, look=looked, planned=trials if looked else 0)

    # A plan that went on after its look cannot have failed more often than this.
    most = trials - looked.at + looked.stop_at - 1 if looked else trials
    return thresholds(tally_of, most, allowed=allowed, confidence=confidence)


def thresholds(tally_of: Callable[[int], Tally], units: int, *, allowed: float, confidence: float) -> tuple[int, int]:
    """Return the most bad units with which the gate's own rule says PASS, and the fewest with which it says FAIL.

    Args:
        tally_of: the tally of a finished plan, by its bad units.
        units: units of the plan, at least 1.
        allowed: mean score that the gate allows.
        confidence: of the gate, one-sided.

    Returns:
        -1 where no plan passes, ``units + 1`` where none fails.
    """
    passing = _first(lambda k: not proves_within(tally_of(k), allowed, confidence), units)
    failing = _first(lambda k: proves_beyond(tally_of(k), allowed, confidence), units)
    return passing - 1, failing


def _first(holds: Callable[[int], bool], most: int) -> int:
    """The smallest count from 0 on for which it holds, ``most + 1`` if for none; once true it stays true."""
    low, high = -1, most + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _up_to(failures: ArrayLike, trials: int, truth: float) -> NDArray[np.float64]:
    """P(at most so many failures); for any numbers, also below 0 or above the trials."""
    k = np.asarray(failures)
    inside = np.clip(k, 0, max(trials - 1, 0))
    found = special.betaincc(inside + 1.0, np.maximum(trials - inside, 1.0), truth)
    return np.where(k < 0, 0.0, np.where(k >= trials, 1.0, found))


def plan_gate(
    gate: Gate, part: Slice, *, share: float, trials: int, stop: str = "fixed", truths: Sequence[float] = ()
) -> GatePlan:
    """Return what a plan does for ``gate`` on one slice.

    Args:
        gate: the requirement.
        part: the slice as a clean run of the plan would leave it: its tally tells how trials hang together and how
            the plan stops.
        share: the slice's expected share of the trials, in [0, 1].
        trials: trials expected on it; of a sequential plan, at most.
        stop: ``fixed`` or ``sequential``.
        truths: true failure rates to try; by default ``SHARES`` of what the gate allows.
    """
    tally = replace(part.scored, anytime=stop == "sequential" and part.scored.weighted is None)
    worth = int(effective_trials(tally, trials)) if tally.trials else 0
    plain = GatePlan(
        gate=gate,
        where=dict(part.where),
        required=claims.required(gate),
        share=share,
        trials=trials,
        worth=worth,
        unit="weights" if tally.weighted else "trials" if tally.independent else "groups",
    )
    if worth < 1:
        never = "no trial of the plan falls into it: the gate can never pass"
        return replace(plain, warnings=(never,))
    if gate.asks is Asks.MAX_DROP:
        return _drop(plain, tally)
    tried = replace(plain, notices=power_line(gate, tally, planned=trials))
    if gate.asks is Asks.MAX_FAILURES:
        return _failures(tried, truths)
    how = {"allowed": gate.allowed, "confidence": gate.confidence}
    courses = tuple(course(q, tally, worth, **how) for q in truths or _truths(gate.success))
    tried = replace(tried, courses=courses, warnings=tuple(_warnings(tried, tally)))
    if tally.anytime and tally.independent:
        passing = stats.pass_table(gate.allowed, max_failures=_ROWS, budget=worth, confidence=gate.confidence)
        failing = stats.fail_table(
            gate.allowed, max_failures=len(passing), confidence=gate.confidence, min_failures=2
        )
        return replace(tried, pass_table=_counts(passing), fail_table=_counts(failing))
    if tally.anytime or not tally.independent or tally.weighted:
        return tried
    most, least = _thresholds(tally.look, worth, **how)
    return replace(tried, passes_with=most, fails_from=least)


def _truths(success: Fraction) -> list[float]:
    return [float(share * (1 - success)) for share in SHARES if share * (1 - success) < 1]


def _drop(plain: GatePlan, tally: Tally) -> GatePlan:
    """A gate on the drop from a baseline: what it would notice if nothing else changed."""
    gate, pairs = plain.gate, plain.worth
    calm = Tally(((0, 1, pairs),), anytime=tally.anytime, scores=((0.5, pairs),))
    can = proves_within(calm, gate.allowed, gate.confidence)
    never = f"{count_text(pairs, 'pair')} cannot prove it even where nothing changed"
    return replace(plain, notices=power_line(gate, calm, planned=pairs), warnings=() if can else (never,), courses=())


def _failures(tried: GatePlan, truths: Sequence[float]) -> GatePlan:
    """A gate on a number of failures: it passes with at most so many, and fails with more."""
    most, trials = tried.gate.max_failures or 0, tried.trials
    courses = []
    for truth in truths or [share / trials for share in (0.01, 0.1, 1.0) if share < trials]:
        passes = float(_up_to(most, trials, truth))
        courses.append(Course(truth, passes, 1 - passes, 0.0, float(trials), (trials,) * 3))
    return replace(tried, courses=tuple(courses), passes_with=most, fails_from=most + 1)


def _warnings(tried: GatePlan, tally: Tally) -> Iterator[str]:
    gate, worth = tried.gate, tried.worth
    if worth < tried.trials:
        why = "weighted" if tally.weighted else "of groups that share fate"
        yield f"{count_text(tried.trials, 'trial')} {why}: worth {worth:,} independent ones"
    uncovered = tally.weighted.uncovered if tally.weighted else 0.0
    if uncovered > gate.allowed:
        yield f"{uncovered:.1%} of the profile has no scenario and counts as unknown: the gate can never pass"
        return
    found = needs(gate.success, confidence=gate.confidence, sized=False)
    needed = (found.sequential if tally.anytime else found.fixed)[0]
    if worth < needed:
        yield f"cannot pass: {threshold_text(gate.success)} needs at least {needed:,} independent clean trials"


def _counts(numbers: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(map(int, numbers))
