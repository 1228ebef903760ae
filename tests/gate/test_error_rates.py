"""How often the default gate and interval are wrong, by exact enumeration: never more often than they say.

Every outcome of a plan, with and without the declared checkpoint, has its limits from the evidence floor and its
probability from the binomial distribution. The limits rise with the failures (checked here too), so the outcomes
that err are found by bisection and summed exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from synthetic import tally

from ninemarch.evidence import estimate
from ninemarch.model import Look
from ninemarch.stats import look_threshold

CONFIDENCE = 0.95
ROUNDING = 1e-9


@cache
def limits(failures: int, trials: int, look: Look | None) -> tuple[float, float]:
    """Lower and upper limit of the failure rate, as the evidence floor computes them."""
    rate = estimate(tally(failures, trials, look), CONFIDENCE)
    assert rate is not None
    return rate.failure_lower, rate.failure_upper


@dataclass(frozen=True)
class Plan:
    """So many trials, perhaps with a look."""

    trials: int
    look: Look | None = None

    def chance(self, q: float, wrong: Callable[[float, float], bool], *, low: bool) -> float:
        """Chance of outcomes whose limits are wrong: those of few failures (``low``), or of many."""
        if self.look is None:
            return _tail(binom(self.trials, q), self._edge(0, self.trials, self.trials, wrong, low=low), low=low)
        m, c = self.look.at, self.look.stop_at
        rest = self.trials - m
        on = self._edge(0, rest + min(c, m + 1) - 1, self.trials, wrong, low=low)
        first, later = np.arange(min(c, m + 1)), binom(rest, q)
        total = float((binom.pmf(first, m, q) * (later.cdf(on - first) if low else later.sf(on - first - 1))).sum())
        if c <= m:
            edge = self._edge(c, m, m, wrong, low=low)
            own = binom(m, q)
            total += float(own.cdf(edge) - own.cdf(c - 1)) if low and edge >= c else 0.0
            total += 0.0 if low else float(own.sf(edge - 1))
        return total

    def _edge(self, least: int, most: int, trials: int, wrong: Callable[[float, float], bool], *, low: bool) -> int:
        """The last failure count that is wrong from below, or the first one from above."""
        inside, outside = (least - 1, most + 1) if low else (most + 1, least - 1)
        while abs(outside - inside) > 1:
            middle = (inside + outside) // 2
            if wrong(*limits(middle, trials, self.look)):
                inside = middle
            else:
                outside = middle
        return inside

    def misses_below(self, q: float) -> float:
        """Chance that the whole interval lies below the truth."""
        return self.chance(q, lambda _, upper: upper < q, low=True)

    def misses_above(self, q: float) -> float:
        """Chance that the whole interval lies above the truth."""
        return self.chance(q, lambda lower, _: lower > q, low=False)

    def passes(self, q: float, q0: float) -> float:
        """Chance that a target of this failure rate passes the gate that allows ``q0``."""
        return self.chance(q, lambda _, upper: upper <= q0, low=True)

    def fails(self, q: float, q0: float) -> float:
        """Chance that it fails the gate."""
        return self.chance(q, lambda lower, _: lower > q0, low=False)


def _tail(law: binom, edge: int, *, low: bool) -> float:
    return float(law.cdf(edge) if low else law.sf(edge - 1))


def looked(trials: int, at: int, q0: float) -> Plan:
    """The plan that the engine makes for a gate."""
    return Plan(trials, Look(at, look_threshold(at, q0, confidence=CONFIDENCE)))


GATES = [
    (0.001, Plan(2995)),
    (0.001, Plan(3900)),
    (0.001, looked(3900, 1000, 0.001)),
    (0.001, looked(4742, 2000, 0.001)),
    (0.001, looked(10_000, 300, 0.001)),
    (0.0001, looked(47_437, 10_000, 0.0001)),
    (0.01, Plan(299)),
    (0.01, looked(500, 100, 0.01)),
    (0.1, Plan(29)),
    (0.1, looked(50, 20, 0.1)),
    (0.1, looked(300, 100, 0.1)),
]


@pytest.mark.parametrize(("q0", "plan"), GATES, ids=str)
def test_a_target_at_its_gate_is_rarely_passed_or_failed(q0: float, plan: Plan) -> None:
    assert plan.passes(q0, q0) <= 1 - CONFIDENCE + ROUNDING
    assert plan.fails(q0, q0) <= 1 - CONFIDENCE + ROUNDING
    assert plan.passes(q0 / 50, q0) > 0.9
    assert plan.fails(min(20 * q0, 0.9), q0) > 0.9


@pytest.mark.parametrize("q", [0.1, 0.01, 0.001], ids=["p=0.9", "p=0.99", "p=0.999"])
@pytest.mark.parametrize("n", [30, 100, 300, 1000, 3000, 10_000])
@pytest.mark.parametrize("staged", [False, True], ids=["fixed", "look"])
def test_the_default_interval_covers_coins(q: float, n: int, staged: bool) -> None:
    """Each end covers at 95%, so both together at 90%; the looks are those of gates around the coin."""
    gates = (q,) if n >= 3000 else (q, q / 3, min(3 * q, 0.5))
    plans = [looked(n, max(n // 4, 10), gate) for gate in gates] if staged else [Plan(n)]
    for plan in plans:
        below, above = plan.misses_below(q), plan.misses_above(q)
        assert max(below, above) <= 1 - CONFIDENCE + ROUNDING
        assert 1 - below - above >= 2 * CONFIDENCE - 1 - ROUNDING


@given(st.integers(2, 400), st.data())
def test_limits_rise_with_the_failures(n: int, data: st.DataObject) -> None:
    """What the bisection above rests on; and a run that went on is never taken for worse than one that stopped."""
    at = data.draw(st.integers(1, n - 1))
    plan = Plan(n, Look(at, data.draw(st.integers(1, at + 1))))
    assert plan.look is not None
    most = n - at + plan.look.stop_at - 1
    k = data.draw(st.integers(0, most - 1))
    for now, more in (
        (limits(k, n, plan.look), limits(k + 1, n, plan.look)),
        (limits(k, n, None), limits(k + 1, n, None)),
    ):
        assert now[0] <= more[0] + 1e-12
        assert now[1] <= more[1] + 1e-12


def test_bisection_agrees_with_the_sum_over_every_outcome() -> None:
    plan, q = looked(120, 40, 0.05), 0.04
    assert plan.look is not None
    m, c = plan.look.at, plan.look.stop_at
    below = above = total = 0.0
    for first in range(m + 1):
        chance = binom.pmf(first, m, q)
        for rest in range(120 - m + 1) if first < c else [0]:
            k, trials = (first + rest, 120) if first < c else (first, m)
            weight = chance * binom.pmf(rest, 120 - m, q) if first < c else chance
            lower, upper = limits(k, trials, plan.look)
            total += weight
            below += weight * (upper < q)
            above += weight * (lower > q)
    assert total == pytest.approx(1)
    assert plan.misses_below(q) == pytest.approx(below, abs=1e-12)
    assert plan.misses_above(q) == pytest.approx(above, abs=1e-12)


def test_a_thousand_of_a_thousand_is_not_all() -> None:
    lower, upper = limits(0, 1000, None)
    assert lower == 0
    assert upper == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-12)
