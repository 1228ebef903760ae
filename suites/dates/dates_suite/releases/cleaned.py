"""Release 4: dateparser after a clean-up of the text, and with the locale's own order of day and month.

Covers invisible characters, digits of other scripts, spaces, brackets and times of day.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
import warnings
from collections.abc import Mapping
from functools import lru_cache

from dateparser.date import DateDataParser

from dates_suite import isolated
from dates_suite.releases.with_dateparser import language_of

__all__ = ["clean", "day_month_year", "read"]

_BASE = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a plain date is read, no moment
_BRACKETS = re.compile(r"""[()\[\]<>"“”«»‹›*→←✓!📅]|^'|'$""")
_TIME = re.compile(r"[\sT,]+\d{1,2}[:٫]\d{2}([:٫]\d{2})?(\s*[ap]\.?\s?m\b\.?)?\s*$", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    if unicodedata.category(char) == "Cf":
        return ""
    return str(unicodedata.decimal(char, char))


def clean(text: str) -> str:
    """``text`` composed, with ASCII digits, single spaces and without invisible characters and brackets."""
    if not text.isascii():
        text = "".join(map(_plain, unicodedata.normalize("NFKC", text)))
    return " ".join(_BRACKETS.sub("", text).split())


@lru_cache(maxsize=2048)
def day_month_year(locale: str) -> str:
    """The locale's order of day, month and year in numbers, such as ``"DMY"``, from CLDR's short pattern."""
    pattern = isolated.locale(locale).date_formats["short"].pattern
    return "".join(sorted("DMY", key=lambda letter: pattern.replace("d", "D").replace("y", "Y").find(letter)))


@lru_cache(maxsize=512)
def _parser(language: str, order: str) -> DateDataParser:
    settings = {"RELATIVE_BASE": _BASE, "DATE_ORDER": order, "REQUIRE_PARTS": ["day", "month", "year"]}
    return DateDataParser(languages=[language], settings=settings)


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date that dateparser finds in the cleaned text, or None where it finds none."""
    text = _TIME.sub("", clean(value["text"]))
    locale = value["locale"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as in release 3
        found = _parser(language_of(locale), day_month_year(locale)).get_date_data(text).date_obj
    return None if found is None else found.date().isoformat()
