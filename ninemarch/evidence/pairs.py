"""Trials of two runs on the same scenario: which trial of one belongs to which of the other.

Covers pairing by scenario and repeat, of trials scored in both. What the pairs show is counted elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ninemarch import table
from ninemarch.model import Verdict

__all__ = ["Pair", "pair_trials"]

_SCORED = {verdict.value for verdict in (Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)}


@dataclass(frozen=True, slots=True)
class Pair:
    """One scenario and repeat in two runs.

    Args:
        unit: the independent unit it belongs to: its group, else its scenario.
        then: number of the earlier run's trial.
        now: number of the later run's trial.
    """

    unit: str
    then: int
    now: int


def pair_trials(then: Path, now: Path) -> list[Pair]:
    """Return the pairs of trials that both runs scored, in the later run's order.

    Args:
        then: the earlier run's table.
        now: the later run's table.

    Raises:
        RunInvalid: a table is damaged.
    """
    before = {(scenario, repeat): number for scenario, repeat, number, _ in _scored(then)}
    return [
        Pair(unit or f"\0{scenario}", before[scenario, repeat], number)
        for scenario, repeat, number, unit in _scored(now)
        if (scenario, repeat) in before
    ]


def _scored(path: Path) -> list[tuple[str, int, int, str]]:
    names = ["scenario", "repeat", "trial", "group"]
    found: list[tuple[str, int, int, str]] = []
    for batch in table.stream(path, [*names, "verdict"]):
        rows = zip(*(batch[name].to_pylist() for name in (*names, "verdict")), strict=True)
        found += [(s, r, t, g) for s, r, t, g, verdict in rows if verdict in _SCORED]
    return found
