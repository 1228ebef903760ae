"""The trials of a run as counting needs them: one entry for all trials that are alike in what was asked for.

Covers the type and questions to it. Reading is in ``load``, sums are in ``count``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ninemarch.model import Spending, Verdict

__all__ = ["ORDER", "Coded", "Columns", "Mask"]

Mask = NDArray[np.bool_]
Coded = tuple[NDArray[np.int64], list[str]]
"""Codes, one an entry, -1 for none; and the words that they stand for."""

ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry for all trials that are alike; ``load`` says which are entries of their own.

    Args:
        many: how many trials the entry stands for.
        number: the trial's place in the plan; -1 where the entry stands for several, whatever their places.
        verdict: place of the verdict in ``Verdict``; see ``has``.
        silent: they answered, and the answer was wrong.
        weight: of the scenario inside its profile cell.
        early: they come before the plan's declared look.
        judged: a judge had a say.
        seconds: the target's own time, rounded up to the next of the limits asked about, infinite beyond them. Empty
            unless it was asked for, like the next ones.
        cost: what each trial cost, in US dollars, likewise; nan where unknown.
        severity: code and words of each trial's severity.
        check: likewise of the ids of the checks that failed it, together.
        scenario: likewise of its scenario.
        unit: code of the independent unit they belong to; None when every trial is its own.
        levels: attribute -> (codes, words); code -1 where the trials lack the attribute.
        spending: what all trials together cost; None where none said so.
        typical: median and 95th percentile of the target's own time over the scored trials, in seconds.
        once: every trial is in the plan, and recorded once.
    """

    many: NDArray[np.int64]
    number: NDArray[np.int64]
    verdict: NDArray[np.int64]
    silent: Mask
    weight: NDArray[np.float64]
    early: Mask
    judged: Mask
    seconds: NDArray[np.float64]
    cost: NDArray[np.float64]
    severity: Coded
    check: Coded
    scenario: Coded
    unit: NDArray[np.int64] | None
    levels: Mapping[str, Coded]
    spending: Spending | None = None
    typical: tuple[float, float] | None = None
    once: bool = True

    @property
    def recorded(self) -> int:
        """Trials, all entries together."""
        return int(self.many.sum())

    def total(self, mask: Mask) -> int:
        """Return how many trials these entries stand for."""
        return int(self.many[mask].sum())

    def severe(self, severities: Collection[str]) -> Mask:
        """Which entries have one of these severities."""
        codes, words = self.severity
        return np.isin(codes, [code for code, word in enumerate(words) if word in severities])

    def decided_by(self, check: str) -> Mask:
        """Which entries the check with this id failed, alone or with others."""
        codes, words = self.check
        return np.isin(codes, [code for code, word in enumerate(words) if check in word.split(", ")])

    def with_verdict(self, numbers: Collection[int], verdict: Verdict) -> Columns:
        """Return the columns with these trials, each an entry of its own, given that verdict."""
        if not numbers:
            return self
        changed = self.verdict.copy()
        changed[np.isin(self.number, list(numbers))] = ORDER.index(verdict)
        return replace(self, verdict=changed)

    def has(self, *verdicts: Verdict) -> Mask:
        """Which entries have one of these verdicts."""
        found = np.zeros(self.verdict.shape, dtype=np.bool_)
        for verdict in verdicts:
            found |= self.verdict == ORDER.index(verdict)
        return found

    def where(self, attribute: str, level: str) -> Mask:
        """Which entries have this level of the attribute; none where nothing has it."""
        codes, words = self.levels.get(attribute, (np.full(self.many.shape, -1), []))
        return codes == words.index(level) if level in words else np.zeros(self.many.shape, dtype=np.bool_)

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """Return these entries alone, their units coded anew; what is said of the whole run stays."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                taken[field.name] = value[rows] if value.size else value
            elif isinstance(value, tuple) and value and isinstance(value[0], np.ndarray):
                taken[field.name] = (value[0][rows] if value[0].size else value[0], value[1])
        levels = {name: (codes[rows], words) for name, (codes, words) in self.levels.items()}
        if self.unit is not None:
            taken["unit"] = np.unique(self.unit[rows], return_inverse=True)[1]
        return replace(self, levels=levels, **taken)
