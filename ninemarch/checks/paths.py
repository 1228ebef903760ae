"""JSON paths (RFC 9535): the part of an answer that is looked at, and the ``json_path`` check that it is there.

Covers compiling, finding, and an answer that is JSON written as text, as chat models give it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ninemarch.checks.base import PASSED, Check, Finding, need
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Outcome, Scenario, Suite, Verdict
from ninemarch.text import excerpt

__all__ = ["Missed", "compile_path", "finder"]


class Missed(Exception):
    """What a check should look at is not there: the target's failure."""


def compile_path(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check that there is something at each path.

    Raises:
        SuiteError: a path is not valid.
    """
    finders = [finder(path) for path in spec.params["path"]]

    def check(scenario: Scenario, outcome: Outcome) -> Finding:  # noqa: ARG001 - the path is the expectation
        try:
            for find in finders:
                find(outcome.output)
        except Missed as missed:
            return Verdict.FAIL, str(missed)
        return PASSED

    return check


def finder(path: str) -> Callable[[Any], Any]:
    """Return the function that takes from a value what is at ``path``, or raises ``Missed``.

    A path that can name only one place gives what is there; any other (with ``*``, ``..`` or a filter) the list of
    all that it finds. A text is read as JSON first.

    Raises:
        SuiteError: the library is not installed, or the path is not valid.
    """
    library = need("jsonpath", "json_path and at")
    try:
        query = library.JSONPathEnvironment(strict=True).compile(path)
    except Exception as error:  # the library's own errors, and what a path makes of it
        said = excerpt((str(error).splitlines() or [""])[0], 100)
        msg = f"json_path: {excerpt(path, 80)} is not a JSON path (RFC 9535): {said}; write one such as $.order.total"
        raise SuiteError(msg) from error
    single = query.singular_query()

    def find(value: Any) -> Any:
        try:
            found = query.findall(_read(value))
        except (library.JSONPathError, RecursionError) as error:
            msg = f"{excerpt(path, 60)} cannot be followed (nested too deep?): {excerpt(value, 80)}"
            raise Missed(msg) from error
        if not found:
            msg = f"nothing at {excerpt(path, 60)}: {excerpt(value, 120)}"
            raise Missed(msg)
        return found[0] if single else found

    return find


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {excerpt(value, 120)}"
        raise Missed(msg) from error
