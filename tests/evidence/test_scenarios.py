"""A run scenario by scenario, and beside a baseline."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import A, E, F, P, U, V, plan_of, trial, write_run

from ninemarch import stats, table
from ninemarch.evidence import Scenarios, compare, read_scenarios
from ninemarch.model import Baseline, Counts, Results

SEEN = st.sampled_from([Results(1), Results(0, 1), Results(0, 0, 1), Results(0, 0, 0, 1), Results(0, 0, 0, 0, 0, 1)])


def baseline_of(results, **changes):
    total = [sum(seen[place] for seen in results.values()) for place in range(6)]
    plan = plan_of(max(sum(total), 1), **changes)
    passed, failed, assisted, unscored, errors, void = total
    return Baseline(
        name="main",
        suite=plan.suite,
        suite_version=plan.suite_version,
        scenarios_hash=plan.scenarios_hash,
        checks_hash=plan.checks_hash,
        profile=plan.profile,
        seed=plan.seed,
        per_scenario=plan.per_scenario,
        run=plan.run,
        release="1",
        release_name="",
        created=plan.created,
        accepted=plan.created,
        counts=Counts(sum(total), passed, 0, failed, assisted, unscored, errors, void),
        results=results,
    )


def compared(then, now, groups=None, **changes):
    plan = replace(plan_of(1), **changes)
    return compare(baseline_of(then), plan, Counts(), Scenarios(now, groups or {}))


def test_every_verdict_of_every_scenario_is_counted(tmp_path):
    verdicts = [P, F, A, U, E, V, P, F, P]
    names = ["a", "a", "b", "b", "c", "d", "e", "e", "e"]
    trials = [
        trial(number, verdict, scenario=name, group="pair" if name in "ab" else "")
        for number, (verdict, name) in enumerate(zip(verdicts, names, strict=True))
    ]
    found = read_scenarios(table.ensure(write_run(tmp_path / "cafe0001", plan_of(9), trials)))
    assert found.results == {
        "a": Results(1, 1),
        "b": Results(0, 0, 1, 1),
        "c": Results(0, 0, 0, 0, 1),
        "d": Results(0, 0, 0, 0, 0, 1),
        "e": Results(2, 1),
    }
    assert found.groups == {"a": "pair", "b": "pair"}


def test_single_trials_are_compared_by_mcnemar_and_tango():
    # 7 and 1 discordant of 21: T. Tango (1998), as in the reference values of stats.
    then = {f"s{n}": Results(0, 1) if n == 20 else Results(1) for n in range(21)}
    now = {f"s{n}": Results(0, 1) if n < 7 else Results(1) for n in range(21)}
    found = compared(then, now)
    difference = found.difference
    assert [pair.id for pair in found.worse] == [f"s{n}" for n in range(7)]
    assert [pair.id for pair in found.better] == ["s20"]
    assert difference.estimate == pytest.approx(6 / 21)
    assert difference.p_value == pytest.approx(0.0390625)
    expected = stats.tango(7, 1, 21, confidence=0.9)
    assert (difference.lower, difference.upper) == pytest.approx((expected.lower, expected.upper))
    assert difference.method == "Tango"


def test_trials_that_share_fate_are_compared_by_group():
    # Of 40 scenarios of four bases all of one base fail now: one group of four is no proof, ten of 40 look like one.
    then = {f"s{n}": Results(1) for n in range(40)}
    now = {f"s{n}": Results(0, 1) if n < 10 else Results(1) for n in range(40)}
    pooled = compared(then, now).difference
    grouped = compared(then, now, {f"s{n}": f"base{n // 10}" for n in range(40)}).difference
    assert pooled.lower > 0
    assert grouped.lower < 0 < grouped.upper
    assert (grouped.units, grouped.estimate, grouped.p_value) == (4, 0.25, None)


def test_repeats_of_a_scenario_are_one_group():
    then, now = {f"s{n}": Results(4, 1) for n in range(30)}, {f"s{n}": Results(2, 3) for n in range(30)}
    found = compared(then, now)
    assert found.difference.units == 30
    assert found.difference.estimate == pytest.approx(0.4)
    assert len(found.worse) == 30


def test_scenarios_of_one_run_alone_are_counted_not_paired():
    then = {"a": Results(1), "b": Results(1), "c": Results(0, 0, 0, 1)}
    now = {"b": Results(0, 1), "c": Results(1), "d": Results(1), "e": Results(0, 0, 0, 0, 1)}
    found = compared(then, now)
    assert (found.paired, found.only_then, found.only_now) == (1, 1, 2)
    assert [pair.id for pair in found.worse] == ["b"]


def test_nothing_in_common_compares_nothing():
    found = compared({"a": Results(1)}, {"b": Results(1)}, seed=7)
    assert (found.paired, found.difference) == (0, None)
    assert found.changes == ("the seed was 1000, now it is 7: drawn scenarios are others",)


def test_of_a_changed_suite_drawn_scenarios_are_not_paired_and_nothing_is_tested():
    then = {"default:1000:1": Results(1), "listed": Results(1)}
    now = {"default:1000:1": Results(0, 1), "listed": Results(0, 1)}
    found = compared(then, now, scenarios_hash="c" * 64)
    assert [pair.id for pair in found.worse] == ["listed"]
    assert found.difference is None
    assert "the scenarios have changed" in found.changes[0]


def test_changed_checks_are_said():
    found = compared({"a": Results(1)}, {"a": Results(1)}, checks_hash="c" * 64, profile="night", per_scenario=2)
    assert len(found.changes) == 3
    assert found.difference is not None


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from("abcdefghij"), st.tuples(SEEN, SEEN), min_size=1))
def test_the_same_pairs_the_other_way_round_give_the_mirrored_difference(pairs):
    then, now = ({name: both[at] for name, both in pairs.items()} for at in (0, 1))
    there, back = compared(then, now), compared(now, then)
    assert there.paired + there.only_now == sum(seen.scored > 0 for seen in now.values())
    assert [pair.id for pair in there.worse] == [pair.id for pair in back.better]
    if there.difference is None:
        assert there.paired == 0
        return
    assert there.difference.lower == pytest.approx(-back.difference.upper, abs=1e-9)
    assert there.difference.lower <= there.difference.estimate <= there.difference.upper
    assert there.difference.p_value == back.difference.p_value
