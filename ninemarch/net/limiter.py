"""How many requests may be in flight to one server: fewer once it says "too many", more again while it answers.

Covers additive increase and multiplicative decrease (AIMD), and a pause that a server asks for. Whoever sends asks
here; executors need not know. Each process has its own.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque

__all__ = ["Limiter"]

_SPREAD = 0.1  # share of a pause by which those who wait for its end are spread, so that they do not return at once


class Limiter:
    """Places for requests.

    Args:
        most: places when the server never complains, >= 1.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = float(most)
        self._flying = 0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cut = self._until = 0.0
        self._random = random.Random()  # noqa: S311 - spreads requests in time, decides nothing else

    @property
    def limit(self) -> int:
        """Requests that may be in flight now, >= 1."""
        return int(self._limit)

    def enter_now(self) -> float | None:
        """Take a place if there is one and no pause; return the time, on the event loop's clock, or None."""
        loop = self._looped()
        now = loop.time()
        if self._flying >= self.limit or self._queue or now < self._until:
            return None
        self._flying += 1
        return now

    async def enter(self) -> float:
        """Wait for a place; return the time at which it was had."""
        loop = self._looped()
        if self._flying < self.limit and not self._queue:
            self._flying += 1
        else:
            await self._queued(loop)
        left = self._until - loop.time()
        if left > 0:
            try:
                await asyncio.sleep(left * (1 + _SPREAD * self._random.random()))
            except BaseException:
                self.leave()
                raise
        return loop.time()

    def _looped(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:  # a new run: nothing of the old one is in flight any more
            self._loop, self._flying, self._queue = loop, 0, deque()
            self._cut = self._until = 0.0
        return loop

    async def _queued(self, loop: asyncio.AbstractEventLoop) -> None:
        place: asyncio.Future[None] = loop.create_future()
        self._queue.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()  # the place came too late: pass it on
            else:
                self._queue.remove(place)
            raise

    def leave(self) -> None:
        """Give the place back."""
        self._flying -= 1
        self._wake()

    def answered(self) -> None:
        """The server has answered: one place more once as many have, up to the most."""
        if self._limit < self._most:
            self._limit = min(self._most, self._limit + 1 / self._limit)
            self._wake()

    def refused(self, entered: float, pause: float) -> None:
        """The server has said "too many": half of the places.

        Args:
            entered: when the refused request was sent, as ``enter`` returned it; requests sent before the last cut
                say nothing new.
            pause: seconds for which the server wants to be left alone; 0 where it does not say.
        """
        now = asyncio.get_running_loop().time()
        self._until = max(self._until, now + pause)
        if entered >= self._cut:
            self._limit = max(1.0, self._limit / 2)
            self._cut = now

    def _wake(self) -> None:
        while self._queue and self._flying < self.limit:
            place = self._queue.popleft()
            if not place.done():
                self._flying += 1
                place.set_result(None)
