"""Draw one sum: two numbers of so many digits, and what makes adding them hard.

Covers the scenario and its truth. Does not cover the levels: the engine draws them from the profile in force.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from ninemarch.model import Scenario

__all__ = ["features", "scenario", "total"]

_SUM = re.compile(r"([0-9]{1,4})\+([0-9]{1,4})")


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """Return one scenario; a pure function of its arguments.

    Args:
        attributes: ``left`` and ``right``: digits of the two numbers, 1 to 4.
        rng: the scenario's own generator.

    Returns:
        ``input`` (``"17+3"``), ``expect`` (``"20"``) and ``attributes``; see ``features``.
    """
    a, b = (_number(int(attributes[side]), rng) for side in ("left", "right"))
    return {"input": f"{a}+{b}", "expect": str(a + b), "attributes": features(a, b)}


def _number(digits: int, rng: random.Random) -> int:
    """A number of so many digits, each alike; 0 counts as one of one digit."""
    return rng.randrange(10 ** (digits - 1) if digits > 1 else 0, 10**digits)


def features(a: int, b: int) -> dict[str, str]:
    """What is said of a sum beside its digits.

    Returns:
        ``digits`` of the longer number, ``lengths`` (``equal`` or ``unequal``), ``carries`` (columns that carry) and
        ``chain`` (most of them in a row: 999+1 has a chain of 3).

    Examples:
        >>> features(999, 1)
        {'digits': '3', 'lengths': 'unequal', 'carries': '3', 'chain': '3'}
        >>> features(0, 0)
        {'digits': '1', 'lengths': 'equal', 'carries': '0', 'chain': '0'}
    """
    long = [len(str(a)), len(str(b))]
    carries = chain = row = carry = 0
    for place in range(max(long)):
        carry = (a // 10**place % 10 + b // 10**place % 10 + carry) // 10
        row = row + 1 if carry else 0
        carries, chain = carries + carry, max(chain, row)
    return {
        "digits": str(max(long)),
        "lengths": "equal" if long[0] == long[1] else "unequal",
        "carries": str(carries),
        "chain": str(chain),
    }


def total(scenario: Scenario) -> str | None:
    """The oracle: the right answer of any input of the form ``a+b``; None where it is none."""
    found = _SUM.fullmatch(scenario.input) if isinstance(scenario.input, str) else None
    return str(int(found[1]) + int(found[2])) if found else None
