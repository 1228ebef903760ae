"""Milestones: what runs showed of successive releases, one line each, as git keeps them; and how they stand in a row.

Covers frozen types. Reading and writing the file is the job of ``kept``, order and drops that of the march floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ninemarch.model.comparison import Difference
from ninemarch.model.decision import GateVerdict
from ninemarch.model.evidence import Counts, Rate

__all__ = [
    "Drop",
    "Effort",
    "GateMark",
    "Milestone",
    "MilestoneTable",
    "Milestones",
    "Population",
    "Rebased",
    "Standing",
]


class Population(NamedTuple):
    """What a rate speaks about: milestones of one population can be drawn on one line."""

    scenarios_hash: str
    checks_hash: str
    profile: str
    profile_hash: str


class Effort(NamedTuple):
    """Work: how much, and in what; the unit is empty where nothing was said."""

    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class GateMark:
    """One gate on one slice, as a release met it.

    Args:
        id: the gate's id; ``where`` is its slice.
        asks: the gate's kind, as in ``Asks``; ``required`` is what it asks for, in words.
        confidence: one-sided.
        failures: failed trials, or bad units; 0 of 0 where nothing was measured, like the next.
        trials: trials counted.
        failure_lower: limits of the failure rate, each at ``confidence``.
        failure_upper: likewise.
    """

    id: str
    where: Mapping[str, str]
    asks: str
    required: str
    confidence: float
    verdict: GateVerdict
    failures: int = 0
    trials: int = 0
    failure_lower: float = 0.0
    failure_upper: float = 1.0


@dataclass(frozen=True, slots=True)
class Milestone:
    """What one run showed of one release. Names are text from outside: hostile.

    Args:
        release: id of the release; ``release_name`` is what is new in it.
        date: when it was measured: UTC date or time in ISO 8601; empty where an imported line has none.
        source: ``run``, ``rebase`` (an old release run again on a newer suite), or ``import`` (counts of others:
            whether their failures were loud is unknown).
        run: id of the run; empty for imported counts.
        target: what was run, as ``--target`` takes it; empty for imported counts, like the next.
        release_key: the release's id or target, and a fingerprint of its code: what makes it the same release.
        population: what the rate speaks about; hashes are empty where an imported line has none.
        seed: of the draw; None for imported counts.
        seed_range: name of the range the seed is from.
        first: index of the first scenario drawn.
        per_scenario: trials of each scenario.
        effort: work that this release took, in ``effort_unit``, >= 0; None where unknown.
        verdict: the decision on the run.
        counts: where every planned trial went.
        rate: the headline rate.
        worth: failures and trials of a plain sample that would tell as much (``stats.effective_counts``).
        gates: every gate and slice.
    """

    release: str
    release_name: str
    date: str
    source: str
    run: str
    target: str
    release_key: str
    population: Population
    seed: int | None
    seed_range: str
    first: int
    per_scenario: int
    effort: float | None
    effort_unit: str
    verdict: GateVerdict
    counts: Counts
    rate: Rate
    worth: tuple[float, float]
    gates: tuple[GateMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Milestones:
    """The record of a suite's releases, in the order it was written."""

    suite: str
    lines: tuple[Milestone, ...] = ()

    @property
    def effort_unit(self) -> str:
        """What effort is counted in; empty when no line says so."""
        return next((line.effort_unit for line in self.lines if line.effort_unit), "")


@dataclass(frozen=True, slots=True)
class Drop:
    """A release that measured worse than the one before it.

    Args:
        since: id of the release before.
        difference: failure rate now minus then; None where the two can only be held beside each other.
        proven: the drop is beyond chance: the difference's lower bound is above 0, or the intervals do not meet.
    """

    since: str
    difference: Difference | None
    proven: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One milestone among the others.

    Args:
        effort: work up to and including this release; None when any release's is unknown.
        proven: nines proven.
        on_line: it is its release's first look on the newest population: the march goes through it.
        further: another look at a release that has a milestone above.
        changes: what differs from the population of the release before, in words; empty on a further look.
        drop: how it is worse than the release before; None if it is not, or cannot be held against it.
    """

    milestone: Milestone
    effort: float | None
    proven: int
    on_line: bool
    further: bool = False
    changes: tuple[str, ...] = ()
    drop: Drop | None = None


@dataclass(frozen=True, slots=True)
class MilestoneTable:
    """The releases of a suite in order, each with its looks.

    Args:
        effort_unit: what effort is counted in; empty when unknown.
        standings: releases in the order of their first look; a release's looks stand together.
        notes: what a reader must know.
    """

    suite: str
    effort_unit: str
    standings: tuple[Standing, ...]
    notes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Rebased:
    """What became of an old release that was to be run again on the suite as it is.

    Args:
        milestone: what it shows there; None where it was not run.
        why_not: why it was not run, or cannot stand on the march, in words; empty where it does, or would.
    """

    release: str
    milestone: Milestone | None = None
    why_not: str = ""
