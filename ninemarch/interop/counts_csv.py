"""Counts of releases from a CSV file: what was measured before, or elsewhere.

Covers reading and checking, line by line. What the counts become is the workflow's job.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ninemarch.errors import UsageError, nearest
from ninemarch.text import excerpt, scrub

__all__ = ["COLUMNS", "CountedRelease", "read_counts"]

COLUMNS = ("release", "failures", "trials", "name", "date", "effort", "profile")
"""Names of the columns; the first three are needed."""

_NEEDED = COLUMNS[:3]
_MOST_BYTES = 5_000_000
_DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class CountedRelease:
    """One line: a release, its failures among its trials, and what else was said. Text is hostile.

    Args:
        name: what is new in it; may be empty, like the next.
        date: ISO 8601 date.
        effort: work that it took; None where nothing was said.
        profile: what the trials were drawn from.
    """

    release: str
    failures: int
    trials: int
    name: str = ""
    date: str = ""
    effort: float | None = None
    profile: str = ""


def read_counts(path: Path) -> tuple[CountedRelease, ...]:
    """Return the releases of a CSV file in the order of its lines.

    Args:
        path: the file: UTF-8, a heading of the names of ``COLUMNS`` in any order, fields separated by commas,
            semicolons or tabs.

    Raises:
        UsageError: the file cannot be read, a column is missing or unknown, or a field is out of range.
    """
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig") if len(raw) <= _MOST_BYTES else ""
    except OSError as error:
        _refuse(path, 0, f"cannot be read: {error.strerror or error}", "a CSV file")
    except UnicodeDecodeError as error:
        _refuse(path, 0, f"is not UTF-8 ({error.reason} at byte {error.start})", "text in UTF-8")
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(text.splitlines(keepends=True), delimiter=mark, strict=True))
    except csv.Error as error:
        _refuse(path, 0, f"is no CSV ({error})", "fields separated by commas")
    names = [name.strip().lower() for name in lines[0]] if lines else []
    _check_head(path, names)
    found = []
    for number, fields in enumerate(lines[1:], 2):
        if not any(field.strip() for field in fields):
            continue
        if len(fields) != len(names):
            _refuse(path, number, f"has {len(fields)} fields", f"{len(names)}, as in the heading")
        found.append(_release(path, number, dict(zip(names, (field.strip() for field in fields), strict=True))))
    if not found:
        _refuse(path, 0, "names no release", "a heading and a line for each release")
    return tuple(found)


def _refuse(path: Path, line: int, what: str, allowed: str) -> NoReturn:
    msg = f"{path}{f', line {line},' if line else ''} {what}; allowed: {allowed}"
    raise UsageError(msg)


def _check_head(path: Path, names: list[str]) -> None:
    known = ", ".join(COLUMNS)
    for name in names:
        if name not in COLUMNS:
            _refuse(path, 1, f"has an unknown column '{excerpt(name, 40)}'{nearest(name, COLUMNS)}", known)
    missing = [name for name in _NEEDED if name not in names]
    if missing or len(set(names)) != len(names):
        what = f"has no column {', '.join(missing)}" if missing else "names a column twice"
        _refuse(path, 1, what, f"a heading of {known}, the first three at least")


def _release(path: Path, line: int, fields: Mapping[str, str]) -> CountedRelease:
    def whole(name: str) -> int:
        if not _WHOLE.fullmatch(fields[name]):
            _refuse(path, line, f"has {name}='{excerpt(fields[name], 40)}'", "a whole number, at least 0, as 1200")
        return int(fields[name])

    failures, trials = whole("failures"), whole("trials")
    if not failures <= trials or not trials:
        _refuse(path, line, f"has {failures} failures in {trials} trials", "at least 1 trial, no more failures")
    date, effort = fields.get("date", ""), fields.get("effort", "")
    if date and not _DATE.fullmatch(date):
        _refuse(path, line, f"has date='{excerpt(date, 40)}'", "year-month-day, as 2026-11-25")
    texts = {name: scrub(fields.get(name, "")) for name in ("release", "name", "profile")}
    for name, value in texts.items():
        if len(value) > _LONGEST or (name == "release" and not value):
            _refuse(path, line, f"has {name}='{excerpt(value, 40)}'", f"1 to {_LONGEST} characters")
    return CountedRelease(failures=failures, trials=trials, date=date, effort=_effort(path, line, effort), **texts)


def _effort(path: Path, line: int, text: str) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not (math.isfinite(value) and value >= 0):
        _refuse(path, line, f"has effort='{excerpt(text, 40)}'", "a number, at least 0; its unit is --effort-unit")
    return value
