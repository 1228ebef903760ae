"""Lists of scenarios from files: JSON lines, CSV, Parquet; and the weights of a profile from CSV.

Covers reading and the checks that need a row's place. Generators are in ``draw``.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ninemarch.errors import SuiteError, nearest
from ninemarch.model import Scenario, Severity
from ninemarch.suite.messages import not_text, said, value_of
from ninemarch.suite.schema import NOT_TEXT, ScenarioModel
from ninemarch.text import excerpt

_COLUMNS = tuple(ScenarioModel.model_fields)
_FLAT = ("id", "input", "expect", "group", "severity", "weight", "void", "source")


def from_model(model: ScenarioModel) -> Scenario:
    """Return the frozen scenario of a validated row."""
    return Scenario(
        id=model.id,
        input=model.input,
        expect=model.expect,
        attributes=dict(model.attributes),
        group=model.group,
        severity=Severity(model.severity),
        weight=model.weight,
        void=model.void,
    )


def read_scenarios(path: Path) -> tuple[Scenario, ...]:
    """Read every scenario of a ``.jsonl``, ``.csv`` or ``.parquet`` file.

    JSON lines hold the keys of a scenario. In CSV and Parquet every column that is not one of id, input,
    expect, group, severity, weight, void, source is an attribute.

    Raises:
        SuiteError: with file and line (or row) of the first row that cannot be used.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        msg = f"{path}: cannot read '{path.suffix}' files; allowed: .jsonl, .csv, .parquet"
        raise SuiteError(msg)
    if not path.is_file():
        msg = f"{path}: no such scenario file; paths are relative to the suite file"
        raise SuiteError(msg)
    return tuple(_scenario(row, f"{path}, {place}") for place, row in reader(path))


def _scenario(row: Mapping[str, Any], place: str) -> Scenario:
    try:
        return from_model(ScenarioModel.model_validate(row))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # Pydantic names the form it tried as well (input.list.0.float); a column's name is enough.
        key = ".".join(str(part) for part in first["loc"][: 2 if first["loc"][0] == "attributes" else 1])
        if first["type"] == "extra_forbidden":
            msg = f"{place}: unknown key '{excerpt(key, 60)}'{nearest(key, _COLUMNS)}; allowed: {', '.join(_COLUMNS)}"
        elif first["type"] == "missing":
            msg = f"{place}: '{key}' is missing; every scenario needs id and input"
        elif first["type"] == NOT_TEXT:
            msg = f"{place}: {key}={excerpt(first.get('input'), 60)} {not_text(first, '')}"
        else:
            msg = f"{place}: {key}{value_of(first)} {said(first)}"
        raise SuiteError(msg) from error


def strict_json(text: str, place: str) -> Any:
    """Parse JSON; duplicate keys, NaN and infinities are refused.

    Raises:
        SuiteError: with ``place`` in front.
    """

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = dict(items)
        if len(keys) != len(items):
            twice = next(k for i, (k, _) in enumerate(items) if k in dict(items[:i]))
            msg = f"key {twice!r} stands twice"
            raise ValueError(msg)
        return keys

    def constant(word: str) -> Any:
        msg = f"{word} is not a JSON number"
        raise ValueError(msg)

    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        msg = f"{place}: not valid JSON: {error}"
        raise SuiteError(msg) from error


def _text(path: Path) -> str:
    """The whole file, line ends as they are (they count inside a quoted CSV field)."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8"
        raise SuiteError(msg) from error


def _jsonl(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        row = strict_json(line, f"{path}, line {number}")
        if not isinstance(row, dict):
            msg = f"{path}, line {number}: each line must be a JSON object"
            raise SuiteError(msg)
        yield f"line {number}", row


def read_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (place, row) of a ``.jsonl`` file, or of a ``.csv`` file with a heading, whatever its columns.

    Raises:
        SuiteError: with file and line of the first row that is none.
    """
    if path.suffix.lower() == ".jsonl":
        yield from ((place, dict(row)) for place, row in _jsonl(path))
        return
    rows = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        for row in rows:
            if None in row or any(value is None for value in row.values()):
                msg = f"{path}, line {rows.line_num}: {len(rows.fieldnames or ())} columns expected"
                raise SuiteError(msg)
            yield f"line {rows.line_num}", dict(row)
    except csv.Error as error:
        msg = f"{path}, line {rows.line_num}: not valid CSV: {error}"
        raise SuiteError(msg) from error


