"""A slice of scenarios that fresh trials have confirmed: the only kind of found slice that a gate may read.

Covers the frozen type. Finding and confirming is the job of ``mining``, the file in git that of ``kept``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["ConfirmedSlice"]


@dataclass(frozen=True, slots=True)
class ConfirmedSlice:
    """A slice that failed more often than elsewhere on fresh trials, and what those were.

    Args:
        where: attribute -> level, all of which hold in the slice, at least one. Hostile text.
        run: id of the run whose mining found it.
        release: of that run.
        profile: of that run.
        failures: fresh trials inside that failed, >= 1.
        trials: fresh trials inside, >= ``failures``.
        control_failures: fresh trials in none of the slices found that failed.
        control_trials: of so many.
        seed: under which the fresh trials were drawn.
        level: chance, at most, that any slice confirmed with it is none, in (0, 1).
    """

    where: Mapping[str, str]
    run: str
    release: str
    profile: str
    failures: int
    trials: int
    control_failures: int
    control_trials: int
    seed: int
    level: float
