"""Real programs that misbehave: each ends as what it did, and nothing of it is left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ninemarch.isolate import Bounds, Box, CannotStart, Finished, Program, run_once

PYTHON = [sys.executable, "-I", "-S", "-c"]
TOKEN = f"outlives-its-harness-{os.getpid()}"  # tests may run side by side


@pytest.fixture(scope="module")
def box():
    box = Box()
    yield box
    box.close()


def run(box: Box, code: str, *, bounds: Bounds | None = None, timeout: float = 15, stdin: bytes = b"") -> Finished:
    program = Program([*PYTHON, code], bounds=bounds, output=(bounds or Bounds()).output)
    return run_once(box, program, stdin=stdin, timeout=timeout)


def alive(token: str) -> list[int]:
    """Processes that hold a word in their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if token.encode() in (folder / "cmdline").read_bytes() and int(folder.name) != os.getpid():
                found.append(int(folder.name))
    return found


LEFT = {
    "child": "os.fork() or sleep()",
    "grandchild": "os.fork() or (os.fork() or sleep()) and os._exit(0)",
    "in a session of its own": "os.fork() or (os.setsid(), sleep())",
    "daemonised": "os.fork() or (os.setsid(), os.fork() and os._exit(0), os.setsid(), sleep())",
    "deaf to SIGTERM": "os.fork() or (signal.signal(signal.SIGTERM, signal.SIG_IGN), os.setsid(), sleep())",
}
START = f"import os, signal, time\ndef sleep(): time.sleep(20); '{TOKEN}'\n"


@pytest.mark.parametrize("how", LEFT)
@pytest.mark.parametrize("end", ["time.sleep(0.05)", "time.sleep(20)", "os.kill(os.getpid(), 9)"])
def test_nobody_survives(box, how, end):
    code = f"{START}{LEFT[how]}\ntime.sleep(0.05)\n{end}"
    done = run(box, code, timeout=0.4)
    assert done.end.left == 0
    assert alive(TOKEN) == []
    assert done.end.limit == ("time" if "20" in end else "")
    assert done.end.killed == 1 or "20" in end or how == "grandchild"


