"""Crow-AMSAA: the handbook's and R's figures for one-shot, exact and grouped data."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import crow_amsaa, crow_amsaa_grouped, crow_amsaa_times


def numbers(text):
    return np.array([float(part) for part in text.split(";")])


def test_every_one_shot_row_of_r(reference):
    compared = 0
    for row in reference("growth_discrete"):
        quantity = row["quantity"]
        if quantity.startswith("GLM"):
            continue  # in test_trend
        model = crow_amsaa(numbers(row["M"]), numbers(row["N"]))
        found = {
            "discrete Crow-AMSAA ML beta": model.beta,
            "discrete Crow-AMSAA ML lambda": model.scale,
            "discrete Crow-AMSAA ML ll": model.log_likelihood,
            "standard error of log(beta)": model.log_beta_error,
        }.get(quantity)
        if found is None:
            found = model.rates[int(quantity.split()[-1]) - 1]
        assert found == pytest.approx(float(row["value"]), rel=float(row["tol_rel"])), row
        compared += 1
    assert compared == 26


def test_every_continuous_row(reference):
    # Not offered: Duane's regression (least squares on the log of cumulative rates ignores the counts).
    compared = 0
    for row in reference("growth_continuous"):
        quantity, tol = row["quantity"], float(row["tol"])
        times, counts, end = numbers(row["times"]), row["counts"], float(row["end"].split()[0])
        if "Duane" in quantity:
            continue
        if counts:
            model = crow_amsaa_grouped(numbers(counts), times)
            expected = np.array(model.rates) * np.diff([0, *times])
            chi_square = ((numbers(counts) - expected) ** 2 / expected).sum()
            found = {"beta": model.beta, "chi-square goodness of fit": chi_square}[quantity]
            assert model.scale == pytest.approx(0.4458543, abs=1e-6)
        else:
            # The "90%" interval of the source takes the 90% normal quantile on each side: 80% two-sided.
            model = crow_amsaa_times(times, end=end, confidence=0.8)
            found = {
                "beta": model.beta,
                "instantaneous MTBF": model.mtbf,
                "instantaneous intensity": model.intensity,
                "90% Fisher interval for beta": [model.lower, model.upper],
                "b = 1 - slope": 1 - model.beta_unbiased,
                "MTBF at end of test": end / (model.failures * model.beta_unbiased),
            }[quantity]
        expected = numbers(row["value"])
        assert np.atleast_1d(found) == pytest.approx(expected, abs=tol * max(1, expected.max())), row
        compared += 1
    assert compared == 8


def test_constant_testing_without_growth_has_beta_one():
    model = crow_amsaa([10, 10, 10, 10], [1000] * 4)
    assert model.beta == pytest.approx(1.0, abs=1e-6)
    assert model.rates == pytest.approx([0.01] * 4)
    assert model.lower < 1 < model.upper
    assert crow_amsaa_grouped([5, 5, 5], [10, 20, 30]).beta == pytest.approx(1.0)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(50, 500)), min_size=2, max_size=6))
def test_law_the_expected_failures_are_those_seen(data):
    k, n = [x for x, _ in data], [t for _, t in data]
    if sum(k) == 0 or sum(x > 0 for x in k) < 2:
        return
    model = crow_amsaa(k, n)
    grouped = crow_amsaa_grouped(k, np.cumsum(n))
    assert sum(r * t for r, t in zip(grouped.rates, n, strict=True)) == pytest.approx(sum(k))
    assert all(0 <= rate <= 1 for rate in model.rates)
    assert model.lower <= model.beta <= model.upper


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crow_amsaa([0, 0], [5, 5]), "failures=0 in all"),
        (lambda: crow_amsaa([1], [5]), "two configurations or more"),
        (lambda: crow_amsaa([1, 0], [5, 0]), "at least 1 trial each"),
        (lambda: crow_amsaa_times([1.0]), "times=1 failures"),
        (lambda: crow_amsaa_times([1.0, 5.0], end=4), "up to the end of the test, 4"),
        (lambda: crow_amsaa_times([0.0, 5.0]), "above 0"),
        (lambda: crow_amsaa_times([5.0, 5.0]), "different times"),
        (lambda: crow_amsaa_grouped([1, 2], [5, 5]), "increasing times"),
        (lambda: crow_amsaa_grouped([0, 0], [5, 6]), "failures=0 in all"),
        (lambda: crow_amsaa_times([1.0, 5.0], confidence=90), "write 0.9"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(UsageError) as error:
        call()
    assert message in str(error.value)


def test_where_every_trial_failed_nothing_is_said_of_growth():
    model = crow_amsaa([1, 1, 1], [1, 1, 1])
    assert (model.lower, model.upper) == (0.0, float("inf"))


@pytest.mark.parametrize("failures", [[5, 0, 0], [0, 0, 5]])
def test_failures_in_one_end_only_have_no_finite_growth(failures):
    with pytest.raises(UsageError, match="first or the last"):
        crow_amsaa(failures, [10, 10, 10])
