"""A trivial system under test: what a run of it costs is the harness's own cost.

Covers a generator and the same addition as a synchronous, an asynchronous and a batch target. One input in 1,000
is answered wrongly, so that failures with their texts are stored too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

_SIGNS = {"plus": (1, 1), "minus": (-1, -1), "mixed": (1, -1)}
_WRONG_EVERY = 1000


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """Two numbers of the drawn size and signs, and their sum."""
    top = 100 if attributes["size"] == "small" else 1_000_000
    left, right = (sign * int(rng.random() * top) for sign in _SIGNS[attributes["sign"]])
    key = int(rng.random() * _WRONG_EVERY)
    return {"input": [left, right, key], "expect": left + right}


def add(numbers: Sequence[int]) -> int:
    """The sum; off by one for one key in 1,000."""
    left, right, key = numbers
    return left + right + (key == 0)


async def add_async(numbers: Sequence[int]) -> int:
    """``add``, awaitable."""
    return add(numbers)


def add_all(batch: Sequence[Sequence[int]]) -> list[int]:
    """``add`` for each of a list of inputs."""
    return [add(numbers) for numbers in batch]
