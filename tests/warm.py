"""A process that has imported all of ninemarch and forks itself for every command that it reads on stdin.

One order a line (JSON: words, cwd, env, out, err, limit); one exit code a line in return. The fork runs the same
``main`` as the installed command, with its own descriptors, folder and environment, and leaves by its exit code.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import Any

import ninemarch.report.terminal
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


for line in sys.stdin:
    job = json.loads(line)
    pid = os.fork()
    if pid == 0:
        child(job)
    sys.stdout.write(f"{wait(pid, job['limit'])}\n")
    sys.stdout.flush()
