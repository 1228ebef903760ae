"""What each level keeps a program from, tried by programs that try; and what cannot be had is refused."""

from __future__ import annotations

import ctypes
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ninemarch.errors import UsageError
from ninemarch.isolate import Bounds, Box, Cell, Level, cell, run_once
from ninemarch.isolate.levels import _strict_cells

PYTHON = [sys.executable, "-I", "-S", "-c"]


def walls_can_be_had() -> bool:
    """Whether the kernel lets us have namespaces and Landlock, asked without any code of ours."""
    if sys.platform != "linux":
        return False
    unshare = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "true"]
    apart = subprocess.run(unshare, capture_output=True, check=False).returncode == 0
    return apart and ctypes.CDLL(None).syscall(444, None, 0, 1) > 0  # landlock(7): its version


linux = pytest.mark.skipif(not walls_can_be_had(), reason="no Linux with user namespaces and Landlock here")


def strict() -> list[Cell]:
    """Both ways to strict, with the interpreter in sight."""
    shown = (Path(sys.prefix), Path(sys.base_prefix))
    return [replace(made, readable=shown) for made in _strict_cells()]


WAYS = pytest.mark.parametrize("made", strict(), ids=lambda made: made.means)


@pytest.fixture(scope="module")
def box():
    box = Box()
    yield box
    box.close()


def said(box: Box, made: Cell, code: str, *words: object, bounds: Bounds | None = None, timeout: float = 20) -> str:
    program = made.program([*PYTHON, code, *map(str, words)], bounds=bounds)
    done = run_once(box, program, timeout=timeout)
    assert done.end.left == 0
    return done.stdout.decode().strip() or done.end.limit or f"{made.words(done.end.status)} {done.stderr.decode()}"


@linux
@WAYS
def test_strict_shows_neither_our_files_nor_our_secrets(box, made, tmp_path, monkeypatch):
    monkeypatch.setenv("API_KEY", "canary")
    secret = tmp_path / "expected.jsonl"
    secret.write_text("canary")
    code = "import os, sys; print('canary' in str(os.environ)); print(open(sys.argv[1]).read())"
    text = said(box, made, code, secret)
    assert "canary" not in text.replace("'canary' in str", "")
    assert text.startswith("False")
    ours = (Path.home() / ".bashrc", "/home/x")
    assert said(box, made, "import os, sys; print(any(map(os.path.exists, sys.argv[1:])))", *ours) == "False"


@linux
@WAYS
def test_strict_lets_a_program_write_only_in_its_own_folders(box, made, tmp_path):
    code = """
import os, sys, tempfile
for place in sys.argv[1:]:
    try: open(os.path.join(place, "x"), "w").close(); print("wrote", place)
    except OSError: pass
open("here", "w").close(); tempfile.TemporaryFile().close(); print("own")
"""
    places = [tmp_path, "/", "/usr", "/etc", "/dev", "/proc", Path(sys.prefix), Path.home()]
    # A checkout below /tmp stands in a /tmp that is the program's own: what it writes there is gone with it.
    places += [] if Path.cwd().is_relative_to("/tmp") else [Path.cwd()]
    assert said(box, made, code, *places) == "own"
    assert list(tmp_path.iterdir()) == []


@linux
@WAYS
def test_strict_has_no_network(box, made):
    code = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 2); print('reached')"
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert "reached" not in said(box, made, code, server.getsockname()[1])
        assert said(box, cell("basic"), code, server.getsockname()[1]) == "reached"


@linux
@WAYS
def test_strict_shows_no_process_of_ours_and_no_way_to_kill_one(box, made):
    code = "import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit())[-1] < 9)"
    assert said(box, made, code) == "True"
    code = "import os, signal\ntry: os.kill(-1, signal.SIGKILL)\nexcept OSError: pass\nprint('alive')"
    assert said(box, made, code) == "alive"
    assert said(box, made, "print(1)") == "1"


@linux
@WAYS
def test_strict_bounds_memory_disk_and_time(box, made):
    assert "MemoryError" in said(box, made, "x = bytearray(900_000_000)", bounds=Bounds(memory=300_000_000))
    fill = "\nfor i in range(9): open(str(i), 'wb').write(bytes(1_000_000))"
    small = Bounds(file_size=3_000_000)
    assert "No space left" in said(box, made, fill, bounds=small)
    assert "No space left" in said(box, made, f"import os; os.chdir('/dev/shm'){fill}", bounds=small)
    assert said(box, made, "import time; time.sleep(20)", timeout=0.3) == "time"


@linux
@WAYS
def test_nobody_survives_strict(box, made):
    token = "outlives-strict"
    code = f"import os, time\nif not os.fork():\n os.setsid()\n os.fork() or (time.sleep(20), '{token}')"
    said(box, made, f"{code}\nelse: print('left')")
    lines = [p.read_bytes() for p in Path("/proc").glob("[0-9]*/cmdline") if p.exists()]
    assert not any(token.encode() in line for line in lines)


@linux
@WAYS
def test_how_a_program_died_is_seen_through_the_cell(box, made):
    assert said(box, made, "import os; os.kill(os.getpid(), 11)").startswith("-11")
    assert said(box, made, "raise SystemExit(7)").startswith("7")


