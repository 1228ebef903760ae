"""Release 2: the library everybody knows, told which countries write the month first.

Covers the step from own expressions to dateutil's parser in its fuzzy mode. Answers more often than release 1
and is wrong without a word: day first turns ISO dates round, unknown month names are skipped over.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from dateutil import parser

__all__ = ["read"]

_MONTH_FIRST = ("_US", "_PH", "_PR", "_GU")
# What dateutil fills in for a part it does not find. Its own default is today, which no run could repeat.
_DEFAULT = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a plain date is read, no moment


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date that dateutil finds in ``value["text"]``, or None where it finds none."""
    day_first = not value["locale"].endswith(_MONTH_FIRST)
    try:
        found = parser.parse(value["text"], dayfirst=day_first, fuzzy=True, default=_DEFAULT)
    except (parser.ParserError, OverflowError):
        return None
    return found.date().isoformat()
