"""Turns what pydantic found wrong into messages a person can act on: what, where, what is allowed.

Covers wording only; what is allowed is decided by ``schema``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from ninemarch.errors import SuiteError, nearest
from ninemarch.suite.schema import NOT_TEXT, SuiteModel
from ninemarch.suite.strict_yaml import Document
from ninemarch.text import excerpt

_MOST = 8
Path_ = tuple[str | int, ...]


def suite_error(error: ValidationError, document: Document, name: str) -> SuiteError:
    """Return one SuiteError that lists the problems with file and line, nearest known key included.

    Args:
        error: what pydantic found.
        document: the parsed file, for the lines.
        name: the file's name.
    """
    problems = list(error.errors(include_url=False))
    paths = [_real_path(problem["loc"], document.value) for problem in problems]
    lines = dict.fromkeys(
        _describe(problem, path, document, name)
        for problem, path in zip(problems, paths, strict=True)
        if not (_of_another_form(problem) and any(_below(other, path) for other in paths))
    )
    shown = list(lines)[:_MOST]
    if len(lines) > _MOST:
        shown.append(f"... and {len(lines) - _MOST} more")
    return SuiteError("\n".join(shown))


def _of_another_form(problem: Mapping[str, Any]) -> bool:
    """Whether a value was merely held against a form it was not meant in (a file name, where levels stand)."""
    return str(problem["type"]).endswith("_type") and isinstance(problem.get("input"), dict | list)


def _below(path: Path_, other: Path_) -> bool:
    return len(path) > len(other) and path[: len(other)] == other


def _describe(problem: Mapping[str, Any], path: Path_, document: Document, name: str) -> str:
    place = f"{name}, line {document.line(path)}"
    if problem["type"] == "extra_forbidden":
        word = str(problem["loc"][-1])
        known = known_keys(path[:-1])
        where = _spell(path[:-1]) or "the suite"
        return (
            f"{place}: unknown key '{excerpt(word, 60)}' in {where}{nearest(word, known)}; known: {', '.join(known)}"
        )
    if problem["type"] == "missing":
        return f"{place}: '{problem['loc'][-1]}' is missing in {_spell(path) or 'the suite'}; add it"
    key = _spell(path) or "the suite"
    if problem["type"] == NOT_TEXT:
        written = document.scalars.get(path, "")
        return f"{place}: {key}={excerpt(written, 60)} {not_text(problem, written)}"
    return f"{place}: {key}{value_of(problem)} {said(problem)}"


def not_text(problem: Mapping[str, Any], written: str) -> str:
    """Say that a value is a number, a boolean or null where a text must stand, and how to write the text."""
    read = json.dumps(problem.get("input"))
    return f'is read as {read}, not as text; put it in quotes: "{excerpt(written or read, 60)}"'


def value_of(problem: Mapping[str, Any]) -> str:
    """Return ``=value`` for a message, or nothing for a list or a mapping."""
    value = problem.get("input")
    return "" if isinstance(value, dict | list) else f"={excerpt(value, 60)}" if value != "" else "=''"


def said(problem: Mapping[str, Any]) -> str:
    """Return what pydantic says about one value, in our words where its own are unclear."""
    bounds = problem.get("ctx", {})
    if problem["type"] in {"too_short", "string_too_short"}:
        if isinstance(problem.get("input"), str):
            return "is empty; write a text"
        return f"has too few entries; give at least {bounds.get('min_length')}"
    if problem["type"] == "string_pattern_mismatch":
        return "holds a character that is not allowed; allowed: letters, digits, dot, dash and underscore"
    if problem["type"] == "string_type":
        return "must be text"
    return str(problem["msg"]).removeprefix("Value error, ").removeprefix("Input ").removeprefix("input ")


def _real_path(loc: Sequence[str | int], value: Any) -> Path_:
    """Drop the parts of a location that pydantic adds for unions and validators."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        indexed = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if inside or indexed:
            path.append(part)
            value = value[part]
    return tuple(path)


def _spell(path: Iterable[str | int]) -> str:
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return excerpt(out, 120)


def known_keys(path: Iterable[str | int], model: type[BaseModel] = SuiteModel) -> list[str]:
    """Return the keys that may stand at ``path`` of a suite file, in the schema's order.

    Examples:
        >>> known_keys(("seeds",))
        ['development', 'held_out']
    """
    for part in path:
        for name, field in model.model_fields.items():
            if (field.alias or name) == part:
                model = next(_models(field.annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models inside an annotation, such as that of ``list[Model] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
