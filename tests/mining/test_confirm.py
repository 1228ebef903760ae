"""Fresh trials confirm planted slices and leave chance ones alone, whenever one looks."""

from __future__ import annotations

import random
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.mining.confirm import Finding, confirm


def tried(inside: float, outside: float, claim: float, *, most: int, times: int, seed: int = 0) -> Counter[Finding]:
    """What so many confirmations find of a slice with these true failure rates."""
    rng = random.Random(seed)

    def make(many: int) -> list[tuple[bool, bool]]:
        return [(rng.random() < inside, rng.random() < outside) for _ in range(many)]

    return Counter(confirm(make, claim=claim, most=most).finding for _ in range(times))


def test_a_slice_no_worse_than_the_rest_is_confirmed_in_at_most_one_of_twenty():
    """At a high rate, where pairs tell most and looks are many."""
    found = tried(0.2, 0.2, 0.5, most=300, times=100)
    assert found[Finding.CONFIRMED] <= 0.05 * 100
    assert found[Finding.REFUTED] >= 95


def test_planted_slices_are_confirmed():
    assert tried(0.3, 0.01, 0.15, most=500, times=60)[Finding.CONFIRMED] == 60
    assert tried(0.1, 0.01, 0.05, most=500, times=60)[Finding.CONFIRMED] >= 54


def test_the_decision_is_that_of_the_counts():
    # 8 pairs failed inside alone: the e-value is 2^9 (1 - 2^-9) / 9 = 56.8, above 20.
    pairs = iter([(True, False)] * 8 + [(False, False)] * 100)
    found = confirm(lambda many: [next(pairs) for _ in range(many)], claim=0.1, most=100)
    assert (found.finding, found.pairs) == (Finding.CONFIRMED, 30)
    assert found.e_value == pytest.approx((2**9 - 1) / 9)
    assert found.inside is not None
    assert found.inside.failures == 8
    assert found.inside.method == "confidence sequence"


def test_without_pairs_nothing_is_said():
    found = confirm(lambda many: [], claim=0.1, most=100)
    assert (found.finding, found.pairs, found.inside, found.e_value) == (Finding.UNDECIDED, 0, None, 1.0)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=80), st.floats(0, 1), st.integers(1, 80))
def test_laws(pairs, claim, most):
    left = iter(pairs)
    found = confirm(lambda many: list(islice(left, many)), claim=claim, most=most)
    assert found.pairs <= min(most, len(pairs))
    assert (found.e_value >= 20) == (found.finding is Finding.CONFIRMED) or found.finding is Finding.REFUTED
    if found.inside and found.outside:
        assert found.inside.failures == sum(a for a, _ in pairs[: found.pairs])
        assert found.outside.failures == sum(b for _, b in pairs[: found.pairs])
        assert 0 < found.inside.failure_upper <= 1
