"""What the Ray benchmark calls, by itself and through ninemarch: a sum after some microseconds of computing."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Sequence

from sums_suite import add, scenario


def compute(numbers: Sequence[int]) -> int:
    """The sum, after so many microseconds of computing as MICROS says."""
    end = time.perf_counter() + int(os.environ.get("MICROS", "200")) / 1e6
    while time.perf_counter() < end:
        pass
    return add(numbers)


class Caller:
    """What bare Ray runs."""

    def many(self, first: int, many: int) -> list[int]:
        """Make so many inputs and call the function with each."""
        levels = {"size": "small", "sign": "plus"}
        return [compute(scenario(levels, random.Random(n))["input"]) for n in range(first, first + many)]
