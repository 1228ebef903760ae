"""How many of a scenario's pieces does its failure need? What earlier answers say about the next question.

Covers the belief over the number of needed pieces, and the size of the group to take out next. The pieces are
alike to it: which of them go together is the caller's order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

__all__ = ["group_size"]

_MOST = 256  # more needed pieces than this are not told apart: pieces are then taken out one by one anyway
# Belief before any trial: d needed pieces have the weight (d + 1)**-1.5, and none at all a tenth of one's first
# weight. Most failures need few pieces, some need nearly all, few need none.
_DECLINE, _NONE = 1.5, 0.1


def group_size(pieces: int, *, needed: int, dropped: int) -> int:
    """Return how many pieces to take out at once, so that it goes well about every second time.

    The question then says most. With a needed pieces among n and all orders alike, s pieces hold none of them with
    chance C(n - s, a) / C(n, a).

    Args:
        pieces: pieces at the start, >= 1.
        needed: pieces found to be needed so far.
        dropped: pieces taken out so far.

    Returns:
        At least 1, at most the pieces that are open.

    Source: the design is that of adaptive group testing, F. K. Hwang (1972), JASA 67:605-608, with the number of
    needed pieces unknown; halving around the even chance as in probabilistic delta debugging, G. Wang et al. (2021),
    ESEC/FSE 881-892.

    Examples:
        >>> group_size(40, needed=0, dropped=0), group_size(40, needed=0, dropped=13)
        (7, 13)
        >>> group_size(40, needed=1, dropped=13), group_size(40, needed=3, dropped=20)
        (14, 6)
        >>> group_size(40, needed=20, dropped=1), group_size(1, needed=0, dropped=0)
        (1, 1)
    """
    left = pieces - needed - dropped
    more = np.arange(min(left, _MOST) + 1)
    before = np.where(more + needed == 0, np.log(_NONE), -_DECLINE * np.log(more + needed + 1))
    weight = before + _log_choose(left, more) - _log_choose(pieces, more + needed)
    belief = np.exp(weight - weight.max())
    belief /= belief.sum()
    low, high = 1, left  # the largest group that goes well at least every second time lies between
    while low < high:
        middle = (low + high + 1) // 2
        chance = belief @ np.exp(_log_choose(left - middle, more) - _log_choose(left, more))
        low, high = (middle, high) if chance >= 0.5 else (low, middle - 1)
    return low


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return log C(n, k); minus infinity where k > n."""
    inside = np.minimum(k, n)
    value = special.gammaln(n + 1) - special.gammaln(inside + 1) - special.gammaln(n - inside + 1)
    return np.asarray(np.where(k > n, -np.inf, value))
