"""Ctrl-C and SIGTERM: everything acknowledged is kept, and the command that was printed goes on."""

from __future__ import annotations

import re
import time
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest
from killing import Process, Start, records

from ninemarch.journal import summarize
from ninemarch.model import Verdict


def resumed(start: Start, process: Process, **env: object) -> Process:
    """Start the command that the interrupted process printed."""
    found = re.search(r"ninemarch run --resume ([0-9a-f]{8})\b", process.said)
    assert found, process.said
    assert process.run.name == found[1]
    return start(resume=found[1], side="again", **env)


def complete(process: Process, trials: int) -> None:
    """The run has every trial exactly once, and is sealed."""
    numbers = [row.number for row in records(process.run)]
    assert sorted(numbers) == list(range(trials))
    assert summarize(process.run).sealed


@pytest.mark.parametrize(("number", "code"), [(SIGINT, 130), (SIGTERM, 143)])
@pytest.mark.parametrize(("target", "batch"), [("fast", 0), ("flying", 0), ("many", 8)])
def test_one_signal_stops_after_the_trial_in_hand(
    start: Start, number: Signals, code: int, target: str, batch: int
) -> None:
    process = start(400, target=target, batch=batch, fresh=target == "fast", PAUSE=0.002)
    process.wait_for_calls(40)
    process.send(number)
    assert process.leave(20) == code, process.said
    safe = records(process.run)
    # What had begun was finished and kept: nothing is called that is not recorded.
    assert len(safe) == len(process.calls) == len({row.number for row in safe}) < 400
    assert f"interrupted: {len(safe)} of 400 trials are safe in run {process.run.name}" in process.said
    assert "stopping after the trial in hand" in process.said
    assert "Traceback" not in process.said
    assert process.out.read_bytes() == b""
    again = resumed(start, process)
    assert again.leave() == 0, again.said
    assert len(again.calls) == 400 - len(safe)
    assert set(again.calls).isdisjoint(process.calls)
    complete(again, 400)


@pytest.mark.parametrize("target", ["fast", "flying", "blocking", "careless"])
def test_a_second_ctrl_c_breaks_a_hanging_target(start: Start, target: str) -> None:
    """The trial in hand is missing, whatever the target makes of it; nothing acknowledged is lost."""
    process = start(60, target=target, HANG=20)
    process.wait_for_calls(21)
    if target == "flying":
        time.sleep(0.5)  # the calls beside the one that hangs
    process.send(SIGINT)
    process.wait_until(lambda: "press Ctrl-C again" in process.said)
    time.sleep(0.3)
    assert process.code is None, "a first signal does not break into a trial"
    process.send(SIGINT)
    begin = time.monotonic()
    assert process.leave(20) == 130, process.said
    assert time.monotonic() - begin < 10
    assert "Traceback" not in process.said
    safe = records(process.run)
    # Calls that were in flight together with the one that hangs may be missing too, never one that came before.
    assert len(safe) == {"fast": 20, "careless": 20, "flying": len(process.calls) - 1, "blocking": 16}[target]
    assert {row.verdict for row in safe} == {list(Verdict).index(Verdict.PASS)}
    again = resumed(start, process)
    assert again.leave() == 0, again.said
    assert len(again.calls) == 60 - len(safe)
    assert process.calls[20] in again.calls
    complete(again, 60)


def test_signals_after_the_second_do_no_harm(start: Start) -> None:
    process = start(60, HANG=20)
    process.wait_for_calls(21)
    for _ in range(6):
        process.send(SIGINT)
        time.sleep(0.02)
    assert process.leave(20) in {130, -SIGINT}, process.said
    assert len(records(process.run)) == 20
    again = start(resume="latest", side="again")
    assert again.leave() == 0, again.said
    complete(again, 60)


@pytest.mark.parametrize("fresh", [True, False])
def test_ctrl_c_while_a_suite_is_loaded(start: Start, tmp_path: Path, fresh: bool) -> None:
    """Nothing was run: no traceback, and never the exit code of a failed gate."""
    slow = "import pathlib, time\npathlib.Path('here').touch()\ntime.sleep(60)\n"
    process = start(10, bots=slow, fresh=fresh)
    process.wait_until((tmp_path / "here").exists)
    process.send(SIGINT)
    assert process.leave(20) == 130, process.said
    assert "Traceback" not in process.said


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_replay_that_hangs_is_ended_at_once(start: Start, number: Signals) -> None:
    done = start(50)
    assert done.leave() == 0, done.said
    replay = start(words=["replay", "latest", "0", "-n", "1000"], side="replay", HANG=3)
    replay.wait_for_calls(4)
    replay.send(number)
    assert replay.leave(20) == {SIGINT: 130, SIGTERM: 143}[number], replay.said
    assert "nothing was recorded" in replay.said
    assert len(records(done.run)) == 50
