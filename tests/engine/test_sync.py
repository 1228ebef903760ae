"""One call after another: whatever the target does is an outcome, and never the end of the run."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from running import Began, counting, endings, listed, rows, start, verdicts

from ninemarch.engine.capture import OUTPUT_FILE
from ninemarch.model import Abstain, Ended, HandOff, NoVerdict, Scenario, Verdict
from ninemarch.targets import Mode, Target


class Unspeakable(BaseException):
    def __str__(self) -> str:
        raise RuntimeError

    __repr__ = __str__


def raiser(error: BaseException) -> Any:
    def call(_: object) -> object:
        raise error

    return call


def recursing(x: object) -> object:
    return recursing(x)


@pytest.mark.parametrize(
    ("call", "ended"),
    [
        (raiser(ValueError("no")), Ended.EXCEPTION),
        (raiser(SystemExit(0)), Ended.EXCEPTION),
        (raiser(KeyboardInterrupt()), Ended.EXCEPTION),
        (raiser(GeneratorExit()), Ended.EXCEPTION),
        (raiser(MemoryError()), Ended.EXCEPTION),
        (raiser(StopIteration()), Ended.EXCEPTION),
        (raiser(BaseException("root")), Ended.EXCEPTION),
        (raiser(Unspeakable()), Ended.EXCEPTION),
        (raiser(TimeoutError("its own")), Ended.EXCEPTION),
        (recursing, Ended.EXCEPTION),
        (lambda _: sys.exit("bye"), Ended.EXCEPTION),
        (lambda _: None, Ended.ABSTAINED),
        (lambda _: Abstain("unsure"), Ended.ABSTAINED),
        (lambda _: Abstain(Unspeakable()), Ended.ABSTAINED),  # type: ignore[arg-type]
        (lambda _: "wrong", Ended.ANSWERED),
        (lambda _: float("nan"), Ended.ANSWERED),
        (lambda _: object(), Ended.ANSWERED),
        (lambda _, __: 1, Ended.EXCEPTION),
        (lambda _: (yield), Ended.ANSWERED),
    ],
)
def test_a_failure_is_loud_or_silent_and_never_stops_the_run(tmp_path: Path, call: Any, ended: Ended) -> None:
    found = start(tmp_path, counting(5), call)
    assert verdicts(found) == [Verdict.FAIL] * 5
    assert endings(found) == [ended] * 5
    assert [row.silent for row in found] == [ended is Ended.ANSWERED] * 5


def test_a_right_answer_passes_and_keeps_no_texts(tmp_path: Path) -> None:
    found = start(tmp_path, counting(5), lambda x: x)
    assert verdicts(found) == [Verdict.PASS] * 5
    assert all(row.texts is None for row in found)


def test_a_hand_off_is_assisted_with_its_reason(tmp_path: Path) -> None:
    found = start(tmp_path, counting(3), lambda _: HandOff("too dark"))
    assert verdicts(found) == [Verdict.ASSISTED] * 3
    assert found[0].texts is not None
    assert "too dark" in found[0].texts[0]


def test_an_exception_keeps_its_traceback_without_our_frames(tmp_path: Path) -> None:
    def inner(_: object) -> None:
        raise LookupError("the tenth shelf")

    def call(x: object) -> None:
        inner(x)

    found = start(tmp_path, counting(1), call)
    assert found[0].texts is not None
    reason, detail = found[0].texts[:2]
    assert reason == "exception: LookupError: the tenth shelf"
    assert "in inner" in detail
    assert "test_sync.py" in detail
    assert "ninemarch/engine" not in detail


def test_a_target_cannot_change_the_scenario_for_the_check(tmp_path: Path) -> None:
    def call(x: dict[str, Any]) -> Any:
        x["list"].append("mine")
        return x["list"]

    suite = counting(
        scenarios=[Scenario(id="a", input={"list": [1]}, expect=[1, "mine"])], trials={"per_scenario": 3}
    )
    found = start(tmp_path, suite, call)
    assert verdicts(found) == [Verdict.PASS] * 3


def test_a_timeout_breaks_a_hanging_call_and_the_rest_go_on(tmp_path: Path) -> None:
    def call(x: int) -> int:
        while x == 2:
            time.sleep(0.005)
        return x

    begin = time.monotonic()
    found = start(tmp_path, counting(scenarios=listed(5), timeout=0.1), call)
    assert time.monotonic() - begin < 3
    by_id = {row.scenario: row for row in found}
    assert endings([by_id["s2"]]) == [Ended.TIMEOUT]
    assert verdicts(found).count(Verdict.PASS) == 4
    assert by_id["s2"].texts is not None
    assert "limit 0.1 s" in by_id["s2"].texts[1]
    assert not by_id["s2"].silent


def test_a_target_that_swallows_the_alarm_is_late_all_the_same(tmp_path: Path) -> None:
    def call(x: int) -> int:
        try:
            time.sleep(10)
        except BaseException:  # noqa: BLE001 - what careless code does
            return x
        return x

    found = start(tmp_path, counting(1, timeout=0.05), call)
    assert endings(found) == [Ended.TIMEOUT]


def test_the_time_recorded_is_the_targets_own(tmp_path: Path) -> None:
    found = start(tmp_path, counting(3), lambda x: time.sleep(0.02) or x)
    assert all(20_000 <= row.micros < 200_000 for row in found)


def test_what_a_target_prints_goes_into_a_bounded_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def call(x: int) -> int:
        sys.stdout.write("noise " * 20_000)
        sys.stderr.write("more\n")
        return x

    start(tmp_path, counting(20), call)
    assert capsys.readouterr() == ("", "")
    said = (tmp_path / OUTPUT_FILE).read_text()
    assert said.startswith("noise noise")
    assert 1_000_000 <= len(said) < 1_000_100
    assert "more characters dropped" in said


def test_a_full_disk_under_a_print_is_not_the_targets_failure(tmp_path: Path) -> None:
    (tmp_path / "run" / OUTPUT_FILE).mkdir(parents=True)  # opening it fails as on a disk that refuses
    found = start(tmp_path / "run", counting(3), lambda x: sys.stdout.write("hello") and x)
    assert verdicts(found) == [Verdict.PASS] * 3


@pytest.mark.parametrize("error", [RuntimeError("check"), SystemExit(0), AssertionError()])
def test_a_check_that_breaks_is_our_error(tmp_path: Path, error: BaseException) -> None:
    def check(*_: object) -> bool:
        raise error

    found = start(tmp_path, counting(2, checks=[check]), lambda x: x)
    assert verdicts(found) == [Verdict.ERROR] * 2


def test_a_check_that_cannot_decide_leaves_the_trial_unscored(tmp_path: Path) -> None:
    def check(*_: object) -> bool:
        raise NoVerdict("both hold")

    found = start(tmp_path, counting(2, checks=[check]), lambda x: x)
    assert verdicts(found) == [Verdict.UNSCORED] * 2


@pytest.mark.parametrize("error", [RuntimeError("made"), SystemExit(0), RecursionError()])
def test_a_generator_that_breaks_is_our_error_and_the_rest_go_on(tmp_path: Path, error: BaseException) -> None:
    def generator(_: object, rng: Any) -> dict[str, Any]:
        number = rng.randrange(4)
        if number == 0:
            raise error
        return {"input": number, "expect": number, "void": "ambiguous" if number == 1 else ""}

    calls: list[int] = []
    found = start(tmp_path, counting(60, scenarios=generator), lambda x: calls.append(x) or x)
    kinds = verdicts(found)
    assert [row.number for row in found] == list(range(60))
    assert 0 < kinds.count(Verdict.ERROR) < 60
    assert 0 < kinds.count(Verdict.VOID) < 60
    assert kinds.count(Verdict.PASS) == len(calls)
    assert set(calls) == {2, 3}


def test_an_input_that_is_no_json_is_our_error(tmp_path: Path) -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    wrong = [object(), "\ud83d", deep, 2**64]
    suite = counting(12, scenarios=lambda _, rng: {"input": rng.choice(wrong)})
    found = start(tmp_path, suite, lambda x: x)
    assert verdicts(found) == [Verdict.ERROR] * 12


def test_progress_counts_every_trial(tmp_path: Path) -> None:
    seen: list[tuple[int, int, int]] = []
    began = Began(tmp_path / "run", counting(8))
    began.go(Target(Mode.SYNC, lambda x: x if x % 2 else None), lambda p: seen.append((p.done, p.passed, p.failed)))
    assert [done for done, _, _ in seen] == list(range(1, 9))
    assert seen[-1][1] == verdicts(rows(tmp_path / "run")).count(Verdict.PASS)
    assert sum(seen[-1][1:]) == 8


def test_a_traceback_names_files_as_they_are_imported_not_where_they_lie(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "deep_inside.py").write_text(
        "def answer(x):\n    try:\n        1 / 0\n    finally:\n        int('x')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    from ninemarch.engine.call import outcome_of

    def call() -> object:
        import deep_inside

        return deep_inside.answer(1)

    detail = outcome_of(call, None).detail
    assert 'File "deep_inside.py", line 5' in detail
    assert 'File "deep_inside.py", line 3' in detail
    assert "int('x')" in detail
    assert str(tmp_path) not in detail