def test_a_harness_that_is_killed_leaves_nobody_and_nothing_behind(tmp_path):
    program = f"{START}os.fork() or (os.setsid(), sleep())\nsleep()"
    code = (
        "import sys, time; from ninemarch.isolate import *\n"
        f"b = Box(); b.start(Program([sys.executable, '-c', {program!r}])); print('on', flush=True); time.sleep(20)"
    )
    root = Path(__file__).resolve().parents[2]
    env = {"PYTHONPATH": str(root), "TMPDIR": str(tmp_path)}
    harness = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env)
    assert harness.stdout is not None
    assert harness.stdout.readline() == b"on\n"
    harness.kill()
    harness.wait()
    harness.stdout.close()
    end = time.monotonic() + 20
    while (alive(TOKEN) or list(tmp_path.iterdir())) and time.monotonic() < end:
        time.sleep(0.01)
    assert (alive(TOKEN), list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize("setsid", ["0", "os.setsid()"])
def test_more_processes_than_allowed_are_stopped(box, setsid):
    # Bounded on purpose: were the limit broken, nothing but this test may suffer.
    forks = "for _ in range(12):\n try: os.fork() or ({}, sleep(), os._exit(0))\n except OSError: pass\nsleep()"
    done = run(box, START + forks.format(setsid), bounds=Bounds(processes=5))
    assert (done.end.limit, done.end.left) == ("processes", 0)
    assert alive(TOKEN) == []


@pytest.mark.parametrize(
    ("code", "bounds", "said"),
    [
        ("x = bytearray(500_000_000)", Bounds(memory=200_000_000), b"MemoryError"),
        ("fs = [open('/dev/null') for _ in range(99)]", Bounds(files=20), b"Too many open files"),
        ("open('big', 'wb').write(bytes(2_000_000))", Bounds(file_size=1_000_000), b""),
        ("while True: pass", Bounds(cpu=1), b""),
    ],
)
def test_the_kernel_keeps_the_limits_of_a_process(box, code, bounds, said):
    done = run(box, code, bounds=bounds)
    assert done.end.status != 0
    assert said in done.stderr


def test_memory_of_all_processes_together_is_bounded(box):
    hold = "(x := bytearray(b'1') * 60_000_000, time.sleep(20))"
    code = f"import os, time\nfor _ in range(4): os.fork() or {hold}\ntime.sleep(20)"
    assert run(box, code, bounds=Bounds(memory=150_000_000)).end.limit == "memory"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_is_capped_and_its_program_killed(box, stream):
    done = run(box, f"import sys\nwhile True: sys.{stream}.write('x' * 999)", bounds=Bounds(output=50_000))
    assert done.end.limit == "output"
    assert len(done.stdout) <= 50_000
    assert len(done.stderr) <= 4000


def test_what_it_is_told_and_what_it_prints_are_bytes(box):
    told = bytes(range(256)) * 5000
    done = run(box, "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer)", stdin=told)
    assert (done.stdout, done.end.status) == (told, 0)


def test_a_program_need_not_read_what_it_is_told_nor_keep_its_streams(box):
    done = run(box, "import os; os.close(0); os.close(1); os.close(2); os._exit(7)", stdin=bytes(3_000_000))
    assert done.end.status == 7


def test_it_is_deaf_to_sigterm_and_ends_in_time(box):
    done = run(box, "import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(20)", timeout=0.2)
    assert (done.end.limit, done.end.status) == ("time", -9)
    assert 0.2 <= done.seconds < 10


def test_how_it_ended_is_said_in_words(box):
    assert run(box, "import os; os.kill(os.getpid(), 11)").end.words == "died with signal 11 (SIGSEGV)"
    assert run(box, "raise SystemExit(3)").end.words == "exit status 3"


def test_it_works_in_a_fresh_folder_of_its_own_that_is_removed(box):
    code = "import os; os.mkdir('locked'); open('locked/x', 'w'); os.chmod('locked', 0); print(os.getcwd())"
    first, second = (Path(run(box, code).stdout.decode().strip()) for _ in range(2))
    assert first != second
    assert not first.exists()
    assert not second.exists()


def test_no_secret_of_ours_reaches_it(box, monkeypatch):
    monkeypatch.setenv("API_KEY", "canary")
    show = "import os; print(dict(os.environ))"
    assert b"canary" not in run(box, show).stdout
    inherited = run_once(box, Program([*PYTHON, show], inherit=True, env={"MORE": "1"}))
    assert b"canary" in inherited.stdout
    assert b"MORE" in inherited.stdout


def test_no_descriptor_of_ours_reaches_it_and_no_signal_is_ignored(box):
    show = "import os; print(os.listdir('/proc/self/fd'))"
    with Path(os.devnull).open() as file:
        os.set_inheritable(file.fileno(), True)
        assert run(box, show).stdout == b"['0', '1', '2', '3']\n"  # 3: the folder being listed
    quiet = run_once(box, Program(["sh", "-c", "kill -PIPE $$; echo deaf"]))
    assert (quiet.end.status, quiet.stdout) == (-signal.SIGPIPE, b"")


def test_what_cannot_be_started_is_said_and_the_box_goes_on(box, tmp_path):
    with pytest.raises(CannotStart, match="No such file"):
        box.start(Program(["no-such-program"]))
    with pytest.raises(CannotStart, match="Permission denied"):
        box.start(Program([str(tmp_path)]))
    assert run(box, "print(1)").stdout == b"1\n"


def test_a_program_that_kills_its_keeper_ends_there_and_the_box_goes_on(box):
    done = run(box, "import os, time; os.kill(os.getppid(), 9); time.sleep(20)")
    assert done.end.status is None
    assert done.end.words == "its keeper was killed"
    assert run(box, "print(1)").stdout == b"1\n"


def test_it_is_killed_when_the_caller_wants_to_stop(box):
    begin = time.monotonic()
    asked = run_once(box, Program(["sleep", "20"]), stopped=lambda: time.monotonic() - begin > 0.1)
    assert asked.end.limit == "stopped"


def test_many_short_programs_each_end_is_heard(box):
    assert all(run_once(box, Program(["true"])).end.status == 0 for _ in range(60))
