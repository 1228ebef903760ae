"""Amounts of work as text: as they were given, and as they were computed.

Covers effort and ratios of it; rates are the business of ``ninemarch.numbers``.
"""

from __future__ import annotations

import math
from fractions import Fraction

from ninemarch.numbers import Rounding

__all__ = ["about_text", "effort_text"]

_MOST_DIGITS = 12


def effort_text(effort: float | None) -> str:
    """Return an amount of work as it was given; a dash where it is unknown.

    Examples:
        >>> effort_text(3.0), effort_text(1234.5), effort_text(None)
        ('3', '1,234.5', '–')
    """
    return "–" if effort is None else f"{effort:,.10g}"


def about_text(amount: float, rounding: Rounding = "nearest") -> str:
    """Return a computed amount with three digits that count; whole numbers from 1,000 on.

    Args:
        amount: finite.
        rounding: ``floor`` for lower limits, ``ceil`` for upper limits.

    Examples:
        >>> about_text(3.0), about_text(3.93116), about_text(0.34796, "floor"), about_text(45123.4, "ceil")
        ('3', '3.93', '0.347', '45,124')
    """
    value = Fraction(repr(float(amount)))
    if value == 0:
        return "0"
    places = min(max(0, 2 - math.floor(math.log10(abs(value)))), _MOST_DIGITS)
    scaled = value * 10**places
    steps = math.floor(scaled) if rounding == "floor" else math.ceil(scaled) if rounding == "ceil" else round(scaled)
    shown = f"{float(Fraction(steps, 10**places)):,.{places}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
