"""Trials on real Ray: the same records as here, whichever node or driver is killed. Run by `nox -s ray`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ray_nodes import Nodes, environment

from ninemarch.errors import RunInvalid
from ninemarch.journal import recorded_texts
from ninemarch.workflow import decide_run

pytestmark = pytest.mark.skipif(not os.environ.get("NINEMARCH_RAY_TESTS"), reason="takes minutes and Ray: nox -s ray")

TRIALS = 6000
BOTS = """
import os, time


def scenario(levels, rng):
    number = rng.getrandbits(30)
    return {"input": number, "expect": number}


def slow(x):
    time.sleep(0.004)
    return x if x % 50 else -1


def broken():
    raise RuntimeError("no model here")
"""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    found = Nodes(tmp_path_factory.mktemp("nodes"))
    yield found
    found.close()


@pytest.fixture
def suite(tmp_path: Path, write_suite: Callable[..., Path]) -> Path:
    path = write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:slow"},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        trials={"max": TRIALS, "stop": "fixed"},
        gates=[{"id": "g", "success": 0.9}],
    )
    assert path.parent == tmp_path
    return tmp_path


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "ninemarch", "run", *words, "-q"]
    return subprocess.Popen(
        command, cwd=folder, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def run_of(folder: Path) -> Path:
    return next((folder / ".ninemarch" / "runs").iterdir())


def recorded(folder: Path) -> int:
    try:
        return sum(1 for _ in recorded_texts(run_of(folder)))
    except (RunInvalid, FileNotFoundError, StopIteration):
        return 0  # not begun yet


def wait_for(folder: Path, many: int, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while recorded(folder) < many:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def check(folder: Path, process: subprocess.Popen[str]) -> None:
    out, said = process.communicate(timeout=90)
    assert process.returncode == 0, out + said
    trials = [trial for trial, _ in recorded_texts(run_of(folder))]
    assert sorted(trial.number for trial in trials) == list(range(TRIALS))
    counts = decide_run(run_of(folder)).decision.counts
    assert (counts.planned, counts.recorded, counts.errors) == (TRIALS, TRIALS, 0)
    wrong = sum(t.verdict == "fail" for t in trials)
    assert counts.failed == wrong
    assert 60 < wrong < 200  # one in fifty


def test_local_ray_records_what_this_process_does(suite: Path):
    here = begin(suite, "suite.yaml", "-n", "400")
    here.communicate(timeout=100)
    assert here.returncode == 0
    told = [(t.number, t.scenario, t.verdict, x and x[2:5]) for t, x in recorded_texts(run_of(suite))]
    other = suite / "other"
    other.mkdir()
    ray = begin(other, str(suite / "suite.yaml"), "-n", "400", "--executor", "ray", "--workers", "2")
    _, said = ray.communicate(timeout=200)
    assert ray.returncode == 0, said
    found = [(t.number, t.scenario, t.verdict, x and x[2:5]) for t, x in recorded_texts(run_of(other))]
    assert sorted(told) == sorted(found)


def test_the_driver_is_killed_and_the_run_taken_up(nodes: Nodes, suite: Path):
    ray = ("--executor", "ray", "--workers", "2", "--address", nodes.address)
    process = begin(suite, "suite.yaml", *ray)
    wait_for(suite, 800, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    safe = list(recorded_texts(run_of(suite)))
    check(suite, begin(suite, "--resume", "latest", *ray))
    assert list(recorded_texts(run_of(suite)))[: len(safe)] == safe


def test_what_a_worker_cannot_have_is_said(nodes: Nodes, tmp_path: Path, write_suite: Callable[..., Path]):
    write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:broken", "factory": True},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
    )
    process = begin(tmp_path, "suite.yaml", "--executor", "ray", "--address", nodes.address)
    out, said = process.communicate(timeout=60)
    assert process.returncode == 2, out + said
    assert "no model here" in said
    assert not (tmp_path / ".ninemarch" / "runs").exists()


def test_a_node_killed_in_mid_run_costs_no_trial(nodes: Nodes, suite: Path):
    process = begin(suite, "suite.yaml", "--executor", "ray", "--workers", "2", "--address", nodes.address)
    wait_for(suite, 800, process)
    nodes.kill(1)  # the last test that has both
    check(suite, process)
