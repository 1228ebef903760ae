"""The power line: what a gate would notice, checked against the verdicts that the gate itself gives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from scipy import stats as scipy_stats

from ninemarch import stats
from ninemarch.evidence import estimate
from ninemarch.gate.power import effective_trials, power_line
from ninemarch.model import Gate, Tally, Weighted

GATE = Gate("g", success=Fraction(99, 100))


def line(tally: Tally, planned: int, gate: Gate = GATE) -> str:
    return power_line(gate, tally, planned=planned)


def rate_in(text: str) -> float:
    return 1 - float(text.split("fall to ")[1].split("%", maxsplit=1)[0]) / 100


def test_a_fixed_plan_names_the_rate_that_its_own_verdict_notices() -> None:
    rate = rate_in(line(Tally(()), 300))
    fails = [k for k in range(301) if estimate(Tally(((0, 1, 300 - k), (1, 1, k))), 0.95).failure_lower > 0.01]
    chance = scipy_stats.binom.sf(fails[0] - 1, 300, rate)
    assert 0.8 <= chance < 0.81
    assert line(Tally(()), 300) == "would notice a fall to 96.99% with 80% chance"


def test_a_sequential_plan_names_the_rate_that_its_tables_notice() -> None:
    rate = rate_in(line(Tally((), anytime=True), 3000))
    assert 0.8 <= stats.sequential_plan(rate, failure_rate=0.01, budget=3000).fails < 0.81


@pytest.mark.parametrize("anytime", [False, True])
def test_a_plan_that_can_never_pass_says_so(anytime: bool) -> None:
    assert line(Tally((), anytime=anytime), 200).startswith("cannot pass on 200 independent trials")


def test_a_short_sequential_plan_says_what_it_cannot_say() -> None:
    assert line(Tally((), anytime=True), 400) == (
        "would not pass at 99.57% with 80% chance; too few trials to say FAIL"
    )


def test_no_planned_trial_gives_no_line() -> None:
    assert line(Tally(()), 0) == ""


def test_repeats_of_a_scenario_that_share_its_fate_are_worth_one_trial() -> None:
    together = Tally(((0, 10, 297), (10, 10, 3)))
    assert effective_trials(together, 3000) == pytest.approx(300, rel=0.01)
    assert line(together, 3000) == line(Tally(()), int(effective_trials(together, 3000)))
    clean = Tally(((0, 10, 300),))
    assert effective_trials(clean, 3000) == 300


def test_repeats_are_never_worth_more_than_trials() -> None:
    spread = Tally(((0, 2, 100), (1, 2, 100)))  # never two failures of one scenario: a negative correlation
    assert effective_trials(spread, 400) == 400


def test_weights_count_by_the_largest() -> None:
    weighted = Tally(((0, 1, 1000),), weighted=Weighted(y=0.0, v=0.0, m=0.004, uncovered=0.0))
    assert effective_trials(weighted, 1000) == pytest.approx(250)


def test_spent_error_probability_makes_a_gate_notice_less() -> None:
    fresh, spent = Tally(((0, 1, 300),), anytime=True), Tally(((0, 1, 300),), anytime=True, spent=0.04)
    assert rate_in(line(spent, 3000)) > rate_in(line(fresh, 3000))


def test_counted_failures() -> None:
    gate = Gate("safety", max_failures=0)
    text = line(Tally(()), 300, gate)
    assert text == "would notice such failures at 1 in 186 trials with 80% chance"
    assert 1 - (1 - 1 / 186) ** 300 >= 0.8 > 1 - (1 - 1 / 188) ** 300
    assert line(Tally(()), 2, Gate("safety", max_failures=2)).startswith("would notice nothing")


@pytest.mark.parametrize("anytime", [False, True])
def test_a_drop_is_said_in_shares_of_the_trials(anytime: bool) -> None:
    gate = Gate("steady", success=Fraction(499, 1000), baseline="main", max_drop=Fraction(2, 1000))
    calm = Tally(((0, 1, 3000),), scores=((0.5, 3000),), anytime=anytime)
    noisy = Tally(((0, 1, 3000),), scores=((0.0, 150), (0.5, 2700), (1.0, 150)), anytime=anytime)
    drops = [float(line(tally, 3000, gate).split("about ")[1].split("%")[0]) for tally in (calm, noisy)]
    assert 0.2 < drops[0] < 1 < drops[1]
    assert line(Tally(((0, 1, 2),), scores=((0.5, 2),)), 2, gate).startswith("would notice no drop")
