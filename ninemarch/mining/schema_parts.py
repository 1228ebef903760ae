"""From a JSON schema to a Hypothesis strategy, keyword by keyword.

Covers type, enum, const, numbers, strings with length and pattern, arrays, objects, anyOf, oneOf, allOf (merged),
if/then/else (both ways tried) and local $ref. Values may break a rarer keyword: the caller filters them. Imported
only where Hypothesis is known to be there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ninemarch.errors import SuiteError
from ninemarch.text import excerpt

__all__ = ["Parts"]

_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_NARROWING = {
    "minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max, "minProperties": max,
    "maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min, "maxProperties": min,
}  # fmt: skip
# Keywords that shape no value.
_SILENT = frozenset(
    {"$schema", "$id", "$defs", "definitions", "title", "description", "default", "examples", "$comment"}
)
_LEAST, _MOST = -(2**63), 2**63 - 1
_EXTRA_ITEMS = 5  # items, properties or levels beyond what must be there


class Parts:
    """Strategies for the parts of one schema document.

    Args:
        schema: the whole document; ``$ref`` looks in it.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._document = schema
        self._known: dict[str, SearchStrategy[Any]] = {}

    def whole(self) -> SearchStrategy[Any]:
        """The strategy of the document itself."""
        return self._of(self._document)

    def _of(self, schema: Any) -> SearchStrategy[Any]:
        if schema is False:
            return st.nothing()
        if schema is True or not schema:
            return _anything()
        if "$ref" in schema:
            return self._referred(str(schema["$ref"]))
        if "const" in schema:
            return st.just(schema["const"])
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        for word in ("allOf", "anyOf", "oneOf"):
            if word in schema:
                return self._combined(schema, word)
        if "if" in schema:
            rest = {k: v for k, v in schema.items() if k not in {"if", "then", "else"}}
            ways = [schema.get("then", True), schema.get("else", True)]
            return st.one_of(*(self._of(_merged([rest, way])) for way in ways))
        types = schema.get("type", [kind for kind in _TYPES if _speaks_of(schema, kind)] or list(_TYPES))
        kinds = [types] if isinstance(types, str) else types
        return st.one_of(*(getattr(self, f"_{kind}")(schema) for kind in kinds))

    def _combined(self, schema: Mapping[str, Any], word: str) -> SearchStrategy[Any]:
        rest = {k: v for k, v in schema.items() if k != word and k not in _SILENT}
        if not rest and word != "allOf":
            return st.one_of(*map(self._of, schema[word]))
        ways = [self._resolved(each) for each in schema[word]]
        if word == "allOf":
            return self._of(_merged([rest, *ways]))
        return st.one_of(*(self._of(_merged([rest, way])) for way in ways))

    def _resolved(self, schema: Any) -> Any:
        """The schema itself, looked up where it is nothing but a reference."""
        if isinstance(schema, Mapping) and "$ref" in schema:
            return self._resolved(self._found(str(schema["$ref"])))
        return schema

    def _referred(self, ref: str) -> SearchStrategy[Any]:
        if ref not in self._known:
            target = self._found(ref)
            self._known[ref] = st.deferred(lambda: self._of(target))  # a schema may refer to itself
        return self._known[ref]

    def _found(self, ref: str) -> Any:
        place: Any = self._document
        if not ref.startswith("#"):
            msg = f"hunt: json_schema: $ref={excerpt(ref, 80)}; allowed: references inside the schema; put it there"
            raise SuiteError(msg)
        for part in ref[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            place = place.get(name) if isinstance(place, Mapping) else None
        if place is None:
            msg = f"hunt: json_schema: $ref={excerpt(ref, 80)} leads nowhere; correct it"
            raise SuiteError(msg)
        return place

    def _null(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:  # noqa: ARG002 - one form for every type
        return st.none()

    def _boolean(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:  # noqa: ARG002
        return st.booleans()

    def _integer(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
        step = schema.get("multipleOf", 1)
        step = int(step) if float(step).is_integer() else 1
        low, high = schema.get("minimum"), schema.get("maximum")
        if (above := schema.get("exclusiveMinimum")) is not None:
            low = max(math.floor(above) + 1, -math.inf if low is None else low)
        if (below := schema.get("exclusiveMaximum")) is not None:
            high = min(math.ceil(below) - 1, math.inf if high is None else high)
        # An input is handed over in 64 bits; where a schema sets no bound, that is one.
        first = -(-math.ceil(max(_LEAST if low is None else low, _LEAST)) // step)
        last = math.floor(min(_MOST if high is None else high, _MOST)) // step
        if first > last:
            return st.nothing()
        return st.integers(first, last).map(lambda value: value * step)

    def _number(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
        if "multipleOf" in schema:
            step = schema["multipleOf"]
            bounds = {k: schema[k] / step for k in ("minimum", "maximum") if k in schema}
            return self._integer(bounds).map(lambda value: value * step)
        low, high = schema.get("minimum"), schema.get("maximum")
        low = schema.get("exclusiveMinimum", low) if low is None else low
        high = schema.get("exclusiveMaximum", high) if high is None else high
        if low is not None and high is not None and low > high:
            return st.nothing()
        low, high = (None if bound is None else float(bound) for bound in (low, high))
        return st.floats(low, high, allow_nan=False, allow_infinity=False) | self._integer(schema)

    def _string(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], alphabet=_characters())
        known: dict[str, SearchStrategy[Any]] = {
            "date": st.dates().map(lambda day: day.isoformat()),
            "date-time": st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
            "uuid": st.uuids().map(str),
            "email": st.emails(),
        }
        if schema.get("format") in known:
            return known[schema["format"]]
        return st.text(_characters(), min_size=least, max_size=most)

    def _array(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
        first = [self._of(each) for each in schema.get("prefixItems", [])]
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        each = self._of(schema.get("items", True))
        more = int(min(most - len(first), max(least - len(first), 0) + _EXTRA_ITEMS))
        if more < 0:
            return st.nothing()
        unique = repr if schema.get("uniqueItems") else None
        rest = st.lists(each, min_size=max(least - len(first), 0), max_size=more, unique_by=unique)
        return st.tuples(st.tuples(*first), rest).map(lambda parts: [*parts[0], *parts[1]])

    def _object(self, schema: Mapping[str, Any]) -> SearchStrategy[Any]:
        own = {name: self._of(each) for name, each in schema.get("properties", {}).items()}
        must = {name: own.pop(name, _anything()) for name in schema.get("required", [])}
        named = st.fixed_dictionaries(must, optional=own)
        extra = schema.get("additionalProperties", True)
        least = max(0, schema.get("minProperties", 0) - len(must))
        if extra is False:
            return named
        # Without a schema of their own further properties are tried only where some must be there.
        most = least + _EXTRA_ITEMS if isinstance(extra, Mapping) else least
        names = st.text(_characters(), max_size=20)
        more = st.dictionaries(names, self._of(extra), min_size=least, max_size=most)
        return st.tuples(more, named).map(lambda parts: {**parts[0], **parts[1]})


def _characters() -> Any:
    """Any character that UTF-8 can hold."""
    return st.characters(codec="utf-8")


def _anything() -> SearchStrategy[Any]:
    """Small JSON values of every type."""
    simple = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        simple | st.text(_characters(), max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.text(_characters(), max_size=8), inner, max_size=3)
        ),
        max_leaves=5,
    )


def _speaks_of(schema: Mapping[str, Any], kind: str) -> bool:
    """Whether a schema without ``type`` has keywords of this type."""
    words = {
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        "string": ("minLength", "maxLength", "pattern", "format"),
        "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
        "object": ("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
    }
    return any(word in schema for word in words.get(kind, ()))


def _merged(schemas: Sequence[Any]) -> Any:
    """One schema that asks for what all ask for, as far as their keywords can be joined."""
    out: dict[str, Any] = {}
    for schema in schemas:
        if schema is False:
            return False
        for word, value in (schema if isinstance(schema, Mapping) else {}).items():
            out[word] = _joined(word, out[word], value) if word in out else value
    return out


def _joined(word: str, one: Any, other: Any) -> Any:
    if word in _NARROWING:
        return _NARROWING[word](one, other)
    if word == "required":
        return list(dict.fromkeys([*one, *other]))
    if word == "properties":
        both = {name: _merged([one[name], other[name]]) for name in one.keys() & other.keys()}
        return {**one, **other, **both}
    if word == "enum":
        return [value for value in one if value in other]
    if word == "type":
        kinds = [{each} if isinstance(each, str) else set(each) for each in (one, other)]
        if "number" in kinds[0] ^ kinds[1]:
            kinds = [kind | {"integer"} if "number" in kind else kind for kind in kinds]
        return sorted(kinds[0] & kinds[1])
    return other  # the filter settles what cannot be joined
