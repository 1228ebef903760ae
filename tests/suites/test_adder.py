"""The suite ``adder``: sums and their truth, the server of each release, and the model reached over HTTP.

Everything here asks llama.cpp's own server; what it answers is the models' own doing.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

if not all(importlib.util.find_spec(name) for name in ("xllamacpp", "aiohttp")):
    pytest.skip("needs the extra: pip install 'ninemarch[adder]'", allow_module_level=True)

from ninemarch import table, workflow
from ninemarch.engine import Selection
from ninemarch.errors import SuiteError
from ninemarch.model import Scenario, TargetSpec
from ninemarch.suite import load
from ninemarch.suite.shipped import shipped_folder
from ninemarch.targets import open_target

FOLDER = shipped_folder() / "adder"  # the installed one, where ninemarch is installed
sys.path.insert(0, str(FOLDER))

from adder_suite.generator import features, scenario, total  # noqa: E402
from adder_suite.server import Server, model_file  # noqa: E402

CANONICAL = [json.loads(line) for line in (FOLDER / "canonical.jsonl").read_text("utf-8").splitlines()]
RELEASES = [str(release) for release in range(1, 7)]


@pytest.fixture(scope="module")
def suite():
    return load("adder")


def gone(process: int) -> bool:
    """Whether a process ends within ten seconds."""
    for _ in range(200):
        try:
            if Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


# --- sums


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_carries_are_those_of_adding_by_hand(a, b):
    found = features(a, b)
    # Digits of the sum are short of the digits of both numbers by 9 for every carry.
    lost = sum(map(int, f"{a}{b}")) - sum(map(int, str(a + b)))
    assert int(found["carries"]) == lost // 9
    assert 0 <= int(found["chain"]) <= int(found["carries"])
    assert found == features(b, a)
    assert total(Scenario(id="x", input=f"{a}+{b}", expect=None)) == str(a + b)


@given(st.sampled_from("1234"), st.sampled_from("1234"), st.integers(0, 2**32))
def test_a_scenario_is_of_its_levels_and_of_nothing_else(left, right, seed):
    made = scenario({"left": left, "right": right}, random.Random(seed))
    assert made == scenario({"left": left, "right": right}, random.Random(seed))
    a, b = made["input"].split("+")
    assert (len(a), len(b)) == (int(left), int(right))
    assert made["expect"] == str(int(a) + int(b))


@pytest.mark.parametrize("given_", ["", "1+", "1+2+3", "12345+1", "a+b", "1 + 2", 7, None, ["1+2"]])
def test_the_oracle_answers_sums_only(given_):
    assert total(Scenario(id="x", input=given_, expect=None)) is None


def test_the_suite_tells_right_from_wrong(suite):
    assert all(control.holds for control in workflow.verify(suite, trials=200))
    workflow.check_code(suite)


# --- the server


def test_a_server_ends_when_it_is_closed_and_twice_is_as_good_as_once():
    server = Server(model_file(1))
    assert server.running
    server.close()
    server.close()
    assert not server.running


def test_a_server_does_not_outlive_a_process_that_is_killed(tmp_path):
    program = (
        f"import sys, time; sys.path.insert(0, {str(FOLDER)!r})\n"
        "from adder_suite.server import Server, model_file\n"
        "server = Server(model_file(1)); print(server._process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    child = int(parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    assert gone(child)


def test_what_is_no_model_is_said_before_any_trial(suite, tmp_path):
    (tmp_path / "bad.gguf").write_bytes(b"not a model")
    with pytest.raises(RuntimeError, match=r"server does not start with bad\.gguf: RuntimeError"):
        Server(tmp_path / "bad.gguf")
    with pytest.raises(SuiteError, match=r"release=7 has no model .*; allowed: 1 to 6"):
        open_target(TargetSpec("python", "adder_suite.releases:serve", {"release": 7}, factory=True), suite)


# --- the model behind the target `openai:`


def answers(suite, release, inputs, *, stream=False, at_once=16):
    """What a release answers, many questions in flight."""
    params = {"release": int(release), "stream": stream}

    async def every(call):
        places = asyncio.Semaphore(at_once)

        async def one(text):
            async with places:
                return await call(text)

        return await asyncio.gather(*map(one, inputs))

    with open_target(TargetSpec("python", "adder_suite.releases:serve", params, factory=True), suite) as target:

        async def all_of_it():
            try:
                return await every(target.call)
            finally:
                await target.leave()

        return asyncio.run(all_of_it())


@pytest.mark.parametrize("release", RELEASES)
def test_every_release_gets_the_canonical_sums_right(suite, release):
    assert answers(suite, release, [each["input"] for each in CANONICAL]) == [each["expect"] for each in CANONICAL]


def test_an_answer_depends_on_its_sum_alone_streamed_or_not(suite):
    rng = random.Random(4)
    sums = [scenario({"left": rng.choice("234"), "right": rng.choice("234")}, rng)["input"] for _ in range(150)]
    alone = answers(suite, "2", sums, at_once=1)
    assert alone == answers(suite, "2", sums, at_once=16)
    assert alone == answers(suite, "2", sums, stream=True)
    assert alone != [str(sum(map(int, text.split("+")))) for text in sums]  # it does get some of them wrong


@pytest.mark.parametrize("stream", [False, True])
def test_a_run_over_http_keeps_tokens_and_the_time_to_the_first(suite, tmp_path, stream):
    params = {"release": 3, "stream": stream}
    spec = TargetSpec("python", "adder_suite.releases:serve", params, factory=True)
    finished = workflow.run(suite, Selection(target=spec, trials=100), root=tmp_path)
    counts = finished.decision.counts
    assert (counts.recorded, counts.errors, counts.loud) == (100, 0, 0)
    assert counts.passed >= 90
    columns = ["tries", "waited", "first_token", "tokens_in", "tokens_out", "seconds"]
    found = table.read(table.ensure(finished.folder), columns).to_pydict()
    # The server closes a connection after a stream, at times with the next request on its way: that is sent again.
    assert set(found["tries"]) <= ({1, 2, 3} if stream else {1})
    assert all((first is not None) == stream for first in found["first_token"])
    assert all(first <= whole for first, whole in zip(found["first_token"], found["seconds"], strict=True) if first)
    if not stream:  # a stream says what it used only where it is asked
        assert all(4 <= used <= 16 for used in found["tokens_in"])
        assert all(2 <= used <= 8 for used in found["tokens_out"])


def test_release_4_is_better_on_average_and_worse_on_the_easiest_sums(suite, tmp_path):
    runs = [workflow.run(suite, Selection(release=name, trials=2500), root=tmp_path) for name in ("3", "4")]
    found = workflow.compare_runs(*(each.folder.name for each in runs), root=tmp_path)
    assert found.paired == 2500
    assert found.difference.upper < 0  # fewer failures, proven
    assert ("digits", "4") in {(each.attribute, each.level) for each in found.slices if each.better > each.worse}
    short = workflow.run(suite, Selection(release="4", profile="demo", trials=1500), root=tmp_path)
    before = workflow.run(suite, Selection(release="3", profile="demo", trials=1500), root=tmp_path)
    found = workflow.compare_runs(before.folder.name, short.folder.name, root=tmp_path)
    assert found.difference.lower > 0  # more failures, proven
    assert answers(suite, "4", ["17+3"]) == ["10"]


def test_a_gate_on_the_slice_stops_the_release(cli, write_suite, tmp_path):
    write_suite(
        tmp_path,
        suite="short-sums",
        profile={side: {"1": 0.375, "2": 0.625} for side in ("left", "right")},
        scenarios=[{"generate": {"python": "adder_suite.generator:scenario"}}],
        target=None,
        releases=[
            {
                "id": each,
                "target": {"python": "adder_suite.releases:serve", "factory": True, "params": {"release": n}},
            }
            for n, each in ((3, "old"), (4, "new"))
        ],
        trials={"max": 2000, "stop": "fixed"},
        limits={"concurrency": 4},
        gates=[{"id": "short", "baseline": "main", "max_drop": 0.0, "where": {"digits": "2"}}],
    )
    for name in ("adder_suite", "models"):
        shutil.copytree(FOLDER / name, tmp_path / name)
    cli("run", ".", "--release", "old", cwd=tmp_path).must(3)
    cli("baseline", "accept", "latest", cwd=tmp_path).must(0)
    cli("run", ".", "--release", "new", cwd=tmp_path).must(1, "short")
    cli("baseline", "diff", cwd=tmp_path).must(0, "Worse than the baseline: ")


def test_without_the_extra_the_demo_says_which_command_installs_it(cli, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass Not:\n    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'xllamacpp':\n            raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Not())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "ninemarch", "demo", "--suite", "adder"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2, done.stderr
    assert "not installed: xllamacpp; install them with: python -m pip install 'ninemarch[adder]'" in done.stderr
