"""Release 7: ISO 8601 before everything else, and two neighbouring letters may have changed places.

Covers what was left of the failures of release 6 on development seeds.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping

from dates_suite.releases import names
from dates_suite.releases.cleaned import clean
from dates_suite.releases.patterns import Folded, fold, invert, reader

__all__ = ["read"]

_NUMERIC = frozenset("0123456789|")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")


def _iso(text: str) -> str | None:
    try:
        return datetime.date(*map(int, found.groups())).isoformat() if (found := _ISO.search(text)) else None
    except ValueError:
        return None


def _swapped(folded: Folded) -> Iterator[Folded]:
    text = folded.text
    for i in range(len(text) - 1):
        if text[i] != text[i + 1] and not _NUMERIC & set(text[i : i + 2]):
            yield Folded(text[:i] + text[i + 1] + text[i] + text[i + 2 :], folded.starts, folded.ends)


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date in ``value["text"]``: ISO 8601, CLDR's patterns, those after a swap, else release 5."""
    text = clean(value["text"])
    table, folded = reader(value["locale"]), fold(text)
    found, iso = invert(table, folded), _iso(text)
    # Beside a weekday that fits it is no ISO date but the locale's pattern: Kyrgyz writes y-dd-MM, E.
    if iso is not None and not (found and found.weekday):
        return iso
    if found is None:
        found = next((hit for guess in _swapped(folded) if (hit := invert(table, guess))), None)
    return found.date.isoformat() if found is not None else names.read(value)
