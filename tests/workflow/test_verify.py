"""The controls of a suite: a sound one passes all four, and each kind of unsound one fails the right one."""

import importlib.util
import math
from fractions import Fraction

import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import SuiteError, UsageError
from ninemarch.model import CheckSpec, Gate, Profile, Scenario, Source, Suite, TargetSpec, Trials
from ninemarch.suite import load, make


def _numbers(levels, rng):
    number = rng.randrange(1, 10**9)
    return {"input": number, "expect": number}


def _suite(generator=_numbers, *, check=None, **keys):
    return make("s", generator, checks=[check or CheckSpec("exact")], **keys)


def _held(suite, **keys):
    return {control.name: control.holds for control in workflow.verify(suite, trials=200, **keys)}


def test_a_sound_suite_passes_every_control():
    assert _held(_suite()) == {"generator": True, "null": True, "oracle": True, "coin": True}


def test_a_check_that_takes_anything_fails_the_null_control():
    controls = workflow.verify(_suite(check=lambda s, o: True), trials=200)
    null = next(c for c in controls if c.name == "null")
    assert not null.holds
    assert null.says == "an empty answer fails 0 of 200 scenarios; it does not fail default:0:0"
    assert not next(c for c in controls if c.name == "coin").holds


def test_a_check_that_takes_nothing_fails_the_oracle_control():
    assert _held(_suite(check=lambda s, o: False)) == {
        "generator": True,
        "null": True,
        "oracle": False,
        "coin": False,
    }


def test_one_wrong_expectation_among_many_is_found_and_named():
    listed = [Scenario(f"s{i}", i, expect=i) for i in range(100)]
    suite = make("s", listed, checks=[lambda s, o: o == s.expect and s.id != "s42"])
    oracle = next(c for c in workflow.verify(suite) if c.name == "oracle")
    assert oracle.says == "the right answer passes 99 of 100 scenarios; it does not pass s42"


def test_a_scenario_whose_right_answer_is_nothing_is_found_by_the_null_control():
    suite = make("s", [Scenario("a", 1, expect=""), Scenario("b", 1, expect="x")], checks=[CheckSpec("exact")])
    null = next(c for c in workflow.verify(suite) if c.name == "null")
    assert (null.holds, null.says) == (False, "an empty answer fails 1 of 2 scenarios; it does not fail a")


def test_a_check_that_breaks_fails_every_control_but_the_generators():
    assert _held(_suite(check=lambda s, o: 1 / 0)) == {
        "generator": True,
        "null": False,
        "oracle": False,
        "coin": False,
    }


def _sometimes(levels, rng):
    if rng.random() < 0.1:
        raise ValueError("no \x1b[31m luck")
    return _numbers(levels, rng)


def test_a_generator_that_breaks_now_and_then_is_found_and_the_rest_is_still_tried():
    generator, *others = workflow.verify(_suite(_sometimes), trials=200)
    assert not generator.holds
    assert "of 200 scenarios could not be made: the generator failed: ValueError: no \\x1b[31m luck" in generator.says
    assert all(control.holds for control in others)


@pytest.mark.parametrize(
    "generator",
    [lambda a, r: {"input": 1, "void": "two right answers"}, lambda a, r: {}],
    ids=["all void", "all broken"],
)
def test_controls_on_no_scenario_at_all_do_not_hold(generator):
    assert not workflow.verify(_suite(generator), trials=20)[0].holds


def test_an_input_that_is_no_json_fails_the_oracle():
    assert not _held(_suite(lambda a, r: {"input": object(), "expect": 1}))["oracle"]


def test_hand_picked_subsets_are_controlled_too():
    clean = Source(scenarios=(Scenario("clean", 1, expect=""),), subset="canonical")
    suite = Suite("s", (Source(generator=_numbers), clean), (CheckSpec("exact"),), {"p": Profile("p")}, "p")
    null = next(c for c in workflow.verify(suite, trials=10) if c.name == "null")
    assert null.says.endswith("it does not fail clean")


def test_the_coin_is_covered_at_the_rate_it_claims():
    # 99.9% intervals over 60 fixed seeds: two misses would have a chance below 2 in 1,000.
    missed = sum(not _held(_suite(), seed=seed)["coin"] for seed in range(60))
    assert missed <= 1


