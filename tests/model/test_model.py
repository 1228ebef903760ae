"""The frozen types: order of verdicts, derived properties, and that nothing can be changed in place."""

import dataclasses
import enum
import itertools
from fractions import Fraction

import msgspec
import pytest

from ninemarch import model
from ninemarch.model import Gate, RunPlan, Scenario, Suite, TargetSpec, Verdict

ORDER = [Verdict.PASS, Verdict.ASSISTED, Verdict.UNSCORED, Verdict.ERROR, Verdict.FAIL]


@pytest.mark.parametrize(("better", "worse"), list(itertools.combinations(ORDER, 2)))
def test_verdicts_merge_by_the_worst_in_any_order(better, worse):
    assert Verdict.worst([better, worse]) is Verdict.worst([worse, better, better]) is worse


def test_no_verdict_at_all_is_a_pass():
    assert Verdict.worst([]) is Verdict.PASS


def test_void_cannot_be_merged():
    with pytest.raises(ValueError, match="void"):
        Verdict.worst([Verdict.PASS, Verdict.VOID])


def test_a_scenario_without_a_group_is_its_own_unit():
    assert Scenario("a", 1).group_key == "a"
    assert Scenario("a", 1, group="image 7").group_key == "image 7"


def test_the_failure_rate_a_gate_allows_has_no_rounding():
    assert Gate("g", Fraction("0.999")).allowed == 0.001  # 1 - 0.999 is 0.0010000000000000009
    assert Gate("g", Fraction("0.99999")).allowed == 1e-5


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (TargetSpec("python", "bots.geo:answer"), "python:bots.geo:answer"),
        (TargetSpec("control", "oracle"), "control:oracle"),
        (TargetSpec("control", "coin", {"p": 0.99}), "control:coin:0.99"),
    ],
)
def test_a_target_in_one_line(spec, text):
    assert str(spec) == text


def test_the_suites_hash_names_scenarios_and_checks_apart():
    suite = Suite("s", (), (), scenarios_hash="a" * 64, checks_hash="b" * 64)
    assert suite.hash == "a" * 12 + "-" + "b" * 12


def _plan(**keys):
    needed = {
        "suite_version": "1",
        "origin": "s",
        "scenarios_hash": "a",
        "checks_hash": "b",
        "seed_range": "held-out",
    }
    target = TargetSpec("control", "oracle")
    return RunPlan("r", "now", "s", target=target, profile="p", seed=1, planned=1, **needed, **keys)


@pytest.mark.parametrize(
    ("keys", "counts"),
    [({}, True), ({"where": {"a": "b"}}, True), ({"subset": "x"}, False), ({"ids": ("a",)}, False)],
)
def test_chosen_scenarios_are_never_a_sample(keys, counts):
    assert _plan(**keys).counts_in_a_rate is counts


@pytest.mark.parametrize("name", [name for name in model.__all__ if isinstance(getattr(model, name), type)])
def test_every_type_is_frozen(name):
    kind = getattr(model, name)
    if dataclasses.is_dataclass(kind):
        assert kind.__dataclass_params__.frozen
    elif issubclass(kind, msgspec.Struct):
        assert kind.__struct_config__.frozen
    elif not issubclass(kind, enum.Enum | Exception | tuple):
        pytest.fail(f"{name} is of a kind that this test does not know")


def test_a_scenario_cannot_be_changed_in_place():
    with pytest.raises(AttributeError, match="immutable"):
        Scenario("a", 1).id = "b"
