"""Trials judged by a slow judge: many at once, each recorded once, and no target runs far ahead of its judge."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest
from judges import Question, judging
from running import counting, start, verdicts

from ninemarch.model import CheckSpec, Verdict
from ninemarch.targets import Mode

MANY = 60
IN_FLIGHT = 6


class Count:
    """How many trials are between their target and their judge's last word."""

    def __init__(self) -> None:
        self.lock, self.open, self.most = threading.Lock(), 0, 0

    def begin(self) -> None:
        with self.lock:
            self.open += 1
            self.most = max(self.most, self.open)

    def end(self) -> None:
        with self.lock:
            self.open -= 1


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.ASYNC, Mode.BATCH])
def test_many_trials_are_judged_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: Mode) -> None:
    monkeypatch.chdir(tmp_path)
    count = Count()

    def rule(question: Question) -> bool:
        count.end()
        return int(question.answer) % 3 > 0

    def answer(number: int) -> int:
        count.begin()
        return number

    async def later(number: int) -> int:
        await asyncio.sleep(0)
        return answer(number)

    call: Any = {Mode.SYNC: answer, Mode.ASYNC: later, Mode.BATCH: lambda many: list(map(answer, many))}[mode]
    with judging(rule, seconds=0.02) as server:
        spec = CheckSpec("judge", {"model": "m", "base_url": server.url, "rubric": "any number"})
        suite = counting(MANY, concurrency=IN_FLIGHT, checks=[spec])
        found = start(tmp_path / "run", suite, call, mode, batch=5)
    assert sorted(row.number for row in found) == list(range(MANY))
    assert set(verdicts(found)) == {Verdict.PASS, Verdict.FAIL}
    assert all(row.judged == (1, None, 10) for row in found)
    assert 2 <= server.most <= IN_FLIGHT
    assert count.most <= IN_FLIGHT + 7  # one in hand, one that waits, and a batch


def test_a_judge_that_breaks_gives_errors_not_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ninemarch.net.client.backoff", lambda tries, source: 0.001)
    spec = CheckSpec("judge", {"model": "m", "base_url": "http://127.0.0.1:9", "rubric": "any number"})
    found = start(tmp_path / "run", counting(8, checks=[spec]), lambda number: number)
    assert set(verdicts(found)) == {Verdict.ERROR}
