"""Rates on the command line: ``0.999``, ``99.9%``, ``3`` nines; exact."""

from __future__ import annotations

from fractions import Fraction

from ninemarch.errors import UsageError
from ninemarch.text import excerpt

__all__ = ["asked_rate", "rate", "rates"]


def rate(option: str, text: str) -> Fraction:
    """Return a success rate, exact; from 0 to 1.

    Raises:
        UsageError: it is no number in that range.
    """
    bare = text.strip().removesuffix("%")
    try:
        value = Fraction(bare) / (100 if bare != text.strip() else 1)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= 1 or len(bare) > 40:
        hint = f"; did you mean {bare}%?" if 1 < value <= 100 and bare == text.strip() and len(bare) < 40 else ""
        msg = f"{option} {excerpt(text, 40)} is not a success rate{hint}; give one as 0.999 or 99.9%"
        raise UsageError(msg)
    return value


def rates(option: str, text: str) -> list[Fraction]:
    """Return a list of success rates, separated by commas.

    Raises:
        UsageError: one of them is none.
    """
    return [rate(option, part) for part in text.split(",")] if text else []


def asked_rate(nines: int | None, success: str) -> Fraction | None:
    """Return the rate that ``--nines`` or ``--success`` asks for; None where neither was given.

    Raises:
        UsageError: both were given, or a rate of 0 or 1.
    """
    if nines is not None and success:
        msg = f"--nines {nines} and --success {excerpt(success, 40)} were both given; give one of them"
        raise UsageError(msg)
    if nines is not None:
        return 1 - Fraction(1, 10**nines)
    if not success:
        return None
    value = rate("--success", success)
    if not 0 < value < 1:
        msg = f"--success {excerpt(success, 40)} cannot be proven by any number of trials; allowed: above 0, below 1"
        raise UsageError(msg)
    return value
