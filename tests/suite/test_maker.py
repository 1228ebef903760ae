"""Suites made in Python are the same objects as those read from YAML."""

import dataclasses
import random
from fractions import Fraction

import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import SuiteError, UsageError
from ninemarch.model import CheckSpec, Gate, Limits, Scenario, Seeds, TargetSpec, Trials
from ninemarch.suite import load, make

LISTED = [Scenario(f"s{i}", i, i, {"lang": "de" if i % 2 else "en"}) for i in range(6)]
PROFILE = {"lang": {"de": 0.25, "en": 0.75}}


def _from_yaml(write_suite, folder):
    rows = [{"id": s.id, "input": s.input, "expect": s.expect, "attributes": dict(s.attributes)} for s in LISTED]
    return load(
        write_suite(
            folder,
            target=None,
            scenarios=[{"inline": rows}],
            checks=[{"exact": {"fold": ["case"]}}],
            profile=PROFILE,
            gates=[{"id": "g", "success": 0.5}],
            trials={"max": 6},
            limits={"timeout": "5s"},
            seeds={"development": [0, 9], "held_out": [10, 19]},
        )
    )


def _from_python():
    return make(
        "tiny",
        LISTED,
        checks=[CheckSpec("exact", {"fold": ("case",)})],
        profile=PROFILE,
        gates=[Gate("g", Fraction(1, 2))],
        trials=Trials(max=6),
        limits=Limits(timeout=5.0),
        seeds=Seeds((0, 9), (10, 19)),
    )


def test_both_are_equal_but_for_where_they_come_from(write_suite, tmp_path):
    read, made = _from_yaml(write_suite, tmp_path), _from_python()
    own = {"folder": None, "origin": "", "scenarios_hash": "", "checks_hash": ""}
    assert dataclasses.replace(read, **own) == dataclasses.replace(made, **own)


def test_both_give_the_same_decision(write_suite, tmp_path):
    selection = Selection(target=TargetSpec("control", "coin", {"p": 0.5}))
    read = workflow.run(_from_yaml(write_suite, tmp_path), selection, root=tmp_path / "a")
    made = workflow.run(_from_python(), selection, root=tmp_path / "b")
    assert read.decision.counts == made.decision.counts
    assert read.decision.verdict == made.decision.verdict
    assert read.decision.rate == made.decision.rate


def _numbers(levels, rng):
    return {"input": rng.random(), "expect": 1}


def _other(levels, rng):
    return {"input": rng.random(), "expect": 2}


def test_a_generator_and_functions_as_checks_are_taken():
    suite = make("s", _numbers, checks=[lambda scenario, output: output == scenario.expect])
    assert suite.sources[0].generator is _numbers
    assert suite.sources[0].generator({}, random.Random(1))["expect"] == 1
    assert suite.checks[0].function is not None


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ({}, {}, True),
        ({}, {"version": "2"}, False),
        ({}, {"scenarios": _other}, False),
        ({}, {"profile": {"lang": {"de": 1.0}}}, False),
        ({}, {"gates": [Gate("g", Fraction(1, 2))]}, True),
        ({}, {"trials": Trials(max=5)}, True),
    ],
)
def test_the_hash_follows_what_decides_which_scenarios_are_drawn(one, two, same):
    def of(keys):
        return make("s", keys.pop("scenarios", _numbers), checks=[CheckSpec("exact")], **keys).scenarios_hash

    assert (of(dict(one)) == of(dict(two))) is same


@pytest.mark.parametrize(
    ("scenarios", "keys", "words"),
    [
        ([], {}, "suite s: the suite has no scenario"),
        ([Scenario("a", 1), Scenario("a", 2)], {}, "suite s: scenario id 'a' stands twice"),
        ([Scenario("é", 1), Scenario("e\u0301", 2)], {}, "equal after Unicode normalisation"),
        (_numbers, {"checks": []}, "suite s: checks is empty; give at least one check"),
        (_numbers, {"profile": {"l": {"a": 0.7}}}, "suite s: attribute l: the weights sum to 0.7"),
        (_numbers, {"profile": {"l": {"a": -1.0, "b": 2.0}}}, "suite s: attribute l: a=-1.0; allowed: 0 or more"),
        (_numbers, {"gates": [Gate("g", Fraction(1, 2))] * 2}, "suite s: gate id 'g' stands twice"),
    ],
)
def test_refuses_what_yaml_would_refuse(scenarios, keys, words):
    with pytest.raises(SuiteError) as caught:
        make("s", scenarios, **{"checks": [CheckSpec("exact")], **keys})
    assert words in str(caught.value)


@pytest.mark.parametrize(("success", "keys"), [(Fraction(999, 10), {}), (Fraction(1, 2), {"confidence": 95})])
def test_a_gate_itself_refuses_what_is_no_share(success, keys):
    with pytest.raises(UsageError, match=r"gate g: success=.*, confidence=.*; allowed: above 0, below 1"):
        Gate("g", success, **keys)
