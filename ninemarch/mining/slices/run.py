"""Slices of a recorded run.

Covers the bridge from the evidence floor's columns to the search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ninemarch.mining.slices.find import find_slices
from ninemarch.mining.slices.types import Attribute, SearchOptions, SliceReport

if TYPE_CHECKING:
    from ninemarch.evidence import Attributed

__all__ = ["slices_of"]


def slices_of(trials: Attributed, options: SearchOptions | None = None) -> SliceReport:
    """Return the slices of a run's scored trials in which they fail more often than elsewhere.

    Raises:
        UsageError: no scored trial, or options out of range.
    """
    return find_slices(
        [Attribute(name, codes, tuple(words)) for name, (codes, words) in trials.levels.items()],
        trials.failed,
        units=trials.unit,
        weights=trials.weight,
        anytime=trials.plan.stop == "sequential",
        options=options,
    )
