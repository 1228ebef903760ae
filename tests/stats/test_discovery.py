"""Unseen failure modes: every offered figure of iNEXT, SpadeR and vegan, exact small cases, and the laws."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import chao1, expected_new_modes, good_turing, rarefied_modes, sample_coverage
from ninemarch.stats.discovery import _chao1_variance, _seen

# Not offered: bias-corrected Chao1, ACE and iChao1 (point estimates that bound nothing more than Chao1 does).


def test_every_offered_row(reference):
    compared = 0
    for row in reference("discovery"):
        counts = [int(x) for x in row["counts"].split(";")]
        n, quantity, value, tol = sum(counts), row["quantity"], float(row["value"]), float(row["tol_abs"])
        size = int(quantity.rpartition("=")[2]) if "at m=" in quantity or "to m=" in quantity else 0
        if quantity.startswith(("Chao1 (iNEXT", "SpadeR Chao1 (Chao")):
            found = chao1(counts)
            expected = (value, float(row["lower"]), float(row["upper"]))
            assert (found.estimate, found.lower, found.upper) == pytest.approx(expected, abs=tol), row
        elif quantity == "Chao1 SE (iNEXT)" and _seen(counts, None).unseen > 0:
            assert math.sqrt(_chao1_variance(_seen(counts, None))) == pytest.approx(value, abs=tol), row
        elif quantity.startswith("Good-Turing"):
            assert good_turing(counts, n).estimate == pytest.approx(value, abs=tol), row
        elif quantity.startswith("sample coverage"):
            assert sample_coverage(counts) == pytest.approx(value, abs=tol), row
        elif quantity.startswith("expected coverage"):
            assert sample_coverage(counts, more=size - n) == pytest.approx(value, abs=tol), row
        elif quantity.startswith("expected distinct"):
            assert len(counts) + expected_new_modes(counts, size - n) == pytest.approx(value, abs=tol), row
        elif quantity.startswith("rarefied"):
            assert rarefied_modes(counts, size) == pytest.approx(value, abs=tol), row
        else:
            continue
        compared += 1
    assert compared >= 34


def test_published_missing_mass(reference):
    rows = {row["group"]: row for row in reference("published")}
    assert good_turing([1, 1, 1, 5], 100).estimate == pytest.approx(float(rows["Good-Turing"]["value"]))
    assert pytest.approx(float(rows["Robbins"]["value"]), abs=1e-7) == 3 / 101


def test_rarefaction_is_the_mean_over_all_parts():
    counts, n = [3, 2, 1], 6
    labels = [0, 0, 0, 1, 1, 2]
    for m in range(n + 1):
        parts = [len({labels[i] for i in part}) for part in itertools.combinations(range(n), m)]
        assert rarefied_modes(counts, m) == pytest.approx(np.mean(parts))
    assert rarefied_modes(counts, [0, 6]).tolist() == pytest.approx([0, 3])


def test_no_singletons_is_the_rule_of_three_and_more_failures_of_new_kinds_are_worse():
    assert good_turing([], 1000).upper == pytest.approx(-math.log(0.05) / 1000)
    assert good_turing([9, 4, 3], 1000).upper == pytest.approx(-math.log(0.05) / 1000)
    uppers = [good_turing([1] * f1 + [2] * 3, 1000).upper for f1 in range(8)]
    assert all(b > a for a, b in itertools.pairwise(uppers))


def test_exact_coverage_of_the_upper_limit():
    """Two rare modes and a common one, 12 trials: every outcome enumerated."""
    n = 12
    for rates in [(0.02, 0.02, 0.3), (0.1, 0.05, 0.2), (0.2, 0.2, 0.2), (0.01, 0.3, 0.3)]:
        covered = 0.0
        passing = 1 - sum(rates)
        for counts in itertools.product(range(n + 1), repeat=3):
            if sum(counts) > n:
                continue
            ways = math.factorial(n) / math.prod(math.factorial(c) for c in (*counts, n - sum(counts)))
            chance = ways * passing ** (n - sum(counts)) * math.prod(r**c for r, c in zip(rates, counts, strict=True))
            missing = sum(r for r, c in zip(rates, counts, strict=True) if c == 0)
            covered += chance * (good_turing(counts, n).upper >= missing)
        assert covered >= 0.95


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(0, 500))
def test_laws(counts, passes):
    trials = max(sum(counts) + passes, 1)
    limit = good_turing(counts, trials)
    assert 0 == limit.lower <= limit.estimate <= limit.upper <= 1
    modes = chao1(counts)
    seen = sum(c > 0 for c in counts)
    assert seen <= modes.lower + 1e-9
    assert modes.lower <= modes.upper + 1e-9
    assert modes.estimate >= seen
    more = [expected_new_modes(counts, m) for m in (0, 10, 1000)]
    assert more[0] == 0 <= more[1] <= more[2] <= modes.estimate - seen + 1e-9
    if sum(counts):
        assert 0 <= sample_coverage(counts) <= sample_coverage(counts, more=10) <= 1
        assert rarefied_modes(counts, sum(counts)) == pytest.approx(seen)


def test_bad_arguments_are_refused():
    with pytest.raises(UsageError, match=r"trials=3 .*at least the failures in counts, 5"):
        good_turing([4, 1], 3)
    with pytest.raises(UsageError, match=r"fewer=9 .*use expected_new_modes"):
        rarefied_modes([4, 1], 9)
    with pytest.raises(UsageError, match=r"counts=0\.5"):
        chao1([0.5])
    assert math.isnan(sample_coverage([]))
