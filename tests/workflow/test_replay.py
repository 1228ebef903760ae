"""One failure again: the same scenario on the same target, beside what was recorded; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import UsageError
from ninemarch.model import Ended, Verdict
from ninemarch.suite import load
from ninemarch.workflow import Finished
from ninemarch.workflow.replay import find_trial

Write = Callable[..., Path]
BOTS = """
import os, pathlib

def scenario(levels, rng):
    number = rng.randrange(10**9)
    return {"input": number, "expect": number, "void": "unclear" if number % 11 == 0 else ""}

def answer(x):
    if pathlib.Path(__file__).with_name("mended").exists():
        return x
    if x % 3 == 0:
        raise LookupError(f"no {x}")
    return x if x % 3 == 1 else -x

async def flying(x):
    return answer(x)

def many(xs):
    return [x if x % 3 == 1 else -x if x % 3 else None for x in xs]

def chatty(x):
    print("noise")
    return answer(x)
"""


def made(folder: Path, write_suite: Write, target: str = "answer", **keys: Any) -> Finished:
    """A run of 60 trials of which two thirds fail."""
    path = write_suite(
        folder,
        files={"bots.py": BOTS},
        target={"python": f"bots:{target}", "batch": 8 if target == "many" else 0},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        trials={"max": 60},
        **keys,
    )
    return workflow.run(load(path), Selection(), root=folder)


@pytest.mark.parametrize("target", ["answer", "flying", "many", "chatty"])
def test_every_failure_fails_again_in_the_same_way(tmp_path: Path, write_suite: Write, target: str) -> None:
    finished = made(tmp_path, write_suite, target)
    before = {path: path.read_bytes() for path in finished.folder.iterdir()}
    failures = [failure for failure in finished.evidence.failures if failure.verdict == "fail"]
    assert len(failures) > 20
    for failure in failures[:8]:
        result = workflow.replay("latest", str(failure.number), root=tmp_path)
        assert result.recorded == failure
        (trial,) = result.trials
        assert (trial.scenario, trial.verdict, trial.silent) == (failure.scenario, Verdict.FAIL, failure.silent)
        assert trial.reason == failure.reason
        assert str(trial.input) == failure.input
        assert trial.ended.value == failure.ended
        assert trial.ended in {Ended.ANSWERED, Ended.ABSTAINED if target == "many" else Ended.EXCEPTION}
        assert (result.same, result.changed) == (1, "")
    assert {path: path.read_bytes() for path in finished.folder.iterdir()} == before


def test_a_trial_is_named_by_number_or_by_scenario(tmp_path: Path, write_suite: Write) -> None:
    finished = made(tmp_path, write_suite)
    failure = finished.evidence.failures[-1]
    by_number, _ = find_trial("latest", str(failure.number), root=tmp_path)
    by_name, plan = find_trial(finished.folder.name, failure.scenario, root=tmp_path)
    assert by_number == by_name == failure
    assert plan == finished.decision.plan


def test_a_pass_can_be_replayed_too(tmp_path: Path, write_suite: Write) -> None:
    finished = made(tmp_path, write_suite)
    others = {failure.number for failure in finished.evidence.failures}
    number = next(n for n in range(60) if n not in others)
    result = workflow.replay("latest", str(number), times=5, root=tmp_path)
    assert result.recorded.verdict == "pass"
    assert (len(result.trials), result.same) == (5, 5)
    assert result.trials[0].output == result.trials[0].input


def test_a_mended_target_passes_and_a_changed_suite_is_said(tmp_path: Path, write_suite: Write) -> None:
    finished = made(tmp_path, write_suite)
    failure = next(failure for failure in finished.evidence.failures if failure.verdict == "fail")
    (tmp_path / "mended").touch()
    result = workflow.replay("latest", str(failure.number), times=3, root=tmp_path)
    assert [trial.verdict for trial in result.trials] == [Verdict.PASS] * 3
    assert result.same == 0
    assert result.changed == ""
    keys = json.loads((tmp_path / "suite.yaml").read_text())
    (tmp_path / "suite.yaml").write_text(json.dumps({**keys, "checks": [{"exact": {"fold": ["case"]}}]}))
    result = workflow.replay("latest", str(failure.number), root=tmp_path)
    assert "the suite has changed since the run" in result.changed


def test_a_void_scenario_is_not_run(tmp_path: Path, write_suite: Write) -> None:
    finished = made(tmp_path, write_suite)
    void = next(failure for failure in finished.evidence.failures if failure.verdict == "void")
    with pytest.raises(UsageError, match="is void: unclear; it was not run"):
        workflow.replay("latest", str(void.number), root=tmp_path)


@pytest.mark.parametrize(
    "trial", ["60", "-1", "99999999999999999999999", "default:1000:99999", "", "\u0663\u0660\u0660"]
)
def test_a_trial_that_is_not_there_is_said(tmp_path: Path, write_suite: Write, trial: str) -> None:
    made(tmp_path, write_suite)
    with pytest.raises(UsageError, match=r"has no trial .*; its trials are 0 to 59"):
        workflow.replay("latest", trial, root=tmp_path)


def test_a_printing_target_leaves_the_document_whole(
    tmp_path: Path, write_suite: Write, cli: Callable[..., Any]
) -> None:
    finished = made(tmp_path, write_suite, "chatty")
    number = next(failure.number for failure in finished.evidence.failures if failure.verdict == "fail")
    done = cli("replay", "latest", number, "--json", cwd=tmp_path).must(0)
    assert done.json["replays"]
