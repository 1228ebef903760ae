"""The search: count every slice and every shuffle, judge by the shuffles, explain.

Covers the order of the steps and the critical value. After the first slice is taken, the shuffles of all trials still
judge what is left: they hold the failures that are explained already, so they are, if anything, too striking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ninemarch.mining.slices.cube import Cube, count_all
from ninemarch.mining.slices.explain import Taken, Trials, explain, measure_of
from ninemarch.mining.slices.null import shuffle
from ninemarch.mining.slices.statistic import FloatArray, Whole
from ninemarch.mining.slices.types import SearchOptions

__all__ = ["Searched", "search"]


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found.

    Args:
        taken: the slices, in the order in which they were found.
        cube: every slice looked at; None where there was nothing to look at.
        critical: a slice's statistic must be above it; infinite where nothing can be found.
        strongest: largest statistic of all slices looked at.
        largest: largest statistic of every shuffle.
    """

    taken: tuple[Taken, ...]
    cube: Cube | None
    critical: float
    strongest: float
    largest: FloatArray

    def p_value(self, statistic: float) -> float:
        """Chance of a slice at least this striking anywhere, if no attribute mattered."""
        return float((1 + np.count_nonzero(self.largest >= statistic)) / (self.largest.size + 1))


def search(trials: Trials, options: SearchOptions, *, least: int) -> Searched:
    """Return what is found in ``trials``, each slice with at least ``least`` of them."""
    failing = np.flatnonzero(trials.failed)
    if not trials.columns or failing.size in {0, trials.failed.size}:
        return Searched((), None, np.inf, 0.0, np.zeros(0))
    measure = measure_of(trials)
    cube, largest = count_all(
        trials.columns,
        failing,
        shuffle(trials.failed, trials.units, times=options.permutations, seed=options.seed),
        units=trials.units,
        measure=measure,
        depth=options.depth,
        least=least,
    )
    # The rank among the shuffles decides: p-value <= level is the same event as statistic > critical.
    rank = int(options.level * (largest.size + 1) + 1e-9)
    critical = float(np.sort(largest)[-rank]) if rank else np.inf
    whole = Whole(failing.size, trials.failed.size)
    strongest = float(measure.statistic(cube.failures, cube.trials, whole, cube.part).max())
    taken = explain(cube, trials, critical=critical, ratio=options.min_ratio, most=options.most)
    return Searched(tuple(taken), cube, critical, strongest, largest)
