"""The oracle audit: does CLDR itself give a scenario's text a second right answer?

Reads the text with every date pattern and every name table of its own locale, and with ISO 8601, ignoring
punctuation, spaces and case. Two different dates mean that the scenario is void. Does not cover readings of
other locales: who types in one locale is taken to mean that locale.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from dates_suite import cldr
from dates_suite.folding import fold, squash, words

__all__ = ["readings", "swap_is_ambiguous", "void_reason"]

_NUMBER = re.compile(r"\d+")
# An order is the sequence of numeric fields: d, M, Y (four digits), y (two digits).
_Order = tuple[str, ...]
_WIDTHS = {"Y": (4,), "y": (2,), "d": (1, 2), "M": (1, 2)}  # digits that a field may have
_ISO: _Order = ("Y", "M", "d")


@dataclass(frozen=True, slots=True)
class _Names:
    """Squashed names, longest first, each with the months and weekdays it may mean."""

    meanings: tuple[tuple[str, frozenset[int], frozenset[int]], ...]


@dataclass(frozen=True, slots=True)
class _Table:
    numeric: frozenset[_Order]
    named: frozenset[_Order]
    words: _Names  # names without digits
    all_names: _Names  # and those with digits, such as Japanese 3月
    vocabulary: dict[str, frozenset[int]]  # single words of month names -> months
    numbered: bool  # month names are their numbers and a word


def _collect(table: cldr.LocaleTable) -> dict[str, tuple[set[int], set[int]]]:
    found: dict[str, tuple[set[int], set[int]]] = {}
    fields = {field for pattern in table.every for field in cldr.pattern_fields(pattern)}
    for place, kind, narrow in ((0, "months", {"MMMMM", "LLLLL"}), (1, "days", {"EEEEE", "ccccc"})):
        # A narrow name (J for January, June and July) is read only where a pattern of the locale writes it.
        widths = ("wide", "abbreviated", "narrow") if fields & narrow else ("wide", "abbreviated")
        for width in widths:
            for number, name in table.names(kind, width):
                found.setdefault(squash(name), (set(), set()))[place].add(number)
    found.pop("", None)
    return found


def _names(found: dict[str, tuple[set[int], set[int]]], *, digits: bool) -> _Names:
    kept = [name for name in found if digits or not _NUMBER.search(name)]
    kept.sort(key=lambda name: (-len(name), name))
    return _Names(tuple((name, frozenset(found[name][0]), frozenset(found[name][1])) for name in kept))


def _orders(table: cldr.LocaleTable, *, numbered: bool) -> tuple[frozenset[_Order], frozenset[_Order]]:
    numeric, named = {_ISO}, set()
    for pattern in table.every:
        order, has_name = [], False
        for field in cldr.pattern_fields(pattern):
            if field[0] == "y":
                order.append("y" if field == "yy" else "Y")
            elif field[0] == "d":
                order.append("d")
            elif field[0] in "ML" and len(field) >= 3:
                has_name = True
                order.append("name")
            elif field[0] in "ML":
                order.append("M")
        if has_name:
            named.add(tuple(field for field in order if field != "name"))
        if not has_name or numbered:
            numeric.add(tuple("M" if field == "name" else field for field in order))
    return frozenset(numeric), frozenset(named)


@lru_cache(maxsize=2048)
def _table(identifier: str) -> _Table:
    source = cldr.table(identifier)
    found = _collect(source)
    vocabulary: dict[str, set[int]] = {}
    for width in ("wide", "abbreviated"):
        for month, name in source.names("months", width):
            for word in words(name):
                vocabulary.setdefault(word, set()).add(month)
    # Chinese, Japanese, Korean, Vietnamese months are "3月", "tháng 3": the name is the number again.
    numbered = all(
        _NUMBER.findall(fold(name)) == [str(month)] for month, name in source.names("months", "abbreviated")
    )
    numeric, named = _orders(source, numbered=numbered)
    frozen = {word: frozenset(months) for word, months in vocabulary.items()}
    return _Table(numeric, named, _names(found, digits=False), _names(found, digits=True), frozen, numbered)


def _date(order: _Order, numbers: list[str], month: int | None) -> datetime.date | None:
    """The date that ``numbers`` give in ``order``; None where the widths or the calendar forbid it."""
    values = {"M": month or 0, "d": 0, "Y": 0}
    for field, digits in zip(order, numbers, strict=True):
        if len(digits) not in _WIDTHS[field]:
            return None
        number = int(digits)
        if field == "y":  # two digits mean 1969 to 2068, as POSIX strptime has it
            number += 1900 if number >= 69 else 2000
        values[field.upper() if field == "y" else field] = number
    try:
        return datetime.date(values["Y"], values["M"], values["d"])
    except ValueError:
        return None


def _take_names(squashed: str, names: _Names) -> tuple[str, set[int], list[frozenset[int]]]:
    """Cut every name out of the text, longest first: the rest, the months, a weekday set for each name."""
    months: set[int] = set()
    either: list[tuple[frozenset[int], frozenset[int]]] = []
    weekdays: list[frozenset[int]] = []
    for name, as_month, as_weekday in names.meanings:
        if name in squashed:
            squashed = squashed.replace(name, "|")
            if as_month and as_weekday:
                either.append((as_month, as_weekday))
            elif as_month:
                months |= as_month
            else:
                weekdays.append(as_weekday)
    # Spanish "mar" is Tuesday and March: beside another month's name it is the weekday.
    if months:
        weekdays += [as_weekday for _, as_weekday in either]
    else:
        months.update(*(as_month for as_month, _ in either))
    return squashed, months, weekdays


def _read(squashed: str, table: _Table, names: _Names) -> Iterator[datetime.date]:
    rest, months, weekdays = _take_names(squashed, names)
    numbers = _NUMBER.findall(rest)
    candidates = [_date(order, numbers, None) for order in table.numeric if len(order) == len(numbers)]
    for order in table.named:
        if len(order) == len(numbers):
            candidates += [_date(order, numbers, month) for month in months]
    dates = [date for date in candidates if date is not None]
    fitting = [date for date in dates if all(date.weekday() in allowed for allowed in weekdays)]
    # A weekday decides between two dates; where it fits none it was no weekday but part of another word.
    yield from fitting or dates


def readings(text: str, identifier: str) -> frozenset[datetime.date]:
    """Every date that ``text`` (a date alone, no sentence around it) is in CLDR for its own locale.

    Args:
        text: the date as written.
        identifier: Babel's locale identifier, e.g. ``"sr_Latn"``.

    Examples:
        >>> sorted(str(date) for date in readings("2024-03-05", "ky"))
        ['2024-03-05', '2024-05-03']
        >>> [str(date) for date in readings("3/5/24", "en_US")]
        ['2024-03-05']
    """
    table = _table(identifier)
    squashed = squash(text)
    named = frozenset(_read(squashed, table, table.all_names))
    # The digits of a name such as Japanese 3月 are read as a number too.
    return named | frozenset(_read(squashed, table, table.words)) if table.numbered or not named else named


@lru_cache(maxsize=16384)
def void_reason(text: str, identifier: str, truth: datetime.date) -> str:
    """Why a scenario is void: the other dates that its text is in its own locale; empty for a sound one."""
    found = readings(text, identifier)
    if truth not in found or len(found) == 1:
        return ""
    others = ", ".join(str(date) for date in sorted(found - {truth}))
    return f"CLDR of {identifier} also reads {others}"


def _swaps(word: str) -> Iterable[str]:
    yield word
    for i in range(len(word) - 1):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def swap_is_ambiguous(text: str, identifier: str, truth: datetime.date) -> str:
    """Why letter swaps in ``text`` leave two months open: a word that is at most one swap from another month."""
    vocabulary = _table(identifier).vocabulary
    for word in words(text):
        if truth.month in vocabulary.get(word, ()):
            continue
        if any(truth.month not in vocabulary[guess] for guess in _swaps(word) if guess in vocabulary):
            return f"{word!r} is at most one letter swap from another month of {identifier}"
    return ""
