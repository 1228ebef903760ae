"""The ``python`` check: a function of the user's own.

Covers calling it with what it takes, (scenario, output) or (scenario, output, outcome), and reading what it returns.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ninemarch.checks.base import Check, Finding
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Outcome, Scenario, Suite, Verdict
from ninemarch.suite import resolve
from ninemarch.text import excerpt

__all__ = ["compile_function"]


def compile_function(spec: CheckSpec, suite: Suite) -> Check:
    """Return the check that asks the function which ``spec`` holds or names.

    Raises:
        SuiteError: it cannot be had or is not callable.
    """
    function = spec.function
    if function is None:
        function = resolve(spec.params["python"], suite.folder)
        if not callable(function):
            msg = f"check python: {spec.params['python']} is not callable; give a function of (scenario, output)"
            raise SuiteError(msg)
    return _asking(function, whole=_takes_outcome(function))


def _takes_outcome(function: Callable[..., Any]) -> bool:
    """Whether a function has a third place that must be filled: then it is given the outcome."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some builtins do not say
        return False
    places = [p for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    return len(places) > 2 and places[2].default is inspect.Parameter.empty


def _asking(function: Callable[..., Any], *, whole: bool) -> Check:
    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        found = function(scenario, outcome.output, outcome) if whole else function(scenario, outcome.output)
        reason = ""
        if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], str):
            found, reason = found[0], excerpt(found[1], 300)
        if isinstance(found, bool):
            found = Verdict.PASS if found else Verdict.FAIL
        if not isinstance(found, Verdict) or found is Verdict.VOID:
            return (
                Verdict.ERROR,
                f"the check returned {excerpt(found, 60)}; allowed: bool, Verdict, or (either, reason)",
            )
        if found is Verdict.FAIL and not reason:
            reason = f"expected {excerpt(scenario.expect, 80)}, got {excerpt(outcome.output, 80)}"
        return found, reason

    return check
