"""Every exit code, with the case that yields it; and the ways in which Python would give 1 by itself."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from ninemarch.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
MANY = [{"id": f"s{i}", "input": i, "expect": i} for i in range(300)]
GATE = [{"id": "g", "success": 0.99}]

VOID = [{**scenario, **({"void": "ambiguous"} if i % 20 == 0 else {})} for i, scenario in enumerate(MANY)]
LEVELS = [{**scenario, "attributes": {"l": "a" if i < 290 else "b"}} for i, scenario in enumerate(MANY)]


def _levels(**gate):
    return {"scenarios": [{"inline": LEVELS}], "gates": [{**GATE[0], **gate}]}


def _judged(how, *gates):
    return {"checks": [{"python": f"judge:{how}"}], "gates": list(gates) or GATE}


# name -> (keys of the suite, words of the command, exit code); `gate` says the same of what was recorded
RUNS = {
    "no gate": ({}, [], ExitCode.OK),
    "gate passed": ({"gates": GATE}, [], ExitCode.OK),
    "a warning gate failed": (
        {"gates": [{**GATE[0], "on_fail": "warn"}], "target": {"control": "null"}},
        [],
        ExitCode.OK,
    ),
    "chosen scenarios make no rate": ({"gates": GATE}, ["--scenario", "s1"], ExitCode.OK),
    "no gate speaks about the filter": (_levels(where={"l": "a"}), ["-w", "l=b"], ExitCode.OK),
    "errors that could change nothing": (_judged("rarely", {"id": "g", "success": 0.9}), [], ExitCode.OK),
    "gate failed": ({"gates": GATE, "target": {"control": "null"}}, [], ExitCode.GATE_FAILED),
    "one failure too many": (
        {"gates": [{"id": "g", "max_failures": 0}], "target": {"control": "null"}},
        [],
        ExitCode.GATE_FAILED,
    ),
    "too few trials": ({"gates": GATE}, ["-n", "100"], ExitCode.NOT_PROVEN),
    "errors that could hide failures": (_judged("rarely"), [], ExitCode.NOT_PROVEN),
    "a gate on nothing": (_levels(where={"l": "nothing"}), [], ExitCode.NOT_PROVEN),
    "a gate on each of nothing": (_levels(each=["nothing"]), [], ExitCode.NOT_PROVEN),
    "no baseline yet": ({"gates": [{"id": "g", "baseline": "main", "max_drop": 0.01}]}, [], ExitCode.NOT_PROVEN),
    "check that breaks": (_judged("breaks"), [], ExitCode.INVALID),
    "nothing scored": (_judged("never"), [], ExitCode.INVALID),
    "void scenarios": ({"scenarios": [{"inline": VOID}], "gates": GATE}, [], ExitCode.INVALID),
    # Where several hold: 2, 5, 1, 4, 3, 0. A failure that no reading of the errors can undo goes before the errors.
    "errors beside a failed gate": (_judged("often"), [], ExitCode.GATE_FAILED),
    "failed beside not proven": (_judged("half", *GATE, {"id": "h", "success": 0.5}), [], ExitCode.GATE_FAILED),
    "errors beside not proven": (_judged("mostly"), [], ExitCode.INVALID),
    "not proven beside passed": (
        {"gates": [{"id": "a", "success": 0.9}, {"id": "b", "success": 0.999}]},
        [],
        ExitCode.NOT_PROVEN,
    ),
}
# name -> (keys of the suite, words of the command, exit code, what is said); nothing runs
REFUSED = {
    "wrong option": ({}, ["run", ".", "--nosuch"], ExitCode.USAGE, "--nosuch"),
    "wrong suite": ({"gates": [{"id": "g"}]}, ["run", "."], ExitCode.USAGE, "suite.yaml, line"),
    "no such suite": ({}, ["run", "nosuch.yaml"], ExitCode.USAGE, "no such suite"),
    "no such target": ({"target": {"python": "nosuch:f"}}, ["run", "."], ExitCode.USAGE, "no module 'nosuch'"),
    "no such level": (_levels(), ["run", ".", "-w", "l=c"], ExitCode.USAGE, "no such level"),
    "no such scenario": ({}, ["run", ".", "--scenario", "z"], ExitCode.USAGE, "no scenario 'z'"),
    "no such subset": ({}, ["run", ".", "--subset", "z"], ExitCode.USAGE, "subset=z"),
    "no run yet": ({}, ["gate"], ExitCode.USAGE, "no run"),
    "no such run": ({}, ["gate", "nosuch"], ExitCode.USAGE, "no run"),
    "no command": ({}, [], ExitCode.USAGE, "Usage: ninemarch"),
    "strict validation": ({}, ["suite", "validate", ".", "--strict"], ExitCode.USAGE, ""),
    "validation with a warning": ({}, ["suite", "validate", "."], ExitCode.OK, ""),
    "control that fails": (
        {"checks": [{"python": "judge:anything"}]},
        ["suite", "verify", "."],
        ExitCode.INVALID,
        "",
    ),
    "version": ({}, ["--version"], ExitCode.OK, "ninemarch "),
}
JUDGE = """
import ninemarch
def breaks(scenario, output): raise ValueError
def often(scenario, output): return None if scenario.input % 2 else False
def mostly(scenario, output): return None if scenario.input % 9 else True
def rarely(scenario, output): return None if scenario.input in (3, 4) else True
def half(scenario, output): return scenario.input % 2 == 0
def never(scenario, output): raise ninemarch.NoVerdict("too dark to see")
def anything(scenario, output): return True
"""


@pytest.mark.parametrize("name", RUNS)
def test_a_run_and_its_gate_end_with(cli, write_suite, tmp_path, name):
    keys, words, code = RUNS[name]
    write_suite(tmp_path, files={"judge.py": JUDGE}, **{"scenarios": [{"inline": MANY}], **keys})
    cli("run", ".", *words, cwd=tmp_path).must(code)
    env = {"GITHUB_OUTPUT": str(tmp_path / "outputs")}
    done = cli("gate", "--json", "--github", "--junit", "junit.xml", cwd=tmp_path, env=env).must(code)
    # Every output names the code that the process ends with.
    assert done.json["exit_code"] == code
    assert re.search(rf"^exit_code<<.*\n{int(code)}\n", (tmp_path / "outputs").read_text(), re.MULTILINE)
    junit = ET.parse(tmp_path / "junit.xml").getroot()
    assert junit.find(".//property[@name='exit code']").get("value") == str(int(code))
    blocked = int(junit.get("failures")) + int(junit.get("errors"))
    assert (blocked > 0) is (code != ExitCode.OK)


@pytest.mark.parametrize("name", REFUSED)
def test_the_exit_code_of(cli, write_suite, tmp_path, name):
    keys, words, code, said = REFUSED[name]
    write_suite(tmp_path, files={"judge.py": JUDGE}, **{"scenarios": [{"inline": MANY}], **keys})
    cli(*words, cwd=tmp_path).must(code, said)
    assert not (tmp_path / ".ninemarch" / "runs").exists()


def test_a_damaged_record_is_invalid(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=GATE)
    cli("run", ".", cwd=tmp_path)
    folder = next((tmp_path / ".ninemarch" / "runs").iterdir())
    for file in folder.iterdir():
        content = file.read_bytes()
        file.write_bytes(content[:40] + bytes(byte ^ 255 for byte in content[40:90]) + content[90:])
    for words in (["gate", folder.name], ["gate", folder.name, "--json"]):
        cli(*words, cwd=tmp_path).must(ExitCode.INVALID, "error: ", "damaged")


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
    "words", [["-n", "5"], ["--seed", "3"], ["-w", "a=b"], ["--release", "x"], ["--effort", "0"]], ids=" ".join
)
def test_a_resumed_run_keeps_its_plan(cli, tmp_path, words):
    cli("run", "--resume", "latest", *words, cwd=tmp_path).must(
        2, "--resume goes on with the plan as it was declared"
    )


def test_every_exit_code_is_in_the_help(cli, tmp_path):
    said = " ".join(cli("--help", cwd=tmp_path).must(0).out.split())
    assert "0 passed, 1 a gate failed, 2 usage, 3 not proven, 4 run invalid, 5 bug, 130/143 interrupted" in said
