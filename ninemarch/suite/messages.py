"""Turns what pydantic found wrong into messages a person can act on: what, where, what is allowed.

Covers wording only; what is allowed is decided by ``schema``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from ninemarch.errors import SuiteError, nearest
from ninemarch.suite.schema import Strict
from ninemarch.suite.strict_yaml import Document
from ninemarch.text import excerpt

_MOST = 8


def suite_error(error: ValidationError, document: Document, name: str) -> SuiteError:
    """Return one SuiteError that lists the problems with file and line, nearest known key included.

    Args:
        error: what pydantic found.
        document: the parsed file, for the lines.
        name: the file's name.
    """
    lines = dict.fromkeys(_describe(problem, document, name) for problem in error.errors(include_url=False))
    shown = list(lines)[:_MOST]
    if len(lines) > _MOST:
        shown.append(f"... and {len(lines) - _MOST} more")
    return SuiteError("\n".join(shown))


def _describe(problem: Any, document: Document, name: str) -> str:
    path = _real_path(problem["loc"], document.value)
    key = _spell(path)
    place = f"{name}, line {document.line(path)}"
    kind, message = problem["type"], str(problem["msg"])
    if kind == "extra_forbidden":
        word = str(problem["loc"][-1])
        known = sorted(_known_keys())
        return (
            f"{place}: unknown key '{excerpt(word, 60)}' in {_spell(path[:-1]) or 'the suite'}{nearest(word, known)}"
        )
    if kind == "missing":
        return f"{place}: '{problem['loc'][-1]}' is missing in {_spell(path) or 'the suite'}; add it"
    message = message.removeprefix("Value error, ").removeprefix("Input ")
    value = problem.get("input")
    shown = "" if isinstance(value, dict | list) else f"={excerpt(value, 60)}"
    return f"{place}: {key}{shown} {message}"


def _real_path(loc: tuple[str | int, ...], value: Any) -> tuple[str | int, ...]:
    """Drop the parts of a location that pydantic adds for unions and validators."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        indexed = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if inside or indexed:
            path.append(part)
            value = value[part]
    return tuple(path)


def _spell(path: tuple[str | int, ...]) -> str:
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else str(part)
    return out


def _known_keys() -> Iterator[str]:
    for model in Strict.__subclasses__():
        for sub in (model, *model.__subclasses__()):
            for field_name, field in sub.model_fields.items():
                yield field.alias or field_name
