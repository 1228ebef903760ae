"""Effort on the command line: ``3w``, ``2.5 days``, ``560 lines of code``, ``12``, or from git."""

from __future__ import annotations

import re

from ninemarch.errors import UsageError
from ninemarch.model import Effort
from ninemarch.text import excerpt, printable

__all__ = ["effort", "given_effort"]

_SHORT = {"h": "hours", "d": "days", "w": "weeks", "mo": "months"}
_GIVEN = re.compile(r"\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(\S.*?)?\s*", re.ASCII | re.DOTALL)


def effort(option: str, text: str) -> Effort:
    """Return an amount of work and its unit; the unit is empty where none was given.

    Args:
        option: how the option is called.
        text: what was given.

    Raises:
        UsageError: it is no amount.

    Examples:
        >>> effort("--effort", "3w"), effort("--effort", "560 lines of code"), effort("--effort", "12")
        (Effort(amount=3.0, unit='weeks'), Effort(amount=560.0, unit='lines of code'), Effort(amount=12.0, unit=''))
    """
    found = _GIVEN.fullmatch(text)
    unit = (found.group(2) or "") if found else ""
    if found is None or len(unit) > 40 or unit != printable(unit) or unit[:1].isdigit():
        msg = f"{option} '{excerpt(text, 60)}' is no amount of work; give one as 3w, 2.5 days or '40 lines of code'"
        raise UsageError(msg)
    return Effort(float(found.group(1)), _SHORT.get(unit, unit))


def given_effort(amount: str, source: str) -> Effort | None:
    """Return what ``--effort`` or ``--effort-from`` says; None where neither was given.

    Raises:
        UsageError: both were given, or one of them is wrong.
    """
    if amount and source:
        msg = f"--effort {excerpt(amount, 40)} and --effort-from {excerpt(source, 40)} were both given; give one"
        raise UsageError(msg)
    if source:
        from ninemarch.interop import effort_from

        return effort_from(source)
    return effort("--effort", amount) if amount else None
