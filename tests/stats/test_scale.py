"""The scale of nines is exact, in whole numbers and on limits; floating point never adds or takes one."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import (
    clopper_pearson,
    nines,
    nines_interval,
    nines_of_rate,
    nines_proven,
    trials_for_next_nine,
    trials_needed,
)


@pytest.mark.parametrize("k", range(1, 19))
def test_the_edges_of_every_nine(k):
    assert nines(1, 10**k) == k
    assert nines(1, 10**k - 1) == k - 1
    assert nines(7, 7 * 10**k) == k
    assert nines(7, 7 * 10**k - 1) == k - 1


@settings(max_examples=50)
@given(st.integers(1, 10**15), st.integers(0, 10**30))
def test_law_nines_is_the_largest_power_in_whole_numbers(failures, more):
    trials = failures + more
    k = nines(failures, trials)
    assert failures * 10**k <= trials < failures * 10 ** (k + 1)


def test_no_failure_is_never_infinity():
    assert nines(0, 1000) is None
    assert nines_interval(0, 1000).lower < 3


@pytest.mark.parametrize("k", range(1, 25))
def test_proven_nines_at_the_edge_of_every_power(k):
    edge = float(f"1e-{k}")
    assert nines_proven(edge) == k
    assert nines_proven(math.nextafter(edge, 1)) == k - 1
    assert nines_proven(math.nextafter(edge, 0)) == k
    assert nines_proven(Fraction(1, 10**k)) == k
    assert nines_proven(Fraction(1, 10**k) + Fraction(1, 10 ** (k + 30))) == k - 1


def test_proof_of_a_nine_agrees_with_the_plan():
    for k in range(1, 9):
        n = trials_needed(float(f"1e-{k}"))
        assert nines_proven(clopper_pearson(0, n, side="upper").upper) == k
        assert nines_proven(clopper_pearson(0, n - 1, side="upper").upper) == k - 1


@settings(max_examples=50)
@given(st.integers(0, 50), st.integers(0, 10**6))
def test_law_the_next_nine_needs_exactly_so_many(failures, clean):
    n = failures + clean
    now = nines_proven(clopper_pearson(failures, n, side="upper").upper)
    missing = trials_for_next_nine(failures, n)
    assert nines_proven(clopper_pearson(failures, n + missing, side="upper").upper) == now + 1
    assert nines_proven(clopper_pearson(failures, n + missing - 1, side="upper").upper) == now


@settings(max_examples=50)
@given(st.integers(0, 100), st.integers(1, 10**7))
def test_law_the_interval_on_the_scale_is_the_interval_of_the_rate(failures, clean):
    n = failures + clean
    scale, rate = nines_interval(failures, n), clopper_pearson(failures, n)
    assert 10**-scale.lower == pytest.approx(rate.upper)
    assert 10**-scale.upper == pytest.approx(rate.lower)
    assert scale.lower <= scale.estimate <= scale.upper
    assert math.floor(scale.lower + 1e-9) >= nines_proven(rate.upper) >= math.floor(scale.lower - 1e-9)


def test_one_sided_intervals_keep_the_claim_on_its_side():
    assert nines_interval(3, 3000, side="lower").upper == math.inf
    assert nines_interval(3, 3000, side="upper").lower == 0.0
    assert nines_of_rate([0.1, 1e-5]).tolist() == pytest.approx([1, 5])
    with pytest.raises(UsageError, match="side='both'"):
        nines_interval(3, 3000, side="both")


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.5, float("nan"), Fraction(0), Fraction(3, 2)])
def test_limits_that_prove_nothing_are_refused(bad):
    with pytest.raises(UsageError, match="upper_failure_rate="):
        nines_proven(bad)


def test_bad_counts_are_refused():
    with pytest.raises(UsageError, match="failures=2"):
        nines(2, 1)
    with pytest.raises(UsageError, match="trials=0"):
        nines(0, 0)
