"""Root finding for whole arrays at once: Chandrupatla's bracketed method, and its counterpart for whole numbers.

Covers continuous functions with a sign change in a known bracket, and conditions on counts that hold from some
count on. Does not look for brackets of continuous functions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError
from ninemarch.stats.interval import FloatArray

__all__ = ["find_root", "first_enough"]

_MAX_STEPS = 200
_MOST_TRIALS = 2.0**52  # counts above it are no longer exact in a double


def find_root(
    function: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray, *, rtol: float = 4e-16
) -> FloatArray:
    """Return x between ``low`` and ``high`` with function(x) = 0, element by element.

    Bisection where inverse quadratic interpolation cannot be trusted, so the bracket always shrinks. Where the
    function has the same sign at both ends, the end with the smaller absolute value comes back: the callers'
    functions are monotone, so this is the nearer end of the range allowed.

    Args:
        function: vectorised and continuous; called with arrays of the shape of ``low``.
        low: one end of the bracket.
        high: the other end, same shape.
        rtol: stop when the bracket is narrower than this times the root.

    Returns:
        Array of the shape of ``low``.

    Source: T. R. Chandrupatla (1997), Advances in Engineering Software 28:145-149.
    """
    b, a = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    fb, fa = function(b), function(a)
    ends = np.where(np.abs(fa) < np.abs(fb), a, b)
    bracketed = np.sign(fa) * np.sign(fb) < 0
    c, fc, t = a.copy(), fa.copy(), np.full(a.shape, 0.5)
    root, finished = ends.copy(), ~bracketed
    for _ in range(_MAX_STEPS):
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        width = np.abs(b - a)
        tolerance = 2 * rtol * np.abs(best) + 5e-324
        done = finished | (width <= 2 * tolerance) | (np.minimum(np.abs(fa), np.abs(fb)) == 0)
        root, finished = np.where(finished, root, best), done
        if done.all():
            break
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(done, 0.5, np.clip(t, tolerance / width, 1 - tolerance / width))
        x = a + t * (b - a)
        fx = function(x)
        same = np.sign(fx) == np.sign(fa)
        # The newest point becomes a; b stays on the other side of the root; c remembers the point dropped.
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        t = _next_step(a, b, c, fa, fb, fc)
    return root


def _next_step(
    a: FloatArray, b: FloatArray, c: FloatArray, fa: FloatArray, fb: FloatArray, fc: FloatArray
) -> FloatArray:
    """Return the fraction of the bracket to step: inverse quadratic where it is safe, else one half."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    return np.where(safe & np.isfinite(step), step, 0.5)


def first_enough(enough: Callable[[FloatArray], NDArray[np.bool_]], too_few: FloatArray) -> NDArray[np.int64]:
    """Return the smallest whole number above ``too_few`` from which on ``enough`` holds, element by element.

    Args:
        enough: vectorised; once true for a number it is true for every larger one.
        too_few: whole numbers for which it is known, or taken, not to hold.

    Returns:
        Array of the shape of ``too_few``.

    Raises:
        UsageError: it does not hold up to 2**52.

    Source: doubling, then bisection.

    Examples:
        >>> first_enough(lambda n: n * n >= 50, np.array([0.0, 5.0])).tolist()
        [8, 8]
    """
    low, high = too_few.copy(), np.maximum(2 * too_few, too_few + 1)
    while not (held := enough(high)).all():
        low, high = np.where(held, low, high), np.where(held, high, high * 2)
        if (high > _MOST_TRIALS).any():
            raise UsageError("trials=above 2**52 (in stats); allowed: plans up to 2**52; ask for fewer nines")
    while (open_still := high - low > 1).any():
        middle = np.where(open_still, np.floor((low + high) / 2), high)
        held = enough(middle)
        low, high = np.where(held, low, middle), np.where(held, middle, high)
    return high.astype(np.int64)
