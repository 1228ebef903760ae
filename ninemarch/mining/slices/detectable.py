"""What a search could have found: the smallest failure rate that would have shown, by the size of a slice.

Covers the report's answer to "no slice was found; was there none?". The rate outside and the critical value are
those of the search itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ninemarch.mining.slices.explain import Trials, measure_of
from ninemarch.mining.slices.statistic import Whole
from ninemarch.mining.slices.types import Detectable

__all__ = ["detectable"]

Mask = NDArray[np.bool_]

SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
POWER = 0.8


def detectable(trials: Trials, left: Mask, *, critical: float, least: int) -> tuple[Detectable, ...]:
    """Return for each size of a slice the failure rate at which it would have been found 4 times in 5.

    Args:
        trials: what was searched; a slice is taken to hold whole groups where there are any.
        left: those of them that no slice explains.
        critical: a slice's statistic must be above it.
        least: trials that a slice must have.
    """
    size, failures = int(left.sum()), int((left & trials.failed).sum())
    if not np.isfinite(critical) or not 0 < failures < size:
        return ()
    measure = measure_of(trials, left)
    part = effect = 1.0
    if trials.units is not None:
        part += float(trials.units.others.mean())
        effect += trials.units.correlation * (part - 1)
    found = []
    for share in SHARES:
        inside = round(share * size)
        if inside >= least:
            many = np.arange(inside + 1)
            whole = Whole(many + round(failures * (1 - share)), size)
            statistic = measure.statistic(many, np.full(many.size, inside), whole, np.full(many.size, part))
            enough = np.flatnonzero(statistic > critical)
            rate = _rate(int(enough[0]), inside, effect) if enough.size else None
            found.append(Detectable(share=share, trials=inside, failure_rate=rate))
    return tuple(found)


def _rate(failures: int, trials: int, effect: float) -> float | None:
    """The failure rate at which so many failures are reached 4 times in 5: P(Bin(n, q) >= k) = I_q(k, n - k + 1)."""
    k, n = failures / effect, trials / effect
    rate = float(special.betaincinv(k, n - k + 1, POWER))
    return rate if rate < 1 else None
