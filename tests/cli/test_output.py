"""Where output goes: stdout for data, stderr for messages, and what happens when nobody can take it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _shell(command, cwd, **env):
    """Run a line of bash in which $NM is the command; its status is the command's own, not the last of the pipe's."""
    program = f"{sys.executable} -m ninemarch"
    full = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "NM": program, **env}
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], cwd=cwd, env=full, capture_output=True, timeout=60, check=False
    )


@pytest.fixture(scope="module")
def folder(cli, write_suite, tmp_path_factory):
    """A run that fails its gate."""
    folder = tmp_path_factory.mktemp("output")
    write_suite(folder, target={"control": "null"}, gates=[{"id": "g", "success": 0.9}])
    cli("run", ".", "-q", cwd=folder).must(1)
    return folder


@pytest.fixture
def elsewhere(tmp_path):
    """A home for further runs, so that the latest run of the folder stays the one that failed."""
    return {"NINEMARCH_HOME": str(tmp_path / "home")}


def test_a_reader_that_leaves_does_not_change_the_gates_status(folder):
    done = _shell("$NM gate --json | (exec 0<&-; sleep 1)", folder)
    assert done.returncode == 1
    assert done.stderr == b""


def test_a_reader_that_leaves_is_no_failure_of_a_listing(folder):
    done = _shell("(exec 3>&1; $NM suite schema; echo $? >&2) | head -c 1 > /dev/null", folder)
    assert done.stderr.strip() == b"0"


@pytest.mark.parametrize(("words", "code"), [("suite schema", 4), ("show --failures", 4), ("gate", 1)])
def test_a_full_disk_behind_stdout_is_said_and_is_no_success(folder, words, code):
    done = _shell(f"$NM {words} > /dev/full", folder)
    assert done.returncode == code
    assert done.stderr.endswith(b"error: cannot write to stdout: No space left on device\n")


@pytest.mark.parametrize("words", ["show", "show --failures", "gate --json", "suite show .", "suite verify ."])
def test_a_terminal_that_only_knows_ascii_gets_ascii(cli, folder, words):
    done = cli(*words.split(), cwd=folder, env={"PYTHONIOENCODING": "ascii"})
    assert done.code in {0, 1, 4}
    assert "Traceback" not in done.err
    assert done.out.isascii()


def test_results_are_on_stdout_and_nothing_else_is(cli, folder, elsewhere):
    done = cli("run", ".", "--target", "control:oracle", cwd=folder, env=elsewhere).must(3)
    assert done.err == ""
    assert "NOT PROVEN" in done.out


def test_messages_are_on_stderr_and_nothing_else_is(cli, folder):
    done = cli("run", ".", "--profile", "x", cwd=folder).must(2)
    assert done.out == ""
    assert done.err.startswith("error: ")


def test_quiet_is_one_line(cli, folder, elsewhere):
    done = cli("run", ".", "-q", cwd=folder, env=elsewhere).must(1)
    assert done.out.count("\n") == 1
    assert done.out.startswith("FAIL: ")
    assert done.err == ""


@pytest.mark.parametrize(
    "words",
    [
        ["run", ".", "--json"],
        ["gate", "--json"],
        ["show", "--json"],
        ["show", "--failures", "--json"],
        ["show", "latest", "0", "--json"],
        ["replay", "latest", "0", "--json"],
        ["suite", "show", ".", "--json"],
        ["suite", "schema"],
    ],
    ids=" ".join,
)
def test_json_is_one_document_and_nothing_else(cli, folder, words):
    done = cli(*words, cwd=folder)
    assert isinstance(done.json, dict)
    assert done.err == ""


def test_a_folder_that_cannot_be_written_is_said_before_any_trial(cli, folder, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = cli("run", folder, cwd=tmp_path, env={"NINEMARCH_HOME": str(tmp_path / "file")})
    done.must(4, "error: cannot make a folder for the run in", "check the rights, or set NINEMARCH_HOME")


@pytest.mark.parametrize("words", [["report", "-o"], ["run", ".", "--report"]], ids=" ".join)
def test_a_page_that_cannot_be_written_is_said(cli, folder, words):
    cli(*words, "suite.yaml/page.html", cwd=folder).must(2, "error: cannot write suite.yaml/page.html")


def test_paths_with_spaces_and_other_letters_work(cli, write_suite, tmp_path):
    folder = tmp_path / "mein Ordner é\n2"
    write_suite(folder)
    cli("run", ".", "--report", "a page.html", cwd=folder).must(0)
    assert (folder / "a page.html").is_file()


def test_no_escape_sequence_where_there_is_no_terminal(cli, folder):
    assert "\x1b" not in cli("show", cwd=folder, env={"FORCE_COLOR": "", "NO_COLOR": ""}).out