def _csv(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rows = csv.DictReader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        names = rows.fieldnames or []
        _check_columns(path, list(names))
        for row in rows:
            if None in row or any(value is None for value in row.values()):
                msg = f"{path}, line {rows.line_num}: {len(names)} columns expected"
                raise SuiteError(msg)
            yield f"line {rows.line_num}", _flat({k: v for k, v in row.items() if v != ""}, path, rows.line_num)
    except csv.Error as error:
        msg = f"{path}, line {rows.line_num}: not valid CSV: {error}"
        raise SuiteError(msg) from error


def _parquet(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    import pyarrow  # noqa: PLC0415 - heavy, and only Parquet sources need it
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        _check_columns(path, file.schema_arrow.names)
        number = 0
        for batch in file.iter_batches():
            for row in batch.to_pylist():
                number += 1
                kept = {k: v for k, v in row.items() if v is not None}
                yield f"row {number}", _flat(kept, path, number)
    except (pyarrow.ArrowException, OSError) as error:
        msg = f"{path}: not readable as Parquet: {str(error).splitlines()[0]}"
        raise SuiteError(msg) from error


def _check_columns(path: Path, names: list[str]) -> None:
    for needed in ("id", "input"):
        if needed not in names:
            msg = f"{path}: column '{needed}' is missing{nearest(needed, names)}; found: {', '.join(names) or 'none'}"
            raise SuiteError(msg)
    if len(set(names)) != len(names):
        msg = f"{path}: a column name stands twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}"
        raise SuiteError(msg)
    for name in names:
        close = difflib.get_close_matches(name, _FLAT, n=1, cutoff=0.8)
        if name not in _FLAT and close:
            msg = f"{path}: column '{excerpt(name, 60)}' looks misspelt; did you mean '{close[0]}'?"
            raise SuiteError(msg)


def _flat(row: dict[str, Any], path: Path, number: int) -> dict[str, Any]:
    out: dict[str, Any] = {k: v for k, v in row.items() if k in _FLAT}
    if isinstance(out.get("weight"), str):
        out["weight"] = _number(out["weight"], f"{path}, line {number}: weight")
    elif isinstance(out.get("weight"), int):
        out["weight"] = float(out["weight"])
    out["attributes"] = {k: str(v) for k, v in row.items() if k not in _FLAT}
    return out


def _number(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        msg = f"{place}={excerpt(text, 40)} is not a number"
        raise SuiteError(msg) from error
    if not math.isfinite(value):
        msg = f"{place}={excerpt(text, 40)}; allowed: a finite number"
        raise SuiteError(msg)
    return value


def read_levels(path: Path) -> dict[str, float]:
    """Read the levels of one attribute from a CSV file with the header ``level,weight``.

    Raises:
        SuiteError: the file is missing or a row cannot be used.
    """
    if not path.is_file():
        msg = f"{path}: no such profile file; paths are relative to the suite file"
        raise SuiteError(msg)
    rows = list(csv.reader(io.StringIO(_text(path), newline="")))
    if not rows or rows[0] != ["level", "weight"]:
        msg = f"{path}: the first line must be 'level,weight'"
        raise SuiteError(msg)
    levels: dict[str, float] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != 2 or row[0] in levels:
            what = "a level stands twice" if len(row) == 2 else "two columns expected"
            msg = f"{path}, line {number}: {what}"
            raise SuiteError(msg)
        levels[row[0]] = _number(row[1], f"{path}, line {number}: weight")
    return levels
