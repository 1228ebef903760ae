"""How bad a counted trial is, for every kind of gate: a score from 0 (good) to 1 (bad).

Covers scoring only. A *reading* says which trials count and what a trial without a verdict is taken for; a score
says what each counted trial is worth under that reading. Sums are in ``count``, intervals in ``estimate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch import stats
from ninemarch.evidence.columns import Columns, Mask
from ninemarch.model import Asks, Gate, Severity, Verdict

__all__ = ["Reading", "Score", "Scored", "score_of"]

_SEVERITIES = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a run.

    Args:
        counted: trials that count.
        failed: those among them that are taken as failed or assisted.
        open: those among them that have no verdict.
        taken: what those are worth, 1.0 (bad) or 0.0; None where none of them counts, nor what cannot be scored.
    """

    counted: Mask
    failed: Mask
    open: Mask
    taken: float | None


@dataclass(frozen=True, slots=True)
class Scored:
    """The trials that a score speaks about, and the score of every trial (only those that count matter).

    Args:
        whole: every score is 0 or 1, so that a group's score is its share of bad trials.
    """

    counted: Mask
    value: NDArray[np.float64]
    whole: bool = True


Score = Callable[[Reading], Scored]


def score_of(gate: Gate, columns: Columns, baseline: Mapping[str, float] | None) -> Score:
    """Return the score of a gate that asks for something else than success.

    Args:
        gate: the gate.
        columns: the trials, with what ``Wanted`` must ask for on behalf of the gate.
        baseline: for ``max_drop``, share failed of every scenario on the baseline.
    """
    if gate.asks is Asks.ALL_TRIALS:
        return _all_trials(gate.all_trials, columns)
    if gate.asks is Asks.MAX_DROP:
        return _drop(columns, baseline or {})
    if gate.asks is Asks.LATENCY:
        return _above(columns.seconds, gate.latency)
    if gate.asks is Asks.COST:
        return _above(columns.cost, gate.cost_usd)
    return _failures(gate, columns)


def _above(amount: NDArray[np.float64], limit: float) -> Score:
    """1 where the amount is above the limit; an unknown amount (nan) is open."""

    def score(reading: Reading) -> Scored:
        unknown = np.isnan(amount) | reading.open
        if reading.taken is None:
            return Scored(reading.counted & ~unknown, (amount > limit).astype(np.float64))
        return Scored(reading.counted, np.where(unknown, reading.taken, amount > limit))

    return score


def _failures(gate: Gate, columns: Columns) -> Score:
    """1 where the trial failed, at least as badly as the gate says and by the check that it names."""
    bad = columns.has(Verdict.FAIL)
    if gate.severity is not None:
        bad &= columns.severe(_SEVERITIES[_SEVERITIES.index(gate.severity) :])
    if gate.check:
        bad &= columns.decided_by(gate.check)

    def score(reading: Reading) -> Scored:
        return Scored(reading.counted, np.where(reading.open, reading.taken or 0.0, bad))

    return score


def _by_scenario(columns: Columns, reading: Reading) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Failures and trials of each scenario, by its code."""
    codes, words = columns.scenario
    failures, trials = (
        np.bincount(codes[mask], weights=columns.many[mask], minlength=len(words)).astype(np.int64)
        for mask in (reading.counted & reading.failed, reading.counted)
    )
    return failures, trials


def _all_trials(k: int, columns: Columns) -> Score:
    """1 - pass^k of the trial's scenario; a scenario with fewer than k trials cannot be scored."""
    codes = columns.scenario[0]

    def score(reading: Reading) -> Scored:
        failures, trials = _by_scenario(columns, reading)
        enough = trials >= k
        value = np.full(trials.size, reading.taken or 0.0)
        value[enough] = 1 - stats.all_pass_chance(failures[enough], trials[enough], k)
        counted = reading.counted if reading.taken is not None else reading.counted & enough[codes]
        return Scored(counted, value[codes], whole=False)

    return score


def _drop(columns: Columns, baseline: Mapping[str, float]) -> Score:
    """(1 + share failed here - share failed on the baseline) / 2, of scenarios that both have."""
    codes, words = columns.scenario
    before = np.array([baseline.get(word, np.nan) for word in words])

    def score(reading: Reading) -> Scored:
        failures, trials = _by_scenario(columns, reading)
        here = failures / np.maximum(trials, 1)
        value = (1 + here - before) / 2
        return Scored(reading.counted & ~np.isnan(before)[codes], np.nan_to_num(value)[codes], whole=False)

    return score
