"""The stop rule: equals the tables and the gate, whatever the order in which trials finish."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import A, E, F, P, U, V, plan_of, trial, write_run

from ninemarch import stats, table
from ninemarch.engine.stop_rule import StopRule
from ninemarch.evidence import gather
from ninemarch.gate import decide
from ninemarch.model import Earlier, Gate, GateVerdict, RunPlan, Severity, Tally, Trial, Verdict

GATE = Gate("overall", Fraction("0.99"))


def plan_for(*gates: Gate, planned: int = 5000, **changes: object) -> RunPlan:
    return plan_of(planned, gates=gates, stop="sequential", **changes)


def stops_at(rule: StopRule, trials: list[Trial]) -> tuple[int, str]:
    """Number of trials after which the rule first decides, and why."""
    for number, each in enumerate(trials, 1):
        rule.tell(each)
        if rule.decided:
            return number, rule.decided
    return 0, ""


def made(verdicts: list[Verdict], **changes: object) -> list[Trial]:
    return [trial(number, verdict, **changes) for number, verdict in enumerate(verdicts)]


@pytest.mark.parametrize("failures", [0, 1, 2, 5])
def test_it_passes_where_the_table_says(failures: int):
    table_ = stats.pass_table(0.01, max_failures=failures)
    verdicts = [*[F] * min(failures, 1), *[P] * 300, *[F] * max(0, failures - 1), *[P] * 2000]
    assert stops_at(StopRule(plan_for(GATE)), made(verdicts))[0] == table_[failures]


def test_it_fails_where_the_table_says():
    table_ = stats.fail_table(0.01, max_failures=4, min_failures=2)
    last = int(table_[2])
    rule = StopRule(plan_for(GATE))
    why = f"decided after {last:,} trials: gate overall has failed"
    assert stops_at(rule, made([F] + [P] * (last - 2) + [F])) == (last, why)
    rule = StopRule(plan_for(GATE))
    assert stops_at(rule, made([F] + [P] * (last - 1) + [F])) == (0, "")
    assert stops_at(StopRule(plan_for(GATE)), made([F])) == (0, "")  # one failure alone proves nothing


def test_it_gives_up_when_no_trial_left_can_pass():
    rule = StopRule(plan_for(GATE, planned=400))
    number, why = stops_at(rule, made([P] * 60 + [F] + [P] * 339))
    assert number == 61
    assert "no trial left in the plan can pass gate overall" in why


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.004, 0.02, 0.2]))
def test_law_the_order_in_which_trials_finish_does_not_matter(seed: int, rate: float):
    rng = random.Random(seed)
    verdicts = [F if rng.random() < rate else rng.choice([P, P, P, P, P, P, U, V]) for _ in range(500)]
    in_order, shuffled = StopRule(plan_for(GATE)), StopRule(plan_for(GATE))
    trials = made(verdicts)
    for each in trials:
        in_order.tell(each)
    mixed = trials.copy()
    rng.shuffle(mixed)
    for each in mixed:
        shuffled.tell(each)
    assert in_order.decided == shuffled.decided


def test_a_trial_in_flight_holds_back_those_after_it():
    rule = StopRule(plan_for(GATE))
    trials = made([P] * 377)
    for each in trials[1:]:
        rule.tell(each)
    assert rule.decided == ""
    rule.tell(trials[0])
    assert "every gate is proven" in rule.decided


def test_what_comes_in_after_a_decision_may_unsettle_it():
    rule = StopRule(plan_for(GATE))
    for each in made([P] * 377):
        rule.tell(each)
    assert rule.decided
    rule.tell(trial(377, F))
    assert rule.decided == ""


@pytest.mark.parametrize("verdict", [U, E])
def test_trials_without_a_verdict_count_against_both_sides(verdict: Verdict):
    assert stops_at(StopRule(plan_for(GATE)), made([verdict] + [P] * 800))[0] == int(stats.pass_table(0.01)[1])
    bad = made([verdict, verdict] + [P] * 30)
    assert stops_at(StopRule(plan_for(GATE)), bad) == (0, "")


def test_every_slice_must_be_proven_and_rare_levels_do_not_hold_the_run():
    each = Gate("each", Fraction("0.9"), each=("language",), min_share=0.1)
    trials = [trial(i, P, {"language": "de" if i % 2 else "en" if i % 50 else "rare"}) for i in range(200)]
    number, why = stops_at(StopRule(plan_for(each)), trials)
    assert "every gate is proven" in why
    assert number >= 72  # 36 clean trials of each of the two levels that count
    only = Gate("de", Fraction("0.9"), where={"language": "de"})
    number, _ = stops_at(StopRule(plan_for(only)), trials)
    assert 71 <= number <= 72


def test_a_count_fails_at_once_and_never_holds_the_run():
    safety = Gate("safety", max_failures=0, severity=Severity.CRITICAL)
    good = made([P] * 377)
    assert stops_at(StopRule(plan_for(GATE, safety)), good)[0] == 377
    bad = [*good[:10], trial(10, F, severity=Severity.CRITICAL)]
    assert stops_at(StopRule(plan_for(GATE, safety)), bad) == (11, "decided after 11 trials: gate safety has failed")


def test_slow_trials_are_bad_for_a_latency_gate():
    fast = Gate("fast", Fraction("0.9"), latency=1.0)
    slow = [trial(i, P, seconds=2.0) for i in range(20)]
    assert "gate fast has failed" in stops_at(StopRule(plan_for(fast)), slow)[1]
    assert stops_at(StopRule(plan_for(fast)), [trial(i, F, seconds=0.5) for i in range(40)])[0] == 36


def test_scenarios_count_once_all_their_repeats_are_in():
    plan = plan_for(Gate("g", Fraction("0.9")), per_scenario=5)
    trials = [trial(i, P, scenario=f"s{i // 5}", repeat=i % 5) for i in range(1000)]
    number, why = stops_at(StopRule(plan), trials)
    assert "proven" in why
    assert 36 * 5 <= number <= 64 * 5 + 5  # looked at in blocks of 64 scenarios: 36 would do


def test_pass_hat_k_and_drops_are_followed_by_scenario():
    all_5 = Gate("all", Fraction("0.9"), all_trials=5)
    trials = [trial(i, F if i % 5 == 0 else P, scenario=f"s{i // 5}", repeat=i % 5) for i in range(1000)]
    assert "gate all has failed" in stops_at(StopRule(plan_for(all_5, per_scenario=5)), trials)[1]
    drop = Gate("steady", Fraction(9, 20), baseline="main", max_drop=Fraction("0.1"))
    scenarios = [trial(i) for i in range(2000)]
    base = {each.scenario: 0.0 for each in scenarios}
    number, why = stops_at(StopRule(plan_for(drop), {"main": base}), scenarios)
    assert "proven" in why
    assert number < 200
    assert stops_at(StopRule(plan_for(drop)), scenarios)[1] == ""  # no baseline: it can only run to its end


def test_earlier_runs_are_where_it_begins():
    clean = Tally(groups=((0, 1, 200),), anytime=True)
    look = Earlier("r0", "overall", {}, clean, clean, clean, clean)
    assert stops_at(StopRule(plan_for(GATE, earlier=(look,))), made([P] * 300))[0] == 177
    spent = Earlier("r0", "overall", {}, clean, clean, clean, clean, spent=0.04)
    needed = int(stats.pass_table(0.01, max_failures=0, confidence=0.99)[0])
    assert stops_at(StopRule(plan_for(GATE, earlier=(spent,))), made([P] * 900))[0] == needed - 200
    gone = Earlier("r0", "overall", {}, clean, clean, clean, clean, spent=0.05)
    assert stops_at(StopRule(plan_for(GATE, earlier=(gone,))), made([P] * 3000)) == (0, "")


def test_a_plan_too_small_from_the_start_measures_all_the_same():
    assert stops_at(StopRule(plan_for(GATE, planned=300)), made([P] * 300)) == (0, "")
    assert "has failed" in stops_at(StopRule(plan_for(GATE, planned=300)), made([F] * 300))[1]


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.002, 0.01, 0.05]), st.sampled_from([1, 3]))
def test_law_the_gate_agrees_with_every_decision(tmp_path_factory, seed: int, rate: float, repeats: int):
    rng = np.random.default_rng(seed)
    gates = (Gate("overall", Fraction("0.98")), Gate("each", Fraction("0.9"), each=("language",)))
    plan = plan_for(*gates, planned=1200, per_scenario=repeats, errors_max=1.0)
    rule = StopRule(plan)
    trials = []
    for number in range(1200):
        verdict = rng.choice([P, F, A, U, E], p=[1 - 1.2 * rate, rate, rate / 10, rate / 20, rate / 20])
        levels = {"language": "de" if number // repeats % 2 else "en"}
        trials.append(trial(number, verdict, levels, scenario=f"s{number // repeats}", repeat=number % repeats))
        rule.tell(trials[-1])
        if rule.decided:
            break
    folder = tmp_path_factory.mktemp("run")
    stop = rule.decided or ""
    path = table.ensure(write_run(folder, plan, trials, stop=stop))
    verdict = decide(gather(path, gates), gates).verdict
    if "every gate is proven" in stop:
        assert verdict is GateVerdict.PASS
    elif "has failed" in stop:
        assert verdict is GateVerdict.FAIL
    elif "can pass" in stop:
        assert verdict in {GateVerdict.NOT_PROVEN, GateVerdict.FAIL}  # Holm is bolder than the rule's Bonferroni
