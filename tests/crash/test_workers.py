"""Worker processes: the records of a run do not depend on who makes its trials, nor on who is killed meanwhile."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest
from killing import Process, Start, records

from ninemarch import workflow
from ninemarch.engine import Selection, Staff
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, TargetSpec
from ninemarch.suite import load, make
from ninemarch.workflow import decide_run

BOTS = """
import ctypes, os, signal, time

_side = os.open(os.environ.get("SIDE", os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_pause = float(os.environ.get("PAUSE", 0))


def scenario(levels, rng):
    number = rng.getrandbits(30)
    return {"input": number, "expect": number}


def fast(x):
    print("said by the target")
    os.write(_side, b"%d\\n" % os.getpid())
    if _pause:
        time.sleep(_pause)
    return x if x % 50 else -1


def crashing(x):
    if x % 50 == 0:
        ctypes.string_at(0)
    return x


def leaving(x):
    if x % 50 == 0:
        os._exit(7)
    return x


def hanging(x):
    try:
        os.close(os.open("hung", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return x
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    time.sleep(60)
"""
WORKERS = ["--executor", "processes", "--workers", "2"]


def begin(start: Start, side: str, words: list[str], **env: object) -> Process:
    return start(words=["run", "suite.yaml", "-q", *words], side=side, **env)


def suite(write_suite, folder: Path, target: str, trials: int, **keys: object) -> None:
    write_suite(
        folder,
        files={"bots.py": BOTS},
        target={"python": f"bots:{target}"},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        trials={"max": trials, "stop": "fixed"},
        gates=[{"id": "g", "success": 0.9}],
        **keys,
    )


def test_workers_and_threads_record_what_this_process_does(start: Start, write_suite, tmp_path: Path):
    suite(write_suite, tmp_path, "fast", 1000)
    found = []
    for name, words in (("here", []), ("workers", WORKERS), ("threads", ["--executor", "threads", "--workers", "4"])):
        process = begin(start, name, words, NINEMARCH_HOME=tmp_path / f"home-{name}")
        assert process.leave() == 0, process.said
        (run,) = (tmp_path / f"home-{name}" / "runs").iterdir()
        rows = sorted(records(run), key=lambda row: row.number)
        found.append([(r.number, r.scenario, r.verdict, r.ended, r.texts and r.texts[2:5]) for r in rows])
        assert "said by the target" in (run / "target-output.log").read_text()
        assert "said by" not in process.out.read_text() + process.said
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 1000


def test_a_worker_killed_in_mid_run_costs_no_trial(start: Start, write_suite, tmp_path: Path):
    suite(write_suite, tmp_path, "fast", 3000)
    process = begin(start, "side", WORKERS, PAUSE="0.0003")
    process.wait_for_calls(200)
    victim = int(process.side.read_text().split()[-1])
    os.kill(victim, SIGKILL)
    assert process.leave() == 0, process.said
    assert victim in process.calls
    assert len(set(process.calls)) == 3  # another one has taken its place
    assert [row.number for row in sorted(records(process.run), key=lambda r: r.number)] == list(range(3000))
    counts = decide_run(process.run).decision.counts
    assert (counts.planned, counts.recorded, counts.errors) == (3000, 3000, 0)


def test_a_run_killed_with_its_workers_is_taken_up_by_this_process(start: Start, write_suite, tmp_path: Path):
    suite(write_suite, tmp_path, "fast", 3000)
    process = begin(start, "0", WORKERS, PAUSE="0.0003")
    process.wait_for_calls(900)
    process.send(SIGKILL)
    assert process.leave() == -SIGKILL
    workers = set(process.calls)
    safe = {row.number: row for row in records(process.run)}
    again = start(words=["run", "--resume", "latest", "-q"], side="1")
    assert again.leave() == 0, again.said
    final = {row.number: row for row in records(process.run)}
    assert sorted(final) == list(range(3000))
    assert safe
    assert safe.items() <= final.items()
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_what_ends_its_worker_is_a_failure_of_the_target_and_is_not_tried_again(
    start: Start, write_suite, tmp_path: Path
):
    for target, words in (("crashing", "SIGSEGV"), ("leaving", "exit status 7")):
        suite(write_suite, tmp_path, target, 120)
        process = begin(start, target, WORKERS, NINEMARCH_HOME=tmp_path / f"home-{target}")
        assert process.leave() in {0, 1, 3}, process.said
        (run,) = (tmp_path / f"home-{target}" / "runs").iterdir()
        rows = records(run)
        assert len(rows) == 120
        bad = [row for row in rows if row.texts]
        assert 0 < len(bad) < 10
        assert all(words in row.texts[1] and row.texts[0].startswith("exception") for row in bad if row.texts)


def test_a_hang_that_no_alarm_ends_is_a_time_out(write_suite, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    suite(write_suite, tmp_path, "hanging", 100, limits={"timeout": "0.2s"})
    done = workflow.run(load(tmp_path / "suite.yaml"), Selection(), staff=Staff("processes", 1, grace=0.3))
    assert done.decision.counts.line().startswith("100 planned = 99 pass + 1 fail (1 loud")
    (bad,) = [row for row in records(done.folder) if row.texts]
    assert bad.texts is not None
    assert bad.texts[0].startswith("timeout")


def test_ctrl_c_keeps_what_the_workers_have_sent(start: Start, write_suite, tmp_path: Path):
    suite(write_suite, tmp_path, "fast", 100_000)
    process = begin(start, "side", WORKERS, PAUSE="0.001")
    process.wait_for_calls(300)
    process.send(SIGINT)
    assert process.leave() == 130
    assert "go on with" in process.said
    assert len(records(process.run)) >= 200


def test_a_target_that_workers_cannot_have_is_said_before_a_folder_is_made(start: Start, write_suite, tmp_path: Path):
    suite(write_suite, tmp_path, "missing", 100)
    process = begin(start, "side", WORKERS)
    assert process.leave() == 2
    assert "missing" in process.said
    assert not (tmp_path / ".ninemarch" / "runs").exists()


def test_a_suite_made_in_python_reaches_workers(tmp_path: Path, monkeypatch):
    (tmp_path / "made_here.py").write_text(BOTS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    made_here = importlib.import_module("made_here")
    made = make("made", made_here.scenario, checks=[CheckSpec("exact")])
    selection = Selection(target=TargetSpec("python", "made_here:fast"), trials=60, stop="fixed")
    done = workflow.run(made, selection, staff=Staff("processes", 1))
    assert done.decision.counts.recorded == done.decision.counts.scored == 60
    monkeypatch.setattr(made_here, "scenario", None)
    with pytest.raises(SuiteError, match="cannot be sent to workers"):
        workflow.run(made, selection, staff=Staff("processes", 1))
