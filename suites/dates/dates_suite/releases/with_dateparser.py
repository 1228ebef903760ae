"""Release 3: dateparser, a library that knows 200 languages, told the language of the locale.

Covers the choice of library; its reading order is the language's usual one, not the locale's.
"""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Mapping
from functools import lru_cache

from dateparser.data.languages_info import language_order
from dateparser.date import DateDataParser

__all__ = ["language_of", "read"]

_KNOWN = frozenset(language_order)
# dateparser fills missing parts from the present; a fixed one, so that a run can be repeated.
_BASE = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a plain date is read, no moment


def language_of(locale: str) -> str:
    """The language of dateparser for a locale identifier: with script where it knows that, English where not."""
    parts = locale.split("_")
    script = "-".join(parts[:2])
    return script if script in _KNOWN else parts[0] if parts[0] in _KNOWN else "en"


@lru_cache(maxsize=512)
def _parser(language: str) -> DateDataParser:
    return DateDataParser(languages=[language], settings={"RELATIVE_BASE": _BASE})


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date that dateparser finds in ``value["text"]``, or None where it finds none."""
    with warnings.catch_warnings():
        # Python 3.13 deprecates strptime without a year, which dateparser tries; its affair, not ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        found = _parser(language_of(value["locale"])).get_date_data(value["text"]).date_obj
    return None if found is None else found.date().isoformat()
