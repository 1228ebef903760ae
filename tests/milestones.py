"""Milestones made by hand: counts of releases as the record of a march holds them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from ninemarch.evidence import estimate, worth
from ninemarch.model import Counts, GateVerdict, Milestone, Milestones, Population, Tally

HERE = Population("a" * 64, "b" * 64, "default", "c" * 64)
_RUN = count(1)


def milestone(release: str, failures: int, trials: int, **changes: Any) -> Milestone:
    """A release that failed so often, as a plan of fixed size measured it."""
    tally = Tally(tuple((k, 1, many) for k, many in ((0, trials - failures), (1, failures)) if many))
    rate = estimate(tally, 0.95)
    assert rate is not None
    made = Milestone(
        release=release,
        release_name="",
        date="",
        source="run",
        run=f"{next(_RUN):08x}",
        target="control:oracle",
        release_key=f"{release} 0123456789ab",
        population=HERE,
        seed=1000,
        seed_range="held-out",
        first=0,
        per_scenario=1,
        effort=1.0,
        effort_unit="weeks",
        verdict=GateVerdict.NO_GATE,
        counts=Counts(planned=trials, passed=trials - failures, silent=failures),
        rate=rate,
        worth=worth(tally),
    )
    return replace(made, **changes)


def record(*lines: Milestone) -> Milestones:
    """A record of these lines."""
    return Milestones("hand", lines)


def marching(*counts: tuple[int, int], effort: float | None = 1.0, **changes: Any) -> Milestones:
    """A record of releases 1, 2, 3, ... with these failures and trials."""
    lines = (
        milestone(str(number), failures, trials, effort=effort, **changes)
        for number, (failures, trials) in enumerate(counts, 1)
    )
    return record(*lines)
