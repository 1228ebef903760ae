"""Shuts itself in, then becomes the program: for ``strict`` where bubblewrap is not installed.

Runs as a script, on the standard library alone: ``confine.py --size=N --read=PATH ... --hide=PATH ... -- COMMAND``.
The program gets user, mount, process, network and IPC namespaces of its own, an empty working folder of at most
``size`` bytes, and by Landlock may read only what is named and write only there. Whatever cannot be had ends it with
status 125 before the program starts. Source: landlock(7), user_namespaces(7), pid_namespaces(7).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import struct
import sys
from typing import NoReturn

__all__: list[str] = []

_REFUSED = 125
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 1 << 17, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30
_READ_ONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 1 << 5, 1 << 12, 1 << 14, 1 << 18
_RELATIME, _OF_MOUNT = 1 << 21, 2 | 4 | 8 | 1024 | 2048  # flags of a mount that no namespace of ours may take away
_SET_PDEATHSIG, _SET_NO_NEW_PRIVS = 1, 38
# landlock(7): system calls, the same on every architecture, and what each version of the interface handles.
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_EXECUTE, _READ_FILE, _READ_DIR, _WRITE_FILE, _TRUNCATE, _IOCTL = 1, 4, 8, 2, 1 << 14, 1 << 15
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_LOOK = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES = _EXECUTE | _READ_FILE | _WRITE_FILE | _TRUNCATE | _IOCTL
_UID = 1000  # whom the program takes itself for: not root, so that it keeps no capability
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/full")

_libc = ctypes.CDLL(None, use_errno=True)


def _refuse(what: str) -> NoReturn:
    sys.stderr.write(f"confine: {what}\n")
    sys.stderr.flush()
    os._exit(_REFUSED)


def _done(result: int, what: str) -> int:
    if result < 0:
        _refuse(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def _mount(kind: str, place: str, flags: int, data: str = "") -> None:
    given = data.encode() if data else None
    _done(_libc.mount(kind.encode(), place.encode(), kind.encode(), flags, given), f"mount {kind} on {place}")


def _separate() -> None:
    """Leave the namespaces of the machine."""
    uid, gid = os.getuid(), os.getgid()
    kinds = _NEWUSER | _NEWNS | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS
    _done(_libc.unshare(kinds), "no namespaces of its own")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{_UID} {uid} 1"), ("gid_map", f"{_UID} {gid} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError as error:
            _refuse(f"{name}: {error.strerror}")
    _done(_libc.mount(None, b"/", None, _REC | _PRIVATE, None), "no mounts of its own")


def _furnish(size: str, hidden: list[str], shown: list[str]) -> None:
    """Processes of its own in /proc, and empty folders: to work in, to share memory in, over what is hidden.

    From the outside in, so that what is hidden in a folder to be read stays hidden. What is to be read although it
    lies in a covered folder is held open meanwhile and put back there, read-only.
    """
    work = os.getcwd()
    covered = {"/tmp", "/dev/shm", work, *filter(os.path.isdir, hidden)}  # noqa: S108
    kept = {path: os.open(path, os.O_PATH) for path in shown if any(_lies(path, place) for place in covered)}
    _mount("proc", "/proc", _NOSUID | _NODEV)
    last: list[tuple[str, bool]] = []
    for place, show in sorted([*((c, False) for c in covered), *((k, True) for k in kept)]):
        around = max((each for each in last if _lies(place, each[0])), default=("/", True))
        last.append((place, show))
        if not show:
            os.makedirs(place, exist_ok=True)  # it may lie in what has just been covered
            _mount("tmpfs", place, _NOSUID | _NODEV, f"size={size},mode=0700")
        elif not around[1]:
            _put_back(place, kept[place])
    for fd in kept.values():
        os.close(fd)
    os.chdir(work)


def _lies(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _put_back(path: str, fd: int) -> None:
    """Show a file or folder that is held open at its own path again, read-only."""
    folder = path if os.path.isdir(f"/proc/self/fd/{fd}") else os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    if folder != path:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
    source = f"/proc/self/fd/{fd}".encode()
    _done(_libc.mount(source, path.encode(), None, _BIND | _REC, None), f"{path} cannot be shown")
    found = os.statvfs(path).f_flag
    flags = found & _OF_MOUNT | (_RELATIME if found & os.ST_RELATIME else 0) | _BIND | _REMOUNT | _READ_ONLY
    _done(_libc.mount(None, path.encode(), None, flags, None), f"{path} cannot be made read-only")


def _fence(readable: list[str], writable: list[str]) -> None:
    """Allow reading and writing by name, and nothing else of the file system."""
    version = _done(_libc.syscall(_CREATE, None, 0, 1), "no Landlock")
    handled = _HANDLED[min(version, max(_HANDLED))]
    rules = struct.pack("Q", handled)
    ruleset = _done(_libc.syscall(_CREATE, rules, len(rules), 0), "no Landlock rules")
    for paths, access in ((readable, _LOOK), (writable, handled)):
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
                allowed = access & handled & (-1 if os.path.isdir(path) else _OF_FILES)
                rule = struct.pack("=Qi", allowed, fd)
                _done(_libc.syscall(_ADD, ruleset, 1, rule, 0), f"no Landlock rule for {path}")
                os.close(fd)
    _done(_libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "new privileges cannot be given up")
    _done(_libc.syscall(_RESTRICT, ruleset, 0), "Landlock refuses")
    os.close(ruleset)


def _waits(pid: int) -> NoReturn:
    """Collect children until ``pid`` ends, and end as it did, in a shell's words."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def main(words: list[str]) -> NoReturn:
    """Shut in, start the program as the second process, and wait for it as the first."""
    place = words.index("--")
    given, command = words[:place], words[place + 1 :]
    told = {
        name: [w.split("=", 1)[1] for w in given if w.startswith(f"--{name}=")] for name in ("read", "hide", "size")
    }
    _separate()
    first = os.fork()
    if first:
        _waits(first)
    _libc.prctl(_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    _furnish(told["size"][0], told["hide"], told["read"])
    _fence([*told["read"], "/proc"], [os.getcwd(), "/tmp", "/dev/shm", *_DEVICES])  # noqa: S108
    second = os.fork()
    if second:
        _waits(second)
    home = os.getcwd()
    os.environ.update(HOME=home, TMPDIR=home)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606 - this is what it is for
    except OSError as error:
        _refuse(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
