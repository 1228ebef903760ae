"""The words that shut a program in: what bubblewrap, ``confine`` and a container engine are told.

Covers command lines only; ``levels`` tries them out.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ninemarch.isolate.box import Bounds

__all__ = ["SYSTEM", "TEMPORARY", "WORK", "confined", "contained", "wrapped"]

# What a program needs of the system, and nothing that tells about its owner.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SETTINGS = (
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/pki",
    "/etc/ssl",
)
WORK, TEMPORARY = "/work", "/tmp"  # noqa: S108 - its own, empty


def wrapped(tool: str, bounds: Bounds, readable: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """Return what bubblewrap is told: namespaces of its own, the system read-only, small folders to write in."""
    words = [tool, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    words += ["--proc", "/proc", "--dev", "/dev"]
    for folder in SYSTEM:
        if Path(folder).is_symlink():
            words += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            words += ["--ro-bind-try", folder, folder]
    for path in _SETTINGS:
        words += ["--ro-bind-try", path, path]
    for folder in ("/dev/shm", TEMPORARY, WORK):  # noqa: S108
        words += ["--size", str(bounds.file_size), "--tmpfs", folder]
    return [*words, *_shown(readable, hidden), "--remount-ro", "/", "--remount-ro", "/dev", "--chdir", WORK, "--"]


def _shown(readable: Sequence[Path], hidden: Sequence[Path]) -> Iterator[str]:
    """What may be read, then empty folders over what is hidden in it, then what may be read there all the same."""
    roots = [Path(folder) for folder in SYSTEM]
    for path in sorted(readable):
        if not any(path.is_relative_to(root) for root in roots):
            yield from ("--ro-bind", str(path), str(path))
    for path in hidden:
        if path.is_dir() and any(path.is_relative_to(root) for root in (*roots, *readable)):
            yield from ("--tmpfs", str(path))
            for inner in sorted(readable):
                yield from ("--ro-bind", str(inner), str(inner)) if inner.is_relative_to(path) else ()


def confined(tool: str, bounds: Bounds, readable: Sequence[Path], hidden: Sequence[Path]) -> list[str]:
    """Return what ``confine`` is told."""
    shown = [*SYSTEM, *_SETTINGS, *map(str, readable)]
    # Landlock says nothing on names and on sockets that lie in a folder: what is not the system's is covered.
    kept = {"/dev", "/etc", "/proc", "/sys", TEMPORARY, *SYSTEM}
    others = [
        path for path in Path("/").iterdir() if str(path) not in kept and path.is_dir() and not path.is_symlink()
    ]
    words = [sys.executable, "-I", "-S", tool, f"--size={bounds.file_size}"]
    words += [f"--read={path}" for path in shown] + [f"--hide={path}" for path in (*sorted(others), *hidden)]
    return [*words, "--"]


def contained(
    tool: str, image: str, env: Mapping[str, str], bounds: Bounds, readable: Sequence[Path]
) -> tuple[list[str], tuple[str, ...]]:
    """Return what a container engine is told, and the words that remove the container whatever has become of it."""
    name = f"ninemarch-{secrets.token_hex(8)}"
    size, memory = f"size={bounds.file_size}", str(bounds.memory)
    words = [tool, "run", "--rm", "--interactive", "--init", f"--name={name}", "--pull=never"]
    words += ["--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"]
    words += [f"--memory={memory}", f"--memory-swap={memory}", f"--pids-limit={bounds.processes}"]
    words += [f"--ulimit=nofile={bounds.files}", f"--ulimit=fsize={bounds.file_size}", "--ulimit=core=0"]
    words += [f"--tmpfs={WORK}:rw,exec,mode=1777,{size}", f"--tmpfs={TEMPORARY}:rw,mode=1777,{size}"]
    words += [f"--workdir={WORK}", f"--env=HOME={WORK}"]
    words += [f"--env={key}={value}" for key, value in env.items()]
    words += [f"--volume={path}:{path}:ro" for path in readable]
    return [*words, image], (tool, "rm", "--force", name)
