"""Release 5: collects every piece that may be the answer and takes the first that has the schema's shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import json_repair

__all__ = ["fits", "read", "spoken"]

_FENCE = re.compile(r"^(```|~~~)[^\n]*\n(.*?)(?:^\1|\Z)", re.DOTALL | re.MULTILINE)
_OBJECT = re.compile(r"^\s*\{|\{\s*[\"'\n“]", re.MULTILINE)
_THOUGHT = re.compile(r"</(?:think|thinking|reasoning)>")
_MOST = 40  # candidates to try; hostile text has thousands
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the value has the schema's shape: type, enum, properties, required, items."""
    types = schema.get("type", list(_TYPES))
    names = [types] if isinstance(types, str) else types
    if not any(isinstance(value, _TYPES[name]) for name in names):
        return False
    if isinstance(value, bool) and "boolean" not in names:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, list):
        return all(fits(item, schema.get("items", {})) for item in value)
    if not isinstance(value, dict):
        return True
    known, other = schema.get("properties", {}), schema.get("additionalProperties", {})
    if any(key not in value for key in schema.get("required", ())):
        return False
    if other is False and any(key not in known for key in value):
        return False
    return all(fits(item, known.get(key) or other or {}) for key, item in value.items())


def spoken(raw: str) -> str:
    """What follows the last mark that ends a block of thoughts."""
    return _THOUGHT.split(raw)[-1]


def pieces(raw: str) -> Iterator[str]:
    """The whole text, each fence's content, and from each brace that looks like an object's to the last one."""
    yield raw
    for text in dict.fromkeys((spoken(raw), raw)):
        for found in _FENCE.finditer(text):
            yield found[2]
        end = text.rfind("}") + 1
        for found in _OBJECT.finditer(text):
            yield text[found.start() : end if end > found.start() else len(text)]


def read(task: dict[str, Any]) -> Any:
    """The first candidate that fits: as strict JSON where possible, else repaired; None where none does."""
    candidates = list(pieces(task["raw"]))[:_MOST]
    for load in (json.loads, json_repair.loads):
        for piece in candidates:
            try:
                value = load(piece)
            except (ValueError, RecursionError):
                continue
            if fits(value, task["schema"]):
                return value
    return None
