"""A target that is not there: the run stops, keeps what it has, and may be taken up again."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import Began, counting, listed, rows, verdicts

from ninemarch import TargetUnreachable, table
from ninemarch.engine.breaker import IN_A_ROW
from ninemarch.errors import ExitCode, RunInvalid
from ninemarch.evidence import gather
from ninemarch.gate import decide
from ninemarch.journal import summarize
from ninemarch.model import GateVerdict, Verdict
from ninemarch.targets import Mode, Target


def test_the_same_error_in_a_row_stops_the_run_and_it_goes_on_later(tmp_path: Path) -> None:
    down = True

    calls = 0

    def call(x: int) -> int:
        nonlocal calls
        calls += 1
        if down and calls > 50:
            raise TargetUnreachable(f"HTTP 503 (request {x * 7919:08x})")
        return x

    began = Began(tmp_path / "run", counting(scenarios=listed(200), trials={"max": 200}))
    with pytest.raises(RunInvalid, match=r"cannot be reached: 30 times in a row: HTTP 503.*80 of 200") as caught:
        began.go(Target(Mode.SYNC, call))
    assert caught.value.exit_code is ExitCode.INVALID
    assert "ninemarch run --resume run" in str(caught.value)
    assert not summarize(began.folder).sealed
    assert [verdicts(rows(began.folder)).count(v) for v in (Verdict.PASS, Verdict.ERROR)] == [50, IN_A_ROW]
    down = False
    began.again().go(Target(Mode.SYNC, call))
    found = verdicts(rows(began.folder))
    assert [found.count(v) for v in (Verdict.PASS, Verdict.ERROR)] == [170, IN_A_ROW]
    evidence = gather(table.ensure(began.folder))
    assert (
        decide(evidence, began.plan.gates).verdict is GateVerdict.INVALID
    )  # 15% of errors are too many for any claim


def test_errors_of_several_kinds_or_with_answers_between_do_not_stop_it(tmp_path: Path) -> None:
    async def call(x: int) -> int:
        if x % 25:
            raise TargetUnreachable(f"HTTP {500 + x % 2}" if x < 100 else "HTTP 503")
        return x

    began = Began(tmp_path, counting(scenarios=listed(200), trials={"max": 200}, concurrency=1))
    began.go(Target(Mode.ASYNC, call))
    assert verdicts(rows(tmp_path)).count(Verdict.ERROR) == 192


def test_an_error_counts_as_one_in_every_mode(tmp_path: Path) -> None:
    def call(xs: list[int]) -> list[int]:
        raise TargetUnreachable

    began = Began(tmp_path, counting(scenarios=listed(4)))
    began.go(Target(Mode.BATCH, call, batch=2))
    assert verdicts(rows(tmp_path)) == [Verdict.ERROR] * 4
    assert "cannot be reached" in (rows(tmp_path)[0].texts or ("",))[0]
