"""The vocabulary of the documents: names, words, and strings that trip readers of JSON.

Covers plain data and the functions that draw from it. All of it was written by hand for this suite; no
person, company or address is real (domains are those of RFC 2606).
"""

from __future__ import annotations

import random

__all__ = ["amount", "clock", "count", "email", "name", "noun", "place", "stamp", "text"]

_NAMES = (
    "Ana Souza",
    "Björn Åkesson",
    "李小龍",
    "山田 太郎",
    "Fatima Al-Zahra",
    "D'Angelo Russo",
    "O'Neill, Sean",
    'Robert "Bob" Kelly',
    "Zoë 'Zo' Martin",
    "Nguyễn Văn An",
    "Игорь Петров",
    "Σοφία Παππά",
    "Ayşe Yılmaz",
    "Kwame Boateng-Mensah",
    "אורי לוי",
    "Jean-François Côté",
    "Mary Ann Jones",
    "Wei Chen",
    "Priya Raman",
    "Tom [QA] Becker",
    "Lucía 🌸 Ortiz",
    "J. R. Smith, Jr.",
)
_NOUNS = (
    "kettle",
    "router",
    "bicycle",
    "sensor",
    "notebook",
    "curtain",
    "battery",
    "lamp",
    "invoice",
    "window",
    "pump",
    "ladder",
    "button",
    "cable",
    "filter",
    "garden",
    "ticket",
    "engine",
    "blanket",
    "camera",
    "login page",
    "search box",
    "crème brûlée",
    "Gewürz",
    "smörgås",
)
_QUALITIES = ("blue", "broken", "second", "quiet", "heavy", "spare", "früh", "old", "small", "wireless", "fresh")
_PLACES = (
    "Lisbon",
    "São Paulo",
    "Zürich",
    "Kraków",
    "東京",
    "Cairo",
    "Ho Chi Minh City",
    "St. John's",
    "Malmö",
    "Москва",
    "Reykjavík",
    "Washington, D.C.",
    "Łódź",
    "Nairobi",
)

# Each shape holds one thing that some reader of JSON takes for structure. ``%`` stands for a noun.
_HARD = (
    'the "%" option',
    '19" %, 2U high',
    'She said "%", then left',
    '"%" is out of stock',
    'Please ask for the "%"',
    'either "%", "red" or both',
    'label "%": see page 4',
    'so-called "%" (or "thing")',
    'a "%" and a "button"',
    "Smart “%” quotes",
    "ends with a “%”",
    "it's the %'s fault",
    "rock 'n' %",
    "the users' %, mostly",
    "put {%} in braces",
    'items[0] = {"%": [1, 2]}',
    "if (x) { return %; } // done",
    "[draft] % :: v2 ]",
    "see note {3} and [%]",
    "C:\\temp\\%\\new",
    "regex \\d+\\s* for %",
    "https://example.com/a?q=%&lang=en#top",
    'a < b && c > "%"',
    "<b>%</b> &amp; more",
    "line one\nline two: %",
    "- first\n- %\n- last",
    "col\t%\tcol",
    '"quoted"\nthen % on a new line',
    "great % 😀",
    "👩‍👩‍👧‍👦 family %",
    "🚀 % 🇩🇪",
    "𝒞 math and %",
    "naïve café — %",
    "日本語の%です",
    "مرحبا % שלום",
    "100 percent %, guaranteed",
    "TODO: fix the %, see #42",
    '```py\nprint("%")\n```',
    "key: value, other: %",
    "trailing comma, %,",
    "a tag like </think> in %",
    "True story, None of the % worked",
    "/* not a comment */ %",
)
# Strings that look like another JSON value; they are strings all the same.
_LOOKALIKES = ("null", "true", "None", "N/A", "NaN", "[1, 2]", "{}", "", "007", "1,200", "3.14", "-", "...and more")


def noun(rng: random.Random) -> str:
    """A plain word or two, without any mark that JSON uses."""
    return rng.choice(_NOUNS)


def name(rng: random.Random) -> str:
    """A person's name in one of several scripts."""
    return rng.choice(_NAMES)


def place(rng: random.Random) -> str:
    """A town."""
    return rng.choice(_PLACES)


def email(rng: random.Random) -> str:
    """An address under a domain that RFC 2606 reserves."""
    return f"{rng.choice('abcdefghkmnrst')}.{rng.choice(_QUALITIES)}{rng.randrange(100)}@example.org"


def text(rng: random.Random, *, hard: float = 0.35) -> str:
    """A short free text.

    Args:
        rng: source of randomness.
        hard: share of texts with a mark that trips readers of JSON, 0 to 1.
    """
    if rng.random() >= hard:
        return f"{rng.choice(_QUALITIES)} {rng.choice(_NOUNS)} in {rng.choice(_PLACES)}"
    if rng.random() < 0.08:
        return rng.choice(_LOOKALIKES)
    return rng.choice(_HARD).replace("%", rng.choice(_NOUNS))


def amount(rng: random.Random) -> float:
    """A number with decimals, never integral, so that 12.0 against 12 is never the question."""
    cents = rng.randrange(1, 10 ** rng.randrange(2, 8))
    return (cents + 1 if cents % 100 == 0 else cents) / 100


def count(rng: random.Random) -> int:
    """A whole number from 0 to 999,999, small ones more often."""
    return rng.randrange(10 ** rng.randrange(1, 7))


def stamp(rng: random.Random) -> str:
    """A date and time in ISO 8601."""
    return f"20{rng.randrange(10, 31)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}T{clock(rng)}:00Z"


def clock(rng: random.Random) -> str:
    """A time of day, hours and minutes."""
    return f"{rng.randrange(24):02}:{rng.randrange(0, 60, 5):02}"
