"""Weighted rates: the figures of R, exact enumeration of false passes, uncovered weight, allocation."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from ninemarch.errors import UsageError
from ninemarch.stats import allocate, contribution_gamma, effective_size, weighted_gamma
from ninemarch.stats.weighted import gamma_limits


def numbers(text):
    return [float(part) for part in text.split(";")]


def test_every_fay_feuer_row_of_r(reference):
    # Not offered, so not compared: mid-p gamma, Tiwari-Clegg-Zou, Korn-Graubard, Yan-Su; all pass falsely too often.
    compared = 0
    for row in reference("stratified"):
        if not row["method"].startswith("Fay-Feuer"):
            continue
        confidence = 0.9 if "90%" in row["method"] else 0.95
        result = weighted_gamma(numbers(row["x"]), numbers(row["n"]), numbers(row["w"]), confidence=confidence)
        got = (result.estimate, result.lower, result.upper)
        expected = tuple(float(row[name]) for name in ("estimate", "lower", "upper"))
        assert got == pytest.approx(expected, abs=float(row["tol_abs"])), row
        compared += 1
    assert compared >= 15


def test_the_same_from_contributions_of_single_trials():
    x, n, w = [3, 0, 1], [600, 300, 100], [0.6, 0.3, 0.1]
    one = weighted_gamma(x, n, w)
    contributions = [0.6 / 600] * 3 + [0.1 / 100]
    other = contribution_gamma(contributions, max_contribution=max(0.6 / 600, 0.3 / 300, 0.1 / 100))
    assert (one.lower, one.upper, one.estimate) == pytest.approx((other.lower, other.upper, other.estimate))


def test_equal_weights_are_the_exact_poisson_limits():
    result = weighted_gamma([1, 0, 2], [1000] * 3, [1 / 3] * 3)
    assert result.lower == pytest.approx(special.gammaincinv(3, 0.025) / 3000)
    assert result.upper == pytest.approx(special.gammainccinv(4, 0.025) / 3000)


def worst_false_pass(trials, weights, rates):
    outcomes = list(itertools.product(*(range(n + 1) for n in trials)))
    uppers = np.array([weighted_gamma(x, trials, weights, side="upper").upper for x in outcomes])
    worst = 0.0
    for q in rates:
        chance = np.prod(
            [stats.binom.pmf([x[h] for x in outcomes], trials[h], q[h]) for h in range(len(trials))], axis=0
        )
        worst = max(worst, chance[uppers <= np.dot(weights, q)].sum())
    return worst


@pytest.mark.parametrize(
    ("trials", "weights"),
    [([14, 14], [0.9, 0.1]), ([20, 10], [0.5, 0.5]), ([25, 4], [0.8, 0.2]), ([6, 6, 6], [0.7, 0.2, 0.1])],
)
def test_exact_false_pass(trials, weights):
    grid = [0.0, 0.05, 0.15, 0.3, 0.6]
    rates = [q for q in itertools.product(grid, repeat=len(trials)) if any(q)]
    assert worst_false_pass(trials, weights, rates) <= 0.05


def test_uncovered_weight_counts_as_unknown():
    full = weighted_gamma([1, 0], [500, 500], [0.6, 0.4])
    missing = weighted_gamma([1, 0], [500, 500], [0.6, 0.3])
    untried = weighted_gamma([1, 0, 0], [500, 500, 0], [0.6, 0.3, 0.1])
    assert untried == missing
    assert missing.upper > full.upper + 0.09
    assert missing.lower <= full.lower * (1 + 1e-12)
    assert weighted_gamma([0], [0], [1.0]).upper == 1.0
    assert contribution_gamma([], max_contribution=0.001, uncovered=1.0).upper == 1.0


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(30, 400)), min_size=1, max_size=6), st.integers(0, 5))
def test_law_limits_enclose_the_estimate_and_failures_never_help(strata, index):
    x, n = [k for k, _ in strata], [t for _, t in strata]
    w = np.arange(1, len(n) + 1) / sum(range(1, len(n) + 1))
    here = weighted_gamma(x, n, w)
    assert 0 <= here.lower <= here.estimate <= here.upper <= 1
    more = list(x)
    more[index % len(x)] = min(more[index % len(x)] + 1, n[index % len(x)])
    there = weighted_gamma(more, n, w)
    assert there.upper >= here.upper - 1e-12


@settings(max_examples=50)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=6), st.integers(0, 5))
def test_law_splitting_a_clean_stratum_in_proportion_changes_nothing(trials, index):
    weights = np.array(trials) / sum(trials)
    here = weighted_gamma([0] * len(trials), [2 * n for n in trials], weights)
    i = index % len(trials)
    split = weighted_gamma(
        [0] * (len(trials) + 1),
        [*(2 * n for n in trials[:i]), trials[i], trials[i], *(2 * n for n in trials[i + 1 :])],
        [*weights[:i], weights[i] / 2, weights[i] / 2, *weights[i + 1 :]],
    )
    assert split.upper == pytest.approx(here.upper)


@settings(max_examples=50)
@given(st.integers(0, 5000), st.lists(st.floats(0.001, 1.0), min_size=1, max_size=12))
def test_law_allocation_spends_everything_and_leaves_no_stratum_out(trials, raw):
    weights = np.array(raw) / sum(raw)
    for rates in (None, np.linspace(0.001, 0.4, len(raw))):
        counts = allocate(trials, weights, rates)
        assert sum(counts) == trials
        assert min(counts) >= (1 if trials >= len(raw) else 0)


def test_allocation_follows_weight_and_neyman():
    assert allocate(1000, [0.98, 0.01, 0.01]) == (980, 10, 10)
    assert allocate(100, [0.5, 0.5], [0.5, 0.1]) == (63, 37)
    assert allocate(3, [1.0, 0.0]) == (3, 0)
    assert effective_size([3, 1]) == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weighted_gamma([0], [5], [1.2]), "weights=1.2"),
        (lambda: weighted_gamma([0, 0], [5, 5], [0.9, 0.9]), "weights=sum 1.8"),
        (lambda: weighted_gamma([0, 0], [5, 5], [0.9]), "weights=1 numbers"),
        (lambda: weighted_gamma([6], [5], [0.9]), "failures=6"),
        (lambda: contribution_gamma([0.2], max_contribution=0.1), "at least the largest contribution 0.2"),
        (lambda: contribution_gamma([0.2], max_contribution=0), "max_contribution=0"),
        (lambda: contribution_gamma([-0.2], max_contribution=1), "contributions=-0.2"),
        (lambda: allocate(5, [0.0]), "at least one above 0"),
        (lambda: allocate(5, [0.5, 0.5], [0.1]), "failure_rates=1 numbers"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)


def test_gamma_limits_of_many_sums_are_those_of_each():
    totals, squares = np.array([0.0, 0.002, 0.3]), np.array([0.0, 2e-6, 4e-4])
    lower, upper = gamma_limits(totals, squares, 0.001, 0.025, 0.025)
    each = [gamma_limits(float(y), float(v), 0.001, 0.025, 0.025) for y, v in zip(totals, squares, strict=True)]
    assert (lower.tolist(), upper.tolist()) == ([low for low, _ in each], [high for _, high in each])