def test_an_unknown_profile_is_refused():
    with pytest.raises(UsageError, match="profile=x is not in suite s"):
        workflow.verify(_suite(), profile="x")


# --- what is unwise


def _warnings(suite):
    return list(workflow.review(suite))


def test_a_suite_that_asks_what_its_trials_can_prove_has_no_warning(write_suite, tmp_path):
    gates = [{"id": "g", "success": 0.99}]
    listed = [{"inline": [{"id": f"s{i}", "input": i} for i in range(299)]}]
    assert _warnings(load(write_suite(tmp_path, gates=gates, scenarios=listed))) == []


def test_a_gate_that_its_trials_cannot_prove_is_said_with_the_number():
    # The rule of three's exact form: 0.999^n <= 0.05 first at n = 2,995.
    needed = math.ceil(math.log(0.05) / math.log(0.999))
    gate = Gate("three", Fraction(999, 1000))
    assert not any("three" in line for line in _warnings(_suite(gates=[gate], trials=Trials(max=needed))))
    said = [line for line in _warnings(_suite(gates=[gate], trials=Trials(max=needed - 1))) if "three" in line]
    assert said == [
        f"gate three: 2,994 trials cannot prove it; at least {needed:,} clean trials are needed (trials.max)"
    ]


@pytest.mark.parametrize(("listed", "words"), [(True, "it can never pass"), (False, "unless the generator adds it")])
def test_a_gate_on_an_attribute_that_nothing_has_is_said(listed, words):
    gate = Gate("g", Fraction(1, 2), where={"langauge": "de"})
    source = [Scenario("a", 1, attributes={"language": "de"})] if listed else _numbers
    assert any(
        f"no scenario or profile has the attribute 'langauge'; {words}" in w
        for w in _warnings(_suite(source, gates=[gate]))
    )


def test_no_gate_and_no_target_are_said():
    assert _warnings(_suite()) == [
        "no gate: runs are measured, nothing is asked of them",
        "no target: every run needs --target",
    ]


# --- code that a suite names


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"target": {"python": "bots:nosuch"}}, "module bots has no 'nosuch'"),
        ({"target": {"control": "coin", "params": {"p": 3}}}, "control coin: p=3"),
        ({"releases": [{"id": "1", "target": {"python": "nosuch_x:f"}}]}, "no module 'nosuch_x'"),
        ({"checks": [{"python": "bots:word"}]}, "bots:word is not callable"),
        ({"checks": [{"json_schema": {"schema": {"type": "x"}}}]}, "the schema is not valid"),
        ({"oracle": {"python": "bots:word"}}, "oracle: python: bots:word is not callable"),
    ],
)
def test_code_that_cannot_be_had_is_found_without_a_run(write_suite, tmp_path, keys, words):
    suite = load(write_suite(tmp_path, files={"bots.py": "word = 3\n"}, **keys))
    with pytest.raises(UsageError) as caught:
        workflow.check_code(suite)
    assert words in str(caught.value)


def test_looking_code_up_calls_nothing(write_suite, tmp_path):
    code = "def load():\n    raise SystemError\n"
    target = {"python": "bots:load", "factory": True}
    workflow.check_code(load(write_suite(tmp_path, files={"bots.py": code}, target=target)))


def test_a_broken_check_leaves_no_run_behind(write_suite, tmp_path):
    suite = load(write_suite(tmp_path, checks=[{"python": "nosuch_x:f"}]))
    selection = Selection(target=TargetSpec("control", "oracle"))
    with pytest.raises(SuiteError):
        workflow.run(suite, selection, root=tmp_path)
    assert not (tmp_path / ".ninemarch").exists()


# --- the shipped suites


@pytest.mark.parametrize(
    ("name", "needs"),
    [("dates", ["babel", "dateparser"]), ("desk", []), ("llm_json", ["json_repair"]), ("digits", ["sklearn"])],
)
def test_the_shipped_suites_pass_their_controls(name, needs):
    for module in needs:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")
    suite = load(name)
    workflow.check_code(suite)
    assert all(control.holds for control in workflow.verify(suite, trials=60))
