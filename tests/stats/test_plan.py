"""Planning: the demonstration table, power, what is missing, and what a gate would notice."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ninemarch.errors import UsageError
from ninemarch.stats import (
    clean_trials_missing,
    clopper_pearson,
    failures_allowed,
    power,
    smallest_regression,
    trials_for_power,
    trials_needed,
)


def test_every_row_of_the_demonstration_table(reference):
    rows = reference("demonstration_n")
    assert len(rows) == 112
    for row in rows:
        # Rates are failure rates: the decimal 1 - R, not the double next to it.
        rate = float(f"{1 - float(row['reliability']):.8f}")
        n = trials_needed(rate, failures_allowed=int(row["failures_allowed"]), confidence=float(row["confidence"]))
        assert n == int(row["n"]), row


def test_the_table_that_the_manual_prints():
    assert trials_needed(0.01, failures_allowed=[0, 1, 2, 3, 4, 5, 10]).tolist() == [
        299, 473, 628, 773, 913, 1049, 1693,
    ]  # fmt: skip
    assert [trials_needed(0.05, failures_allowed=k) for k in range(6)] == [59, 93, 124, 153, 181, 208]
    assert trials_needed(0.0001) == 29956


def test_rand_miles_without_a_fatality(reference):
    for row in reference("published"):
        if "no failure" in row["inputs"]:
            rate = float(row["inputs"].split("; ")[1].split()[0])
            miles = trials_needed(rate) / 1e6
            assert float(f"{miles:.2g}" if miles < 100 else f"{miles:.3g}") == float(row["value"])


def test_rule_of_three(reference):
    for row in reference("published"):
        if row["group"] == "rule of three":
            n = int(row["inputs"].split(";")[0].removeprefix("n="))
            exact = float(row["value"].split("; ")[1])
            assert clopper_pearson(0, n, side="upper").upper == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize(
    ("share", "chance", "trials", "allowed"),
    [
        (1 / 10, 0.8, 4742, 1), (1 / 10, 0.9, 4742, 1),
        (1 / 5, 0.8, 6294, 2), (1 / 5, 0.9, 7752, 3),
        (1 / 3, 0.8, 9151, 4), (1 / 3, 0.9, 13146, 7),
        (1 / 2, 0.8, 19439, 12), (1 / 2, 0.9, 25495, 17),
        (0.7, 0.8, 59930, 47), (0.7, 0.9, 81001, 66),
    ],
)  # fmt: skip
def test_plans_with_power(share, chance, trials, allowed):
    plan = trials_for_power(0.001 * share, failure_rate=0.001, chance=chance)
    assert (plan.trials, plan.failures_allowed) == (trials, allowed)
    assert plan.power >= chance
    assert plan.power == pytest.approx(power(0.001 * share, trials, failure_rate=0.001))


def test_power_is_the_binomial_sum():
    from scipy import stats

    truth = [0.0001, 0.0005, 0.001, 0.01]
    got = power(truth, 6294, failure_rate=0.001)
    assert got == pytest.approx(stats.binom.cdf(2, 6294, truth))
    assert got[2] <= 0.05


@settings(max_examples=50)
@given(st.integers(0, 40), st.floats(1e-5, 0.5), st.sampled_from([0.8, 0.95, 0.99]))
def test_law_the_plan_is_the_smallest(k, rate, confidence):
    n = trials_needed(rate, failures_allowed=k, confidence=confidence)
    alpha = 1 - confidence
    assert stats.binom.cdf(k, n, rate) <= alpha * (1 + 1e-9)
    assert n == k + 1 or stats.binom.cdf(k, n - 1, rate) > alpha * (1 - 1e-9)
    assert failures_allowed(n, rate, confidence=confidence) >= k
    assert failures_allowed(n - 1, rate, confidence=confidence) < k


@settings(max_examples=50)
@given(st.integers(0, 20), st.integers(0, 20_000), st.sampled_from([0.1, 0.01, 0.001]))
def test_law_missing_trials_close_the_gap_and_not_one_less(k, extra, rate):
    n = k + extra
    missing = clean_trials_missing(k, n, rate)
    assert clopper_pearson(k, n + missing, side="upper").upper <= rate * (1 + 1e-12)
    if missing:
        assert clopper_pearson(k, n + missing - 1, side="upper").upper > rate * (1 - 1e-12)


@settings(max_examples=50)
@given(st.integers(1, 5000), st.sampled_from([0.1, 0.01, 0.001]), st.sampled_from([0.5, 0.8, 0.95]))
def test_law_the_smallest_regression_is_noticed_with_that_chance(n, rate, chance):
    noticed = smallest_regression(n, rate, chance=chance)
    assert noticed.not_passing <= noticed.failing
    if noticed.not_passing > 0:
        assert 1 - power(noticed.not_passing, n, failure_rate=rate) == pytest.approx(chance)
    if noticed.failing < 1:
        from ninemarch.stats import look_threshold

        assert stats.binom.sf(look_threshold(n, rate) - 1, n, noticed.failing) == pytest.approx(chance)


def test_what_cannot_be_planned_is_refused():
    with pytest.raises(UsageError, match="more trials will not help"):
        trials_for_power(0.001, failure_rate=0.001)
    with pytest.raises(UsageError, match="ask for fewer nines"):
        trials_needed(1e-17)
    with pytest.raises(UsageError, match="failure_rate=0 "):
        trials_needed(0)
    with pytest.raises(UsageError, match="failures=3"):
        clean_trials_missing(3, 2, 0.1)
    assert math.isclose(power(0.5, 10, failure_rate=0.01), 0.0)
