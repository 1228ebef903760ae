"""Writes a whole file or nothing: the old content stays until the new one is on disk.

Covers one file on a local POSIX file system: temporary file in the same folder, fsync, rename, fsync of the
folder. Of two writers at once the last one wins, whole; ``alone`` keeps those who read first from each other.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ninemarch.errors import UsageError

__all__ = ["alone", "check_file", "write_whole"]


def write_whole(path: Path, data: bytes) -> Path:
    """Write ``data`` to ``path``, making its folder where needed, and return the path.

    Raises:
        UsageError: the file cannot be written; ``path`` is then what it was before.
    """
    try:
        return _written(path, data)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}; give a file in a folder that can be written"
        raise UsageError(msg) from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until no other process holds ``folder``, made where needed, and hold it inside the block.

    For a file that is read, changed and written whole: of two at once, one would lose what the other added.

    Raises:
        UsageError: the folder cannot be made or opened.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY)
    except OSError as error:
        msg = f"cannot write in {folder}: {error.strerror or error}; give a folder that can be written"
        raise UsageError(msg) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def check_file(path: Path) -> None:
    """Refuse a page's file that could not be written, before anything runs for it; makes its folder.

    Raises:
        UsageError: ``path`` is a folder, or its folder cannot be made or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        problem = (
            "it is a folder" if path.is_dir() else "" if os.access(path.parent, os.W_OK) else "no right to write"
        )
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        msg = f"cannot write {path}: {problem}; give a file in a folder that can be written"
        raise UsageError(msg)


def _written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            # mkstemp makes a private file; a report is as public as its folder.
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
