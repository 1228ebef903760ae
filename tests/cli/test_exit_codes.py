"""Every exit code, with the case that yields it; and the ways in which Python would give 1 by itself."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ninemarch.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
MANY = [{"id": f"s{i}", "input": i, "expect": i} for i in range(300)]
GATE = [{"id": "g", "success": 0.99}]

# name -> (keys of the suite, words of the command, exit code)
CASES = {
    "no gate": ({}, ["run", "."], ExitCode.OK),
    "gate passed": ({"gates": GATE}, ["run", "."], ExitCode.OK),
    "gate failed": ({"gates": GATE, "target": {"control": "null"}}, ["run", "."], ExitCode.GATE_FAILED),
    "too few trials": ({"gates": GATE}, ["run", ".", "-n", "100"], ExitCode.NOT_PROVEN),
    "a warning gate failed": (
        {"gates": [{**GATE[0], "on_fail": "warn"}], "target": {"control": "null"}},
        ["run", "."],
        ExitCode.OK,
    ),
    "wrong option": ({}, ["run", ".", "--nosuch"], ExitCode.USAGE),
    "wrong suite": ({"gates": [{"id": "g"}]}, ["run", "."], ExitCode.USAGE),
    "check that breaks": ({"checks": [{"python": "judge:breaks"}]}, ["run", "."], ExitCode.INVALID),
    # A failure that no reading of the errors can undo goes before the errors: 2, 5, 1, 4, 3, 0.
    "errors beside a failed gate": (
        {"checks": [{"python": "judge:often"}], "gates": GATE},
        ["run", "."],
        ExitCode.GATE_FAILED,
    ),
    "control that fails": ({"checks": [{"python": "judge:anything"}]}, ["suite", "verify", "."], ExitCode.INVALID),
    "strict validation": ({}, ["suite", "validate", ".", "--strict"], ExitCode.USAGE),
    "validation with a warning": ({}, ["suite", "validate", "."], ExitCode.OK),
    "no command": ({}, [], ExitCode.USAGE),
    "version": ({}, ["--version"], ExitCode.OK),
}
JUDGE = """
def breaks(scenario, output): raise ValueError
def often(scenario, output): return None if scenario.input % 2 else False
def anything(scenario, output): return True
"""


@pytest.mark.parametrize("name", CASES)
def test_the_exit_code_of(cli, write_suite, tmp_path, name):
    keys, words, code = CASES[name]
    write_suite(tmp_path, files={"judge.py": JUDGE}, **{"scenarios": [{"inline": MANY}], **keys})
    done = cli(*words, cwd=tmp_path).must(code)
    if words[:1] == ["run"] and done.out:
        for again in (["gate"], ["gate", "--json"]):
            assert cli(*again, cwd=tmp_path).code == code


def test_a_document_names_the_exit_code_that_was_given(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    done = cli("run", ".", "--json", cwd=tmp_path).must(ExitCode.NOT_PROVEN)
    assert (done.json["exit_code"], done.json["verdict"]) == (3, "NOT PROVEN")


@pytest.mark.parametrize(
    "raised", ["ValueError()", "GeneratorExit()", "BaseExceptionGroup('g', [ValueError()])", "EOFError()"]
)
def test_a_bug_of_ours_is_5_whatever_was_raised(tmp_path, raised):
    code = (
        "import sys\n"
        "from ninemarch.cli.app import app, main\n"
        "@app.command('broken')\n"
        "def broken() -> None:\n"
        f"    raise {raised}\n"
        "sys.argv = ['ninemarch', 'broken']\n"
        "main()\n"
    )
    done = _python(code, tmp_path)
    assert done.returncode == ExitCode.BUG, done.stderr
    assert "this is a bug in ninemarch, please report it" in done.stderr


def _python(code, cwd):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _environment():
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def _started(cwd, *words):
    """A command in a new interpreter that will be interrupted, once its module says that it is at work."""
    done = subprocess.Popen(
        [sys.executable, "-m", "ninemarch", *words], cwd=cwd, env=_environment(), stderr=subprocess.PIPE, text=True
    )
    end = time.monotonic() + 30
    while not (cwd / "at-work").exists() and time.monotonic() < end:
        time.sleep(0.01)
    assert (cwd / "at-work").exists()
    return done


SLOW = """
import pathlib, time
def slow(x):
    pathlib.Path("at-work").touch()
    if not pathlib.Path("fast").exists():
        time.sleep(0.05)
    return x
"""
SLOW_IMPORT = "import pathlib, time\npathlib.Path('at-work').touch()\ntime.sleep(30)\n"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_keeps_what_was_acknowledged_and_says_how_to_go_on(cli, write_suite, tmp_path, number, code):
    write_suite(tmp_path, files={"bots.py": SLOW}, target={"python": "bots:slow"}, scenarios=[{"inline": MANY[:40]}])
    process = _started(tmp_path, "run", ".")
    time.sleep(0.3)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in said
    found = re.search(r"(\d+) of 40 trials are safe in run (\w+); go on with\s+ninemarch run --resume (\w+)", said)
    assert found, said
    assert 0 < int(found[1]) < 40
    shown = cli("show", found[2], "--json", cwd=tmp_path).json
    assert shown["counts"]["missing"] == 40 - int(found[1])
    (tmp_path / "fast").touch()
    resumed = cli("run", "--resume", found[3], "--json", cwd=tmp_path).must(0).json
    assert (resumed["counts"]["pass"], resumed["counts"]["missing"]) == (40, 0)
    cli("run", "--resume", found[3], cwd=tmp_path).must(2, "is complete; nothing to resume")


def test_an_interrupt_before_the_run_is_130_too(write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": SLOW_IMPORT}, target={"python": "bots:f"})
    process = _started(tmp_path, "run", ".")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said


def test_two_processes_cannot_write_one_run(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": SLOW}, target={"python": "bots:slow"}, scenarios=[{"inline": MANY[:40]}])
    process = _started(tmp_path, "run", ".", "--json")
    try:
        run = next((tmp_path / ".ninemarch" / "runs").iterdir()).name
        cli("run", "--resume", run, cwd=tmp_path).must(
            2, "is being written by another process; wait for it, or stop it"
        )
    finally:
        (tmp_path / "fast").touch()
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert cli("gate", run, "--json", cwd=tmp_path).must(0).json["counts"]["pass"] == 40


def test_a_changed_suite_cannot_be_resumed(cli, write_suite, tmp_path):
    write_suite(tmp_path, files={"bots.py": SLOW}, target={"python": "bots:slow"}, scenarios=[{"inline": MANY[:40]}])
    process = _started(tmp_path, "run", ".")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    write_suite(tmp_path, target={"python": "bots:slow"}, scenarios=[{"inline": MANY[:41]}])
    cli("run", "--resume", "latest", cwd=tmp_path).must(2, "suite tiny has changed since run", "start a new run")


@pytest.mark.parametrize(
    "words", [["-n", "5"], ["--seed", "3"], ["-w", "a=b"], ["--label", "x"], ["--effort", "0"]], ids=" ".join
)
def test_a_resumed_run_keeps_its_plan(cli, tmp_path, words):
    cli("run", "--resume", "latest", *words, cwd=tmp_path).must(
        2, "--resume goes on with the plan as it was declared"
    )


def test_every_exit_code_is_in_the_help(cli, tmp_path):
    said = " ".join(cli("--help", cwd=tmp_path).must(0).out.split())
    assert "0 passed, 1 a gate failed, 2 usage, 3 not proven, 4 run invalid, 5 bug, 130/143 interrupted" in said
