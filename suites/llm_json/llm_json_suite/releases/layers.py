"""Release 7: undoes layers of encoding and fences, and lets the last answer win.

Where several readings of the text have the schema's shape, the last object in the text is the model's final
word. A text is decoded or unescaped only where it says nothing that fits as it stands, or where every quote
and bracket of its answer is an HTML escape.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from llm_json_suite.releases.candidates import fits
from llm_json_suite.releases.reader import Reader, known, shaped, unescaped

__all__ = ["read"]

_JSON = json.JSONDecoder(parse_constant=lambda _: None)
_FENCE_LINE = re.compile(r"(?:\A|\n)(?:`{3,}|~{3,})[ \t]*(?=\n|\Z)")
_ENCODED = re.compile(r'"\s*\{(?:[^"\\]|\\.)*"', re.DOTALL)
_PLAIN = re.compile(r"[<>\"']")  # marks that HTML escapes would have replaced
_STARTS = 32  # braces to try in one text; prose has a few, hostile text has thousands


def read(task: dict[str, Any]) -> Any:
    """The last object in ``task["raw"]`` that has the schema's shape; None where there is none."""
    answer, rest = None, task["raw"]
    for _ in range(_STARTS):
        found = next(filter(None, (last(text, task["schema"]) for text in layers(rest))), None)
        if found is None:
            break
        # What follows a plain answer may hold a later one that is encoded.
        answer, text, end = found
        if text != rest:
            break
        rest = rest[end:]
    return answer


def last(text: str, schema: dict[str, Any]) -> tuple[Any, str, int] | None:
    """The last object of the schema's shape, the text it was found in, and where it ends there."""
    start, answer = 0, None
    for fence in [*_FENCE_LINE.finditer(text), None]:
        stop = fence.start() if fence else len(text)
        for value, end in objects(text[start:stop], schema):
            answer = (value, text, start + end)
        start = fence.end() if fence else stop
    return answer


def layers(raw: str) -> Iterator[str]:
    """The text as it stands, then with layers of encoding undone: string escapes, HTML escapes, both."""
    yield raw
    yield from decoded(raw)
    plain = html.unescape(raw)
    if plain != raw:
        yield plain
        yield from decoded(plain)


def decoded(text: str) -> Iterator[str]:
    """The last JSON string in the text that holds an object, else all of it, without its string escapes."""
    if encoded := _ENCODED.findall(text):
        yield unescaped(encoded[-1][1:-1])
    if "\\" in text:
        yield unescaped(text)


def objects(text: str, schema: dict[str, Any]) -> Iterator[tuple[Any, int]]:
    """Every object in the text that has the schema's shape, and where it ends, in order."""
    at, names = text.find("{"), known(schema)
    for _ in range(_STARTS):
        if at < 0:
            return
        value, end = one(text, at, names)
        value = shaped(value, schema)
        if fits(value, schema):
            if other := undone(text, at, end):
                inner = shaped(one(other, 0, names)[0], schema)
                value = inner if fits(inner, schema) else value
            yield value, end
            at = text.find("{", end)
        else:
            at = text.find("{", at + 1)


def undone(text: str, at: int, end: int) -> str:
    """The object's text without the layer that shows in its own marks; empty where none shows."""
    quoted = _ENCODED.match(text, at - 1) if at else None
    if quoted and quoted.end() > end:
        return unescaped(quoted[0][1:-1])
    escaped = "&" in text[at:end] and not _PLAIN.search(text, at, end)
    return html.unescape(text[at:end]) if escaped else ""


def one(text: str, at: int, names: frozenset[str]) -> tuple[Any, int]:
    """The object at this brace and where it ends; the strict reader goes first, for it is much faster."""
    try:
        return _JSON.raw_decode(text, at)
    except (ValueError, RecursionError):
        reader = Reader(text, at, names)
        return reader.value(), reader.at
