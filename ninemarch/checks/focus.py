"""What a check looks at: a part of the output, a file or a database that the target left, a part of the expectation.

Covers putting it in the place of the output before the check sees it, so that every check works on it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ninemarch.checks.base import Check, Finding
from ninemarch.checks.paths import Missed, finder
from ninemarch.checks.state import reader
from ninemarch.model import Focus, Outcome, Scenario, Suite, Verdict

__all__ = ["focused"]


def focused(check: Check, focus: Focus, suite: Suite) -> Check:
    """Return ``check`` looking at what ``focus`` says; where that is not there, the target failed.

    Raises:
        SuiteError: a path is not valid, or the folder cannot be had.
    """
    read = reader(focus, suite.folder) if focus.file or focus.file_at else None
    part = finder(focus.at) if focus.at else None
    expected = _expectation(focus)

    def look(scenario: Scenario, outcome: Outcome) -> Finding:
        try:
            output = read(scenario, outcome.output) if read else outcome.output
            output = part(output) if part else output
        except Missed as missed:
            return Verdict.FAIL, str(missed)
        wanted = msgspec.structs.replace(scenario, expect=expected(scenario.expect))
        return check(wanted, msgspec.structs.replace(outcome, output=output))

    return look


def _expectation(focus: Focus) -> Callable[[Any], Any]:
    if focus.expect is not None:
        return lambda _: focus.expect
    if not focus.expect_at:
        return lambda expect: expect
    find = finder(focus.expect_at)

    def expected(expect: Any) -> Any:
        try:
            return find(expect)
        except Missed as missed:
            msg = f"in the scenario's expectation: {missed}"
            raise TypeError(msg) from missed

    return expected
