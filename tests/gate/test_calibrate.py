"""Coins through the gate's own rule: exact against enumeration and tables, simulated within its stated error."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from scipy import stats as scipy_stats
from synthetic import decided, gate, slice_of

from ninemarch import stats
from ninemarch.gate import calibrate
from ninemarch.model import Coins, Gate, GateVerdict, Look

GATE = Gate("g", Fraction("0.99"))
RATES = (0.001, 0.005, 0.01, 0.02, 0.1)


@pytest.mark.parametrize("trials", [299, 300, 473, 1000])
def test_fixed_plans_are_enumerated(trials):
    found = calibrate(GATE, ((1, trials),))
    assert found.coins is None
    assert tuple(t.course.failure_rate for t in found.tried) == pytest.approx(RATES)
    for tried in found.tried:
        chance = scipy_stats.binom(trials, tried.course.failure_rate).pmf(np.arange(trials + 1))
        verdicts = [decided(slice_of(trials - k, k), gate("0.99")).verdict for k in range(40)]
        assert verdicts[-1] is GateVerdict.FAIL
        passes = sum(c for c, v in zip(chance, verdicts, strict=False) if v is GateVerdict.PASS)
        assert tried.passes == (tried.course.passes,) * 2
        assert tried.course.passes == pytest.approx(passes, abs=1e-12)
    assert found.holds


@pytest.mark.parametrize("budget", [300, 3000])
def test_sequential_plans_follow_the_tables(budget):
    found = calibrate(GATE, ((1, budget),), stop="sequential")
    for tried in found.tried:
        # A run that can never pass is not cut short.
        plan = stats.sequential_plan(
            tried.course.failure_rate, failure_rate=0.01, budget=budget, curtail=budget >= 377
        )
        assert tried.course.passes == pytest.approx(plan.passes, abs=1e-12)
        assert tried.course.fails == pytest.approx(plan.fails, abs=1e-12)
        assert tried.course.mean_trials == pytest.approx(plan.mean_trials)
    assert found.holds


def test_a_declared_look_belongs_to_fixed_plans_only():
    look = Look(100, 4)
    assert calibrate(GATE, ((1, 500),), look=look).look == look
    assert calibrate(GATE, ((1, 500),), look=look, stop="sequential").look is None


@pytest.mark.parametrize("stop", ["fixed", "sequential"])
def test_groups_are_simulated_with_their_error(stop):
    coins = Coins(correlation=0.5, sims=200, seed=3)
    found = calibrate(GATE, ((5, 400),), stop=stop, coins=coins, truths=[0.0005, 0.01, 0.1])
    assert (found.trials, found.units, found.coins) == (2000, 400, coins)
    for tried in found.tried:
        course = tried.course
        assert course.passes + course.fails + course.undecided == pytest.approx(1)
        assert tried.passes[0] <= course.passes <= tried.passes[1]
        assert tried.passes[1] - tried.passes[0] > 0.01
        assert course.mean_trials <= 2000
    assert found.tried[0].course.passes > 0.3
    assert found.tried[2].course.fails > 0.9
    assert found == calibrate(GATE, ((5, 400),), stop=stop, coins=coins, truths=[0.0005, 0.01, 0.1])


def test_groups_without_correlation_of_one_trial_agree_with_the_exact_chances():
    coins = Coins(correlation=0.0, sims=1000, seed=1)
    mixed = calibrate(GATE, ((1, 500), (2, 1)), coins=coins, truths=[0.001])
    exact = calibrate(GATE, ((1, 502),), truths=[0.001]).tried[0].course
    low, high = mixed.tried[0].passes
    assert low <= exact.passes <= high


def test_certain_coins():
    found = calibrate(GATE, ((2, 300),), coins=Coins(sims=100), truths=[0.0, 1.0])
    assert [t.course.passes for t in found.tried] == [1.0, 0.0]
    assert [t.course.fails for t in found.tried] == [0.0, 1.0]


def test_a_broken_promise_is_seen():
    found = calibrate(GATE, ((1, 299),))
    broken = dataclasses.replace(
        found, tried=(*found.tried[:2], dataclasses.replace(found.tried[2], passes=(0.06, 0.06)), *found.tried[3:])
    )
    assert not broken.holds
    below = dataclasses.replace(found, tried=(dataclasses.replace(found.tried[0], passes=(0.9, 0.9)),))
    assert below.holds  # a good system may pass
