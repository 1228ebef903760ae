"""What a gate would notice: the power line under every gate.

Covers the smallest fall at which the gate says FAIL with a chance of 80%, for the plan at hand and data like those
seen: exact for independent trials, fixed or sequential; for groups and weights through the number of independent
trials that they are worth. What a gate passes, and at what cost, is said by ``ninemarch plan``.
"""

from __future__ import annotations

import math

import numpy as np

from ninemarch import stats
from ninemarch.model import Gate, Tally
from ninemarch.model.gate import Asks
from ninemarch.numbers import count_text, success_text
from ninemarch.stats.quantiles import beta_quantile

__all__ = ["CHANCE", "effective_trials", "power_line"]

CHANCE = 0.8
_ENOUGH = 100.0  # failures allowed in a sequential budget from which on a longer one is not followed to its end
_SURE = 1 - 1e-9  # confidence that is left where earlier looks have spent everything


def power_line(gate: Gate, tally: Tally, *, planned: int) -> str:
    """Return what ``gate`` would notice on this much evidence: ``would notice a fall to 98.1% with 80% chance``.

    To notice is to say FAIL; a PASS is withheld much earlier.

    Args:
        gate: the requirement.
        tally: the evidence; its groups and weights tell what a planned trial is worth.
        planned: trials that the plan calls for on this slice; with a sequential plan, its budget.

    Returns:
        One line; empty without a planned trial.
    """
    if planned < 1:
        return ""
    if gate.asks is Asks.MAX_FAILURES:
        return _counted(gate.max_failures or 0, planned)
    confidence = min(gate.confidence + tally.spent, _SURE)
    worth = int(effective_trials(tally, planned))
    if gate.asks is Asks.MAX_DROP:
        return _dropped(gate, tally, worth, confidence)
    if worth < 1:
        return "would notice nothing: the trials are not worth one independent trial"
    options = {"chance": CHANCE, "confidence": confidence}
    if tally.anytime:
        # A longer budget notices at least what a shorter one does.
        budget = min(worth, math.ceil(_ENOUGH / gate.allowed))
        noticed = stats.sequential_regression(gate.allowed, budget=budget, **options)
    else:
        noticed = stats.smallest_regression(worth, gate.allowed, **options)
    return _noticed(gate, worth, noticed)


def _noticed(gate: Gate, worth: int, noticed: stats.Regression) -> str:
    said = [] if noticed.not_passing > 0 else [f"cannot pass on {count_text(worth, 'independent trial')}"]
    if noticed.failing < 1:
        fall = success_text(noticed.failing, "floor", (gate.success,))
        said.append(f"would notice a fall to {fall} with {CHANCE:.0%} chance")
    elif not said:
        # A sequential run ends NOT PROVEN once no trial left can pass, here before it has seen enough to say FAIL.
        fall = success_text(noticed.not_passing, "floor", (gate.success,))
        said.append(f"would not pass at {fall} with {CHANCE:.0%} chance; too few trials to say FAIL")
    return "; ".join(said)


def effective_trials(tally: Tally, planned: int) -> float:
    """Return how many independent trials ``planned`` trials are worth when they are grouped and weighted like these.

    Args:
        tally: the evidence so far; without a trial, planned trials are taken as independent.
        planned: trials.

    Returns:
        At most ``planned``. For weights, one over the largest weight of a group: what a clean run is worth.
    """
    if tally.trials == 0:
        return float(planned)
    if tally.weighted is not None:
        seen = 1 / tally.weighted.m
    elif tally.scores:
        seen = float(sum(many for _, many in tally.scores))
    elif tally.independent:
        seen = float(tally.trials)
    else:
        failures, trials, many = (np.array(column) for column in zip(*tally.groups, strict=True))
        seen = stats.group_summary(np.repeat(failures, many), np.repeat(trials, many)).effective_trials
    return min(seen / tally.trials, 1.0) * planned


def _counted(most: int, planned: int) -> str:
    if planned <= most:
        return f"would notice nothing: {count_text(planned, 'trial')} cannot fail more than {most:,} times"
    rate = float(beta_quantile(most + 1, planned - most, CHANCE))
    return f"would notice such failures at 1 in {math.floor(1 / rate):,} trials with {CHANCE:.0%} chance"


def _dropped(gate: Gate, tally: Tally, pairs: int, confidence: float) -> str:
    """Say the drop noticed: enough scenarios that only the baseline passed, beside those that only this one passes.

    The share of the latter is taken from what was seen, and as fixed; so the figure is about.
    """
    gained = sum(many for score, many in tally.scores if score < 0.5)
    seen = sum(many for _, many in tally.scores)
    better = round(pairs * gained / seen) if seen else 0

    def proven(worse: int) -> bool:
        counts = [better, pairs - better - worse, worse]
        if tally.anytime:
            shares = np.repeat([0.0, 0.5, 1.0], counts)
            lower = stats.group_confidence_sequence(shares, confidence=confidence, side="lower").lower
        else:
            lower = stats.gaffke([0.0, 0.5, 1.0], counts, confidence=confidence, side="lower").lower
        return lower > gate.allowed

    low, high = 0, pairs - better
    if high < 1 or not proven(high):
        return f"would notice no drop: {count_text(pairs, 'independent pair')} cannot prove one"
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if proven(middle) else (middle, high)
    drop = float(beta_quantile(high, pairs - high + 1, CHANCE)) - better / pairs
    return f"would notice a drop of about {drop:.2%} of the trials with {CHANCE:.0%} chance"
