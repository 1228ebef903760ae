"""Places for requests: halved when the server says too many, one more as answers come, nobody is left waiting."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.net.fill import NotThere, fill, filled, find
from ninemarch.net.limiter import Limiter
from ninemarch.net.retry import LONGEST_PAUSE, retry_after


def test_places_are_halved_once_a_round_and_come_back() -> None:
    async def go() -> None:
        limiter = Limiter(32)
        entered = [await limiter.enter() for _ in range(32)]
        assert limiter.enter_now() is None
        for at in entered:  # one burst of refusals is one cut
            limiter.refused(at, 0.0)
            limiter.leave()
        assert limiter.limit == 16
        limiter.refused(await limiter.enter(), 0.0)
        limiter.leave()
        assert limiter.limit == 8
        for _ in range(10_000):
            limiter.answered()
        assert limiter.limit == 32
        for _ in range(10):
            limiter.refused(asyncio.get_running_loop().time(), 0.0)
        assert limiter.limit == 1

    asyncio.run(go())


def test_those_who_wait_get_in_in_turn_and_those_who_give_up_hold_nobody_up() -> None:
    async def go() -> list[int]:
        limiter, order = Limiter(1), []

        async def one(n: int) -> None:
            await limiter.enter()
            order.append(n)
            await asyncio.sleep(0)
            limiter.leave()

        tasks = [asyncio.create_task(one(n)) for n in range(20)]
        await asyncio.sleep(0)
        for gone in tasks[5:15:3]:
            gone.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert limiter.enter_now() is not None
        return order

    assert asyncio.run(go()) == [n for n in range(20) if n not in {5, 8, 11, 14}]


def test_a_pause_holds_everyone_up_on_its_own_loop_only() -> None:
    limiter = Limiter(4)

    async def paused() -> float:
        limiter.refused(await limiter.enter(), 0.2)
        limiter.leave()
        start = time.perf_counter()
        assert limiter.enter_now() is None
        await asyncio.gather(limiter.enter(), limiter.enter())
        return time.perf_counter() - start

    assert asyncio.run(paused()) >= 0.2

    async def afterwards() -> bool:
        return limiter.enter_now() is not None

    assert asyncio.run(afterwards())


@given(st.text(max_size=40))
def test_any_retry_after_is_a_bounded_pause(header: str) -> None:
    assert 0 <= retry_after(header) <= LONGEST_PAUSE


def test_retry_after_as_a_date() -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert retry_after("Thu, 01 Jan 2026 12:00:30 GMT", now) == 30
    assert retry_after("Thu, 01 Jan 2026 11:00:00 GMT", now) == 0
    assert retry_after("Fri, 02 Jan 2026 12:00:00 GMT", now) == LONGEST_PAUSE
    assert retry_after("nan", now) == retry_after("inf", now) == 0


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3))


@given(JSON)
def test_what_is_put_in_is_not_looked_at_again(value: object) -> None:
    assert filled("{input}", value) == value
    assert filled({"a": ["{input.x}"]}, {"x": value}) == {"a": [value]}
    text = fill("<{input.x}>", {"x": "{input.y}", "y": "no"})
    assert text == "<{input.y}>"


@pytest.mark.parametrize("path", ["b", "a.1", "a.x", "a.0.0", "a.-1", "a.¹"])
def test_a_path_that_leads_nowhere_is_said(path: str) -> None:
    with pytest.raises(NotThere, match="there is no"):
        find({"a": [1]}, path)
