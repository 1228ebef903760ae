"""State that a target left behind: the text of a file, or the rows of a query on an SQLite database.

Covers reading it safely: only below the folder that the suite names (what a target says is no reason to read
another file into a report), regular files, bounded size and work, the database read-only.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ninemarch.checks.paths import Missed, finder
from ninemarch.errors import SuiteError
from ninemarch.model import Focus, Scenario
from ninemarch.text import excerpt

__all__ = ["reader"]

_MOST_BYTES = 16 * 2**20
_MOST_ROWS = 10_000
_SLICE, _SLICES = 1_000_000, 50  # instructions between two looks, and looks: a second or two
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


def reader(focus: Focus, home: Path | None) -> Callable[[Scenario, Any], Any]:
    """Return the function of (scenario, output) that reads the state, or raises ``Missed``.

    Args:
        focus: which file, and the query where it is a database.
        home: the suite's folder; the working folder for a suite made in Python.

    Raises:
        SuiteError: the folder is not there.
    """
    folder = ((home or Path.cwd()) / focus.folder).resolve()
    if not folder.is_dir():
        msg = f"{folder}: no such folder; a check reads what the target left only below its folder, beside the suite"
        raise SuiteError(msg)
    named = finder(focus.file_at) if focus.file_at else None

    def read(scenario: Scenario, output: Any) -> Any:
        name = named(output) if named else focus.file
        descriptor = _open(folder, name)
        try:
            return _rows(folder / name, focus.query, scenario) if focus.query else _text(descriptor, name)
        finally:
            os.close(descriptor)

    return read


def _open(folder: Path, name: Any) -> int:
    """Open a regular file below ``folder``; a pipe or a device must not hold us up."""
    if not isinstance(name, str):
        msg = f"expected the name of a file, got {excerpt(name, 80)}"
        raise Missed(msg)
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            msg = f"the file {excerpt(name, 120)} lies outside {folder.name}, where this check may read"
            raise Missed(msg)
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError, RuntimeError) as error:  # also a NUL in the name, a loop of links
        why = error.strerror if isinstance(error, OSError) else error
        msg = f"cannot read the file {excerpt(name, 120)}: {why}"
        raise Missed(msg) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        msg = f"{excerpt(name, 120)} is not a file"
        raise Missed(msg)
    return descriptor


def _text(descriptor: int, name: str) -> str:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        msg = f"the file {excerpt(name, 120)} is larger than {_MOST_BYTES:,} bytes"
        raise Missed(msg)
    return raw.decode("utf-8", "replace")


def _rows(path: Path, query: str, scenario: Scenario) -> list[list[Any]]:
    """The rows of ``query``, in which ``:name`` stands for the value of that name in the scenario's input."""
    given = scenario.input if isinstance(scenario.input, dict) else {}
    values = {key: value for key, value in given.items() if value is None or isinstance(value, str | int | float)}
    looks = iter(range(_SLICES))
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)) as base:
            base.execute("PRAGMA trusted_schema = OFF")
            base.text_factory = lambda raw: raw.decode("utf-8", "replace")
            base.set_authorizer(lambda act, *_: sqlite3.SQLITE_OK if act in _ALLOWED else sqlite3.SQLITE_DENY)
            base.set_progress_handler(lambda: next(looks, None) is None, _SLICE)
            rows = base.execute(query, values).fetchmany(_MOST_ROWS + 1)
    except sqlite3.ProgrammingError:
        raise  # a value that the scenario does not have, two statements: the suite's mistake
    except sqlite3.DatabaseError as error:
        if "syntax error" in str(error) or "not authorized" in str(error):
            raise  # the query's own mistake
        msg = f"cannot query {excerpt(path.name, 80)}: {excerpt(str(error), 120)}"
        raise Missed(msg) from error
    if len(rows) > _MOST_ROWS:
        msg = f"the query on {excerpt(path.name, 80)} gives more than {_MOST_ROWS:,} rows"
        raise Missed(msg)
    return [[value.hex() if isinstance(value, bytes) else value for value in row] for row in rows]
