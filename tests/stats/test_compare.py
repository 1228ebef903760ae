"""Two systems: every figure of R, exact coverage and error by enumeration, the laws, both paired and unpaired."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ninemarch.errors import UsageError
from ninemarch.stats import (
    boschloo,
    fisher,
    gaffke,
    mcnemar,
    miettinen_nurminen,
    newcombe,
    newcombe_unpaired,
    paired_log_e,
    paired_shares,
    tango,
)

# Not offered: Wald in all its forms, Bonett-Price and Agresti-Min (cover less), Tango with N/(N-1) (not Tango's).
PAIRED = {"McNemar exact conditional", "McNemar mid-p", "conditional odds ratio exact CI"}


def test_every_offered_paired_row(reference):
    compared = 0
    for row in reference("paired"):
        n11, n10, n01, n00 = (int(row[name]) for name in ("n11", "n10", "n01", "n00"))
        n, tol, method = n11 + n10 + n01 + n00, float(row["tol_abs"]), row["method"]
        confidence = 0.9 if "90%" in row["quantity"] else 0.95
        # R's tables count passes: n01 scenarios that only the first system failed. Failure difference = -(p1 - p2).
        if method in PAIRED:
            test = mcnemar(n01, n10)
            if method == "conditional odds ratio exact CI":
                test = mcnemar(n10, n01)
                got, expected = (
                    (test.estimate, test.lower, test.upper),
                    tuple(float(row[name]) for name in ("value", "lower", "upper")),
                )
                assert got == pytest.approx(expected, abs=tol, rel=1e-9), row
            else:
                value = test.p_value if "exact" in method else test.p_value_mid
                assert value == pytest.approx(float(row["value"]), abs=tol), row
        elif method in {"Tango asymptotic score", "Newcombe square-and-add"}:
            if method.startswith("Tango"):
                interval = tango(n01, n10, n, confidence=confidence)
            else:
                interval = newcombe(n01, n10, n, both_failed=n00, confidence=confidence)
            assert (-interval.upper, -interval.lower) == pytest.approx(
                (float(row["lower"]), float(row["upper"])), abs=tol
            ), row
        else:
            continue
        compared += 1
    assert compared == 25


def test_every_two_sample_row(reference):
    for row in reference("two_sample"):
        s1, n1, s2, n2 = (int(row[name]) for name in ("s1", "n1", "s2", "n2"))
        counts = (n1 - s1, n1, n2 - s2, n2)
        if row["method"] == "Fisher exact":
            assert fisher(*counts) == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row
            continue
        method = newcombe_unpaired if "Newcombe" in row["method"] else miettinen_nurminen
        interval = method(*counts)
        assert (-interval.upper, -interval.lower) == pytest.approx(
            (float(row["lower"]), float(row["upper"])), abs=float(row["tol_abs"])
        ), row


@pytest.mark.parametrize("total", [1, 2, 9, 40, 1000])
def test_mcnemar_is_the_binomial_test(total):
    for b in {0, 1, total // 3, total // 2, total}:
        test = mcnemar(b, total - b)
        assert test.p_value == pytest.approx(stats.binomtest(b, total, 0.5).pvalue)
        assert 0 < test.p_value_mid <= test.p_value


def test_error_of_the_tests_by_enumeration():
    """No difference, 40 scenarios, every share of discordant ones: the exact test holds, mid-P nearly."""
    n = 40
    tests = {(b, m - b): mcnemar(b, m - b) for m in range(n + 1) for b in range(m + 1)}
    for discordant in (0.05, 0.1, 0.3, 0.6, 1.0):
        exact = mid = 0.0
        for m, weight in enumerate(stats.binom.pmf(np.arange(n + 1), n, discordant)):
            for b, chance in enumerate(weight * stats.binom.pmf(np.arange(m + 1), m, 0.5)):
                exact += chance * (tests[b, m - b].p_value <= 0.05)
                mid += chance * (tests[b, m - b].p_value_mid <= 0.05)
        assert exact <= mid <= 0.053
        assert exact <= 0.05


@pytest.mark.parametrize("law", [(0.1, 0.1), (0.05, 0.15), (0.02, 0.02), (0.3, 0.1)])
def test_exact_coverage_of_tango_and_newcombe(law):
    n, (first, second) = 30, law
    cover = {"tango": 0.0, "newcombe": 0.0}
    for b in range(n + 1):
        for c in range(n + 1 - b):
            chance = stats.multinomial.pmf([b, c, n - b - c], n, [first, second, 1 - first - second])
            if chance < 1e-7:
                continue
            for name, interval in (("tango", tango(b, c, n)), ("newcombe", newcombe(b, c, n))):
                cover[name] += chance * (interval.lower <= first - second <= interval.upper)
    assert all(value > 0.925 for value in cover.values()), cover


pairs = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 200)).filter(lambda t: sum(t) > 0)


@settings(max_examples=30)
@given(pairs, st.sampled_from([0.8, 0.95, 0.99]))
def test_laws_of_the_paired_difference(counts, confidence):
    b, c, same = counts
    n = b + c + same
    for method in (tango, newcombe):
        interval = method(b, c, n, confidence=confidence)
        assert -1 <= interval.lower <= interval.estimate + 1e-9
        assert interval.estimate - 1e-9 <= interval.upper <= 1
        mirror = method(c, b, n, confidence=confidence)
        assert (mirror.lower, mirror.upper) == pytest.approx((-interval.upper, -interval.lower), abs=1e-9)
        more = method(b + 1, c, n + 1, confidence=confidence)
        assert more.upper >= interval.upper - 1e-9
    both_sides = tango(b, c, n, confidence=0.9)
    assert tango(b, c, n, confidence=0.95, side="upper").upper == pytest.approx(both_sides.upper, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
)
def test_laws_of_the_unpaired_difference(one, other):
    for method in (miettinen_nurminen, newcombe_unpaired):
        interval, mirror = method(*one, *other), method(*other, *one)
        assert -1 <= interval.lower <= interval.estimate + 1e-9
        assert interval.estimate - 1e-9 <= interval.upper <= 1
        assert (mirror.lower, mirror.upper) == pytest.approx((-interval.upper, -interval.lower), abs=1e-7)


def test_paired_shares_on_passes_and_failures_hold_the_difference():
    first, second = np.r_[np.ones(8), np.zeros(92)], np.r_[np.zeros(6), np.ones(2), np.zeros(92)]
    interval = paired_shares(first, second)
    assert interval.estimate == pytest.approx(0.06)
    assert interval.lower < tango(6, 0, 100).lower < 0.06 < tango(6, 0, 100).upper
    inner = gaffke([0.5, 1.0], [94, 6])
    assert (interval.lower, interval.upper) == pytest.approx((2 * inner.lower - 1, 2 * inner.upper - 1))
    with pytest.raises(UsageError, match="second=1 numbers"):
        paired_shares([0.0, 1.0], [0.5])


def test_the_paired_evidence_is_a_fair_bet():
    for m in (1, 2, 7, 30):
        b = np.arange(m + 1)
        wealth = np.array([math.exp(paired_log_e(int(x), m - int(x))) for x in b])
        assert (stats.binom.pmf(b, m, 0.5) * wealth).sum() == pytest.approx(1.0)
        assert (stats.binom.pmf(b, m, 0.3) * wealth).sum() < 1.0


def test_boschloo_is_sharper_than_fisher_and_bounded_in_size():
    # Second source: the definition. Twice the largest chance, over the common rate, of a table whose one-sided Fisher
    # p-value is at most the one seen.
    p_fisher = np.array([[stats.hypergeom.cdf(x, 30, x + y, 15) for y in range(16)] for x in range(16)])
    at_most = p_fisher <= p_fisher[0, 6] * (1 + 1e-9)
    rates = np.linspace(0.01, 0.99, 491)
    pmf = stats.binom.pmf(np.arange(16)[:, None], 15, rates)
    worst = np.einsum("xr,yr,xy->r", pmf, pmf, at_most.astype(float)).max()
    assert boschloo(0, 15, 6, 15) == pytest.approx(2 * worst, rel=1e-3)
    assert boschloo(0, 15, 6, 15) < fisher(0, 15, 6, 15)
    with pytest.raises(UsageError, match="at most 600 in all"):
        boschloo(1, 1000, 2, 1000)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tango(5, 6, 10), "only_first + only_second=11"),
        (lambda: newcombe(5, 5, 10, both_failed=1), "both_failed=1 (in stats); allowed: at most 0"),
        (lambda: tango(0, 0, 0), "trials=0"),
        (lambda: newcombe(1, 1, 10, confidence=0.3, side="upper"), "1 - confidence"),
        (lambda: mcnemar(-1, 2), "only_first=-1"),
        (lambda: miettinen_nurminen(2, 1, 0, 5), "failures=2"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)
