"""Release 1: a few hand-written regular expressions and the month names of five languages.

Covers what an afternoon gives: ISO, day/month/year with the American exception, "5 March 2024".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

__all__ = ["read"]

_MONTHS = {
    "jan": 1, "ene": 1, "gen": 1, "feb": 2, "fév": 2, "fev": 2, "mar": 3, "mär": 3, "apr": 4, "abr": 4, "avr": 4,
    "may": 5, "mai": 5, "mag": 5, "jun": 6, "giu": 6, "juin": 6, "jul": 7, "lug": 7, "juil": 7, "aug": 8, "ago": 8,
    "aoû": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10, "nov": 11, "dec": 12, "dez": 12,
    "dic": 12, "déc": 12,
}  # fmt: skip
_NAME = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")[^\W\d]*\.?"
_YEAR_FIRST = re.compile(r"\b(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})")
_NUMERIC = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_DAY_FIRST = re.compile(r"\b(\d{1,2})\.? (?:de )?" + _NAME + r",? (?:de )?(\d{4})\b")
_MONTH_FIRST = re.compile(r"\b" + _NAME + r" (\d{1,2}),? (\d{4})\b")


def _iso(year: str, month: int, day: str) -> str | None:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 69 else 2000)
    try:
        return datetime.date(full, month, int(day)).isoformat()
    except ValueError:
        return None


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date in ``value["text"]``, or None where no expression fits."""
    text = value["text"].lower()
    if found := _YEAR_FIRST.search(text):
        return _iso(found[1], int(found[2]), found[3])
    if found := _NUMERIC.search(text):
        american = value["locale"].endswith("_US")
        month, day = (found[1], found[2]) if american else (found[2], found[1])
        return _iso(found[3], int(month), day)
    if found := _DAY_FIRST.search(text):
        return _iso(found[3], _MONTHS[found[2]], found[1])
    if found := _MONTH_FIRST.search(text):
        return _iso(found[3], _MONTHS[found[1]], found[2])
    return None
