"""A process that has imported all of ninemarch and forks itself for every command that it reads on stdin.

One order a line (JSON: words, cwd, env, out, err, limit); one exit code a line in return. The fork runs the same
``main`` as the installed command, with its own descriptors, folder and environment, and leaves by its exit code.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import json
import os
import signal
import sys
import time
from typing import Any

import typer.main

import ninemarch.report.terminal
import ninemarch.report.terminal_lists
import ninemarch.report.trial_document
import ninemarch.workflow  # noqa: F401
from ninemarch.cli import main


def child(order: dict[str, Any]) -> None:
    """Become the command; never returns."""
    for target, name, mode in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY),
        (2, order["err"], os.O_WRONLY),
    ):
        fd = os.open(name, mode | (os.O_CREAT if target else 0), 0o644)
        os.dup2(fd, target)
        os.close(fd)
    os.environ.update(order["env"])
    if encoding := order["env"].get("PYTHONIOENCODING"):  # read at start-up only, which is past
        sys.stdout.reconfigure(encoding=encoding)
    os.chdir(order["cwd"])
    sys.argv = ["ninemarch", *order["words"]]
    sys.path[0] = order["cwd"]  # what python -m puts there
    code = 1
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait(pid: int, limit: float) -> int:
    """Return the exit code of ``pid`` as a shell gives it; kill it after ``limit`` seconds."""
    end = time.monotonic() + limit
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def warm_up() -> None:
    """Load what a first command loads late, build the tree of commands once, freeze what is shared."""
    typer.main.get_command = functools.cache(typer.main.get_command)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        sys.argv = ["ninemarch", "suite", "schema"]
        main()
    gc.collect()
    gc.freeze()


warm_up()
for line in sys.stdin:
    job = json.loads(line)
    pid = os.fork()
    if pid == 0:
        child(job)
    sys.stdout.write(f"{wait(pid, job['limit'])}\n")
    sys.stdout.flush()
