"""Targets that take a known time: computing, waiting, blocking."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from sums_suite import add


def compute(numbers: Sequence[int]) -> int:
    """The sum after a millisecond of computing."""
    end = time.thread_time() + 0.001
    while time.thread_time() < end:
        pass
    return add(numbers)


def block_10(numbers: Sequence[int]) -> int:
    """The sum after 10 ms in which the thread waits."""
    time.sleep(0.01)
    return add(numbers)


async def wait_32(numbers: Sequence[int]) -> int:
    """The sum after 10 ms of waiting."""
    await asyncio.sleep(0.01)
    return add(numbers)


async def wait_1000(numbers: Sequence[int]) -> int:
    """The sum after a second of waiting."""
    await asyncio.sleep(1)
    return add(numbers)
