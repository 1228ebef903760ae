"""``ninemarch shrink`` as a user meets it: a smaller scenario whose truth is right, its rate, a replay that fails."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ninemarch.report.document import documents_schema

Cli = Callable[..., Any]
BOTS = """
import random

CHANCE = random.Random(5)
LEVELS = {"plain": "", "shout": "LOUD ", "tail": " tail"}

def scenario(levels, rng):
    number = rng.randrange(10, 100)
    text = f"{levels['colour']} {number} {levels['size']}" + LEVELS[levels["noise"]]
    return {"input": {"text": text, "n": number}, "expect": number}

def answer(x):
    wrong = "tail" in x["text"] and "red" in x["text"]
    return x["n"] + 1 if wrong and CHANCE.random() < 0.6 else x["n"]

def total(x):
    if sum(x["items"]) > 90 and len(x["items"]) > 1 and CHANCE.random() < 0.7:
        raise OverflowError(len(x["items"]))
    return sum(x["items"])

def oracle(scenario):
    items = scenario.input.get("items") if isinstance(scenario.input, dict) else None
    return sum(items) if isinstance(items, list) and all(type(n) is int for n in items) else None

def wrong_oracle(scenario):
    return 7
"""
PROFILE = {
    "colour": {"blue": 0.5, "green": 0.3, "red": 0.2},
    "noise": {"plain": 0.6, "shout": 0.2, "tail": 0.2},
    "size": {"small": 0.7, "large": 0.3},
}
DRAWN = {
    "files": {"bots.py": BOTS},
    "target": {"python": "bots:answer"},
    "scenarios": [{"generate": {"python": "bots:scenario"}}],
    "profile": PROFILE,
    "trials": {"max": 600, "stop": "fixed"},
}
HOSTILE = "\x1b[31m<b>\u202e"


@pytest.fixture(scope="module")
def drawn(cli: Cli, write_suite: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    write_suite(folder, **DRAWN)
    cli("run", ".", "-q", cwd=folder).must(0)
    return folder


def failures(cli: Cli, folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cli("show", "latest", "--failures", "--json", cwd=folder).json["failures"]
    return found


def test_attributes_go_to_their_defaults_through_the_generator(cli: Cli, drawn: Path) -> None:
    worst = next(f for f in failures(cli, drawn) if f["attributes"]["size"] == "large")
    done = cli("shrink", "latest", str(worst["trial"]), cwd=drawn).must(
        0,
        "smaller: 3 attributes off the default became 2",
        "colour=red noise=tail",
        "at the default: size=small",
        "90% interval",
        "on fresh trials",
        "no oracle of the suite knows the right answer of another input",
    )
    assert max(len(line) for line in done.out.splitlines() if "ninemarch" not in line) <= 80
    number = worst["input"]["n"]
    assert f"red {number} small tail" in done.out
    (command,) = re.findall(r"ninemarch (replay .*)", done.out)
    replayed = cli(*shlex.split(command), cwd=drawn).must(0, "20 replays gave the recorded verdict")
    same = re.search(r"(\d+) of 20 replays", replayed.out)
    assert same is not None
    assert 4 <= int(same[1]) <= 19
    assert f"red {number} small tail" in replayed.out


def test_the_file_is_a_subset_that_a_suite_runs(cli: Cli, drawn: Path, write_suite: Callable[..., Path]) -> None:
    worst = next(f for f in failures(cli, drawn) if f["attributes"]["size"] == "large")
    found = (
        cli("shrink", "latest", str(worst["trial"]), "-o", "small.jsonl", "--tight", "--json", cwd=drawn).must(0).json
    )
    jsonschema.Draft202012Validator(documents_schema()).validate(found)
    assert (found["kind"], found["file"], found["smaller"]) == ("shrink", "small.jsonl", True)
    assert found["scenario"]["levels"] == {"colour": "red", "noise": "tail", "size": "small"}
    assert found["rate"]["failure_lower"] < found["rate"]["failures"] / found["rate"]["trials"]
    assert found["trials"] <= found["budget"] == 2000
    row = json.loads((drawn / "small.jsonl").read_text())
    assert row["expect"] == row["input"]["n"] == worst["input"]["n"]
    assert row["source"].startswith("shrunk from run ")
    again = drawn / "again"
    write_suite(
        again,
        **DRAWN | {"scenarios": [*DRAWN["scenarios"], {"subset": "shrunk", "file": "../small.jsonl"}]},  # type: ignore[arg-type]
    )
    cli("run", ".", "--subset", "shrunk", "-q", cwd=again)
    assert cli("show", "latest", "--json", cwd=again).json["counts"]["planned"] == 1


def listed(write_suite: Callable[..., Path], folder: Path, **keys: Any) -> None:
    items = [{"id": "one", "input": {"items": [5, 17, 60, 3, 44, 9], "note": HOSTILE}, "expect": 138}]
    write_suite(
        folder,
        files={"bots.py": BOTS},
        target={"python": "bots:total"},
        scenarios=[{"inline": items}],
        trials={"max": 20, "per_scenario": 20, "stop": "fixed"},
        **keys,
    )


def test_a_listed_scenario_is_made_smaller_where_the_oracle_can_answer(
    cli: Cli, write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    listed(write_suite, tmp_path, oracle={"python": "bots:oracle"})
    cli("run", ".", "-q", cwd=tmp_path)
    number = failures(cli, tmp_path)[0]["trial"]
    found = cli("shrink", "latest", str(number), "--json", cwd=tmp_path).must(0).json
    items = found["scenario"]["input"]["items"]
    assert list(found["scenario"]["input"]) == ["items"]
    assert len(items) == 2
    assert sum(items) == found["scenario"]["expect"] == 91
    assert found["limits"] == ""
    shown = cli("shrink", "latest", str(number), cwd=tmp_path).must(0, "smaller: an input of")
    assert not shown.steering


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "no oracle of the suite knows the right answer"),
        (
            {"oracle": {"python": "bots:wrong_oracle"}},
            "the suite's oracle answers its input otherwise than it expects",
        ),
    ],
)
def test_nothing_is_tried_where_nobody_knows_what_is_right(
    cli: Cli, write_suite: Callable[..., Path], tmp_path: Path, keys: dict[str, Any], said: str
) -> None:
    listed(write_suite, tmp_path, **keys)
    cli("run", ".", "-q", cwd=tmp_path)
    number = failures(cli, tmp_path)[0]["trial"]
    done = cli("shrink", "latest", str(number), cwd=tmp_path).must(2, "cannot be made smaller", said, "oracle:")
    assert not done.out


def test_a_check_that_needs_no_expectation_judges_any_input(
    cli: Cli, write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    """A property of the answer alone: what is right for a smaller input is known without an oracle."""
    bots = "def answer(x):\n    return x['a'].upper() if 'x' in x['a'] else x['a']\n"
    bots += "def small(scenario, output):\n    return output == output.lower()\n"
    write_suite(
        tmp_path,
        files={"bots.py": bots},
        target={"python": "bots:answer"},
        scenarios=[{"inline": [{"id": "s", "input": {"a": "the next word", "b": [1, 2]}}]}],
        checks=[{"python": "bots:small"}],
    )
    cli("run", ".", "-q", cwd=tmp_path)
    found = cli("shrink", "latest", "0", "--json", cwd=tmp_path).must(0).json
    assert found["scenario"]["input"] == {"a": "x"}


def test_wrong_requests_and_a_short_budget_are_answered(cli: Cli, drawn: Path) -> None:
    passed = next(t for t in range(600) if t not in {f["trial"] for f in failures(cli, drawn)})
    cli("shrink", "latest", str(passed), cwd=drawn).must(2, "is 'pass', no failure")
    number = str(failures(cli, drawn)[0]["trial"])
    cli("shrink", "latest", number, "-o", "small.csv", cwd=drawn).must(2, "must end in .jsonl")
    cli("shrink", "latest", "9999", cwd=drawn).must(2, "has no trial '9999'")
    cli("replay", "latest", number, "--shrunk", "nothing.jsonl", cwd=drawn).must(2, "no such scenario file")
    cli("shrink", "latest", number, "--budget", "5", cwd=drawn).must(0, "of 5", "fails")


def test_mine_and_hunt_shrink_one_failure_of_each_kind(cli: Cli, drawn: Path) -> None:
    mined = cli("mine", "--shrink", "400", "--json", cwd=drawn).must(0).json
    assert [each["kind"] for each in mined["shrunk"]] == ["shrink"] * len(mined["clusters"])
    assert {"colour": "red", "noise": "tail"}.items() <= mined["shrunk"][0]["scenario"]["levels"].items()
    cli("mine", "--shrink", "400", cwd=drawn).must(0, "fails")
    hunted = cli("hunt", ".", "-n", "60", "--policy", "uniform", "--shrink", "300", "--json", cwd=drawn).must(0).json
    assert hunted["shrunk"]
    jsonschema.Draft202012Validator(documents_schema()).validate(hunted)
    one = hunted["shrunk"][0]
    assert one["scenario"]["levels"] == {"colour": "red", "noise": "tail", "size": "small"}
    assert one["replay"].startswith(f"ninemarch replay {hunted['hunt']} ")
    cli(*shlex.split(one["replay"])[1:], cwd=drawn).must(0, "20 replays gave the recorded verdict")


def test_a_shrink_that_was_interrupted_goes_on_with_what_it_tried(
    cli: Cli, write_suite: Callable[..., Path], tmp_path: Path
) -> None:
    """The target stops the process in its 31st trial, as Ctrl-C does; what was tried is not run again."""
    bots = """
