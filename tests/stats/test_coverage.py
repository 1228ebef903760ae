"""Exact coverage: published figures, the guarantee of Clopper-Pearson, and that bad methods are seen to be bad."""

import numpy as np
import pytest

from ninemarch.errors import UsageError
from ninemarch.stats import clopper_pearson, exact_coverage, false_pass, jeffreys, mid_p, wilson
from ninemarch.stats.coverage import outcome_window
from ninemarch.stats.interval import Interval


def wald(failures, trials, *, confidence=0.95, side="two-sided"):
    """The textbook interval, only to check the enumeration against the literature on it."""
    from scipy.special import ndtri

    k = np.asarray(failures, dtype=float)
    rate = k / trials
    half = -ndtri((1 - confidence) / 2) * np.sqrt(rate * (1 - rate) / trials)
    return Interval(rate - half, rate + half, rate, confidence, "wald", side)


def test_published_coverage_of_the_wald_interval(reference):
    rows = [row for row in reference("published") if row["group"] == "Wald coverage"]
    assert len(rows) == 4
    for row in rows:
        rate, trials = (part.split("=")[1] for part in row["inputs"].split("; "))
        covered = exact_coverage(wald, float(rate), int(trials))
        assert covered == pytest.approx(float(row["value"]), abs=float(row["tolerance"])), row


def test_window_is_the_binomial_distribution():
    from scipy import stats

    for n, q in [(1, 0.3), (30, 0.5), (1000, 0.001), (100_000, 0.0001), (2000, 0.97), (5, 0.0), (5, 1.0)]:
        counts, chance = outcome_window(n, q)
        assert chance.sum() == pytest.approx(1.0, abs=1e-12)
        assert chance == pytest.approx(stats.binom.pmf(counts, n, q), abs=1e-13)


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_clopper_pearson_covers_at_every_rate(confidence):
    rates = np.concatenate([np.geomspace(1e-5, 0.5, 60), 1 - np.geomspace(1e-5, 0.5, 10)])
    for n in (1, 7, 30, 300, 3000):
        for side in ("two-sided", "lower", "upper"):
            covered = exact_coverage(clopper_pearson, rates, n, confidence=confidence, side=side)
            assert covered.min() >= confidence - 1e-9


def test_coverage_table_of_the_approximations():
    """Minimum over failure rates 1e-4..0.1 with n * q >= 0.5 at n = 1000: Wilson .896, Jeffreys .906, mid-p .917."""
    rates = np.geomspace(5e-4, 0.1, 100)
    for method, least in [(wilson, 0.896), (jeffreys, 0.906), (mid_p, 0.917), (clopper_pearson, 0.951)]:
        assert exact_coverage(method, rates, 1000).min() == pytest.approx(least, abs=0.012)


def test_only_the_exact_gate_keeps_its_error_rate():
    trials = range(1500, 12_000, 110)
    assert max(false_pass(clopper_pearson, 0.001, n) for n in trials) <= 0.05
    assert max(false_pass(mid_p, 0.001, n) for n in trials) > 0.09
    assert max(false_pass(jeffreys, 0.001, n) for n in trials) > 0.13


def test_false_pass_just_at_the_smallest_plan_of_every_failure_count():
    from ninemarch.stats import trials_needed

    for k in range(6):
        n = trials_needed(0.001, failures_allowed=k)
        assert 0.0499 < false_pass(clopper_pearson, 0.001, n) <= 0.05


def test_no_trials_are_refused():
    with pytest.raises(UsageError, match="trials=0"):
        exact_coverage(clopper_pearson, 0.1, 0)
    with pytest.raises(UsageError, match=r"failure_rate=1\.5"):
        exact_coverage(clopper_pearson, 1.5, 10)