@linux
@WAYS
def test_what_is_named_is_seen_and_what_lies_beside_it_is_not(box, made, tmp_path):
    suite = tmp_path / "suite"
    (suite / "lib").mkdir(parents=True)
    for name in ("agent.py", "lib/helper.py", "suite.yaml"):
        (suite / name).write_text(f"content of {name}")
    shown = (*made.readable, tmp_path, suite / "agent.py", suite / "lib")
    made = replace(made, readable=shown, hidden=(suite,))
    code = (
        "import sys\nfor n in ('agent.py', 'lib/helper.py', 'suite.yaml'): print(open(f'{sys.argv[1]}/{n}').read())"
    )
    program = made.program([*PYTHON, code, str(suite)])
    done = run_once(box, program, timeout=20)
    assert done.stdout == b"content of agent.py\ncontent of lib/helper.py\n"
    assert b"suite.yaml" in done.stderr
    assert (suite / "suite.yaml").read_text() == "content of suite.yaml"


@linux
def test_basic_has_a_scrubbed_environment_and_a_folder_of_its_own(box, monkeypatch):
    monkeypatch.setenv("API_KEY", "canary")
    made = cell("basic")
    assert made.means == "basic (rlimits, keeper)"
    assert (
        said(
            box,
            made,
            "import os; print('canary' in str(os.environ), os.listdir(), os.getcwd() == os.environ['HOME'])",
        )
        == "False [] True"
    )


def test_none_keeps_what_the_user_has(box, monkeypatch, tmp_path):
    monkeypatch.setenv("API_KEY", "canary")
    monkeypatch.chdir(tmp_path)
    code = "import os; print('canary' in str(os.environ), os.getcwd())"
    assert said(box, cell("none"), code) == f"True {tmp_path}"


@linux
def test_a_program_that_cannot_be_seen_inside_is_known_before_it_is_started(tmp_path):
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    assert cell("basic").sees(str(tool))
    assert cell("strict").sees("sh")
    assert not cell("strict").sees(str(tool))
    assert cell("strict", readable=[tool]).sees(str(tool))
    assert not cell("basic").sees("no-such-program")


def test_an_unknown_level_is_refused_with_the_nearest():
    with pytest.raises(
        UsageError, match=r"isolate=strikt is not known; did you mean 'strict'\?; allowed: none, basic"
    ):
        cell("strikt")


def test_a_level_that_cannot_be_had_is_an_error_and_never_a_weaker_one(monkeypatch, tmp_path):
    from ninemarch.isolate import levels

    broken = tmp_path / "bwrap"
    broken.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 0 && exit\n'
        'while [ "$1" != -- ]; do shift; done; shift\nexec "$@"\n'
    )
    broken.chmod(0o755)
    levels._tried.cache_clear()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(levels, "_CONFINE", tmp_path / "gone.py")
    try:
        with pytest.raises(UsageError, match="isolate=strict cannot be had here") as caught:
            cell("strict")
        assert "bubblewrap 0" in str(caught.value)
        assert "reaches a file of ours" in str(caught.value)
    finally:
        levels._tried.cache_clear()


def test_without_bubblewrap_strict_is_landlock(monkeypatch):
    from ninemarch.isolate import levels

    levels._tried.cache_clear()
    monkeypatch.setattr(levels.shutil, "which", lambda *_, **__: None)
    try:
        assert cell("strict").means == "strict (Landlock, namespaces)"
    finally:
        levels._tried.cache_clear()


def test_a_container_needs_an_engine_that_answers_and_an_image(monkeypatch, tmp_path):
    with pytest.raises(UsageError, match="the level container needs an image, the others have none"):
        cell("container")
    with pytest.raises(UsageError, match="the level container needs an image, the others have none"):
        cell("basic", image="x")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        UsageError, match="needs docker or podman, and neither is on the PATH; install one, or use strict"
    ):
        cell("container", image="x")
    engine = tmp_path / "podman"
    engine.write_text("#!/bin/sh\necho no such daemon >&2\nexit 1\n")
    engine.chmod(0o755)
    with pytest.raises(UsageError, match=r"cannot be had here \(podman: no such daemon\); start the engine and pull"):
        cell("container", image="x")


def test_a_container_is_started_bounded_and_cleared_away(monkeypatch, tmp_path):
    """With a stand-in for the engine, which has to be seen to be told everything."""
    told = tmp_path / "told"
    engine = tmp_path / "docker"
    engine.write_text(
        f'#!/bin/sh\necho "$*" >> {told}\nfor word; do last=$word; done\n'
        '[ "$1" = run ] && cat\n[ "$1" = version ] && echo 28.2\nexit 0\n'
    )
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    made = cell("container", image="img", readable=[tmp_path / "a"])
    assert made.means == "container (docker 28.2)"
    box = Box()
    done = run_once(
        box, made.program(["agent", "x y"], env={"A": "1"}, bounds=Bounds(memory=5, processes=7)), stdin=b"hi"
    )
    box.close()
    assert done.stdout == b"hi"
    _, _, run, clear = told.read_text().splitlines()
    for word in (
        "--network=none --read-only --cap-drop=ALL",
        "--memory=5",
        "--pids-limit=7",
        "--pull=never",
        "--env=A=1",
        f"{tmp_path}/a:ro",
        "img agent x y",
    ):
        assert word in run
    assert clear.split()[:2] == ["rm", "--force"]
    assert f"--name={clear.split()[2]}" in run


def test_docker_itself_if_it_runs(box):
    if shutil.which("docker") is None:
        pytest.skip("no docker")
    try:
        made = cell("container", image="busybox")
    except UsageError as error:
        assert "isolate=container cannot be had here (docker:" in str(error)  # noqa: PT017
        return
    assert made.level is Level.CONTAINER
