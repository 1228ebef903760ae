"""A process with everything imported that starts commands and lets them run: for tests that send signals.

One order a line on stdin: ``{"start": {words, cwd, env, out, err}}`` is answered by the process id of a fork that
runs the installed command's ``main``; ``{"poll": pid}`` by its exit code (negative: the signal) or null.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import ninemarch.report.terminal
import ninemarch.workflow  # noqa: F401
from ninemarch.cli import main


def become(order: dict[str, Any]) -> None:
    """Be the command; never returns."""
    for place, name, mode in (
        (0, os.devnull, os.O_RDONLY),
        (1, order["out"], os.O_WRONLY),
        (2, order["err"], os.O_WRONLY),
    ):
        fd = os.open(name, mode | (os.O_CREAT if place else 0), 0o644)
        os.dup2(fd, place)
        os.close(fd)
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    sys.argv = ["ninemarch", *order["words"]]
    sys.path[0] = order["cwd"]
    code = 70
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 70
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def serve() -> None:
    """Answer orders until stdin ends."""
    for line in sys.stdin:
        order = json.loads(line)
        answer: int | None
        if "start" in order:
            answer = os.fork()
            if answer == 0:
                become(order["start"])
        else:
            done, status = os.waitpid(order["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if done else None
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
