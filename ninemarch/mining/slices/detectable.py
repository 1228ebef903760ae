"""What a search could have found: the smallest failure rate that would have shown, by the size of a slice.

Covers the report's answer to "no slice was found; was there none?". The rate outside, the critical value and how
many trials of one group a slice of that size holds are those of the search itself.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.explain import Trials, measure_of
from ninemarch.mining.slices.search import Searched
from ninemarch.mining.slices.statistic import Whole
from ninemarch.mining.slices.types import Detectable

__all__ = ["detectable"]

SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
_Z = NormalDist().inv_cdf(0.8)  # 4 times in 5


def detectable(trials: Trials, left: NDArray[np.bool_], searched: Searched, *, least: int) -> tuple[Detectable, ...]:
    """Return for each size of a slice the failure rate at which it would have been found 4 times in 5.

    Args:
        trials: what was searched.
        left: those of them that no slice explains.
        searched: the search.
        least: trials that a slice must have.
    """
    size, failures = int(left.sum()), int((left & trials.failed).sum())
    if searched.cube is None or not np.isfinite(searched.critical) or not 0 < failures < size:
        return ()
    measure = measure_of(trials, left)
    known = 0.0 if trials.units is None else trials.units.correlation
    found = []
    for share in SHARES:
        inside = round(share * size)
        if inside < least:
            continue
        near = np.abs(np.log(searched.cube.trials / inside)) < math.log(2)
        part = float(np.median(searched.cube.part[near])) if near.any() else 1.0
        many = np.arange(inside + 1)
        whole = Whole(many + round(failures * (1 - share)), size)
        statistic = measure.statistic(many, np.full(many.size, inside), whole, np.full(many.size, part))
        enough = np.flatnonzero(statistic > searched.critical)
        rate = _rate(int(enough[0]), inside, 1 + known * (part - 1)) if enough.size else None
        found.append(Detectable(share=share, trials=inside, failure_rate=rate))
    return tuple(found)


def _rate(failures: int, trials: int, effect: float) -> float | None:
    """The failure rate at which so many failures are reached 4 times in 5, to some 3%.

    Solves n q - z sqrt(n q (1 - q)) = k - 1/2, which is Wilson's equation.
    """
    n, z2 = trials / effect, _Z * _Z
    x = max(failures - 0.5, 0.0) / trials
    rate = (x + z2 / (2 * n) + _Z * math.sqrt(x * (1 - x) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return rate if rate < 1 and failures < trials else None
