"""What every family of checks shares: how a check is called, what it finds, and what happens when it breaks.

Covers types and the guard. A new kind of check is a function of (spec, suite) to a ``Check`` in a module of its
family, and a line in ``table``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, NoVerdict, Outcome, Scenario, Suite, Verdict
from ninemarch.text import excerpt, fault

__all__ = ["PASSED", "Check", "Compare", "Compiler", "Finding", "as_text", "compared", "guarded", "need"]

Finding = tuple[Verdict, str]
"""What a check found, and why, in a line (empty for a pass)."""
Check = Callable[[Scenario, Outcome], Finding]
Compiler = Callable[[CheckSpec, Suite], Check]
Compare = Callable[[Any, Any], str | None]
"""A function of (expectation, output) that returns None when they agree, else the reason in a line."""

PASSED: Finding = (Verdict.PASS, "")


def compared(compare: Compare) -> Check:
    """Return the check that holds an output against the scenario's expectation."""

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        reason = compare(scenario.expect, outcome.output)
        return PASSED if reason is None else (Verdict.FAIL, reason)

    return check


def guarded(check: Check) -> Check:
    """Return the check with its own faults made findings: a check that breaks is our error, whatever broke."""

    def safe(scenario: Scenario, outcome: Outcome) -> Finding:
        try:
            return check(scenario, outcome)
        except NoVerdict as error:
            return Verdict.UNSCORED, f"no verdict: {fault(error, 200).removeprefix('NoVerdict').removeprefix(': ')}"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever broke
            return Verdict.ERROR, f"the check failed: {fault(error, 200)}"

    return safe


def need(module: str, kind: str) -> Any:
    """Import what only some checks need.

    Raises:
        SuiteError: it is not installed.
    """
    import importlib  # noqa: PLC0415 - with the modules it imports

    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f"check {kind} needs the module {module}; install it: python -m pip install 'ninemarch[checks]'"
        raise SuiteError(msg) from error


def as_text(value: Any) -> str:
    """Return what a check of text reads: a text itself, anything else as one line of JSON.

    Raises:
        TypeError: JSON cannot say it.

    Examples:
        >>> as_text("a"), as_text(4), as_text(["ä"])
        ('a', '4', '["ä"]')
    """
    import json  # noqa: PLC0415 - hardly ever: outputs are texts

    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"{excerpt(value, 60)} is not made of JSON values"
        raise TypeError(msg) from error
