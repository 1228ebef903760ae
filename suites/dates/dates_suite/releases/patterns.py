"""Release 6: CLDR's own date patterns, read backwards, before the reader of release 5.

Covers every date pattern of the locale as a sequence of fields and words; punctuation, spaces, case and accents
do not count. A weekday in the text must be the date's own.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from dates_suite import isolated
from dates_suite.releases import names
from dates_suite.releases.cleaned import _TIME, clean
from dates_suite.releases.names import full_year

__all__ = ["Folded", "fold", "invert", "read", "reader"]

_TOKEN = re.compile(r"'[^']*'|([A-Za-z])\1*|[^A-Za-z']+")
_DIGITS = re.compile(r"\|?(\d+)")
_WIDTHS = {"Y": (4,), "y": (2,), "d": (1, 2), "M": (1, 2)}
_KEYS = {"y": "Y", "d": "D", "L": "M"}
Names = Mapping[str, tuple[tuple[str, int], ...]]  # first letter -> folded names with their numbers
_Item = tuple[str, str]  # field and, for a field "=", the word itself


@lru_cache(maxsize=8192)
def _plain(char: str) -> str:
    if char == "ı":
        return "i"
    category = unicodedata.category(char)
    # 9 is the virama: part of the spelling of Indic scripts, unlike accents.
    if category == "Cf" or unicodedata.combining(char) not in (0, 9):
        return ""
    return str(unicodedata.decimal(char, char)) if category[0] in "LMN" else " "


@dataclass(frozen=True, slots=True)
class Folded:
    """Letters and digits of a text with ``|`` between two numbers, and where its words begin and end."""

    text: str
    starts: tuple[int, ...]
    ends: frozenset[int]


def fold(text: str) -> Folded:
    """``text`` without case, accents, punctuation and spaces."""
    plain = "".join(map(_plain, unicodedata.normalize("NFKD", text.casefold()).casefold()))
    joined, starts, ends = "", [], []
    for word in re.findall(r"\d+|[^\d\s]+", plain):
        if joined and joined[-1].isdigit() and word[0].isdigit():
            joined += "|"
        starts.append(len(joined))
        joined += word
        ends.append(len(joined))
    return Folded(joined, tuple(starts), frozenset(ends))


@dataclass(frozen=True, slots=True)
class _Reader:
    patterns: tuple[tuple[_Item, ...], ...]
    names: Mapping[str, Names]


def _items(pattern: str) -> tuple[_Item, ...]:
    items: list[_Item] = []
    for found in _TOKEN.finditer(pattern):
        token, letter = found.group(0), found.group(1)
        if letter is None:
            items += [("=", word)] if (word := fold(token.strip("'")).text) else []
        elif letter in "ML":
            items.append(("L" if len(token) > 2 else "M", ""))
        elif letter == "y":
            items.append(("y" if len(token) == 2 else "Y", ""))
        else:
            items.append((letter.replace("c", "E"), ""))
    return tuple(items)


def _by_letter(found: Mapping[str, int] | list[tuple[str, int]]) -> Names:
    table: dict[str, list[tuple[str, int]]] = {}
    pairs = found.items() if isinstance(found, Mapping) else found
    for name, number in sorted({(fold(name).text, number) for name, number in pairs}, key=lambda p: (-len(p[0]), p)):
        if name:
            table.setdefault(name[0], []).append((name, number))
    return {letter: tuple(pairs) for letter, pairs in table.items()}


@lru_cache(maxsize=2048)
def reader(identifier: str) -> _Reader:
    """The patterns and folded names of one locale."""
    locale = isolated.locale(identifier)
    sources = [locale.date_formats[length].pattern for length in ("medium", "long", "short", "full")]
    sources += [p.pattern for key, p in sorted(locale.datetime_skeletons.items()) if set(key) <= set("yMdE")]
    patterns = dict.fromkeys(_items(source) for source in sources)
    whole = [items for items in patterns if {"D", "M", "Y"} <= {_KEYS.get(field, field) for field, _ in items}]
    tables = {}
    for field, kind in (("L", "months"), ("E", "days")):
        contexts = getattr(locale, kind)
        widths = ("wide", "abbreviated")
        tables[field] = _by_letter(
            [
                (name, number)
                for context in ("format", "stand-alone")
                for width in widths
                for number, name in contexts[context][width].items()
            ]
        )
    tables["G"] = _by_letter(
        [(name, era) for width in ("wide", "abbreviated", "narrow") for era, name in locale.eras[width].items()]
    )
    return _Reader(tuple(whole), tables)


def _match(table: _Reader, items: tuple[_Item, ...], text: str, at: int) -> Iterator[tuple[int, dict[str, int]]]:
    """Every way to read ``items`` at a place of ``text``: where it ends, and the fields."""
    if not items:
        yield at, {}
        return
    (field, word), rest = items[0], items[1:]
    if field in _WIDTHS:
        found = _DIGITS.match(text, at)
        if found and len(found[1]) in _WIDTHS[field]:
            number = full_year(found[1]) if field in "Yy" else int(found[1])
            for end, values in _match(table, rest, text, found.end()):
                yield end, values | {_KEYS.get(field, field): number}
        return
    at += text.startswith("|", at)
    if field == "=":
        if text.startswith(word, at):
            yield from _match(table, rest, text, at + len(word))
        return
    for name, number in table.names.get(field, {}).get(text[at : at + 1], ()):
        if text.startswith(name, at):
            for end, values in _match(table, rest, text, at + len(name)):
                yield end, values | {_KEYS.get(field, field): number}


def _date(values: Mapping[str, int]) -> datetime.date | None:
    try:
        date = datetime.date(values["Y"], values["M"], values["D"])
    except ValueError:
        return None
    return date if values.get("E", date.weekday()) == date.weekday() else None


@dataclass(frozen=True, slots=True)
class Found:
    """A date that a pattern gave, where its text ends, and whether a weekday confirms it."""

    date: datetime.date
    end: int
    weekday: bool


def invert(table: _Reader, folded: Folded) -> Found | None:
    """What is at the first place in the text where a CLDR pattern fits, the longest fit there."""
    for start in folded.starts:
        best: Found | None = None
        for items in table.patterns:
            for end, values in _match(table, items, folded.text, start):
                date = _date(values) if end in folded.ends else None
                if date is not None and (best is None or end > best.end):
                    best = Found(date, end, "E" in values)
        if best is not None:
            return best
    return None


def read(value: Mapping[str, str]) -> str | None:
    """The ISO date in ``value["text"]`` by CLDR's patterns, else as release 5 reads it."""
    found = invert(reader(value["locale"]), fold(_TIME.sub("", clean(value["text"]))))
    return found.date.isoformat() if found is not None else names.read(value)
