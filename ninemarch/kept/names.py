"""Many names in few characters: ids that end in a number are written as runs of that number.

Covers any ids; those without a number at the end stand as they are. 100,000 drawn scenarios take a few kB, and a
scenario that changes its place changes a line or two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ninemarch.errors import UsageError

__all__ = ["pack", "unpack"]

# ``default:1000:17`` -> ('default:1000:', '17'); longer numbers are not counted with.
_NUMBERED = re.compile(r"(.*?)(0|[1-9][0-9]{0,17}|0[0-9]{1,17})", re.DOTALL)
_RUN = re.compile(r"([0-9]{1,18})(?:-([0-9]{1,18}))?", re.ASCII)
# A line holds the numbers of one thousand, so that few lines change when few scenarios do.
_LINE = 1000

Line = tuple[str, str]


def pack(names: Iterable[str]) -> list[Line]:
    """Return ``names`` as lines of (what the ids begin with, runs of the numbers they end in).

    Args:
        names: any texts, each once.

    Examples:
        >>> pack(["a:1", "a:2", "a:3", "a:7", "b", "007", "008"])
        [('', '007-008'), ('a:', '1-3 7'), ('b', '')]
    """
    split = sorted(_split(name) for name in names)
    lines = []
    for (start, padded, _), members in groupby(split, key=lambda part: (part[0], part[1], part[2] // _LINE)):
        numbers = [number for _, _, number in members]
        lines.append((start, " ".join(_runs(numbers, padded)) if padded >= 0 else ""))
    return lines


def _split(name: str) -> tuple[str, int, int]:
    """What a name begins with, the width of its number (0 for one that is not padded, -1 for none), the number."""
    found = _NUMBERED.fullmatch(name)
    if not found:
        return name, -1, -1
    digits = found[2]
    return found[1], len(digits) if digits[0] == "0" and len(digits) > 1 else 0, int(digits)


def _runs(numbers: Sequence[int], width: int) -> Iterator[str]:
    first = last = numbers[0]
    for number in (*numbers[1:], None):
        if number is not None and number == last + 1 and (not width or len(str(number)) < width):
            last = number
            continue
        yield f"{first:0{width}d}" + (f"-{last:0{width}d}" if last > first else "")
        if number is not None:
            first = last = number


def unpack(lines: Iterable[Line], most: int) -> Iterator[str]:
    """Yield the names of ``lines``.

    Args:
        lines: as ``pack`` made them.
        most: more names than that are refused: a file of a few bytes may speak of 10^18.

    Raises:
        UsageError: a line that ``pack`` would not write, or too many names.
    """
    for start, runs in lines:
        if not runs:
            most -= 1
            if most >= 0:
                yield start
        for run in runs.split():
            first, last, width = _ends(run)
            most -= last - first + 1
            if most >= 0:
                yield from (f"{start}{number:0{width}d}" for number in range(first, last + 1))
        if most < 0:
            msg = "it names more scenarios than it counts"
            raise UsageError(msg)


def _ends(run: str) -> tuple[int, int, int]:
    found = _RUN.fullmatch(run)
    first, last = (found[1], found[2] or found[1]) if found else ("1", "0")
    if int(last) < int(first):
        msg = f"'{run[:40]}' is no run of numbers, such as 3 or 5-9"
        raise UsageError(msg)
    return int(first), int(last), len(first) if first[0] == "0" else 0
