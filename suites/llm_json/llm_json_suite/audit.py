"""Looks for a second right answer in a damaged document; a scenario that has one is void.

Covers the damages that can make a text say two things under one schema: bare or smart quotes inside strings,
thousands separators in lists, a cut after a quote. Works on values and on how tokens were written, and knows
nothing of the releases. Does not cover everything that a reader might misunderstand: a reading that the schema
refuses is no second answer.
"""

from __future__ import annotations

import re
from typing import Any

from llm_json_suite.writer import Token

__all__ = ["second_answer"]

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?\Z")


def second_answer(parts: list[Token], kinds: tuple[str, ...], schema: dict[str, Any]) -> str:
    """Why the text has two right answers, or an empty string.

    Args:
        parts: the tokens after damage.
        kinds: the kinds of damage done.
        schema: the schema of the scenario.
    """
    if "number_forms" in kinds and any(_THOUSANDS.match(part.text) for part in parts if part.array):
        return "a thousands separator in a list of numbers: one number or two"
    closing = _closing_mark(parts, kinds)
    if not closing:
        return ""
    for part in parts:
        if part.kind == "string" and (reason := _second_string(part, closing, kinds, schema)):
            return reason
    return ""


def _closing_mark(parts: list[Token], kinds: tuple[str, ...]) -> str:
    """The mark that ends strings where it may also stand inside one, else an empty string."""
    if "smart_quotes" in kinds:
        return "”"
    if "bare_quotes" in kinds:
        return '"'
    bare = "single_quotes" in kinds and any(
        "'" in part.value and "\\'" not in part.text for part in parts if part.kind == "string"
    )
    return "'" if bare else ""


def _second_string(part: Token, closing: str, kinds: tuple[str, ...], schema: dict[str, Any]) -> str:
    """Reads one string again with an earlier end: another item, another pair, or a whole that was cut."""
    opening = "“" if closing == "”" else closing
    inside = part.value
    split = re.search(rf"{closing}(\s*,\s*|\s*\n\s*){opening}", inside)
    if split and part.array:
        return "quotes inside an item of a list: one item or two"
    comma = r"\s+" if "missing_comma" in kinds else r"\s*,\s*"
    pair = re.search(rf"{closing}{comma}{opening}?(\w+){opening}?\s*:\s*", inside)
    if pair and pair[1] in _keys(schema):
        return "quotes inside a value: one pair or two"
    cut = "truncation" in kinds and not part.text.endswith(closing)
    if (cut and closing in inside) or ("truncation" in kinds and inside.endswith(closing)):
        return "a cut after a quote: the value's own or its end"
    return ""


def _keys(schema: Any) -> set[str]:
    """All names that the schema knows, at any depth."""
    if isinstance(schema, list):
        return {name for item in schema for name in _keys(item)}
    if not isinstance(schema, dict):
        return set()
    names = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return names.union(*(_keys(item) for item in schema.values())) if schema else names
