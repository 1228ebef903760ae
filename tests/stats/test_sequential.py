"""The mixture gate: every figure of R, direct integration, the tables, the laws that make it valid at any time."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import integrate

from ninemarch.errors import UsageError
from ninemarch.stats import (
    confidence_sequence,
    fail_table,
    log_e_fail,
    log_e_pass,
    operating_characteristics,
    pass_table,
)


def test_every_e_value_and_every_table_entry_of_r(reference):
    compared = 0
    for row in reference("sequential"):
        kind = row["kind"]
        if kind == "Wald SPRT":
            continue  # in test_operating
        k, n, q0 = int(row["failures"]), int(row["n"]), float(row["q0"])
        if kind.startswith("e-value"):
            found = (log_e_pass if "pass" in kind else log_e_fail)(k, n, q0)
            assert found == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row
        else:
            table = pass_table(q0, max_failures=k, confidence=1 - float(row["alpha"]))
            assert table[k] == int(row["value"]), row
        compared += 1
    assert compared == 48 + 37 + 36


def test_the_tables_that_the_manual_prints():
    assert pass_table(0.1, max_failures=5).tolist() == [36, 64, 86, 105, 123, 140]
    assert pass_table(0.01, max_failures=5).tolist() == [377, 663, 883, 1079, 1262, 1436]
    assert pass_table(0.001, max_failures=5).tolist() == [3787, 6655, 8859, 10825, 12657, 14401]
    assert pass_table(0.001, max_failures=5, confidence=0.99).tolist() == [5585, 8654, 11007, 13098, 15040, 16881]
    assert pass_table(0.0001, max_failures=2).tolist() == [37883, 66570, 88616]
    assert fail_table(0.001, max_failures=8).tolist() == [0, 2, 84, 291, 585, 943, 1350, 1794, 2270]
    assert fail_table(0.001, max_failures=3, min_failures=2).tolist() == [0, 0, 84, 291]
    assert pass_table(0.001, budget=9000).tolist() == [3787, 6655, 8859]


@pytest.mark.parametrize(("k", "n", "q0"), [(0, 12, 0.3), (3, 40, 0.1), (7, 9, 0.5), (2, 500, 0.004), (30, 100, 0.2)])
def test_e_values_are_the_integrals_that_they_claim_to_be(k, n, q0):
    def ratio(q):
        return np.exp(k * np.log(q / q0) + (n - k) * (np.log1p(-q) - np.log1p(-q0)))

    down, _ = integrate.quad(lambda u: ratio(q0 * u * u), 0, 1, epsabs=1e-13)
    low = np.sqrt(q0)
    up, _ = integrate.quad(lambda u: ratio(min(q0 / u**2, 1 - 1e-16)) / (1 - low), low, 1, epsabs=1e-13)
    assert log_e_pass(k, n, q0) == pytest.approx(np.log(down), abs=1e-9)
    if k:
        assert log_e_fail(k, n, q0) == pytest.approx(np.log(up), abs=1e-8)


@pytest.mark.parametrize("q0", [0.3, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_a_gate_that_peeks_after_every_trial_keeps_its_error_rates(q0, confidence):
    """Exact: the chance ever to pass (and ever to fail) at the threshold itself, over 30 / q0 trials."""
    budget = int(30 / q0)
    passing = pass_table(q0, max_failures=60, confidence=confidence)
    failing = fail_table(q0, max_failures=120, confidence=confidence)
    assert passing[-1] > budget
    only_pass = operating_characteristics(q0, pass_at=passing, fail_at=[0], budget=budget, curtail=False)
    only_fail = operating_characteristics(q0, pass_at=[], fail_at=failing, budget=budget, curtail=False)
    assert 0 < only_pass.passes <= 1 - confidence
    assert 0 < only_fail.fails <= 1 - confidence


@settings(max_examples=40)
@given(st.integers(0, 60), st.integers(0, 20_000), st.sampled_from([0.9, 0.95, 0.999]))
def test_law_the_sequence_encloses_the_rate_and_the_fixed_interval(k, clean, confidence):
    n = k + clean
    if n == 0:
        return
    fixed_confidence = confidence_sequence(k, n, confidence=confidence)
    from ninemarch.stats import clopper_pearson

    fixed = clopper_pearson(k, n, confidence=confidence)
    assert 0 <= fixed_confidence.lower <= fixed.lower + 1e-12
    assert fixed.upper - 1e-12 <= fixed_confidence.upper <= 1


@settings(max_examples=40)
@given(st.integers(0, 20), st.integers(0, 30_000), st.sampled_from([0.1, 0.01, 0.001]))
def test_law_table_and_sequence_are_the_same_decision(k, clean, q0):
    n = k + clean
    interval = confidence_sequence(k, n, confidence=0.9)  # each side at 0.95
    assert (interval.upper <= q0 * (1 + 1e-12)) == (n >= pass_table(q0, max_failures=k)[k])
    assert (k > 0 and interval.lower >= q0 * (1 - 1e-12)) == (0 < n <= fail_table(q0, max_failures=k)[k])


@given(st.integers(1, 40), st.integers(0, 5000), st.sampled_from([0.2, 0.01, 0.001]))
@example(7, 3456, 0.2)  # the incomplete beta function itself underflows here
@example(7, 3457, 0.2)
def test_law_evidence_moves_the_right_way(k, clean, q0):
    n = k + clean
    assert log_e_pass(k, n + 1, q0) >= log_e_pass(k, n, q0)
    assert log_e_pass(k + 1, n + 1, q0) <= log_e_pass(k, n, q0)
    assert log_e_fail(k, n + 1, q0) <= log_e_fail(k, n, q0) + 1e-9
    assert log_e_fail(k + 1, n + 1, q0) >= log_e_fail(k, n, q0) - 1e-9


@pytest.mark.parametrize("q0", [0.2, 0.01])
def test_law_the_expectation_under_the_null_is_one(q0):
    """A martingale: after any fixed number of trials the mean e-value at the threshold is exactly 1."""
    from scipy import stats

    for n in (1, 7, 60):
        k = np.arange(n + 1)
        chance = stats.binom.pmf(k, n, q0)
        assert (chance * np.exp(log_e_pass(k, n, q0))).sum() == pytest.approx(1.0, abs=1e-9)
        # The e-value of no failure is given as 0: the mean can only be smaller.
        assert (chance * np.exp(log_e_fail(k, n, q0))).sum() <= 1.0 + 1e-9


def test_arrays_of_slices_and_the_ends():
    failures = np.tile([0, 1, 5, 0], 25_000)
    trials = np.tile([100, 100, 100, 0], 25_000)
    slices = confidence_sequence(failures, trials)
    assert slices.upper.shape == (100_000,)
    assert (slices.lower[3], slices.upper[3]) == (0.0, 1.0)
    one = confidence_sequence(5, 100)
    assert (one.lower, one.upper) == pytest.approx((slices.lower[2], slices.upper[2]))
    assert confidence_sequence(10**6, 10**12).upper == pytest.approx(1e-6, rel=0.01)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pass_table(0.0), "failure_rate=0.0"),
        (lambda: pass_table(0.01, confidence=1), "confidence=1"),
        (lambda: pass_table(0.01, threshold=0.5), "threshold=0.5"),
        (lambda: fail_table(0.01, min_failures=0), "min_failures=0"),
        (lambda: fail_table(0.01, max_failures=-1), "max_failures=-1"),
        (lambda: confidence_sequence(2, 1), "failures=2"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)
