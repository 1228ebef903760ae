"""What the generator and the audit take from CLDR through Babel, one cached table a locale.

Covers locales, date patterns, names of months and weekdays, digits. The releases under test read Babel on
their own: nothing here is shared with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale, localedata
from babel.dates import DateTimePattern

from dates_suite import isolated

__all__ = ["LENGTHS", "SKELETONS", "LocaleTable", "locales", "pattern_fields", "table"]

LENGTHS = ("full", "long", "medium", "short")
SKELETONS = ("yMd", "yMEd", "yMMMd", "yMMMEd")

# Code point of digit zero for CLDR's numbering systems that are plain decimal digits (Unicode category Nd).
# hanidec and the algorithmic systems are left out: they are not digit-for-digit.
_ZEROS = {
    "adlm": 0x1E950, "arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "cakm": 0x11136, "deva": 0x966,
    "gujr": 0xAE6, "guru": 0xA66, "hmnp": 0x1E140, "java": 0xA9D0, "khmr": 0x17E0, "knda": 0xCE6,
    "laoo": 0xED0, "mlym": 0xD66, "mong": 0x1810, "mtei": 0xABF0, "mymr": 0x1040, "nkoo": 0x7C0,
    "olck": 0x1C50, "orya": 0xB66, "tamldec": 0xBE6, "telu": 0xC66, "thai": 0xE50, "tibt": 0xF20,
    "vaii": 0xA620,
}  # fmt: skip

_FIELD = re.compile(r"'[^']*'|([A-Za-z])\1*")


@dataclass(frozen=True, slots=True)
class LocaleTable:
    """One locale as the generator needs it.

    Args:
        locale: Babel's locale.
        patterns: level of the attribute ``pattern`` (without ``iso``) to CLDR pattern.
        every: all CLDR patterns of the locale that hold a day, a month and a year.
        zero: code point of the native digit zero, 0 where the locale writes ASCII digits.
    """

    locale: Locale
    patterns: dict[str, DateTimePattern]
    every: tuple[str, ...]
    zero: int

    def names(self, kind: str, width: str) -> Iterator[tuple[int, str]]:
        """Names of ``kind`` ("months" from 1, "days" from 0 = Monday) at a CLDR width, both contexts."""
        contexts = self.locale.months if kind == "months" else self.locale.days
        for context in ("format", "stand-alone"):
            yield from contexts[context].get(width, {}).items()


def pattern_fields(pattern: str) -> list[str]:
    """The fields of a CLDR date pattern in order, quoted text left out.

    Examples:
        >>> pattern_fields("EEEE, d 'de' MMMM y")
        ['EEEE', 'd', 'MMMM', 'y']
    """
    return [m.group(0) for m in _FIELD.finditer(pattern) if m.group(1)]


def _whole(pattern: str) -> bool:
    letters = {field[0] for field in pattern_fields(pattern)}
    return "y" in letters and "d" in letters and bool(letters & {"M", "L"})


@lru_cache(maxsize=2048)
def table(identifier: str) -> LocaleTable:
    """The table of one locale, e.g. ``"de_AT"``.

    Raises:
        babel.UnknownLocaleError: Babel does not know the locale.
        LookupError: the locale has no month names or date patterns of its own.
    """
    locale = isolated.locale(identifier)
    for width in ("wide", "abbreviated"):
        # CLDR's root falls back to "M03": nobody types that, so such a locale has no names to read.
        if locale.months["format"][width][3] == "M03":
            message = f"locale {identifier} has no {width} month names in CLDR"
            raise LookupError(message)
    lengths = locale.date_formats
    skeletons = locale.datetime_skeletons
    patterns = {level: lengths[level] for level in LENGTHS} | {key: skeletons[key] for key in SKELETONS}
    every = {format_.pattern: None for format_ in patterns.values()}
    every |= {
        skeletons[key].pattern: None
        for key in skeletons
        if set(key) <= set("yMdE") and _whole(skeletons[key].pattern)
    }
    numbering = (locale.default_numbering_system, locale.other_numbering_systems.get("native", "latn"))
    zero = next((_ZEROS[name] for name in numbering if name in _ZEROS), 0)
    return LocaleTable(locale, patterns, tuple(every), zero)


@lru_cache(maxsize=1)
def locales() -> tuple[str, ...]:
    """All locales whose dates Babel can write with names of their own, sorted."""
    good = []
    for identifier in sorted(localedata.locale_identifiers()):
        try:
            table(identifier)
        except (LookupError, KeyError, ValueError, AttributeError):
            continue  # Babel has no usable Gregorian dates for it
        good.append(identifier)
    return tuple(good)
