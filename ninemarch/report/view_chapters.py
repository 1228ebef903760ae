"""View types of the chapters that say where failures are, what they cost, and how far the next nine is.

Covers frozen types only, under the same rule as ``view``: printable, bounded strings; numbers only to place marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Budget", "BudgetRow", "CrossCell", "CrossTable", "Pair", "RungRow", "Tone"]

Tone = Literal["pass", "open", "fail", "plain"]
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One error budget: what a gate allows, what was spent, and in words how that stands."""

    gate: str
    allowed: str
    spent: str
    interval: str
    says: str
    tone: Tone
    share: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What failures cost.

    Args:
        title: the finding.
        unit: what the rows count in, e.g. ``failures per 10,000 trials``.
        rows: one a gate on success.
        harm: failures by severity.
        money: costs per trial, per success and for the next nine; empty where no trial said what it cost.
    """

    title: str
    unit: str
    rows: tuple[BudgetRow, ...]
    harm: tuple[Pair, ...]
    money: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class CrossCell:
    """One cell: the proven rate, the counts, how dark it is drawn (0 to 4), and whether its evidence is thin."""

    lower: str
    counts: str
    shade: int
    thin: bool


@dataclass(frozen=True, slots=True)
class CrossTable:
    """Two attributes crossed."""

    name: str
    first: str
    second: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[CrossCell | None, ...]], ...]
    note: str


@dataclass(frozen=True, slots=True)
class RungRow:
    """One nine: whether it is held and proven, and what is missing."""

    nine: str
    held: str
    proven: str
    missing: str
    tone: Tone
