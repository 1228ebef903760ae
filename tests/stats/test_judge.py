"""Noisy judges: every offered figure of epiR and asht, exact coverage of the audit, and the laws."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ninemarch.errors import UsageError
from ninemarch.stats import (
    audited_rate,
    audited_within,
    clopper_pearson,
    judge_accuracy,
    part_of,
    rogan_gladen,
    rogan_within,
    weighted_gamma,
    wilson,
)

# Not offered: Blaker's interval. Prediction-powered inference is in test_others.py.


def test_every_offered_row(reference):
    compared = 0
    for row in reference("judge"):
        kind = row["method"]
        if "blaker" in kind:
            continue
        rates = {"sensitivity": float(row["sensitivity"]), "specificity": float(row["specificity"])}
        if kind.startswith("Lang"):
            options = {"calibration": (int(row["n_se"]), int(row["n_sp"]))}
        else:
            options = {"method": wilson if "wilson" in kind else clopper_pearson}
        found = rogan_gladen(int(row["judged_fail"]), int(row["n"]), **rates, **options)
        expected = (float(row["true_fail_rate"]), max(0.0, float(row["lower"])), float(row["upper"]))
        assert (found.estimate, found.lower, found.upper) == pytest.approx(expected, abs=float(row["tol_abs"])), row
        compared += 1
    assert compared == 16


def test_a_perfect_judge_changes_nothing():
    found = rogan_gladen(7, 300, sensitivity=1.0, specificity=1.0)
    plain = clopper_pearson(7, 300)
    assert (found.lower, found.upper) == pytest.approx((plain.lower, plain.upper))


def test_the_audit_is_the_weighted_rate_of_its_two_strata():
    found = audited_rate(60, 3000, checked_failures=40, failed_of_failures=22, checked_passes=260, failed_of_passes=1)
    strata = weighted_gamma([22, 1], [40, 260], [60 / 3000, 2940 / 3000])
    assert (found.estimate, found.lower, found.upper) == (strata.estimate, strata.lower, strata.upper)
    assert found.estimate == pytest.approx(0.02 * 22 / 40 + 0.98 / 260)


def test_exact_coverage_of_the_audit():
    """60 trials judged, 30 checked; sensitivity 0.9, specificity 0.9: every outcome of verdicts and checks."""
    n, q = 60, 0.1
    fail_share = q * 0.9 + (1 - q) * 0.1
    true_of_fail, true_of_pass = q * 0.9 / fail_share, q * 0.1 / (1 - fail_share)
    covered = total = 0.0
    for judged in range(3, 25):
        weight = stats.binom.pmf(judged, n, fail_share)
        m_fail = min(judged, 8)
        m_pass = 30 - m_fail
        for x, y in itertools.product(range(m_fail + 1), range(6)):
            chance = weight * stats.binom.pmf(x, m_fail, true_of_fail) * stats.binom.pmf(y, m_pass, true_of_pass)
            total += chance
            if chance < 1e-6:
                covered += chance
                continue
            found = audited_rate(
                judged, n, checked_failures=m_fail, failed_of_failures=x, checked_passes=m_pass, failed_of_passes=y
            )
            covered += chance * (found.lower <= q <= found.upper)
    assert total > 0.99
    assert covered / total >= 0.95


@given(st.integers(0, 300), st.integers(0, 60), st.integers(0, 200), st.integers(0, 60), st.integers(0, 60))
def test_laws(judged_failures, checked_fail, checked_pass, x, y):
    judged = 500
    checked_fail = min(checked_fail, judged_failures)
    checks = {"checked_failures": checked_fail, "checked_passes": checked_pass}
    x, y = min(x, checked_fail), min(y, checked_pass)
    found = audited_rate(judged_failures, judged, **checks, failed_of_failures=x, failed_of_passes=y)
    assert 0 <= found.lower <= found.upper <= 1
    assert found.floor <= found.upper + 1e-12
    if checked_pass == 0:
        assert found.upper >= (judged - judged_failures) / judged - 1e-12
    if found.estimate == found.estimate:  # not nan
        assert found.lower <= found.estimate <= found.upper + 1e-12
    if y < checked_pass:
        worse = audited_rate(judged_failures, judged, **checks, failed_of_failures=x, failed_of_passes=y + 1)
        assert worse.upper >= found.upper - 1e-12


def test_no_judge_certifies_below_three_over_the_checked_passes():
    found = audited_rate(
        0, 100_000, checked_failures=0, failed_of_failures=0, checked_passes=300, failed_of_passes=0, side="upper"
    )
    assert found.upper == found.floor == pytest.approx(2.9957 / 300, rel=1e-4)


def both_sides(k, n, confidence):
    """One-sided limits, each at the whole confidence."""
    return tuple(
        getattr(clopper_pearson(k, n, confidence=confidence, side=side), side) for side in ("lower", "upper")
    )


def test_exact_coverage_where_the_judged_rate_is_known_within_limits():
    """60 trials judged, 30 checked; each limit misses at most 5% of all outcomes of verdicts and checks."""
    n, q, share = 60, 0.1, 0.1 * 0.9 + 0.9 * 0.1
    a, b = q * 0.9 / share, q * 0.1 / (1 - share)
    missed = {"low": 0.0, "high": 0.0}
    for judged in range(25):
        limits = both_sides(judged, n, part_of(0.95))
        m = min(judged, 8)
        for x, y in itertools.product(range(m + 1), range(6)):
            chance = stats.binom.pmf(judged, n, share) * stats.binom.pmf(x, m, a) * stats.binom.pmf(y, 30 - m, b)
            checks = {"checked_failures": m, "failed_of_failures": x, "checked_passes": 30 - m, "failed_of_passes": y}
            lower, upper = audited_within(limits, **checks)
            missed["low"] += chance * (lower > q)
            missed["high"] += chance * (upper < q)
    assert max(missed.values()) <= 0.05


def test_exact_coverage_of_a_calibration_within_limits():
    """A calibration of 30 and 30, 60 trials judged: each limit misses at most 5% of all outcomes."""
    n, q, se, sp = 60, 0.2, 0.9, 0.95
    share = q * se + (1 - q) * (1 - sp)
    missed = {"low": 0.0, "high": 0.0}
    for judged, caught, accepted in itertools.product(range(4, 30, 1), range(20, 31), range(22, 31)):
        chance = (
            stats.binom.pmf(judged, n, share) * stats.binom.pmf(caught, 30, se) * stats.binom.pmf(accepted, 30, sp)
        )
        limits = both_sides(judged, n, part_of(0.95))
        lower, upper = rogan_within(limits, caught=caught, failures=30, accepted=accepted, passes=30)
        missed["low"] += chance * (lower > q)
        missed["high"] += chance * (upper < q)
    assert max(missed.values()) <= 0.05


@given(
    st.floats(0, 1), st.floats(0, 1), st.integers(0, 40), st.integers(0, 40), st.integers(0, 400), st.integers(0, 400)
)
def test_limits_within_limits_are_limits(one, two, m, x, n, y):
    judged, x, y = (min(one, two), max(one, two)), min(x, m), min(y, n)
    checks = {"checked_failures": m, "failed_of_failures": x, "checked_passes": n, "failed_of_passes": y}
    lower, upper = audited_within(judged, **checks)
    assert 0 <= lower <= upper <= 1
    wide = audited_within(judged, **checks, sure=True)
    assert wide[0] <= lower + 1e-12
    assert wide[1] >= upper - 1e-12
    if m and n:
        found = rogan_within(judged, caught=x, failures=m, accepted=y, passes=n)
        sure = rogan_within(judged, caught=x, failures=m, accepted=y, passes=n, sure=True)
        assert 0 <= found[0] <= found[1] <= 1
        assert sure[1] >= found[1] - 1e-12 or found[1] == 1.0  # a judge that may be a coin says nothing alone


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 60), st.integers(0, 60))
def test_accuracy_lies_within_its_limits(m, n, x, y):
    x, y = min(x, m), min(y, n)
    checks = {"checked_failures": m, "failed_of_failures": x, "checked_passes": n, "failed_of_passes": y}
    for rate in judge_accuracy(80, 1000, **checks):
        assert 0 <= rate.lower <= rate.upper <= 1
        if rate.estimate == rate.estimate:
            assert rate.lower - 1e-12 <= rate.estimate <= rate.upper + 1e-12


def test_a_judge_that_nobody_checked_is_unknown():
    nothing = dict.fromkeys(("checked_failures", "failed_of_failures", "checked_passes", "failed_of_passes"), 0)
    assert audited_within((0.1, 0.2), **nothing) == (0.0, 1.0)
    for rate in judge_accuracy(10, 100, **nothing):
        assert (rate.lower, rate.upper, rate.estimate == rate.estimate) == (0.0, 1.0, False)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: rogan_gladen(1, 10, sensitivity=0.5, specificity=0.5), "better than a coin"),
        (lambda: rogan_gladen(1, 10, sensitivity=95, specificity=0.5), "sensitivity=95"),
        (lambda: rogan_gladen(1, 10, sensitivity=0.9, specificity=0.9, calibration=(0, 5)), "calibration=0"),
        (lambda: rogan_gladen(11, 10, sensitivity=0.9, specificity=0.9), "failures=11"),
        (
            lambda: audited_rate(
                2, 10, checked_failures=3, failed_of_failures=0, checked_passes=1, failed_of_passes=0
            ),
            "checked_failures=3 (in stats); allowed: at most the 2 that the judge gave",
        ),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)
