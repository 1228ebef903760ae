"""Gates on groups that may be looked at at any time: one factor a scenario, whatever its trials.

Covers scores from 0 to 1 (shares of failed trials, partial credit) of scenarios in random order, drawn from the
population that the gate is about. PASS and FAIL are right at any stopping time because each factor is a fair or
unfavourable bet whatever the distribution of the shares. On shares of 0 and 1 the evidence equals that of the
trial-level gate. Does not cover trials of one scenario fed one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ninemarch.stats.interval import Counts, FloatArray, Interval, Side, as_counts, as_rates, check_open, tails
from ninemarch.stats.roots import find_root

__all__ = ["GroupEvidence", "group_confidence_sequence", "group_log_e", "group_log_e_fail", "group_log_e_pass"]

# Gauss-Legendre nodes: agrees with the closed form on shares of 0 and 1 to 1e-8 for up to 5/q0 scenarios. Any mixture
# of bets is valid, so fewer digits beyond that cost a little power, never validity.
_NODES = 32
_EDGE = 1e-15  # limits are searched between it and 1 minus it
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(_NODES)


def _unit_nodes(low: float) -> tuple[FloatArray, FloatArray]:
    """Return nodes and weights for the mean over (low, 1)."""
    return np.asarray((1 + low) / 2 + (1 - low) / 2 * _POINTS), np.asarray(_WEIGHTS / 2)


def _bets(failure_rate: float, *, passing: bool) -> tuple[FloatArray, FloatArray]:
    """Return the alternative rates q_j that are bet on and their weights.

    For PASS q = q0 u^2, u uniform on (0, 1): density q^(-1/2) below q0. For FAIL q = q0 / u^2, u uniform on
    (sqrt q0, 1): density q^(-3/2) above q0.
    """
    if passing:
        u, weights = _unit_nodes(0.0)
        return failure_rate * u**2, weights
    u, weights = _unit_nodes(float(np.sqrt(failure_rate)))
    return failure_rate / u**2, weights


def _log_factors(shares: FloatArray, failure_rate: float, rates: FloatArray) -> FloatArray:
    """Return log of (1-y) (1-q_j)/(1-q0) + y q_j/q0 for every share y and rate q_j."""
    clean = np.expm1(np.log1p(-rates) - np.log1p(-failure_rate))
    failing = rates / failure_rate - 1
    return np.asarray(np.log1p(np.multiply.outer(1 - shares, clean) + np.multiply.outer(shares, failing)))


def _log_mean(log_wealth: FloatArray, weights: FloatArray) -> FloatArray:
    top = log_wealth.max(axis=-1)
    return np.asarray(top + np.log(np.exp(log_wealth - top[..., None]) @ weights))


def group_log_e_pass(shares: Sequence[float] | FloatArray, failure_rate: float) -> FloatArray:
    """Return the running log e-value against "the mean failure share is at least ``failure_rate``".

    PASS as soon as an entry reaches log(1/alpha). The order must be the planned, random one.

    Args:
        shares: failure share of each scenario, 0..1, in planned order.
        failure_rate: the largest mean failure share that the gate allows, above 0 and below 1.

    Returns:
        Array as long as ``shares``: the evidence after each scenario.

    Raises:
        UsageError: shares or rate out of range.

    Source: I. Waudby-Smith and A. Ramdas (2024), J. Royal Statistical Society B 86:1-27, betting martingales.

    Examples:
        >>> evidence = group_log_e_pass(np.zeros(3787), 0.001)
        >>> bool(evidence[-1] >= np.log(20)), bool(evidence[-2] >= np.log(20))
        (True, False)
    """
    return _running(shares, failure_rate, passing=True)


def group_log_e_fail(shares: Sequence[float] | FloatArray, failure_rate: float) -> FloatArray:
    """Return the running log e-value against "the mean failure share is at most ``failure_rate``".

    Args, Returns, Raises and Source as for ``group_log_e_pass``.

    Examples:
        >>> bool(group_log_e_fail([1.0, 1.0, 1.0], 0.1)[-1] >= np.log(20))
        True
    """
    return _running(shares, failure_rate, passing=False)


def _running(shares: Sequence[float] | FloatArray, failure_rate: float, *, passing: bool) -> FloatArray:
    y, q0 = as_rates("shares", shares).ravel(), check_open("failure_rate", failure_rate)
    rates, weights = _bets(q0, passing=passing)
    if y.size == 0:
        return np.zeros(0)
    return _log_mean(np.cumsum(_log_factors(y, q0, rates), axis=0), weights)


@dataclass(frozen=True, slots=True)
class GroupEvidence:
    """Evidence of a running gate on groups: add one scenario at a time, at a constant cost.

    Attributes:
        failure_rate: the largest mean failure share that the gate allows.
        scenarios: scenarios added.
        toward_pass: log wealth of every bet on PASS.
        toward_fail: log wealth of every bet on FAIL.

    Examples:
        >>> evidence = GroupEvidence.start(0.1)
        >>> for _ in range(36):
        ...     evidence = evidence.add(0.0)
        >>> round(evidence.log_e_pass, 3), evidence.scenarios
        (3.016, 36)
    """

    failure_rate: float
    scenarios: int
    toward_pass: tuple[float, ...]
    toward_fail: tuple[float, ...]

    @classmethod
    def start(cls, failure_rate: float) -> GroupEvidence:
        """Return the evidence before the first scenario."""
        return cls(check_open("failure_rate", failure_rate), 0, (0.0,) * _NODES, (0.0,) * _NODES)

    def add(self, share: float) -> GroupEvidence:
        """Return the evidence after one more scenario with this failure share, 0..1."""
        y = as_rates("share", share)
        more = [
            np.asarray(log_wealth) + _log_factors(y, self.failure_rate, _bets(self.failure_rate, passing=passing)[0])
            for log_wealth, passing in ((self.toward_pass, True), (self.toward_fail, False))
        ]
        return replace(
            self,
            scenarios=self.scenarios + 1,
            toward_pass=tuple(more[0].tolist()),
            toward_fail=tuple(more[1].tolist()),
        )

    @property
    def log_e_pass(self) -> float:
        """Log e-value toward PASS."""
        return float(_log_mean(np.asarray(self.toward_pass), _WEIGHTS / 2))

    @property
    def log_e_fail(self) -> float:
        """Log e-value toward FAIL."""
        return float(_log_mean(np.asarray(self.toward_fail), _WEIGHTS / 2))


def group_log_e(
    shares: Sequence[float] | FloatArray, counts: Counts | None, failure_rate: float, *, passing: bool
) -> float:
    """Return the log e-value of all scenarios so far, from how many had each share; their order does not matter.

    Args:
        shares: failure shares seen, 0..1.
        counts: how many scenarios had each; None for one each.
        failure_rate: the largest mean failure share that the gate allows, above 0 and below 1.
        passing: toward PASS, else toward FAIL.

    Returns:
        Natural logarithm; 0 without scenarios.

    Raises:
        UsageError: shares, counts or rate out of range.

    Source: as for ``group_log_e_pass``.

    Examples:
        >>> bool(group_log_e([0.0], [3787], 0.001, passing=True) >= np.log(20))
        True
        >>> abs(group_log_e([], None, 0.001, passing=False)) < 1e-12
        True
    """
    y, q0 = as_rates("shares", shares).ravel(), check_open("failure_rate", failure_rate)
    many = np.ones(y.shape) if counts is None else as_counts("counts", counts).ravel()
    rates, weights = _bets(q0, passing=passing)
    return float(_log_mean(many @ _log_factors(y, q0, rates) if y.size else np.zeros(_NODES), weights))


def group_confidence_sequence(
    shares: Sequence[float] | FloatArray,
    counts: Counts | None = None,
    *,
    confidence: float = 0.95,
    side: Side = "two-sided",
) -> Interval[float]:
    """Return an interval of the mean failure share that is valid at any stopping time.

    Args:
        shares: failure share of each scenario so far, 0..1; only the set matters, not the order within it.
        counts: how many scenarios had each share; None for one each.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` or ``upper``.

    Returns:
        Interval; with no scenario it is 0 to 1 and the estimate nan.

    Raises:
        UsageError: shares or confidence out of range.

    Source: as for ``group_log_e_pass``, inverted.

    Examples:
        >>> interval = group_confidence_sequence(np.zeros(3787), side="upper")
        >>> interval.lower, round(interval.upper, 6)
        (0.0, 0.001)
    """
    at_lower, at_upper = tails(confidence, side)
    y = as_rates("shares", shares).ravel()
    many = np.ones(y.shape) if counts is None else as_counts("counts", counts).ravel()
    mean = float(np.average(y, weights=many)) if many.sum() else float("nan")
    lower, upper = 0.0, 1.0

    def root(target: float, low: float, high: float, *, passing: bool) -> float:
        ends = np.asarray(max(low, _EDGE)), np.asarray(min(high, 1 - _EDGE))
        return float(find_root(lambda x: np.asarray(group_log_e(y, many, float(x), passing=passing) - target), *ends))

    # At the mean itself neither side has evidence, so it brackets both limits.
    if at_upper is not None and mean < 1:
        upper = root(-np.log(at_upper), mean, 1.0, passing=True)
    if at_lower is not None and mean > 0:
        lower = root(-np.log(at_lower), 0.0, mean, passing=False)
    return Interval(lower, upper, mean, float(confidence), "group-confidence-sequence", side)
