"""Batches: fed exactly as many as asked, answered one for one, or failed as a whole with the reason."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from running import Began, counting, endings, rows, start, verdicts

from ninemarch.model import Abstain, Ended, HandOff, Look, Verdict
from ninemarch.targets import Mode, Target


def test_a_model_is_fed_exactly_256_at_once_and_the_rest_at_the_end(tmp_path: Path) -> None:
    sizes = []

    def call(inputs: list[int]) -> list[int]:
        sizes.append(len(inputs))
        assert isinstance(inputs, list)
        return list(inputs)

    found = start(tmp_path, counting(600), call, Mode.BATCH, 256)
    assert sizes == [256, 256, 88]
    assert verdicts(found) == [Verdict.PASS] * 600


def test_void_scenarios_do_not_make_a_batch_smaller(tmp_path: Path) -> None:
    sizes = []

    def generator(_: object, rng: Any) -> dict[str, Any]:
        number = rng.randrange(5)
        return {"input": number, "expect": number, "void": "unclear" if number == 0 else ""}

    def call(inputs: list[int]) -> list[int]:
        sizes.append(len(inputs))
        return inputs

    found = start(tmp_path, counting(100, scenarios=generator), call, Mode.BATCH, 16)
    called = verdicts(found).count(Verdict.PASS)
    assert called + verdicts(found).count(Verdict.VOID) == 100
    assert sizes == [16] * (called // 16) + [called % 16] * (called % 16 > 0)


def test_each_answer_stands_at_its_own_scenario(tmp_path: Path) -> None:
    def call(inputs: list[int]) -> list[Any]:
        kinds = [lambda x: x, lambda x: HandOff(f"h{x}"), lambda x: Abstain(f"a{x}"), lambda _: None, lambda x: -x]
        return [kinds[x % 5](x) for x in inputs]

    found = start(tmp_path, counting(50), call, Mode.BATCH, 8)
    for row in found:
        given = None if row.texts is None else int(row.texts[2])
        if given is not None:
            ended = [Ended.ANSWERED, Ended.HANDED_OFF, Ended.ABSTAINED, Ended.ABSTAINED, Ended.ANSWERED][given % 5]
            assert endings([row]) == [ended]
            assert given % 5 != 0
    assert len({*verdicts(found)}) == 3


@pytest.mark.parametrize("answers", [tuple, iter, lambda i: np.array(i).tolist()])
def test_any_sequence_of_answers_will_do(tmp_path: Path, answers: Any) -> None:
    assert verdicts(start(tmp_path, counting(10), answers, Mode.BATCH, 4)) == [Verdict.PASS] * 10


@pytest.mark.parametrize(
    "call",
    [
        lambda inputs: inputs[:-1],
        lambda inputs: [*inputs, 1],
        lambda _: [],
        lambda inputs: "x" * len(inputs),
        lambda inputs: dict(zip(inputs, inputs, strict=True)),
        lambda _: 7,
    ],
)
def test_an_answer_of_the_wrong_length_fails_the_batch_with_the_reason(tmp_path: Path, call: Any) -> None:
    found = start(tmp_path, counting(8), call, Mode.BATCH, 4)
    assert endings(found) == [Ended.EXCEPTION] * 8
    assert all(row.texts and "4 inputs was answered by" in row.texts[1] for row in found)


def exploding(inputs: list[int]) -> Iterator[int]:
    yield inputs[0]
    raise SystemExit(0)


def raising(_: list[int]) -> list[int]:
    raise ValueError("the whole batch")


@pytest.mark.parametrize("call", [exploding, raising])
def test_an_exception_fails_the_whole_batch_with_its_traceback(tmp_path: Path, call: Any) -> None:
    found = start(tmp_path, counting(6), call, Mode.BATCH, 4)
    assert verdicts(found) == [Verdict.FAIL] * 6
    assert endings(found) == [Ended.EXCEPTION] * 6
    assert all(row.texts and call.__name__ in row.texts[1] for row in found)


@pytest.mark.parametrize("whole", [None, Abstain("all"), HandOff("all")])
def test_one_refusal_for_all_stands_at_each(tmp_path: Path, whole: Any) -> None:
    found = start(tmp_path, counting(6), lambda _: whole, Mode.BATCH, 4)
    wanted = Ended.HANDED_OFF if isinstance(whole, HandOff) else Ended.ABSTAINED
    assert endings(found) == [wanted] * 6


def test_a_batch_may_take_the_limit_once_for_each_of_its_trials(tmp_path: Path) -> None:
    def call(inputs: list[int]) -> list[int]:
        time.sleep(0.15 if len(inputs) == 4 else 5)
        return inputs

    begin = time.monotonic()
    found = start(tmp_path, counting(6, timeout=0.1), call, Mode.BATCH, 4)
    assert time.monotonic() - begin < 3
    assert endings(found) == [Ended.ANSWERED] * 4 + [Ended.TIMEOUT] * 2
    assert all(30_000 < row.micros < 150_000 for row in found)


def test_a_batch_ends_at_the_checkpoint(tmp_path: Path) -> None:
    from synthetic import gate

    sizes = []

    def call(inputs: list[int]) -> list[int]:
        sizes.append(len(inputs))
        return inputs

    suite = counting(40, gates=(gate("0.9"),), trials={"look": 10})
    began = Began(tmp_path / "run", suite)
    assert began.plan.look == Look(at=10, stop_at=4)
    began.go(Target(Mode.BATCH, call, batch=8))
    assert sizes == [8, 2, 8, 8, 8, 6]
    assert verdicts(rows(tmp_path / "run")) == [Verdict.PASS] * 40
