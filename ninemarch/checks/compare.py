"""Built-in comparisons: exact (with folding), number with tolerance, JSON schema.

Covers pure functions of (expectation, output) that return None when they agree, else the reason in a line.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection
from fractions import Fraction
from typing import Any

from ninemarch.checks.base import Check, Compare, compared
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Suite
from ninemarch.text import excerpt

__all__ = ["compile_exact", "compile_number", "compile_schema", "exact", "folded", "json_schema", "number", "same"]


def compile_exact(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check of equality with the expectation."""
    return compared(exact(spec.params.get("fold", ())))


def compile_number(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check of a number within its tolerance."""
    return compared(number(spec.params.get("abs", 0.0), spec.params.get("rel", 0.0)))


def compile_schema(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check of validity under a JSON schema; see ``json_schema``."""
    return compared(json_schema(spec.params["schema"]))


def exact(fold: Collection[str] = ()) -> Compare:
    """Return a check of equality as JSON: numbers by value, ``true`` is not 1.

    Args:
        fold: what to ignore in texts: ``case``, ``space`` (runs become one, ends go), ``punctuation``.
    """

    def compare(expect: Any, output: Any) -> str | None:
        if fold:
            expect, output = folded(expect, fold), folded(output, fold)
        if same(expect, output):
            return None
        wanted, got = excerpt(expect, 80), excerpt(output, 80)
        if wanted == got and type(expect) is not type(output):
            return f"expected {wanted} ({_kind(expect)}), got {got} ({_kind(output)})"
        return f"expected {wanted}, got {got}"

    return compare


def _kind(value: Any) -> str:
    """What JSON calls a value's type."""
    names = {str: "text", bool: "true or false", int: "number", float: "number", dict: "object", list: "list"}
    return names.get(type(value), type(value).__name__)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal as JSON.

    Examples:
        >>> same({"a": [1]}, {"a": [1.0]}), same(True, 1), same([], {})
        (True, False, False)
    """
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(v, b[k]) for k, v in a.items())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


def folded(value: Any, fold: Collection[str]) -> Any:
    """Return ``value`` with its texts made alike in what ``fold`` names; see ``exact``."""
    if isinstance(value, dict):
        return {k: folded(v, fold) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [folded(v, fold) for v in value]
    if not isinstance(value, str):
        return value
    if "case" in fold:
        value = value.casefold()
    if "punctuation" in fold:
        value = "".join(c for c in value if not unicodedata.category(c).startswith("P"))
    if "space" in fold:
        value = " ".join(value.split())
    return value


def number(abs_: float = 0.0, rel: float = 0.0) -> Compare:
    """Return a check that a number lies within max(abs, rel * |expect|) of the expectation.

    A text that holds just a number counts as one. NaN and infinities never agree.
    """

    def compare(expect: Any, output: Any) -> str | None:
        want, got = _number(expect), _number(output)
        if want is None:
            msg = f"the scenario expects {excerpt(expect, 60)}, which is not a number"
            raise TypeError(msg)
        if got is None:
            return f"expected a number near {want:g}, got {excerpt(output, 80)}"
        allowed = max(abs_, rel * abs(want))
        if abs(got - want) <= allowed or _within(want, got, abs_, rel):
            return None
        return f"expected {want:.12g} within {allowed:g}, got {got:.12g}"

    return compare


def _within(want: float, got: float, abs_: float, rel: float) -> bool:
    """Whether ``got`` is near enough in decimals, as people write them: 3.1 - 3 is above 0.1 in binary."""
    exact_want, exact_got, exact_abs, exact_rel = (Fraction(repr(float(x))) for x in (want, got, abs_, rel))
    return abs(exact_got - exact_want) <= max(exact_abs, exact_rel * abs(exact_want))


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def json_schema(schema: dict[str, Any]) -> Compare:
    """Return a check that the output is valid under ``schema`` (Draft 2020-12 unless it names another).

    Raises:
        SuiteError: the schema itself is not valid.
    """
    import jsonschema  # noqa: PLC0415 - slow to import, and only this check needs it

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        msg = f"json_schema: the schema is not valid: {excerpt(error.message, 200)}"
        raise SuiteError(msg) from error
    validator = kind(schema)

    def compare(expect: Any, output: Any) -> str | None:  # noqa: ARG001 - the schema is the expectation
        error = next(validator.iter_errors(output), None)
        return None if error is None else f"{error.json_path}: {excerpt(error.message, 160)}"

    return compare
