"""Two systems on different scenarios: difference of failure rates, and exact tests.

Covers the Miettinen-Nurminen score interval (default), Newcombe's closed form, and the tests of Fisher and Boschloo
from scipy. The same scenarios on both sides are in compare, which needs far fewer of them.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from ninemarch.stats.interval import FloatArray, Interval, Side, check_open, check_pair, check_whole, tails, wrong
from ninemarch.stats.proportion import wilson
from ninemarch.stats.roots import find_root

__all__ = ["boschloo", "fisher", "miettinen_nurminen", "newcombe_unpaired", "trials_to_differ"]

_BOSCHLOO_MOST = 600  # trials in all; scipy needs minutes above


def miettinen_nurminen(
    failures_1: int,
    trials_1: int,
    failures_2: int,
    trials_2: int,
    *,
    confidence: float = 0.95,
    side: Side = "two-sided",
) -> Interval[float]:
    """Return the Miettinen-Nurminen score interval of the difference of failure rates, first minus second.

    Args:
        failures_1: failures of the first system.
        trials_1: its trials, at least 1.
        failures_2: failures of the second system.
        trials_2: its trials, at least 1.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` (upper limit is 1) or ``upper`` (lower limit is -1).

    Returns:
        Interval of the difference, -1..1; above 0: the first fails more often.

    Raises:
        UsageError: counts out of range.

    Source: O. Miettinen and M. Nurminen (1985), Statistics in Medicine 4:213-226; constrained estimates by minimising
    the convex likelihood instead of their cubic.

    Examples:
        >>> interval = miettinen_nurminen(10, 3000, 1, 3000)
        >>> round(interval.lower, 6), round(interval.upper, 6)
        (0.001048, 0.00583)
        >>> miettinen_nurminen(5, 5, 0, 5).upper
        1.0
    """
    at_lower, at_upper = tails(confidence, side)
    (x, m), (y, n) = check_pair(failures_1, trials_1, least=1), check_pair(failures_2, trials_2, least=1)
    estimate = x / m - y / n

    def limit(z: float) -> float:
        def statistic(d: FloatArray) -> FloatArray:
            return np.asarray(estimate - float(d) - z * _score_spread(x, m, y, n, float(d)))

        edge = 1e-12
        low, high = (-1 + edge, estimate - edge) if z > 0 else (estimate + edge, 1 - edge)
        if low >= high:
            return -1.0 if z > 0 else 1.0
        found = float(find_root(statistic, np.asarray(low), np.asarray(high)))
        return found if abs(found) < 1 - 2 * edge else float(np.sign(found))

    lower = -1.0 if at_lower is None else limit(float(-special.ndtri(at_lower)))
    upper = 1.0 if at_upper is None else limit(float(special.ndtri(at_upper)))
    return Interval(lower, upper, estimate, float(confidence), "miettinen-nurminen", side)


def _score_spread(x: int, m: int, y: int, n: int, d: float) -> float:
    """Return the standard error of the difference when the true difference is d, with the factor N/(N-1)."""
    low, high = max(0.0, -d), min(1.0, 1.0 - d)

    def slope(p2: FloatArray) -> FloatArray:
        # Derivative of the log likelihood in the second rate, times all denominators: it falls through 0 once.
        p1 = p2 + d
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = [_ratio(x, p1), -_ratio(m - x, 1 - p1), _ratio(y, p2), -_ratio(n - y, 1 - p2)]
        return np.asarray(sum(parts))

    inside = np.asarray(low + (high - low) * 1e-15), np.asarray(high - (high - low) * 1e-15)
    p2 = float(find_root(slope, *inside))
    p1 = p2 + d
    variance = max(p1 * (1 - p1), 0.0) / m + max(p2 * (1 - p2), 0.0) / n
    return float(np.sqrt(variance * (m + n) / (m + n - 1)))


def _ratio(count: int, rate: FloatArray) -> FloatArray:
    return np.asarray(count / rate) if count else np.zeros(np.shape(rate))


def newcombe_unpaired(
    failures_1: int,
    trials_1: int,
    failures_2: int,
    trials_2: int,
    *,
    confidence: float = 0.95,
    side: Side = "two-sided",
) -> Interval[float]:
    """Return Newcombe's square-and-add interval of the difference of failure rates, first minus second.

    Args, Returns and Raises as for ``miettinen_nurminen``.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17:873-890, method 10.

    Examples:
        >>> interval = newcombe_unpaired(30, 1000, 10, 1000)
        >>> round(interval.lower, 6), round(interval.upper, 6)
        (0.007819, 0.033309)
        >>> newcombe_unpaired(0, 10, 0, 10).estimate
        0.0
    """
    at_lower, at_upper = tails(confidence, side)
    (x, m), (y, n) = check_pair(failures_1, trials_1, least=1), check_pair(failures_2, trials_2, least=1)
    p1, p2 = x / m, y / n

    def reach(alpha: float, up: tuple[int, int], down: tuple[int, int]) -> float:
        level = 1 - check_open("1 - confidence", alpha, high=0.5)
        rise = wilson(*up, confidence=level, side="upper").upper - up[0] / up[1]
        fall = down[0] / down[1] - wilson(*down, confidence=level, side="lower").lower
        return float(np.hypot(rise, fall))

    lower = -1.0 if at_lower is None else max(-1.0, p1 - p2 - reach(at_lower, (y, n), (x, m)))
    upper = 1.0 if at_upper is None else min(1.0, p1 - p2 + reach(at_upper, (x, m), (y, n)))
    return Interval(lower, upper, p1 - p2, float(confidence), "newcombe-unpaired", side)


def fisher(failures_1: int, trials_1: int, failures_2: int, trials_2: int) -> float:
    """Return the two-sided p-value of Fisher's exact test of equal failure rates; scipy computes it.

    Args and Raises as for ``miettinen_nurminen``.

    Source: R. A. Fisher (1935), J. Royal Statistical Society 98:39-82.

    Examples:
        >>> round(fisher(30, 1000, 10, 1000), 9), fisher(0, 5, 0, 5)
        (0.002008334, 1.0)
    """
    (x, m), (y, n) = check_pair(failures_1, trials_1, least=1), check_pair(failures_2, trials_2, least=1)
    from scipy.stats import fisher_exact  # noqa: PLC0415 - importing scipy.stats takes seconds

    return float(fisher_exact([[x, m - x], [y, n - y]]).pvalue)


def boschloo(failures_1: int, trials_1: int, failures_2: int, trials_2: int) -> float:
    """Return the two-sided p-value of Boschloo's exact test: uniformly more powerful than Fisher's; from scipy.

    Args and Raises as for ``miettinen_nurminen``; also raises UsageError above 600 trials in all, where it takes
    minutes: use ``fisher`` or the interval.

    Source: R. D. Boschloo (1970), Statistica Neerlandica 24:1-9.

    Examples:
        >>> boschloo(0, 15, 6, 15) < fisher(0, 15, 6, 15)
        True
    """
    (x, m), (y, n) = check_pair(failures_1, trials_1, least=1), check_pair(failures_2, trials_2, least=1)
    if m + n > _BOSCHLOO_MOST:
        raise wrong("trials", m + n, f"at most {_BOSCHLOO_MOST} in all", "use fisher or miettinen_nurminen")
    from scipy.stats import boschloo_exact  # noqa: PLC0415 - importing scipy.stats takes seconds

    return float(boschloo_exact([[x, y], [m - x, n - y]]).pvalue)


def trials_to_differ(failures: int, trials: int, *, confidence: float = 0.95) -> int:
    """Return how many fresh trials without failure prove that the failure rate has fallen.

    Args:
        failures: failures seen before, at least 1.
        trials: trials they were among.
        confidence: above 0 and below 1, one-sided.

    Returns:
        Smallest m with Fisher's one-sided p-value of 0 failures in m against those before at most 1 - confidence.

    Raises:
        UsageError: counts or confidence out of range.

    Source: R. A. Fisher (1935), The Design of Experiments: p = C(trials, failures) / C(trials + m, failures).

    Examples:
        >>> trials_to_differ(10, 1000), trials_to_differ(1, 1000), trials_to_differ(5, 5)
        (348, 19000, 2)
    """
    k, n = check_pair(check_whole("failures", failures, least=1), trials)
    allowed = np.log1p(-check_open("confidence", confidence))

    def log_p(m: int) -> float:
        more = special.gammaln([n + 1, n + m - k + 1, n - k + 1, n + m + 1])
        return float(more[0] + more[1] - more[2] - more[3])

    low, high = 0, n
    while log_p(high) > allowed:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if log_p(middle) <= allowed else (middle, high)
    return high
