"""Writes a document as a list of tokens that damage can work on.

Covers the three layouts and the two kinds of escapes; an undamaged list of tokens joins to exactly what
``json.dumps`` writes (tested). Does not damage anything itself.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

__all__ = ["LAYOUTS", "Token", "clean", "join", "tokens"]

LAYOUTS = ("indented", "one_line", "dense")


@dataclass(slots=True)
class Token:
    """One piece of JSON text.

    Args:
        kind: open, close, comma, colon, space, key, string, number, literal, or added (by damage).
        text: how it is written; damage changes it.
        value: the JSON value of a key, string, number or literal.
        types: the types that the schema allows at this place.
        array: whether it stands directly in an array (else in an object or at the top).
    """

    kind: str
    text: str
    value: Any = None
    types: tuple[str, ...] = ()
    array: bool = False


def clean(value: Any, layout: str, *, ascii_only: bool) -> str:
    r"""The value as valid JSON text.

    Args:
        value: a JSON value.
        layout: one of ``LAYOUTS``.
        ascii_only: write everything beyond ASCII as ``\uXXXX`` (pairs beyond the 16-bit plane).
    """
    if layout == "indented":
        return json.dumps(value, ensure_ascii=ascii_only, indent=2)
    separators = (",", ":") if layout == "dense" else (", ", ": ")
    return json.dumps(value, ensure_ascii=ascii_only, separators=separators)


def join(parts: list[Token]) -> str:
    """The text of the tokens."""
    return "".join([part.text for part in parts])


def tokens(value: Any, schema: dict[str, Any], layout: str, *, ascii_only: bool) -> list[Token]:
    """The value as tokens; joined they are ``clean(value, layout, ascii_only=...)``.

    Args:
        value: a JSON value.
        schema: the schema that accepts it; tells each token's types.
        layout: one of ``LAYOUTS``.
        ascii_only: as for ``clean``.
    """
    out: list[Token] = []
    _Writer(out, layout, json.JSONEncoder(ensure_ascii=ascii_only).encode).write(value, schema, 0, array=False)
    return out


class _Writer:
    """Appends tokens to ``out``; holds what does not change on the way down."""

    def __init__(self, out: list[Token], layout: str, encode: Any) -> None:
        self.out = out
        self.indented = layout == "indented"
        self.gap = " " if layout == "one_line" else ""
        self.colon = ":" if layout == "dense" else ": "
        self.encode = encode

    def write(self, value: Any, schema: dict[str, Any], depth: int, *, array: bool) -> None:
        if isinstance(value, dict | list):
            self.container(value, schema, depth, array=array)
            return
        kind = "string" if isinstance(value, str) else "number"
        if value is None or isinstance(value, bool):
            kind = "literal"
        types = schema.get("type", ())
        allowed = (types,) if isinstance(types, str) else tuple(types)
        self.out.append(Token(kind, self.encode(value), value, allowed, array))

    def container(self, value: Any, schema: dict[str, Any], depth: int, *, array: bool) -> None:
        marks = "[]" if isinstance(value, list) else "{}"
        self.out.append(Token("open", marks[0], array=array))
        inner = isinstance(value, list)
        for place, item in enumerate(value):
            if place:
                self.out.append(Token("comma", ",", array=inner))
            self.space(depth + 1, first=place == 0)
            if inner:
                self.write(item, schema["items"], depth + 1, array=True)
                continue
            self.out.append(Token("key", self.encode(item), item))
            self.out.append(Token("colon", self.colon))
            below = schema.get("properties", {}).get(item) or schema["additionalProperties"]
            self.write(value[item], below, depth + 1, array=False)
        if value:
            self.space(depth, first=True)
        self.out.append(Token("close", marks[1], array=array))

    def space(self, depth: int, *, first: bool) -> None:
        text = "\n" + "  " * depth if self.indented else ("" if first else self.gap)
        if text:
            self.out.append(Token("space", text))
