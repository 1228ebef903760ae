"""Release 5: an own reader that takes the names of months and days from CLDR.

Covers any text with a CLDR month name, or with numbers in the order of the locale's short pattern. A misspelt
month is guessed by likeness.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from dates_suite import isolated
from dates_suite.releases.cleaned import _TIME, clean, day_month_year

__all__ = ["full_year", "names", "read"]

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{4,}")


@lru_cache(maxsize=2048)
def names(locale: str, kind: str) -> tuple[tuple[str, int], ...]:
    """CLDR's wide and abbreviated names of ``months`` or ``days`` with their numbers, longest first."""
    contexts = getattr(isolated.locale(locale), kind)
    found = {
        clean(name).casefold().strip("."): number
        for width in ("abbreviated", "wide")
        for context in ("stand-alone", "format")
        for number, name in contexts[context][width].items()
    }
    return tuple(sorted(found.items(), key=lambda item: (-len(item[0]), item[0])))


def full_year(digits: str) -> int:
    """The year that two or four digits mean; two mean 1969 to 2068."""
    return int(digits) if len(digits) > 2 else int(digits) + (1900 if int(digits) >= 69 else 2000)


def _cut_name(text: str, of: Sequence[tuple[str, int]]) -> tuple[str, int | None]:
    """The text without its first longest name, and the number that the name stands for."""
    for name, number in of:
        if name in text:
            return text.replace(name, " ", 1), number
    return text, None


def _guess(text: str, of: Sequence[tuple[str, int]]) -> int | None:
    """The month whose name is most like a word of ``text``."""
    numbers = dict(of)
    for word in _WORD.findall(text):
        if close := difflib.get_close_matches(word, numbers, n=1, cutoff=0.7):
            return numbers[close[0]]
    return None


def _date(order: str, numbers: Sequence[str], month: int | None) -> str | None:
    parts = dict(zip(order, numbers, strict=False))
    if len(parts.get("Y", "")) not in (2, 4):
        return None
    try:
        return datetime.date(full_year(parts["Y"]), month or int(parts["M"]), int(parts["D"])).isoformat()
    except (KeyError, ValueError):
        return None


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date in ``value["text"]``, or None where too little of one is found."""
    locale = value["locale"]
    text = _TIME.sub("", clean(value["text"])).casefold()
    rest, _ = _cut_name(text, names(locale, "days"))
    rest, month = _cut_name(rest, names(locale, "months"))
    numbers = _NUMBER.findall(rest)
    order = day_month_year(locale)
    if month is None and len(numbers) == 2:
        month = _guess(text, names(locale, "months"))
    if month is not None:
        order = order.replace("M", "")
    # Four digits are a year wherever they stand; in front, month and day follow.
    if numbers and len(numbers[0]) == 4:
        order = "YD" if month is not None else "YMD"
    elif len(numbers) > 1 and len(numbers[1]) == 4:
        order = "DY"
    elif order.startswith("Y") and len(numbers) > 2 and len(numbers[2]) == 4:
        order = "DMY"
    return _date(order, numbers, month)
