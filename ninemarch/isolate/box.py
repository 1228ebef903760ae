"""The only place that starts processes: a box holds one program at a time and leaves nothing of it behind.

Covers the parent's side of the keeper (see ``keeper``): start, kill, wait, and the fresh working folder. What a level
adds to the command line is in ``levels``. Does not read or write what flows through the pipes: see ``once``.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ninemarch.errors import RunInvalid
from ninemarch.text import excerpt

__all__ = ["PATH", "Bounds", "Box", "CannotStart", "End", "Program", "Streams", "environment"]

_KEEPER = Path(__file__).with_name("keeper.py")
# What a program is given of our environment: where programs lie and which language is spoken, never a secret.
_KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
_CLEARING = 30  # seconds that clearing away may take
PATH = "/usr/local/bin:/usr/bin:/bin"


class CannotStart(Exception):
    """A program that could not be started: not found, not executable, no memory for it."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a program may use.

    Args:
        memory: bytes of memory, of each process (private and writable) and of all together (resident).
        processes: processes at once.
        files: files that a process may have open.
        file_size: bytes of one file that it writes.
        output: bytes that it may print on stdout, and on stderr; kept by whoever reads them.
        cpu: seconds of processor time of one process; None for no limit (the time on the clock is the caller's).
    """

    memory: int = 2 * 2**30
    processes: int = 64
    files: int = 256
    file_size: int = 256 * 2**20
    output: int = 10_000_000
    cpu: int | None = None

    @property
    def rlimits(self) -> dict[str, int]:
        """Limits that the kernel keeps for each process, by their names in ``resource``."""
        limits = {"RLIMIT_DATA": self.memory, "RLIMIT_NOFILE": self.files, "RLIMIT_FSIZE": self.file_size}
        return {**limits, "RLIMIT_CORE": 0, **({"RLIMIT_CPU": self.cpu} if self.cpu else {})}


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start.

    Args:
        command: the words; no shell reads them.
        env: variables on top of what every program is given.
        folder: working folder; None for a fresh one, removed at the end.
        bounds: what it may use; None for no limit of ours.
        inherit: whether it is given our whole environment.
        output: bytes that it may print on stdout, and on stderr.
        after: words of a command that clears away what the program leaves elsewhere; run once it has ended.
    """

    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    bounds: Bounds | None = None
    inherit: bool = False
    output: int = 10_000_000
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Streams:
    """Our ends of a started program's pipes: numbers of descriptors, which the caller closes."""

    stdin: int
    stdout: int
    stderr: int


@dataclass(frozen=True, slots=True)
class End:
    """How a program ended.

    Args:
        status: exit status; negative: the signal that killed it; None if its keeper was killed.
        killed: processes that had outlived it and were killed.
        left: processes that could not be killed (they wait for a device).
        limit: why it was killed: ``memory``, ``processes``, or what the caller said; empty if it was not.
    """

    status: int | None
    killed: int = 0
    left: int = 0
    limit: str = ""

    @property
    def words(self) -> str:
        """How it ended, in words."""
        if self.status is None:
            return "its keeper was killed"
        if self.status >= 0:
            return f"exit status {self.status}"
        try:
            name = f" ({signal.Signals(-self.status).name})"
        except ValueError:
            name = ""
        return f"died with signal {-self.status}{name}"


class Box:
    """Starts one program at a time. Not for several threads at once; a box each is.

    The keeper behind it starts with the first program and is used again by the next one.
    """

    def __init__(self) -> None:
        self._control: socket.socket | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._fresh: Path | None = None
        self._after: tuple[str, ...] = ()
        self._leader = 0

    def start(self, program: Program) -> Streams:
        """Start a program; the one before has to be waited for first.

        Raises:
            CannotStart: it cannot be had, or its folder cannot.
            RunInvalid: no process can be started here.
        """
        self._ready()
        theirs, ours = _pipes()
        try:
            folder = program.folder or self._folder()
            answer = self._order(program, folder, theirs)
        except BaseException:
            _close(*ours)
            self._tidy()
            raise
        finally:
            _close(*theirs)
        if "pid" not in answer:
            _close(*ours)
            self._tidy()
            raise CannotStart(excerpt(answer.get("error", "its keeper was killed"), 300))
        self._leader, self._after = answer["pid"], program.after
        return Streams(*ours)

    def kill(self, why: str = "") -> None:
        """Kill the program and all it has started; ``wait`` tells of it."""
        with contextlib.suppress(OSError):
            self._send({"op": "kill", "why": why})

    def wait(self, timeout: float | None = None) -> End | None:
        """Return how the program ended, once nothing of it is left; None if it has not in ``timeout`` seconds."""
        answer = self._answer(timeout)
        if answer is None:
            return None
        self._tidy()
        if "status" in answer:
            self._leader = 0
            return End(answer["status"], answer["killed"], answer["left"], answer["limit"])
        with contextlib.suppress(OSError):
            os.killpg(self._leader, signal.SIGKILL)
        self.close()
        return End(None)

    @property
    def fileno(self) -> int:
        """Descriptor that becomes readable when the program has ended; -1 while no keeper runs."""
        return self._control.fileno() if self._control else -1

    def close(self) -> None:
        """Kill what runs and let the keeper go."""
        control, self._control = self._control, None
        keeper, self._keeper = self._keeper, None
        if control is not None:
            control.close()
        if keeper is not None:
            keeper.wait()
        self._leader = 0
        self._tidy()

    def _folder(self) -> Path:
        self._fresh = Path(tempfile.mkdtemp(prefix="ninemarch-"))
        return self._fresh

    def _tidy(self) -> None:
        after, self._after = self._after, ()
        if after:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(after, capture_output=True, timeout=_CLEARING, check=False)  # noqa: S603 - our words
        folder, self._fresh = self._fresh, None
        if folder is not None:
            _remove(folder)

    def _order(self, program: Program, folder: Path, fds: Sequence[int]) -> dict[str, Any]:
        bounds = program.bounds
        order = {
            "op": "start",
            "command": list(program.command),
            "env": environment(program, folder),
            "folder": str(folder),
            "fresh": program.folder is None,
            "rlimits": bounds.rlimits if bounds else {},
            "memory": bounds.memory if bounds else 0,
            "processes": bounds.processes if bounds else 0,
        }
        try:
            self._send(order, fds)
            return self._answer(None) or {}
        except OSError:
            self.close()
            return {}

    def _ready(self) -> None:
        if self._keeper is not None and self._keeper.poll() is None:
            return
        self.close()
        here, there = socket.socketpair()
        try:
            self._keeper = subprocess.Popen(  # noqa: S603 - our own file, by the interpreter that runs us
                [sys.executable, "-I", "-S", str(_KEEPER), str(there.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
                start_new_session=True,  # Ctrl-C is for us: we tell the keeper
                env={},
                cwd="/",
            )
        except OSError as error:
            here.close()
            msg = f"no process can be started: {excerpt(str(error), 200)}; end other programs, or use fewer workers"
            raise RunInvalid(msg) from error
        finally:
            there.close()
        self._control = here

    def _send(self, order: Mapping[str, Any], fds: Sequence[int] = ()) -> None:
        control = self._control
        if control is None:
            raise BrokenPipeError
        data = json.dumps(order).encode() + b"\n"
        sent = socket.send_fds(control, [data], fds) if fds else 0
        control.sendall(data[sent:])

    def _answer(self, timeout: float | None) -> dict[str, Any] | None:
        """The next thing the keeper says; empty if it is gone, None if it says nothing in time."""
        control, line = self._control, b""
        while control is not None and not line.endswith(b"\n"):
            if timeout is not None and not _readable(control, timeout):
                return None
            try:
                # One line and no more: what follows must go on making the descriptor readable.
                seen = control.recv(4096, socket.MSG_PEEK)
                line += control.recv(seen.find(b"\n") + 1 or len(seen))
            except OSError:
                seen = b""
            if not seen:
                return {}
        if not line:
            return {}
        answer: dict[str, Any] = json.loads(line)
        return answer


def environment(program: Program, folder: Path) -> dict[str, str]:
    """Return what a program is given: an allow-list of our own variables and its own, or everything of ours."""
    if program.inherit:
        return {**os.environ, **program.env}
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"PATH": PATH, **kept, "HOME": str(folder), "TMPDIR": str(folder), **program.env}


def _pipes() -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Three pipes: the program's ends, and ours."""
    made: list[int] = []
    try:
        for _ in range(3):
            made += os.pipe()
    except OSError as error:
        _close(*made)
        msg = f"no pipe can be made: {error}; allow more open files (ulimit -n), or use fewer workers"
        raise RunInvalid(msg) from error
    (stdin, feed), (out, stdout), (err, stderr) = zip(made[::2], made[1::2], strict=True)
    return (stdin, stdout, stderr), (feed, out, err)


def _readable(control: socket.socket, timeout: float) -> bool:
    poll = select.poll()  # select itself knows no descriptor above 1,023
    poll.register(control, select.POLLIN)
    return bool(poll.poll(max(0.0, timeout) * 1000))


def _close(*fds: int) -> None:
    for fd in fds:
        with contextlib.suppress(OSError):
            os.close(fd)


def _remove(folder: Path) -> None:
    """Remove a folder that a program was let into; what it has locked is unlocked first."""

    def unlock(function: Any, path: str, _: object) -> None:
        with contextlib.suppress(OSError):
            os.chmod(Path(path).parent, 0o700)  # noqa: PTH101
            os.chmod(path, 0o700, follow_symlinks=False) if not os.path.islink(path) else None  # noqa: PTH101, PTH114
            function(path)

    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder, onerror=unlock)
