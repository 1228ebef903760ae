"""Answers that people have labelled: gold sets of a judge, and the sheets of an audit once they are filled in.

Covers JSON lines and CSV with the columns input, output, label and, where they are known, expect, id (or scenario)
and trial. In CSV, text that is JSON (a number, a list, a quoted text) is not read as JSON: a cell is a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ninemarch.errors import SuiteError, nearest
from ninemarch.suite.sources import read_rows
from ninemarch.text import excerpt

__all__ = ["LABELS", "Labelled", "read_labelled"]

LABELS = ("pass", "fail", "unsure")
"""What a person may say of an answer; empty for nothing yet."""
_COLUMNS = ("trial", "scenario", "id", "input", "expect", "output", "label", "note")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer and what a person says of it.

    Args:
        name: of the scenario, or the place in the file.
        input: what the target was given.
        output: what it answered.
        label: one of ``LABELS``; empty where nobody has said anything yet.
        expect: what was expected; None if unknown.
        trial: number of the trial; None in a gold set.
        place: file and line, for messages.
    """

    name: str
    input: Any
    output: Any
    label: str
    expect: Any = None
    trial: int | None = None
    place: str = ""


def read_labelled(path: Path, *, blank: bool = False) -> tuple[Labelled, ...]:
    """Read every labelled answer of a ``.jsonl`` or ``.csv`` file.

    Args:
        path: the file.
        blank: whether an answer may lack a label.

    Raises:
        SuiteError: with file and line of the first row that cannot be used.
    """
    return tuple(_labelled(row, f"{path}, {place}", blank=blank) for place, row in _rows(path))


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    if path.suffix.lower() not in {".jsonl", ".csv"}:
        msg = f"{path}: cannot read '{path.suffix}' files of labels; allowed: .jsonl, .csv"
        raise SuiteError(msg)
    if not path.is_file():
        msg = f"{path}: no such file of labelled answers"
        raise SuiteError(msg)
    yield from read_rows(path)


def _labelled(row: dict[str, Any], place: str, *, blank: bool) -> Labelled:
    for key in row:
        if key not in _COLUMNS:
            msg = f"{place}: unknown key '{excerpt(key, 60)}'{nearest(key, _COLUMNS)}; allowed: {', '.join(_COLUMNS)}"
            raise SuiteError(msg)
    for needed in ("input", "output"):
        if needed not in row:
            msg = f"{place}: '{needed}' is missing; every labelled answer needs input, output and label"
            raise SuiteError(msg)
    said = row.get("label") or ""
    label = said.strip().casefold() if isinstance(said, str) else said
    if label not in LABELS and not (blank and label == ""):
        may = " or empty" if blank else ""
        msg = f"{place}: label={excerpt(said, 40)}; allowed: {', '.join(LABELS)}{may}"
        raise SuiteError(msg)
    name = str(row.get("scenario") or row.get("id") or place.rpartition(", ")[2])
    return Labelled(name, row["input"], row["output"], label, row.get("expect"), _trial(row, place), place)


def _trial(row: dict[str, Any], place: str) -> int | None:
    given = row.get("trial")
    if given is None or given == "":
        return None
    try:
        number = int(str(given))
    except ValueError as error:
        msg = f"{place}: trial={excerpt(given, 40)}; allowed: the number of a trial, as it was written"
        raise SuiteError(msg) from error
    return number
