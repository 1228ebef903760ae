"""Hunts: what is proposed is run, recorded, counted apart and can be run again; nothing of it enters a rate."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import Interrupted, SuiteError, UsageError
from ninemarch.evidence import read_failures
from ninemarch.journal import HUNTS, list_runs, read_notes, runs_folder
from ninemarch.mining.hunting import Hunted
from ninemarch.model import Failure, TargetSpec
from ninemarch.suite import load
from ninemarch.table import ensure
from ninemarch.workflow import HuntOptions, read_hunt

Write = Callable[..., Path]
# A machine that fails loudly in storms at night, and silently on long rides in the rain.
BOTS = """
import os, signal
from hypothesis import strategies as st

def ride(levels, rng):
    if levels.get("surface") == "void":
        return {"input": 1, "void": "nobody rides there"}
    if levels.get("surface") == "broken":
        raise RuntimeError("no such road")
    ask = {**levels, "metres": rng.randrange(1000)}
    return {"input": ask, "expect": ask["metres"], "attributes": {"half": str(ask["metres"] // 500)}}

def drive(ask):
    if ask.get("wind") == "storm" and ask.get("light") == "night":
        raise RuntimeError("blown off the road")
    return ask["metres"] + (ask.get("rain") == "heavy" and ask["metres"] > 500)

async def flying(ask):
    return drive(ask)

def many(asks):
    return [0 if a.get("light") == "night" else a["metres"] for a in asks]

def stopped(ask):
    if ask["metres"] % 50 == 0:
        os.kill(os.getpid(), signal.SIGINT)
    return drive(ask)

def oracle(scenario):
    if scenario.input.get("metres", 0) > 800:
        raise ValueError("too far to know")
    return scenario.input.get("metres")

rides = st.fixed_dictionaries({"metres": st.integers(0, 1000), "rain": st.sampled_from(["none", "heavy"])})
known = st.builds(lambda m: {"input": {"metres": m, "rain": "heavy"}, "expect": m, "attributes": {"own": "yes"}}, st.integers(0, 1000))

def learner(request):
    if not request["failures"]:
        return [{"levels": {"wind": w, "light": l, "rain": "none"}} for w in ("calm", "storm") for l in ("day", "night")]
    if request["tried"] > 40:
        return []
    assert "blown off" in request["failures"][-1]["reason"]
    return [{"input": {"wind": "storm", "light": "night", "metres": n * 100}, "expect": "a lie"} for n in range(request["wanted"])]

def fool(request):
    return [3, {}, {"levels": {"wind": "gale"}}, {"levels": "x"}, {"input": {"metres": 900}}, {"input": {"metres": 1}}]

def shy(request):
    raise RuntimeError("I would rather not")

def mute(request):
    return "nothing"
"""
PROFILES = {
    "summer": {"wind": {"calm": 0.9, "storm": 0.1}, "light": {"day": 0.8, "night": 0.2}, "rain": {"none": 1.0}},
    "winter": {"wind": {"storm": 1.0}, "light": {"night": 1.0}, "rain": {"heavy": 1.0}},
}


def suite_of(write_suite: Write, folder: Path, **keys: Any) -> Any:
    keys = {"profile": "summer", "profiles": PROFILES, "scenarios": [{"generate": {"python": "bots:ride"}}], **keys}
    return load(write_suite(folder, files={"bots.py": BOTS}, target={"python": "bots:drive"}, **keys))


def hunted(write_suite: Write, folder: Path, options: HuntOptions, target: str = "", **keys: Any) -> Hunted:
    spec = TargetSpec("python", f"bots:{target}", batch=8 if target == "many" else 0) if target else None
    return workflow.hunt(suite_of(write_suite, folder, **keys), Selection(target=spec), options, root=folder)


def folder_of(found: Hunted, root: Path) -> Path:
    return runs_folder(root, HUNTS) / found.run.run


def failed(found: Hunted, root: Path) -> list[Failure]:
    return [f for f in read_failures(ensure(folder_of(found, root))) if f.verdict == "fail"]


@pytest.mark.parametrize("policy", ["", "mutation", "cross-entropy", "covering", "uniform", "profile"])
def test_every_policy_accounts_for_every_trial(write_suite, tmp_path, policy):
    found = hunted(write_suite, tmp_path, HuntOptions(policy=policy, trials=120))
    assert found.plan.policy == policy or (found.plan.policy, policy) == ("mutation", "")
    counted = found.found
    assert sum(counted.verdicts.values()) == counted.planned == 120
    assert (counted.missing, counted.called, found.sealed, found.stopped) == (0, 120, True, "")
    assert counted.failures == counted.verdicts["fail"] > 0
    if policy != "profile":  # in summer it never rains
        assert {mode.kind.split(":")[0] for mode in counted.modes} >= {"wrong"}
        assert counted.coverage[0].complete
    assert any("RuntimeError at bots.py" in mode.kind for mode in counted.modes)
    assert counted.cells_failed <= counted.cells_tried <= 8


def test_the_same_seed_hunts_the_same_and_another_one_elsewhere(write_suite, tmp_path):
    one, again, other = (
        workflow.hunt(suite_of(write_suite, tmp_path), Selection(seed=seed), HuntOptions(trials=60), root=tmp_path)
        for seed in (7, 7, 8)
    )
    assert one.found == again.found
    inputs = [[f.input for f in read_failures(ensure(folder_of(each, tmp_path)))] for each in (one, again, other)]
    assert inputs[0] == inputs[1] != inputs[2]


def test_a_hunt_lies_apart_and_is_no_run(write_suite, tmp_path):
    found = hunted(write_suite, tmp_path, HuntOptions(trials=30))
    assert list_runs(tmp_path) == []
    assert not found.run.counts_in_a_rate
    assert found.run.gates == ()
    assert read_hunt(folder_of(found, tmp_path)) == found
    decided = workflow.decide_run(folder_of(found, tmp_path)).decision
    assert decided.rate is None
    with pytest.raises(UsageError, match="is a run, not a hunt"):
        read_hunt(workflow.run(suite_of(write_suite, tmp_path), Selection(trials=5), root=tmp_path).folder)


@pytest.mark.parametrize("policy", ["mutation", "cross-entropy", "strategy"])
def test_every_failure_can_be_run_again(write_suite, tmp_path, policy):
    sources = [{"generate": {"python": "bots:ride"}}, {"hunt": {"python": "bots:rides", "max_examples": 40}}]
    found = hunted(
        write_suite,
        tmp_path,
        HuntOptions(policy=policy, trials=60),
        scenarios=sources,
        oracle={"python": "bots:oracle"},
    )
    failures = failed(found, tmp_path)
    assert failures
    for failure in failures:
        again = workflow.replay(found.run.run, str(failure.number), root=tmp_path)
        assert again.same == 1
        assert json.loads(failure.input) == again.trials[0].input


def test_neighbours_keep_the_random_numbers_of_their_parent(write_suite, tmp_path):
    found = hunted(write_suite, tmp_path, HuntOptions(trials=100))
    batches = [json.loads(text) for text in read_notes(folder_of(found, tmp_path), "proposed")]
    proposals = [each for _, batch in batches for each in batch]
    metres = {f.number: json.loads(f.input)["metres"] for f in read_failures(ensure(folder_of(found, tmp_path)))}
    pairs = [(n, p["reuse"]) for n, p in enumerate(proposals) if p["reuse"] is not None and n in metres]
    assert pairs
    assert all(metres[number] == metres[parent] for number, parent in pairs)


def test_the_targets_of_a_run_can_be_hunted_too(write_suite, tmp_path):
    assert hunted(write_suite, tmp_path, HuntOptions(trials=40), "flying").found.failures
    assert hunted(write_suite, tmp_path, HuntOptions(trials=40), "many").found.failures


def test_void_and_broken_scenarios_are_accounted_for(write_suite, tmp_path):
    profiles = {"p": {**PROFILES["summer"], "surface": {"road": 0.9, "void": 0.05, "broken": 0.05}}}
    found = hunted(
        write_suite, tmp_path, HuntOptions(policy="uniform", trials=60), profile="p", profiles=profiles
    ).found
    assert found.verdicts["void"] > 5
    assert found.verdicts["error"] > 5
    assert sum(found.verdicts.values()) == 60
    assert found.weighted is None
    assert "have no verdict" in found.why_unweighted
    assert found.coverage[0].covered < found.coverage[0].possible  # what was not run is not covered


def test_what_is_forbidden_is_left_out(write_suite, tmp_path):
    found = hunted(write_suite, tmp_path, HuntOptions(trials=60, forbid=[{"wind": "storm", "light": "night"}])).found
    assert not any("blown" in mode.kind or "RuntimeError" in mode.kind for mode in found.modes)
    assert found.coverage[0].impossible == 1
    assert "forbidden" in found.why_unweighted


def test_the_weighted_estimate_stands_for_use(write_suite, tmp_path):
    found = hunted(write_suite, tmp_path, HuntOptions(policy="cross-entropy", trials=600)).found
    assert found.weighted is not None
    assert (
        found.weighted.failure.lower < 0.1 * 0.2 < found.weighted.failure.upper
    )  # storm and night; no rain in summer
    assert found.failures / found.called > 5 * 0.02


def test_strategies_are_answered_by_the_suite_or_not_counted(write_suite, tmp_path):
    sources = [
        {"hunt": {"python": "bots:rides", "max_examples": 50}},
        {"hunt": {"python": "bots:known", "max_examples": 20}},
        {"generate": {"python": "bots:ride"}},
    ]
    found = hunted(
        write_suite,
        tmp_path,
        HuntOptions(policy="strategy", trials=200),
        scenarios=sources,
        oracle={"python": "bots:oracle"},
    )
    assert "no more examples after 70 of 200 trials" in found.stopped
    assert found.found.verdicts["unscored"] >= 1  # beyond 800 metres the oracle does not know
    assert found.found.failures >= 1
    assert found.found.coverage == ()
    assert found.found.weighted is None
    blind = hunted(write_suite, tmp_path, HuntOptions(policy="strategy", trials=200), scenarios=sources)
    assert blind.found.verdicts["unscored"] == 50
    assert blind.found.called == 20


def test_examples_of_a_schema_meet_checks_that_need_no_expectation(write_suite, tmp_path):
    schema = {
        "type": "object",
        "properties": {"metres": {"type": "integer", "minimum": 0}},
        "required": ["metres"],
        "additionalProperties": False,
    }
    sources = [
        {"hunt": {"json_schema": {"schema": schema}, "max_examples": 25}},
        {"generate": {"python": "bots:ride"}},
    ]
    checks = [{"json_schema": {"schema": {"type": "integer", "maximum": 500}}}]
    found = hunted(write_suite, tmp_path, HuntOptions(policy="strategy"), scenarios=sources, checks=checks).found
    assert found.called == 25
    assert found.failures >= 1


def test_an_adversary_learns_from_failures_and_only_the_oracle_says_what_is_right(write_suite, tmp_path):
    options = HuntOptions(trials=60, adversary=TargetSpec("python", "bots:learner"))
    found = hunted(write_suite, tmp_path, options, oracle={"python": "bots:oracle"})
    assert found.plan.policy == "adversary"
    assert "the adversary proposed nothing more" in found.stopped
    failures = failed(found, tmp_path)
    assert sum("blown off" in f.reason for f in failures) > 10
    assert not any("a lie" in f.expect for f in failures)
    again = workflow.replay(found.run.run, str(failures[-1].number), root=tmp_path)
    assert again.same == 1


def test_an_adversary_that_talks_nonsense_is_recorded_as_such(write_suite, tmp_path):
    options = HuntOptions(trials=6, adversary=TargetSpec("python", "bots:fool"))
    found = hunted(write_suite, tmp_path, options, oracle={"python": "bots:oracle"})
    assert dict(found.found.verdicts) == {"unscored": 5, "pass": 1}
    blind = hunted(write_suite, tmp_path, options)
    assert dict(blind.found.verdicts) == {"unscored": 6}


@pytest.mark.parametrize(
    ("name", "said"),
    [("shy", "the adversary failed: exception: RuntimeError: I would rather not"), ("mute", "no list of proposals")],
)
def test_an_adversary_that_fails_ends_the_hunt(write_suite, tmp_path, name, said):
    found = hunted(write_suite, tmp_path, HuntOptions(trials=6, adversary=TargetSpec("python", f"bots:{name}")))
    assert said in found.stopped
    assert found.found.called == 0


def test_an_interrupted_hunt_keeps_what_it_has(write_suite, tmp_path):
    with pytest.raises(Interrupted, match=r"trials of hunt .* are safe"):
        hunted(write_suite, tmp_path, HuntOptions(trials=2000), "stopped")
    (folder,) = runs_folder(tmp_path, HUNTS).iterdir()
    cut = read_hunt(folder)
    assert not cut.sealed
    assert 0 < cut.found.called < 2000
    assert cut.found.missing == 2000 - cut.found.called


@pytest.mark.parametrize(
    ("options", "keys", "said"),
    [
        (HuntOptions(policy="mutaton"), {}, "did you mean 'mutation'"),
        (HuntOptions(trials=0), {}, "1 to 100,000 trials"),
        (HuntOptions(policy="strategy"), {}, "has no hunt source"),
        (HuntOptions(), {"scenarios": [{"inline": [{"id": "a", "input": {"metres": 1}}]}]}, "has no generator"),
        (HuntOptions(), {"profile": {}, "profiles": {}}, "has no attribute to hunt over"),
        (HuntOptions(forbid=[{"wind": "x"}]), {}, "wind has no level 'x'"),
        (HuntOptions(adversary=TargetSpec("python", "bots:nobody")), {}, "has no 'nobody'"),
    ],
)
def test_what_cannot_be_hunted_is_said_and_nothing_is_written(write_suite, tmp_path, options, keys, said):
    with pytest.raises(UsageError, match=said):
        hunted(write_suite, tmp_path, options, **keys)
    assert not (tmp_path / ".ninemarch").exists()


def test_a_strategy_that_cannot_be_had_is_said(write_suite, tmp_path):
    sources = [{"hunt": {"python": "bots:drive"}}, {"generate": {"python": "bots:ride"}}]
    with pytest.raises(SuiteError, match="making the strategy failed"):
        hunted(write_suite, tmp_path, HuntOptions(policy="strategy"), scenarios=sources)
