"""What a sequential gate will do: against trial-by-trial enumeration, the printed table, and R's Wald test."""

import numpy as np
import pytest

from ninemarch.errors import UsageError
from ninemarch.stats import (
    calibrated_threshold,
    clopper_pearson,
    fail_table,
    operating_characteristics,
    pass_table,
    sequential_plan,
    sprt,
    trials_needed,
)


def trial_by_trial(rate, pass_at, fail_at, budget, *, curtail):
    """The same by the slowest route: the distribution of failures after every single trial."""
    alive, passed, failed, stopped, mean = np.array([1.0]), 0.0, 0.0, 0.0, 0.0
    cap = sum(n <= budget for n in pass_at) if curtail else budget + 1
    for n in range(1, budget + 1):
        mean += alive.sum()
        alive = np.concatenate([alive * (1 - rate), [0.0]]) + np.concatenate([[0.0], alive * rate])
        for k in range(alive.size):
            if k < len(fail_at) and n <= fail_at[k] and k > 0:
                failed, alive[k] = failed + alive[k], 0.0
            elif k >= cap:
                stopped, alive[k] = stopped + alive[k], 0.0
            elif k < len(pass_at) and n >= pass_at[k]:
                passed, alive[k] = passed + alive[k], 0.0
    return passed, failed, stopped + alive.sum(), mean


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.1, 0.2, 0.5])
@pytest.mark.parametrize("curtail", [True, False])
def test_against_trial_by_trial(rate, curtail):
    passing, failing = pass_table(0.1, max_failures=30), fail_table(0.1, max_failures=60)
    found = operating_characteristics(rate, pass_at=passing, fail_at=failing, budget=250, curtail=curtail)
    slow = trial_by_trial(rate, passing, failing, 250, curtail=curtail)
    assert (found.passes, found.fails, found.undecided, found.mean_trials) == pytest.approx(slow, abs=1e-9, rel=1e-9)


# Mean trials and chance to pass of STATISTICS.md section 4 (40,000 simulated runs each).
TABLE = {
    (100_000, False): [
        (1 / 10, 5096, 1.000), (1 / 5, 7046, 1.000), (1 / 3, 11322, 0.999), (1 / 2, 23447, 0.997),
        (2, 10890, 0.0), (3, 3239, 0.0), (10, 334, 0.0),
    ],
    (30_000, True): [(1 / 10, 5096, 1.0), (1 / 3, 11046, 0.972), (1 / 2, 16887, 0.703), (1, 15246, 0.037)],
    (10_000, True): [(1 / 10, 4815, 0.953), (1 / 5, 5349, 0.788), (1 / 2, 4702, 0.271), (10, 275, 0.0)],
}  # fmt: skip


@pytest.mark.parametrize("plan", TABLE, ids=str)
def test_mean_trials_and_chances_of_the_printed_table(plan):
    budget, curtail = plan
    for factor, mean, passes in TABLE[plan]:
        # The table lets a single failure among the first two trials fail; the gate waits for a second one.
        options = {"failure_rate": 0.001, "budget": budget, "curtail": curtail}
        found = sequential_plan(0.001 * factor, **options, min_failures=1)
        assert found.mean_trials == pytest.approx(mean, rel=0.015)
        assert found.passes == pytest.approx(passes, abs=0.008)
        assert sequential_plan(0.001 * factor, **options).mean_trials == pytest.approx(mean, rel=0.03)


def test_at_the_threshold_neither_verdict_is_given_too_often():
    found = sequential_plan(0.001, failure_rate=0.001, budget=100_000, curtail=False)
    assert found.passes <= 0.05
    assert found.fails <= 0.0265


def test_a_curtailed_fixed_plan():
    """Fixed Clopper-Pearson plan of 4742 trials with one failure allowed, stopped as soon as it cannot pass."""
    n = trials_needed(0.001, failures_allowed=1)
    found = operating_characteristics(0.0001, pass_at=[n, n], fail_at=[0], budget=n)
    assert found.passes == pytest.approx(0.916, abs=0.003)
    assert found.mean_trials == pytest.approx(4595, rel=0.005)
    at_threshold = operating_characteristics(0.001, pass_at=[n, n], fail_at=[0], budget=n)
    assert at_threshold.passes <= 0.05
    assert clopper_pearson(1, n, side="upper").upper <= 0.001


@pytest.mark.parametrize(("budget", "threshold"), [(5000, 10.09), (10_000, 12.62), (30_000, 15.59)])
def test_calibrated_thresholds(budget, threshold):
    found = calibrated_threshold(0.001, budget)
    assert found == pytest.approx(threshold, rel=0.002)
    table = pass_table(0.001, max_failures=60, threshold=found)
    exact = operating_characteristics(0.001, pass_at=table, fail_at=[0], budget=budget).passes
    assert 0.0495 < exact <= 0.05


def test_every_row_of_walds_test(reference):
    rows = [row for row in reference("sequential") if row["kind"] == "Wald SPRT"]
    assert len(rows) == 28
    for row in rows:
        test = sprt(float(row["q0"]), float(row["q1"]), alpha=float(row["alpha"]), beta=float(row["beta"]))
        if row["quantity"].startswith("slope"):
            found = test.slope
        elif "PASS line" in row["quantity"]:
            found = test.pass_intercept
        elif "FAIL line" in row["quantity"]:
            found = test.fail_intercept
        else:
            found = test.pass_table(int(row["failures"]))[-1]
        assert found == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row


@pytest.mark.parametrize(
    ("factor", "mean", "passes"), [(1 / 10, 4241, 0.976), (1 / 2, 4958, 0.372), (1, 2495, 0.047), (10, 199, 0.0)]
)
def test_walds_test_in_the_printed_table(factor, mean, passes):
    test = sprt(0.001, 0.0001, strict=True)
    tables = {"pass_at": test.pass_table(200), "fail_at": test.fail_table(200)}
    found = operating_characteristics(0.001 * factor, **tables, budget=200_000, curtail=False)
    assert found.mean_trials == pytest.approx(mean, rel=0.015)
    assert found.passes == pytest.approx(passes, abs=0.008)


def test_spread_brackets_the_bulk_and_extremes_are_certain():
    found = sequential_plan(0.0005, failure_rate=0.001, budget=100_000)
    assert found.spread[0] <= found.spread[1] <= found.spread[2] <= 100_000
    assert found.spread[0] < found.mean_trials < found.spread[2]
    sure = sequential_plan(0.0, failure_rate=0.001, budget=10_000)
    assert (sure.passes, sure.mean_trials, sure.spread) == (1.0, 3787.0, (3787, 3787, 3787))
    hopeless = sequential_plan(1.0, failure_rate=0.001, budget=10_000)
    assert hopeless.fails == pytest.approx(1.0)
    too_small = sequential_plan(0.0, failure_rate=0.001, budget=100)
    assert too_small.passes == 0.0
    assert too_small.undecided == pytest.approx(1.0)


def test_bad_arguments_are_refused():
    with pytest.raises(UsageError, match="below failure_rate"):
        sprt(0.001, 0.001)
    with pytest.raises(UsageError, match="budget=0"):
        operating_characteristics(0.1, pass_at=[], fail_at=[], budget=0)
