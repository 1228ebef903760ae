"""The sixteen kinds of noise between a date in CLDR and a date that a person typed.

Covers noise that leaves the meaning alone: every operator keeps the date that it is given. Frames around the
date (sentence, time) take their words from ``frames.py``. Letter swaps may leave two months open; the audit
voids those.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping

from dates_suite import cldr, frames

__all__ = ["KINDS", "Typist", "apply"]

Typist = Callable[[str, cldr.LocaleTable, random.Random], str]

_DOTTED_LANGUAGES = frozenset({"tr", "az", "crh"})  # i and İ, ı and I are the pairs of case there
_NBSP = ("\u00a0", "\u202f")
_BIDI = ("\u200e", "\u200f", "\u061c")
_HIDDEN = ("\u200b", "\ufeff", "\u2060", "\u00ad")
_BRACKETS = ("()", "[]", '""', "“”", "«»", "‹›", "<>", "''")
_NUMERIC_SEPARATORS = ("/", ".", "-", "–", "‑", " ", ". ", "⁄")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s*[./–-]\s*(?=\d)")
_GLUE = re.compile(r"(?<=\d)[ \u00a0\u202f]+(?=[^\W\d_])|(?<=[^\W\d_])[ \u00a0\u202f]+(?=\d)|(?<=,)[ \u00a0\u202f]+")
_WORD = re.compile(r"[^\W\d_]{3,}")


def _spaces(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    style = rng.randrange(3)
    if style == 0:
        return rng.choice((" ", "  ", "\t", "\n")) + text + rng.choice(("", " ", "  ", "\r\n"))
    if style == 1 and " " in text:
        return re.sub(" ", lambda _: " " * rng.randint(1, 3), text) + " "
    return _BETWEEN_DIGITS.sub(lambda m: f" {m.group(0).strip()} ", text) + " "


def _lower(text: str, table: cldr.LocaleTable, _: random.Random) -> str:
    if table.locale.language in _DOTTED_LANGUAGES:
        text = text.replace("İ", "i").replace("I", "ı")
    return text.lower()


def _upper(text: str, table: cldr.LocaleTable, _: random.Random) -> str:
    if table.locale.language in _DOTTED_LANGUAGES:
        text = text.replace("i", "İ")
    return text.upper()


def _nbsp(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    return text.replace(" ", rng.choice(_NBSP))


def _digits(text: str, zero: int) -> str:
    return text.translate({48 + i: zero + i for i in range(10)})


def _native(text: str, table: cldr.LocaleTable, _: random.Random) -> str:
    return _digits(text, table.zero) if table.zero else text


def _fullwidth(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    text = _digits(text, 0xFF10)
    if rng.random() < 0.5:  # an input method in full-width mode widens the separators too
        text = text.translate({ord("/"): "／", ord("."): "．", ord("-"): "－", ord(","): "，"})
    return text


def _bidi(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    mark = rng.choice(_BIDI)
    style = rng.randrange(3)
    if style == 0:
        return mark + text
    if style == 1:
        return f"\u2067{text}\u2069"  # right-to-left isolate, as a page pasted from wraps it
    return mark + re.sub(r"[/.-]", lambda m: mark + m.group(0), text) + mark


def _zero_width(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    places = [i for i in range(len(text) + 1) if not (0 < i < len(text) and text[i - 1 : i + 1].isdigit())]
    place = rng.choice(places)
    return text[:place] + rng.choice(_HIDDEN) + text[place:]


def _nfd(text: str, _: cldr.LocaleTable, __: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def _no_accents(text: str, _: cldr.LocaleTable, __: random.Random) -> str:
    """Accents dropped from Latin and Greek letters only: elsewhere they make another letter."""
    kept, base = [], ""
    for char in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(char):
            base = unicodedata.name(char, "")
        elif base.startswith(("LATIN", "GREEK")):
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))


def _punctuation(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    separator = rng.choice(_NUMERIC_SEPARATORS)
    if _BETWEEN_DIGITS.search(text):
        return _BETWEEN_DIGITS.sub(separator, text)
    style = rng.randrange(3)
    if style == 0:
        return re.sub(r"[,،、.](?=\s|$)", "", text)
    if style == 1:
        return re.sub(r"(?<=[^\W\d_])\.?\s+(?=\d)", rng.choice((". ", ", ", "-")), text, count=1)
    return re.sub(r"\s+", rng.choice(("-", "/", ".")), text) if text.count(" ") == 2 else text + "."


def _glued(text: str, _: cldr.LocaleTable, __: random.Random) -> str:
    return _GLUE.sub("", text)


def _brackets(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    pair = rng.choice(_BRACKETS)
    return pair[0] + text + pair[1]


def _swap(text: str, _: cldr.LocaleTable, rng: random.Random) -> str:
    """Two neighbouring letters of one word of three letters or more change places."""
    places = [
        i
        for word in _WORD.finditer(text)
        for i in range(word.start(), word.end() - 1)
        # A letter that carries a mark stays, or the mark would change its letter.
        if text[i].lower() != text[i + 1].lower() and unicodedata.category(text[i + 2 : i + 3] or " ")[0] != "M"
    ]
    if not places:
        return text
    i = rng.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


# In the order in which they act on the text, whatever the order in which they were drawn.
KINDS: Mapping[str, Typist] = {
    "swap": _swap,
    "no_accents": _no_accents,
    "punctuation": _punctuation,
    "glued": _glued,
    "time": frames.with_time,
    "brackets": _brackets,
    "sentence": frames.in_sentence,
    "upper": _upper,
    "lower": _lower,
    "native_digits": _native,
    "fullwidth": _fullwidth,
    "spaces": _spaces,
    "nbsp": _nbsp,
    "zero_width": _zero_width,
    "bidi": _bidi,
    "nfd": _nfd,
}


def apply(kind: str, text: str, table: cldr.LocaleTable, rng: random.Random) -> str:
    """``text`` under one kind of noise; unchanged where the kind does not apply to it.

    Args:
        kind: a key of ``KINDS``.
        text: the date, perhaps noisy already.
        table: its locale.
        rng: where all choices come from.
    """
    return KINDS[kind](text, table, rng)
