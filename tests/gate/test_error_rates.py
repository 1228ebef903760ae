"""How often the default gate is wrong, by exact enumeration: never more often than it says.

A target exactly at its gate is run under a fixed plan, with and without the declared checkpoint; every outcome
is decided by the gate itself and weighted with its binomial probability.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from scipy.stats import binom

from ninemarch import stats
from ninemarch.evidence import estimate
from ninemarch.model import Look, Tally

CONFIDENCE = 0.95


@cache
def limits(failures: int, trials: int, look: tuple[int, int] | None) -> tuple[float, float]:
    """Lower and upper limit of the failure rate, as the evidence floor computes them."""
    groups = tuple((k, 1, c) for k, c in ((0, trials - failures), (1, failures)) if c)
    tally = Tally(groups, look=Look(*look) if look else None, planned=trials)
    rate = estimate(tally, CONFIDENCE)
    assert rate is not None
    return rate.failure_lower, rate.failure_upper


def outcomes(n: int, q: float, look: tuple[int, int] | None):
    """(probability, failures, trials) of every outcome of the plan that is not too rare to matter."""
    if look is None:
        for k in range(n + 1):
            if (p := binom.pmf(k, n, q)) > 1e-13:
                yield p, k, n
        return
    m, c = look
    for first in range(m + 1):
        p_first = binom.pmf(first, m, q)
        if p_first <= 1e-13:
            continue
        if first >= c:
            yield p_first, first, m
            continue
        for rest in range(n - m + 1):
            if (p := p_first * binom.pmf(rest, n - m, q)) > 1e-13:
                yield p, first + rest, n


PLANS = [
    (0.001, 2995, None),
    (0.001, 3900, None),
    (0.001, 3900, (1000, 4)),
    (0.001, 4742, (2000, 6)),
    (0.01, 299, None),
    (0.01, 500, (100, 4)),
    (0.1, 50, (20, 5)),
]


@pytest.mark.parametrize(("q0", "n", "look"), PLANS)
def test_a_target_at_its_gate_is_rarely_passed_or_failed(q0, n, look):
    passed = sum(p for p, k, t in outcomes(n, q0, look) if limits(k, t, look)[1] <= q0)
    failed = sum(p for p, k, t in outcomes(n, q0, look) if limits(k, t, look)[0] > q0)
    assert passed <= 1 - CONFIDENCE + 1e-9
    assert failed <= 1 - CONFIDENCE + 1e-9


@pytest.mark.parametrize("look", [None, (100, 4)])
@pytest.mark.parametrize("q", [0.1, 0.03, 0.01, 0.004, 0.001])
def test_each_end_covers_as_often_as_it_says(q, look):
    low = sum(p for p, k, t in outcomes(400, q, look) if limits(k, t, look)[0] > q)
    high = sum(p for p, k, t in outcomes(400, q, look) if limits(k, t, look)[1] < q)
    assert max(low, high) <= 1 - CONFIDENCE + 1e-9


@pytest.mark.parametrize("success", ["0.9", "0.99", "0.999"])
@pytest.mark.parametrize("n", [30, 100, 300, 1000, 3000, 10_000])
def test_the_default_interval_covers_coins(success, n):
    q = float(1 - Fraction(success))
    assert stats.exact_coverage(stats.clopper_pearson, q, n, confidence=0.9) >= 0.9


def test_a_thousand_of_a_thousand_is_not_all():
    lower, upper = limits(0, 1000, None)
    assert lower == 0
    assert upper == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-12)
