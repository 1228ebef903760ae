r"""What kind of mistake a wrong answer is: the typed difference between what was expected and what came.

Covers JSON values, the fields of ISO dates, and texts. Says how the two differ, never why. Indexes of lists are left
out of paths, so that the same mistake at another place is the same mistake.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

__all__ = ["differences", "kinds_of"]

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
# The record writes half of a surrogate pair as an escape; JSON would read two of them as one character.
_HALF = re.compile(r"(?<!\\)(?:\\\\)*\\u[dD][89a-fA-F]")
_HALVES = "halves of a surrogate pair instead of one character"
_MOST = 200  # differences looked at; more of them are of kinds seen by then
_NAMED = 3
Difference = tuple[str, str]


def kinds_of(expect: str, output: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the kinds of change and the paths where they are, both sorted; None where a value is no longer JSON.

    Args:
        expect: the expectation as JSON text.
        output: the answer as JSON text.

    Examples:
        >>> kinds_of('"2024-03-05"', '"2024-05-03"')
        (('day and month swapped',), ('$',))
        >>> kinds_of('{"a": [1, 2]}', '{"a": [1, null]}')
        (('null instead of a number',), ('$.a[]',))
    """
    try:
        found = differences(json.loads(expect), json.loads(output))
    except (ValueError, RecursionError):
        return None
    if not found and _HALF.search(output) and not _HALF.search(expect):
        return (_HALVES,), ()
    kinds = sorted({kind for kind, _ in found})
    if len(kinds) > _NAMED:
        kinds = ["many differences"]
    return tuple(kinds), tuple(sorted({path for _, path in found}))


def differences(expect: Any, output: Any) -> list[Difference]:
    """Return (kind of change, path) of every difference, at most 200; empty for equal values.

    Args:
        expect: what is right, any JSON value.
        output: what came, any JSON value.
    """
    return [pair for pair, _ in zip(_walk(expect, output, "$"), range(_MOST), strict=False)]


def _walk(expect: Any, output: Any, path: str) -> Iterator[Difference]:
    if isinstance(expect, dict) and isinstance(output, dict):
        for key in sorted(expect.keys() | output.keys()):
            below = f"{path}.{key}"
            if key not in output:
                yield "key missing", below
            elif key not in expect:
                yield "key too many", below
            else:
                yield from _walk(expect[key], output[key], below)
    elif isinstance(expect, list) and isinstance(output, list):
        yield from _lists(expect, output, path + "[]")
    elif _kind(expect) != _kind(output):
        yield f"{_kind(output)} instead of {_kind(expect)}", path
    elif expect != output:
        yield (_texts(expect, output) if isinstance(expect, str) else _numbers(expect, output)), path


def _lists(expect: list[Any], output: list[Any], path: str) -> Iterator[Difference]:
    if len(output) != len(expect):
        yield ("items missing" if len(output) < len(expect) else "items too many"), path
    elif output != expect and sorted(map(repr, output)) == sorted(map(repr, expect)):
        yield "items in another order", path
    else:
        for left, right in zip(expect, output, strict=True):
            yield from _walk(left, right, path)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


def _numbers(expect: Any, output: Any) -> str:
    if isinstance(expect, bool):
        return "true for false" if output else "false for true"
    return "sign of a number" if output == -expect else "another number"


def _texts(expect: str, output: str) -> str:
    """The mildest way in which two unequal texts differ."""
    left, right = _DATE.fullmatch(expect), _DATE.fullmatch(output)
    if left and right:
        return _dates(left.groups(), right.groups())
    if not output.strip():
        return "empty text"
    if _joined(output) == _joined(expect):
        return _HALVES
    for name, fold in (
        ("upper and lower case", str.casefold),
        ("spaces", lambda text: "".join(text.split())),
        ("accents or form of characters", _base),
        ("punctuation", _letters),
    ):
        if fold(expect) == fold(output):
            return name
    if output in expect:
        return "part of the text missing"
    return "more than the text" if expect in output else "another text"


def _dates(expect: tuple[str, ...], output: tuple[str, ...]) -> str:
    if expect[0] == output[0] and expect[1:] == output[:0:-1]:
        return "day and month swapped"
    if sorted(expect) == sorted(output):
        return "fields of the date in another order"
    if expect[1:] == output[1:]:
        return "another century" if expect[0][2:] == output[0][2:] else "another year"
    names = [name for name, a, b in zip(("year", "month", "day"), expect, output, strict=True) if a != b]
    return f"another {' and '.join(names)}"


def _joined(text: str) -> str:
    """The text with the halves of surrogate pairs joined; a half without its other half stays."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _base(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c.isspace())
