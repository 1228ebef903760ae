"""A small process that starts one program at a time and leaves nothing of it behind.

Runs as a script, on the standard library alone; ``box`` is its other end. It takes orders, a line of JSON each, from
the socket whose number it is given; three descriptors (stdin, stdout, stderr) come with an order to start. Every
process that a program leaves behind, also one in a session of its own or doubly forked, becomes the keeper's child (a
child subreaper) and is killed when the program ends. When the other end closes, also because its process was killed,
the keeper kills what runs and leaves. Does not cover a program that kills the keeper: both belong to one user.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

__all__: list[str] = []

_TICK = 0.05  # seconds between two looks at how many processes there are and what memory they hold
_IDLE = 1.0  # seconds between two looks at whether the parent still lives
_PATIENCE = 10.0  # seconds for killed processes to go; one that waits for a device may take longer
_SLACK = 1000  # processes that the user may start elsewhere meanwhile: the kernel counts them all
_SET_PDEATHSIG, _SET_SUBREAPER = 1, 36  # prctl(2)
_PAGE = resource.getpagesize()


class Keeper:
    """One end of the control socket and the program under way, if any."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        control.set_inheritable(False)
        self._parent = os.getppid()
        self._libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
        if self._libc is not None and self._libc.prctl(_SET_SUBREAPER, 1, 0, 0, 0):
            os._exit(3)
        self._wake, told = os.pipe()
        os.set_blocking(told, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        self._main = 0  # process id of the program; 0 while none runs
        self._status: int | None = None
        self._bounds: dict[str, int] = {}
        self._broken = ""  # the limit it went over
        self._rest = b""
        self._fresh = ""  # the program's own folder, which the other end removes if it still lives
        self._group = _group()
        self._others = 0 if self._group or not os.getuid() else _of_user()

    def serve(self) -> None:
        """Take orders until the other end closes."""
        while True:
            wait = _TICK if self._main and self._bounds else _IDLE
            ready, _, _ = select.select([self._control.fileno(), self._wake], [], [], wait)
            if self._wake in ready:
                os.read(self._wake, 512)
            self._reap()
            if self._control.fileno() in ready and not self._take():
                break
            if os.getppid() != self._parent:
                break
            if self._main and self._status is None and self._bounds:
                self._look()
            if self._main and self._status is not None:
                self._end()
        self._sweep()
        if self._main and self._fresh:
            import shutil  # noqa: PLC0415 - slow to import, and hardly ever needed

            shutil.rmtree(self._fresh, ignore_errors=True)
        if self._group:
            with contextlib.suppress(OSError):
                os.rmdir(self._group)

    def _take(self) -> bool:
        """Obey what has been sent; return whether the other end is still there."""
        try:
            data, fds, _, _ = socket.recv_fds(self._control, 65536, 3)
        except OSError:
            return False
        for fd in fds:
            os.set_inheritable(fd, False)  # noqa: FBT003
        if not data:
            return False
        self._rest += data
        while not self._rest.endswith(b"\n"):
            more = self._control.recv(65536)
            if not more:
                return False
            self._rest += more
        lines, self._rest = self._rest.splitlines(), b""
        for line in lines:
            order = json.loads(line)
            if order["op"] == "start":
                self._say(self._start(order, list(fds)))
            elif self._main:
                self._broken = self._broken or order.get("why", "")
                self._kill(self._main)
        return True

    def _say(self, answer: dict[str, Any]) -> None:
        with contextlib.suppress(OSError):
            self._control.sendall(json.dumps(answer).encode() + b"\n")

    def _start(self, order: dict[str, Any], fds: list[int]) -> dict[str, Any]:
        said, telling = os.pipe()  # closed by a successful exec
        pid = os.fork()
        if pid == 0:
            self._become(order, fds, telling)
        for fd in (*fds, telling):
            os.close(fd)
        with os.fdopen(said, "rb") as pipe:
            trouble = pipe.read()
        if trouble:
            os.waitpid(pid, 0)
            return {"error": trouble.decode(errors="replace")}
        self._main, self._status, self._broken = pid, None, ""
        self._fresh = order["folder"] if order["fresh"] else ""
        self._bounds = {name: order[name] for name in ("processes", "memory") if order.get(name)}
        return {"pid": pid}

    def _become(self, order: dict[str, Any], fds: list[int], telling: int) -> NoReturn:
        """Be the program; what Python has changed in a process is put back first."""
        try:
            os.setsid()
            if self._libc is not None:
                self._libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            for place, fd in enumerate(fds):
                os.dup2(fd, place)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGPIPE, getattr(signal, "SIGXFSZ", signal.SIGPIPE)):
                signal.signal(number, signal.SIG_DFL)
            if order.get("processes"):
                self._limit_processes(order["processes"])
            for name, most in order.get("rlimits", {}).items():
                _lower(getattr(resource, name), most)
            os.umask(0o077)
            os.chdir(order["folder"])
            os.execvpe(order["command"][0], order["command"], order["env"])  # noqa: S606 - this is what it is for
        except BaseException as error:  # noqa: BLE001 - a fork must never go on as its parent
            name = getattr(error, "filename", None)
            reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
            os.write(telling, f"{reason}{f': {name}' if name else ''}".encode())
        os._exit(127)

    def _limit_processes(self, most: int) -> None:
        """Let the kernel refuse to fork soon after ``most``: by a control group, else by the user's own limit.

        Root has no such limit. Where root may make no control group either, only ``_look`` stops a fork bomb.
        """
        if self._group:
            _write(f"{self._group}/pids.max", str(most + 1))
            _write(f"{self._group}/cgroup.procs", "0")
        elif os.getuid():
            _lower(resource.RLIMIT_NPROC, self._others + most + _SLACK)

    def _reap(self) -> None:
        """Collect every child that has ended, the program among them."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid == self._main:
                self._status = os.waitstatus_to_exitcode(status)

    def _look(self) -> None:
        """Kill a program that holds more processes or memory than it may."""
        found = _tree(os.getpid())
        if len(found) > self._bounds.get("processes", len(found)):
            self._broken = "processes"
        elif "memory" in self._bounds and sum(map(_resident, found)) > self._bounds["memory"]:
            self._broken = "memory"
        else:
            return
        self._kill(self._main)

    def _end(self) -> None:
        """Kill what the program has left behind, and tell how it ended."""
        killed, left = self._sweep()
        self._say({"status": self._status, "killed": killed, "left": left, "limit": self._broken})
        self._main = 0

    def _kill(self, leader: int) -> None:
        # The whole group at once: the kernel lets no member fork away meanwhile.
        with contextlib.suppress(OSError):
            os.killpg(leader, signal.SIGKILL)

    def _sweep(self) -> tuple[int, int]:
        """Kill every descendant until none is left; return how many outlived the program, and how many remain."""
        seen: set[int] = set()
        end, pause = time.monotonic() + _PATIENCE, 0.0005
        if self._main and self._status is None:
            self._kill(self._main)
        while True:
            self._reap()
            found = _tree(os.getpid())
            if not found or time.monotonic() > end:
                break
            seen |= set(found)
            for pid in found:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(pause)
            pause = min(pause * 2, 0.02)
        return len(seen), len(found)


def _lower(number: int, most: int) -> None:
    """Set a limit of the process, hard and soft; never above what it has already."""
    _, hard = resource.getrlimit(number)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(number, (most, most))


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _group() -> str:
    """A new control group that can limit processes, of either version; empty where none may be made."""
    made = ""
    with contextlib.suppress(OSError, ValueError), open("/proc/self/cgroup") as file:
        for line in file:
            _, kinds, path = line.rstrip("\n").split(":", 2)
            if kinds and "pids" not in kinds.split(","):
                continue
            folder = f"/sys/fs/cgroup{'/pids' if kinds else ''}{path.rstrip('/')}/ninemarch-{os.getpid()}"
            with contextlib.suppress(OSError):
                os.mkdir(folder)
                if os.path.exists(f"{folder}/pids.max"):
                    made = folder
                else:
                    os.rmdir(folder)
    return made


def _of_user() -> int:
    """Threads of this user that run now."""
    threads = 0
    for name in os.listdir("/proc") if sys.platform == "linux" else ():
        with contextlib.suppress(OSError, ValueError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                threads += len(os.listdir(f"/proc/{name}/task"))
    return threads


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += map(int, file.read().split())
    except (OSError, ValueError):
        pass  # it has ended meanwhile
    return found


def _tree(root: int) -> list[int]:
    """Every descendant of ``root``, ended ones that nobody has collected among them."""
    born = _children if os.path.exists(f"/proc/{root}/task/{root}/children") else _born()
    found = list(born(root))
    for pid in found:  # grows while it is walked
        found += born(pid)
    return found


def _born() -> Callable[[int], list[int]]:
    """As ``_children``, for a kernel that does not list them: from the parent that every process names."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if sys.platform == "linux" else ():
        if name.isdigit():
            with contextlib.suppress(OSError, ValueError), open(f"/proc/{name}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
                children.setdefault(parent, []).append(int(name))
    return lambda pid: children.get(pid, [])


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 for one that has ended."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


if __name__ == "__main__":
    Keeper(socket.socket(fileno=int(sys.argv[1]))).serve()
