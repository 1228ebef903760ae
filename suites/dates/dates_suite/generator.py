"""Make scenario i: a known date, written by Babel in a locale's pattern, then made noisy.

Covers the pure function of drawn attributes and random generator. How attributes are weighted is the
profile's affair, not this module's.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dates_suite import audit, cldr, noise

__all__ = ["scenario"]

_FIRST = datetime.date(1969, 1, 1).toordinal()
_LAST = datetime.date(2068, 12, 31).toordinal()  # the century that two-digit years can say
# Kinds that exclude each other: the second would undo the first.
_RIVALS = {"upper": "lower", "lower": "upper", "native_digits": "fullwidth", "fullwidth": "native_digits"}
_ORDER = {"y": "y", "d": "d", "M": "m", "L": "m"}
# Relative weights of a second and third noise, whatever the first was; a choice, see README.
_EXTRA = {
    "spaces": 18, "lower": 20, "upper": 10, "nbsp": 10, "native_digits": 6, "fullwidth": 2, "bidi": 3,
    "zero_width": 2, "nfd": 3, "no_accents": 5, "punctuation": 7, "glued": 4, "brackets": 4, "swap": 2,
    "sentence": 3, "time": 5,
}  # fmt: skip
_EXTRA_KINDS, _EXTRA_WEIGHTS = tuple(_EXTRA), tuple(_EXTRA.values())


@lru_cache(maxsize=16384)
def _order(pattern: str) -> str:
    return "".join(_ORDER[field[0]] for field in cldr.pattern_fields(pattern) if field[0] in _ORDER)


def _kinds(attributes: Mapping[str, str], rng: random.Random) -> list[str]:
    """The kinds of noise drawn for a scenario, without rivals, in the order in which they act."""
    first = attributes.get("noise", "none")
    chosen = [] if first == "none" else [first]
    for _ in range(int(attributes.get("more_noise", "0")) if chosen else 0):
        kind = rng.choices(_EXTRA_KINDS, _EXTRA_WEIGHTS)[0]
        if kind not in chosen and _RIVALS.get(kind) not in chosen:
            chosen.append(kind)
    return [kind for kind in noise.KINDS if kind in chosen]


def _digits(text: str) -> str:
    first = next((char for char in text if char.isdecimal()), "0")
    if first.isascii():
        return "ascii"
    return "fullwidth" if "０" <= first <= "９" else "native"


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """One scenario of the suite.

    Args:
        attributes: levels drawn from the profile: ``locale`` (Babel's identifier), ``pattern`` (a CLDR length,
            a skeleton, or ``iso``), ``noise`` (a kind of noise or ``none``) and ``more_noise`` ("0" to "2").
        rng: the only source of chance.

    Returns:
        ``input`` with text and locale, ``expect`` (an ISO date), realised ``attributes``, and ``void`` where
        CLDR has a second right answer.
    """
    identifier, level = attributes["locale"], attributes["pattern"]
    table = cldr.table(identifier)
    date = datetime.date.fromordinal(rng.randint(_FIRST, _LAST))
    if level == "iso":
        clean, order = date.isoformat(), "ymd"
    else:
        clean = str(table.patterns[level].apply(date, table.locale))
        order = _order(table.patterns[level].pattern)
    void = audit.void_reason(clean, identifier, date)
    text, applied = clean, []
    for kind in _kinds(attributes, rng):
        noisy = noise.apply(kind, text, table, rng)
        if noisy != text:
            applied.append(kind)
        if kind == "swap" and noisy != text:
            void = void or audit.swap_is_ambiguous(noisy, identifier, date)
        text = noisy
    made = {
        "language": table.locale.language,
        "order": order,
        "digits": _digits(text),
        "noises": "+".join(applied) or "none",
        "noise_count": str(len(applied)),
    }
    result: dict[str, Any] = {
        "input": {"text": text, "locale": identifier},
        "expect": date.isoformat(),
        "attributes": made,
    }
    return result | {"void": void} if void else result
