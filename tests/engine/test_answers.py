"""Answers that say what they cost and how they came about: kept, summed, and never trusted."""

from __future__ import annotations

import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import counting, endings, listed, rows, start, verdicts

from ninemarch import table
from ninemarch.claims import spending_text
from ninemarch.evidence import gather, read_failures
from ninemarch.model import Answer, Ended, HandOff, Verdict
from ninemarch.targets import Mode

STEPS = ({"name": "look_up", "input": {"n": 1}, "output": [1, "\ud83d"], "seconds": 0.2},)


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.ASYNC, Mode.BATCH])
def test_an_answer_counts_as_its_output_and_its_cost_is_kept(tmp_path: Path, mode: Mode) -> None:
    def answer(number: int) -> Any:
        return Answer(number or -1, cost_usd=0.25, tokens=number + 10, steps=STEPS)

    async def later(number: int) -> Any:
        return answer(number)

    call = {Mode.SYNC: answer, Mode.ASYNC: later, Mode.BATCH: lambda many: [answer(n) for n in many]}[mode]
    found = start(tmp_path / "run", counting(scenarios=listed(4)), call, mode, batch=2)
    assert sorted(verdicts(found)).count(Verdict.FAIL) == 1
    assert sorted(row.spent or (None, None) for row in found) == [(0.25, n + 10) for n in range(4)]
    evidence = gather(table.ensure(tmp_path / "run"))
    assert evidence.spending is not None
    assert spending_text(evidence.spending) == "4 trials cost $1.00, 4 trials used 46 tokens"
    (failure,) = evidence.failures
    assert (failure.check, failure.cost_usd, failure.tokens) == ("exact", 0.25, 10)
    assert '"look_up"' in failure.steps
    passed = next(row.number for row, verdict in zip(found, verdicts(found), strict=True) if verdict is Verdict.PASS)
    (clean,) = read_failures(table.ensure(tmp_path / "run"), trial=passed)
    assert (clean.steps, clean.check, clean.cost_usd) == ("", "", 0.25)


class Breaks:
    """A number of the target's own."""

    def __float__(self) -> float:
        raise MemoryError


class Odd(Answer):
    """An answer of the target's own making."""

    @property
    def cost_usd(self) -> float:  # type: ignore[override]
        raise RuntimeError("none of your business")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (Answer(1, cost_usd=-0.01), None),
        (Answer(1, cost_usd=float("nan")), None),
        (Answer(1, cost_usd=float("inf")), None),
        (Answer(1, cost_usd=True), None),
        (Answer(1, cost_usd="0.1"), None),  # type: ignore[arg-type]
        (Answer(1, cost_usd=Decimal("0.1")), None),  # type: ignore[arg-type]
        (Answer(1, cost_usd=Breaks()), None),  # type: ignore[arg-type]
        (Answer(1, cost_usd=10**400), None),
        (Answer(1, tokens=-1), None),
        (Answer(1, tokens=1.5), None),  # type: ignore[arg-type]
        (Answer(1, tokens=2**63), None),
        (Answer(1, cost_usd=np.float32(0.5), tokens=np.int64(7)), (0.5, 7)),  # type: ignore[arg-type]
        (Answer(1, cost_usd=Fraction(1, 4)), (0.25, None)),  # type: ignore[arg-type]
        (Answer(1, cost_usd=0, tokens=0), (0.0, 0)),
        (Answer(1), (None, None)),
    ],
)
def test_an_impossible_cost_is_a_loud_failure(
    tmp_path: Path, given: Answer, kept: tuple[float | None, int | None] | None
) -> None:
    (row,) = start(tmp_path / "run", counting(scenarios=listed(2)[1:]), lambda number: given)
    if kept is None:
        assert (verdicts([row]), endings([row])) == ([Verdict.FAIL], [Ended.EXCEPTION])
        assert "allowed: a" in (row.texts or ("", ""))[1]
        assert row.spent is None
    else:
        assert verdicts([row]) == [Verdict.PASS]
        assert (row.spent or (None, None)) == kept


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.BATCH])
def test_an_answer_that_breaks_when_it_is_read_is_the_targets_failure(tmp_path: Path, mode: Mode) -> None:
    odd = object.__new__(Odd)
    call = (lambda many: [odd, *many[1:]]) if mode is Mode.BATCH else (lambda number: odd)
    found = start(tmp_path / "run", counting(scenarios=listed(2)), call, mode, batch=2)
    assert endings(found)[0] is Ended.EXCEPTION
    assert "none of your business" in (found[0].texts or ("", ""))[1]


def test_steps_are_whatever_the_target_says(tmp_path: Path) -> None:
    loop: list[Any] = []
    loop.append(loop)
    for steps, shown in ((loop, "builtins.list"), ("x" * 100_000, "more characters cut"), (object(), "object")):
        made = Answer(-1, steps=steps)  # type: ignore[arg-type]
        (row,) = start(tmp_path / shown, counting(scenarios=listed(1)), lambda n, made=made: made)
        assert row.texts is not None
        assert shown in row.texts[5]
        assert len(row.texts[5]) < 65_000


def test_a_handoff_costs_too_and_a_late_answer_no_less(tmp_path: Path) -> None:
    (row,) = start(tmp_path / "a", counting(scenarios=listed(1)), lambda n: Answer(HandOff("help"), cost_usd=2))
    assert (verdicts([row]), row.spent) == ([Verdict.ASSISTED], (2.0, None))

    async def late(number: int) -> Answer:
        time.sleep(0.05)  # noqa: ASYNC251 - the event loop is held up, so its own timeout cannot ring
        return Answer(number, cost_usd=3)

    (row,) = start(tmp_path / "b", counting(scenarios=listed(1), timeout=0.01), late, Mode.ASYNC)
    assert (endings([row]), row.spent) == ([Ended.TIMEOUT], (3.0, None))


def test_a_run_that_says_nothing_of_cost_has_no_spending(tmp_path: Path) -> None:
    start(tmp_path / "run", counting(3), lambda n: n)
    assert gather(table.ensure(tmp_path / "run")).spending is None
    assert all(row.spent is None for row in rows(tmp_path / "run"))
