"""Many calls in flight: as many as asked and no more, and every outcome at its own scenario."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from running import counting, endings, listed, rows, start, verdicts

from ninemarch.model import Abstain, Ended, HandOff, Verdict
from ninemarch.targets import Mode


@pytest.mark.parametrize("concurrency", [1, 3, 16, 500])
def test_never_more_in_flight_than_asked_and_never_idle(tmp_path: Path, concurrency: int) -> None:
    flying = most = 0
    order: list[int] = []

    async def call(x: int) -> int:
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        for _ in range(random.Random(x).randrange(1, 6)):
            await asyncio.sleep(0)
        flying -= 1
        order.append(x)
        return x

    found = start(tmp_path, counting(200, concurrency=concurrency), call, Mode.ASYNC)
    assert most == min(concurrency, 200)
    assert verdicts(found) == [Verdict.PASS] * 200
    assert len(set(order)) == 200


def test_outcomes_that_finish_out_of_order_stand_at_their_own_scenario(tmp_path: Path) -> None:
    async def call(x: int) -> Any:
        await asyncio.sleep(0.002 * (7 - x % 7))
        if x % 5 == 0:
            return HandOff(f"hand-off {x}")
        if x % 5 == 1:
            raise ValueError(f"raised {x}")
        return Abstain(f"abstained {x}") if x % 5 == 2 else x if x % 5 == 3 else f"wrong {x}"

    found = start(tmp_path, counting(60, scenarios=listed(60), concurrency=9), call, Mode.ASYNC)
    assert [row.number for row in found] == list(range(60))
    for row in found:
        x = int(row.scenario[1:])
        wanted = [Verdict.ASSISTED, Verdict.FAIL, Verdict.FAIL, Verdict.PASS, Verdict.FAIL][x % 5]
        assert verdicts([row]) == [wanted]
        word = ["hand-off", "raised", "abstained", "", "wrong"][x % 5]
        assert (row.texts is None) if not word else (row.texts and f"{word} {x}" in "".join(row.texts))
        assert row.silent == (x % 5 == 4)


def test_a_call_that_hangs_is_timed_out_and_holds_nobody_up(tmp_path: Path) -> None:
    async def call(x: int) -> int:
        await asyncio.sleep(30 if x % 10 == 0 else 0)
        return x

    begin = time.monotonic()
    found = start(tmp_path, counting(40, scenarios=listed(40), concurrency=4, timeout=0.1), call, Mode.ASYNC)
    assert time.monotonic() - begin < 5
    assert endings(found).count(Ended.TIMEOUT) == 4
    assert verdicts(found).count(Verdict.PASS) == 36
    assert all(row.scenario in {"s0", "s10", "s20", "s30"} for row in found if row.texts)


def test_a_cancelled_call_that_goes_on_is_late_all_the_same(tmp_path: Path) -> None:
    async def call(x: int) -> int:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            return x
        return x

    assert endings(start(tmp_path, counting(3, timeout=0.05), call, Mode.ASYNC)) == [Ended.TIMEOUT] * 3


def test_a_timeout_of_its_own_is_an_exception(tmp_path: Path) -> None:
    async def call(_: int) -> int:
        raise TimeoutError("the socket's")

    assert endings(start(tmp_path, counting(3, timeout=5), call, Mode.ASYNC)) == [Ended.EXCEPTION] * 3


async def leaves(_: object) -> None:
    sys.exit(0)


async def leaves_in_a_task(_: object) -> None:
    async def child() -> None:
        await asyncio.sleep(0)
        raise SystemExit(0)

    await asyncio.gather(asyncio.create_task(child()), asyncio.sleep(0.01))


async def interrupts_in_a_task(_: object) -> None:
    async def child() -> None:
        raise KeyboardInterrupt

    await asyncio.create_task(child())


async def cancels_itself(_: object) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(1)


async def leaves_in_a_callback(x: object) -> object:
    asyncio.get_running_loop().call_soon(sys.exit, 0)
    await asyncio.sleep(0.005)
    return x


@pytest.mark.parametrize("call", [leaves, leaves_in_a_task, interrupts_in_a_task, cancels_itself])
def test_nothing_that_a_task_raises_ends_the_run(tmp_path: Path, call: Any) -> None:
    found = start(tmp_path, counting(30, concurrency=4), call, Mode.ASYNC)
    assert endings(found) == [Ended.EXCEPTION] * 30


def test_nor_what_a_callback_raises(tmp_path: Path) -> None:
    found = start(tmp_path, counting(30, concurrency=4), leaves_in_a_callback, Mode.ASYNC)
    assert verdicts(found) == [Verdict.PASS] * 30


def test_a_task_left_behind_does_not_hold_the_run_up(tmp_path: Path) -> None:
    left: list[asyncio.Task[None]] = []

    async def call(x: int) -> int:
        left.append(asyncio.create_task(asyncio.sleep(60)))
        return x

    begin = time.monotonic()
    assert verdicts(start(tmp_path, counting(5), call, Mode.ASYNC)) == [Verdict.PASS] * 5
    assert time.monotonic() - begin < 5
    assert all(task.cancelled() for task in left)


def test_void_scenarios_and_faults_are_recorded_beside_calls_in_flight(tmp_path: Path) -> None:
    def generator(_: object, rng: random.Random) -> dict[str, Any]:
        number = rng.randrange(6)
        if number == 0:
            raise ValueError
        return {"input": number, "expect": number, "void": "unclear" if number == 1 else ""}

    async def call(x: int) -> int:
        await asyncio.sleep(0.001)
        return x

    start(tmp_path, counting(80, scenarios=generator, concurrency=8), call, Mode.ASYNC)
    found = rows(tmp_path)
    assert [row.number for row in found] == list(range(80))
    assert {*verdicts(found)} == {Verdict.PASS, Verdict.VOID, Verdict.ERROR}


@pytest.mark.parametrize("slow", [False, True])
def test_a_target_that_cancels_itself_fails_its_own_trial_alone(tmp_path: Path, slow: bool) -> None:
    async def call(x: int) -> int:
        if x % 3 == 0:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            if slow:
                await asyncio.sleep(0.001)
        return x

    found = start(tmp_path, counting(9, scenarios=listed(9)), call, Mode.ASYNC)
    assert verdicts(found).count(Verdict.FAIL) == 3
    assert verdicts(found).count(Verdict.PASS) == 6
    assert all("CancelledError" in row.texts[1] for row in found if row.texts is not None)


def test_a_target_that_stops_its_event_loop_does_not_end_the_run(tmp_path: Path) -> None:
    async def call(x: int) -> int:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(0.001)
        return x

    assert verdicts(start(tmp_path, counting(20, concurrency=4), call, Mode.ASYNC)) == [Verdict.PASS] * 20