import os, pathlib, signal
FILE = pathlib.Path(__file__).with_name("calls")

def answer(x):
    calls = len(FILE.read_text()) if FILE.exists() else 0
    FILE.write_text("x" * (calls + 1))
    if calls == 31:
        os.kill(os.getpid(), signal.SIGINT)
    return sum(x) + ({3, 8} <= set(x))

def oracle(scenario):
    return sum(scenario.input) if all(type(n) is int for n in scenario.input) else None
"""
    write_suite(
        tmp_path,
        files={"bots.py": bots},
        target={"python": "bots:answer"},
        oracle={"python": "bots:oracle"},
        scenarios=[{"inline": [{"id": "s", "input": [*range(1, 21)], "expect": 210}]}],
    )
    cli("run", ".", "-q", cwd=tmp_path)
    cli("shrink", "latest", "0", "-q", cwd=tmp_path).must(130, "the same command goes on")
    (tried,) = (tmp_path / ".ninemarch" / "shrunk").glob("*.tried")
    kept = sum(len(json.loads(line)[1]) for line in tried.read_text().splitlines()[1:])
    assert 12 <= kept <= 31
    before = len((tmp_path / "calls").read_text())
    found = cli("shrink", "latest", "0", "--json", cwd=tmp_path).must(0).json
    assert sorted(found["scenario"]["input"]) == [3, 8]
    assert len((tmp_path / "calls").read_text()) - before == found["trials"] - kept
    assert not tried.exists()
