"""Outcomes that others recorded: which columns say what, and what they show.

Covers frozen types. Reading is the evidence floor's job, the decision the gate floor's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ninemarch.model.decision import Decision
from ninemarch.model.evidence import Rate, Slice

__all__ = ["Analysis", "OutcomeColumns", "SliceRate"]


@dataclass(frozen=True, slots=True)
class OutcomeColumns:
    """Which columns of somebody's files say what.

    Args:
        success: the outcome: true or false, or the words of ``Verdict``; null is unscored.
        by: columns, or combinations of columns, whose levels are the slices.
        group: rows that have the same of these belong together (a scenario tried again); empty: every row alone.
        weight: share of real use that each row stands for, in any unit, >= 0; empty: all alike.
        where: only rows with these values are read.
    """

    success: str
    by: tuple[tuple[str, ...], ...] = ()
    group: str = ""
    weight: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def attributes(self) -> tuple[str, ...]:
        """The columns of the slices, each once."""
        return tuple(dict.fromkeys(name for names in self.by for name in names))


@dataclass(frozen=True, slots=True)
class SliceRate:
    """One slice of outcomes.

    Args:
        part: its counts.
        rate: its success rate; None without a scored row.
        effective: independent trials that its scored rows are worth.
    """

    part: Slice
    rate: Rate | None
    effective: float


@dataclass(frozen=True, slots=True)
class Analysis:
    """What files of outcomes show.

    Args:
        columns: which columns were read.
        files: number of files.
        rows: rows read, those that ``where`` leaves out too.
        decision: the whole, under the gates asked for. Its plan stands in for one: nobody planned these rows.
        overall: all rows that were counted.
        slices: every slice, by the columns asked for, in the order of their levels' names.
        notes: what a reader must know beside the decision's own notes.
    """

    columns: OutcomeColumns
    files: int
    rows: int
    decision: Decision
    overall: SliceRate
    slices: Mapping[tuple[str, ...], tuple[SliceRate, ...]]
    notes: tuple[str, ...] = ()
