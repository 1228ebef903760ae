"""Noisy judges: every offered figure of epiR and asht, exact coverage of the audit, and the laws."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ninemarch.errors import UsageError
from ninemarch.stats import audited_rate, clopper_pearson, rogan_gladen, weighted_gamma, wilson

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
