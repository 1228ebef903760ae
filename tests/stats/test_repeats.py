"""pass@k, pass^k and compounding: against the published estimator, exact fractions, and the laws."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import end_to_end, nines_of_rate, pass_at_k, pass_hat_k, per_step


def whole(text):
    return np.array([int(part) for part in text.split(";")])


def test_every_row(reference):
    for row in reference("pass_at_k"):
        kind, value, tol = row["kind"], float(row["value"]), float(row["tol_abs"])
        if kind.startswith("nines"):
            assert nines_of_rate(1 - float(row["c"])) == pytest.approx(value, abs=tol)
        elif kind.startswith("k-step"):
            assert 1 - end_to_end(1 - float(row["c"]), int(row["k"])) == pytest.approx(value, abs=tol)
        elif kind.startswith("per-step"):
            assert 1 - per_step(1 - float(row["c"]), int(row["k"])) == pytest.approx(value, abs=tol)
        else:
            method = pass_at_k if kind.startswith("pass@k") else pass_hat_k
            n, c = whole(row["n"]), whole(row["c"])
            result = method(n - c, n, int(row["k"]))
            assert result.estimate == pytest.approx(value, abs=tol), row
            assert result.lower <= result.estimate + 1e-12 <= result.upper + 2e-12


def test_published_compounding(reference):
    row = next(row for row in reference("published") if row["group"] == "compounding")
    assert 1 - end_to_end(0.1, 10) == pytest.approx(float(row["value"]), abs=1e-6)
    assert 1 - per_step(0.01, 20) == pytest.approx(0.999498, abs=1e-6)


scenarios = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=10)
@given(st.lists(scenarios, min_size=1, max_size=12), st.integers(1, 30))
def test_law_unbiased_by_exact_fractions_and_inside_the_interval(data, k):
    k = min(k, *(n for _, n in data))
    failed, tried = [x for x, _ in data], [n for _, n in data]
    at = [1 - Fraction(math.comb(x, k), math.comb(n, k)) for x, n in data]
    hat = [Fraction(math.comb(n - x, k), math.comb(n, k)) for x, n in data]
    for result, exact in ((pass_at_k(failed, tried, k), at), (pass_hat_k(failed, tried, k), hat)):
        assert result.estimate == pytest.approx(float(sum(exact) / len(exact)), abs=1e-12)
        assert 0 <= result.lower <= result.estimate + 1e-12
        assert result.estimate - 1e-12 <= result.upper <= 1
    assert pass_hat_k(failed, tried, k).estimate <= pass_at_k(failed, tried, k).estimate + 1e-12


@settings(max_examples=10)
@given(scenarios)
def test_law_with_one_trial_both_are_the_rate(pair):
    x, n = pair
    assert pass_at_k(x, n, 1).estimate == pytest.approx(1 - x / n)
    assert pass_hat_k(x, n, 1).estimate == pytest.approx(1 - x / n)


def test_one_sided_limits_keep_to_their_side():
    careful = pass_hat_k([0] * 200, [5] * 200, 5, side="lower")
    assert careful.upper == 1.0
    assert careful.lower == pytest.approx(0.05 ** (1 / 200))
    assert pass_at_k([0, 5], [5, 5], 5, side="upper").lower == 0.0


@settings(max_examples=50)
@given(st.floats(1e-15, 0.999), st.integers(1, 10_000))
def test_law_compounding_and_its_inverse(rate, steps):
    assert per_step(rate, steps) <= rate * (1 + 1e-12)
    assert end_to_end(per_step(rate, steps), steps) == pytest.approx(rate, rel=1e-9)


def test_bad_arguments_are_refused():
    with pytest.raises(UsageError, match=r"k=6 .*at most 5, the fewest trials"):
        pass_at_k([1, 2], [5, 9], 6)
    with pytest.raises(UsageError, match="k=0"):
        pass_hat_k([1], [5], 0)
    with pytest.raises(UsageError, match="steps=0"):
        end_to_end(0.1, 0)
    with pytest.raises(UsageError, match="side='down'"):
        pass_at_k([1], [5], 1, side="down")
