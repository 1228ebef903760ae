"""Whole runs: fixed order, one seed one result, resumed as if never cut off, stopped exactly at the checkpoint."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest
from running import Began, counting, listed, numbered, rows, start
from synthetic import gate

from ninemarch.engine import Selection, make_plan
from ninemarch.errors import UsageError
from ninemarch.journal import Journal, Row, summarize
from ninemarch.model import Look, Suite, TargetSpec, Verdict
from ninemarch.targets import Mode, Target
from ninemarch.workflow import decide_run

ORACLE = TargetSpec("control", "oracle")


def timeless(found: list[Row]) -> list[tuple[object, ...]]:
    return [(r.number, r.scenario, r.verdict, r.silent, r.group, r.values, r.texts) for r in found]


def mostly(x: int) -> int:
    return x if x % 7 else -1


def test_one_seed_gives_one_result_and_another_seed_another(tmp_path: Path) -> None:
    suite = counting(100, profile={"size": {"big": 0.3, "small": 0.7}})
    one = timeless(start(tmp_path / "a", suite, mostly))
    assert timeless(start(tmp_path / "b", suite, mostly)) == one

    async def same(x: int) -> int:
        await asyncio.sleep(0)
        return mostly(x)

    assert timeless(start(tmp_path / "c", suite, same, Mode.ASYNC)) == one
    assert timeless(start(tmp_path / "d", suite, lambda i: [mostly(x) for x in i], Mode.BATCH, 16)) == one
    began = Began(tmp_path / "e", suite, Selection(target=ORACLE, seed=1001))
    began.go(Target(Mode.SYNC, mostly))
    assert {row.scenario for row in rows(tmp_path / "e")}.isdisjoint(row[1] for row in one)


def test_listed_scenarios_run_in_an_order_that_the_seed_decides(tmp_path: Path) -> None:
    suite = counting(50, scenarios=listed(50))
    first = [row.scenario for row in start(tmp_path / "a", suite, mostly)]
    assert sorted(first) == sorted(f"s{n}" for n in range(50))
    assert first != [f"s{n}" for n in range(50)]
    assert [row.scenario for row in start(tmp_path / "b", suite, mostly)] == first
    other = Began(tmp_path / "c", suite, Selection(target=ORACLE, seed=1234))
    other.go(Target(Mode.SYNC, mostly))
    assert [row.scenario for row in rows(tmp_path / "c")] != first


def test_a_shorter_run_is_the_beginning_of_a_longer_one(tmp_path: Path) -> None:
    long, short = counting(60), counting(20)
    assert timeless(start(tmp_path / "a", long, mostly))[:20] == timeless(start(tmp_path / "b", short, mostly))


def test_repeats_stand_together_and_are_counted(tmp_path: Path) -> None:
    found = start(tmp_path, counting(20, scenarios=listed(4), trials={"per_scenario": 3}), mostly)
    assert len(found) == 12
    assert [row.repeat for row in found] == [0, 1, 2] * 4
    assert len({row.scenario for row in found}) == 4


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.ASYNC, Mode.BATCH])
@pytest.mark.parametrize("cut", [0, 1, 37, 99])
def test_a_resumed_run_ends_as_one_that_was_never_cut_off(tmp_path: Path, mode: Mode, cut: int) -> None:
    """Cut off after so many calls (the target is gone), then taken up: nothing twice, nothing else."""
    suite = counting(100, concurrency=5)
    whole = timeless(start(tmp_path / "whole", suite, mostly))
    calls: list[int] = []
    began = Began(tmp_path / "cut", suite)

    class PowerCut(BaseException):
        pass

    def notify(progress: Any) -> None:
        if progress.done > cut:
            raise PowerCut

    def target() -> Target:
        def one(x: int) -> int:
            calls.append(x)
            return mostly(x)

        async def many(x: int) -> int:
            await asyncio.sleep(0)
            return one(x)

        call: Any = {Mode.SYNC: one, Mode.ASYNC: many, Mode.BATCH: lambda i: [one(x) for x in i]}[mode]
        return Target(mode, call, batch=8)

    with pytest.raises(PowerCut):
        began.go(target(), notify)
    acknowledged = {row.number for row in rows(tmp_path / "cut")}
    assert not summarize(tmp_path / "cut").sealed
    before = len(calls)
    began.again().go(target())
    assert timeless(rows(tmp_path / "cut")) == whole
    assert len(calls) - before == 100 - len(acknowledged)
    assert summarize(tmp_path / "cut").sealed


def looking(many: int = 200, look: int = 50, success: str = "0.9", **keys: Any) -> Suite:
    return counting(many, gates=(gate(success),), trials={"look": look}, **keys)


def failing(share: float) -> Any:
    return lambda x: x if random.Random(x).random() >= share else -1


def test_a_release_that_has_failed_stops_exactly_at_the_checkpoint(tmp_path: Path) -> None:
    calls: list[int] = []
    bad = failing(0.5)
    began = Began(tmp_path / "run", looking())
    assert began.plan.look == Look(50, 10)
    result = began.go(Target(Mode.SYNC, lambda x: calls.append(x) or bad(x)))
    assert len(calls) == 50
    assert "declared checkpoint after 50 trials" in result.stopped
    summary = summarize(tmp_path / "run")
    assert (summary.recorded, summary.sealed, summary.stop) == (50, True, result.stopped)
    decision = decide_run(tmp_path / "run").decision
    assert decision.verdict.value == "FAIL"
    assert decision.counts.missing == 0
    assert result.stopped in decision.notes


def test_a_good_release_goes_on(tmp_path: Path) -> None:
    began = Began(tmp_path / "run", looking())
    assert began.go(Target(Mode.SYNC, failing(0.05))).stopped == ""
    assert summarize(tmp_path / "run").recorded == 200


def test_nothing_starts_beyond_the_checkpoint_while_calls_are_in_flight(tmp_path: Path) -> None:
    calls: list[int] = []

    async def call(x: int) -> int:
        calls.append(x)
        await asyncio.sleep(0.001 * (x % 5))
        return -1

    began = Began(tmp_path / "run", looking(concurrency=30))
    assert began.go(Target(Mode.ASYNC, call)).stopped
    assert len(calls) == 50
    assert [row.number for row in rows(tmp_path / "run")] == list(range(50))


def test_the_threshold_is_exact(tmp_path: Path) -> None:
    """One failure fewer than the threshold goes on, the threshold stops, whoever they are."""
    for failures, recorded in ((9, 200), (10, 50)):
        suite = looking(scenarios=numbered)
        began = Began(tmp_path / str(failures), suite)
        bad = {scenario.input for _, _, scenario in list(began.schedule)[50 - failures : 50]}  # type: ignore[union-attr]
        began.go(Target(Mode.SYNC, lambda x, bad=bad: -1 if x in bad else x))
        assert summarize(tmp_path / str(failures)).recorded == recorded


@pytest.mark.parametrize("share", [0.05, 0.5])
@pytest.mark.parametrize("cut", [10, 49, 50, 60])
def test_a_resumed_run_decides_at_the_checkpoint_as_an_uninterrupted_one(
    tmp_path: Path, share: float, cut: int
) -> None:
    whole = Began(tmp_path / "whole", looking())
    whole.go(Target(Mode.SYNC, failing(share)))
    began = Began(tmp_path / "cut", looking())
    with began.journal as journal:
        for each in (row for row in rows(tmp_path / "whole") if row.number < cut):
            journal.append(_trial_of(each))
    began.again().go(Target(Mode.SYNC, failing(share)))
    one, other = (decide_run(tmp_path / name).decision for name in ("whole", "cut"))
    assert one.counts == other.counts
    assert one.stopped == other.stopped
    assert [result.verdict for result in one.gates] == [result.verdict for result in other.gates]


def _trial_of(row: Row) -> Any:
    from synthetic import trial

    from ninemarch.journal import VERDICTS

    return trial(row.number, VERDICTS[row.verdict], scenario=row.scenario)


def test_a_run_cut_off_between_its_stop_and_its_seal_is_sealed_by_a_resume(tmp_path: Path) -> None:
    began = Began(tmp_path / "run", looking())
    began.go(Target(Mode.SYNC, failing(0.5)))
    path = tmp_path / "run" / "journal.nmj"
    path.write_bytes(path.read_bytes()[:-1])
    assert not summarize(tmp_path / "run").sealed
    calls: list[int] = []
    began.again().go(Target(Mode.SYNC, lambda x: calls.append(x) or x))
    assert calls == []
    assert summarize(tmp_path / "run").sealed
    assert decide_run(tmp_path / "run").decision.counts.recorded == 50


def test_hand_offs_count_at_the_checkpoint_and_void_does_not(tmp_path: Path) -> None:
    from ninemarch.model import HandOff

    began = Began(tmp_path / "a", looking())
    assert began.go(Target(Mode.SYNC, lambda _: HandOff("no"))).stopped

    def void(_: object, rng: random.Random) -> dict[str, Any]:
        return {"input": rng.random(), "void": "unclear"}

    began = Began(tmp_path / "b", looking(scenarios=void))
    assert began.go(Target(Mode.SYNC, failing(1))).stopped == ""
    assert decide_run(tmp_path / "b").decision.verdict.value == "INVALID"


def test_only_a_drawn_whole_independent_run_has_a_checkpoint() -> None:
    def look(suite: Suite, **chosen: Any) -> Look | None:
        return make_plan(suite, Selection(target=ORACLE, **chosen), run="r", version="0")[0].look

    sized = looking(profile={"size": {"big": 0.5, "small": 0.5}})
    assert look(sized) == Look(50, 10)
    assert look(sized, where={"size": "big"}) is None
    assert look(sized, ids=("default:1000:3",)) is None
    assert look(sized, look=False) is None
    assert look(sized, trials=50) is None
    assert look(looking(scenarios=listed(300))) is None
    assert look(counting(200, trials={"look": 50})) is None
    assert look(counting(200, gates=(gate("0.9", blocking=False),), trials={"look": 50})) is None
    assert look(counting(200, gates=(gate("0.9"),), trials={"look": 50, "per_scenario": 2})) is None
    assert look(looking(scenarios=lambda _, rng: {**numbered({}, rng), "group": "g"})) is None
    strict = counting(
        200, gates=(gate("0.9"), gate("0.99"), gate("0.9", id="s", where={"a": "b"})), trials={"look": 50}
    )
    assert look(strict) == Look(50, 3)


def test_a_filter_runs_its_slice_only(tmp_path: Path) -> None:
    suite = counting(40, profile={"size": {"big": 0.2, "small": 0.8}})
    began = Began(tmp_path / "run", suite, Selection(target=ORACLE, where={"size": "big"}))
    began.go(Target(Mode.SYNC, mostly))
    found = rows(tmp_path / "run")
    assert len(found) == 40
    assert {row.values for row in found} == {("big",)}


def test_a_filter_that_meets_too_few_scenarios_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ninemarch.suite import draw

    monkeypatch.setattr(draw, "FILTER_PATIENCE", 50)

    def generator(_: object, rng: random.Random) -> dict[str, Any]:
        rare = rng.random() < 0.02
        return {"input": 1, "expect": 1, "attributes": {"rare": "yes" if rare else "no"}}

    suite = counting(500, scenarios=generator)
    for seed in range(1000, 1100):
        try:
            began = Began(tmp_path / str(seed), suite, Selection(target=ORACLE, where={"rare": "yes"}, seed=seed))
        except UsageError:
            continue
        break
    result = began.go(Target(Mode.SYNC, lambda x: x))
    summary = summarize(began.folder)
    assert 0 < summary.recorded < 500
    assert summary.sealed
    assert result.stopped.startswith(f"only {summary.recorded} of 500 planned trials")
    assert decide_run(began.folder).decision.counts.missing == 0


def test_chosen_ids_run_as_asked(tmp_path: Path) -> None:
    suite = counting(50, scenarios=listed(50))
    began = Began(tmp_path / "run", suite, Selection(target=ORACLE, ids=("s7", "s3")))
    began.go(Target(Mode.SYNC, mostly))
    assert sorted((row.scenario, VERDICT[row.verdict]) for row in rows(tmp_path / "run")) == [
        ("s3", Verdict.PASS),
        ("s7", Verdict.FAIL),
    ]


VERDICT = list(Verdict)


@pytest.mark.parametrize(
    "wrong",
    [{"trials": -1}, {"seed": -1}, {"release": "9"}, {"profile": "x"}, {"subset": "x"}, {"ids": ("x",)}],
)
def test_a_wrong_selection_is_refused_before_anything_runs(wrong: dict[str, Any]) -> None:
    chosen = {"target": None if "release" in wrong else ORACLE, **wrong}
    with pytest.raises(UsageError):
        make_plan(counting(5), Selection(**chosen), run="r", version="0")


def test_a_changed_suite_is_not_resumed(tmp_path: Path) -> None:
    from ninemarch.engine import schedule_of

    began = Began(tmp_path / "run", counting(5))
    began.journal.close()
    assert schedule_of(counting(5), began.plan).planned == 5
    for changed in (counting(5, version="2"), counting(5, checks=[lambda _, output: output == 1])):
        with pytest.raises(UsageError, match="has changed"):
            schedule_of(changed, began.plan)


def test_a_journal_with_more_than_the_schedule_is_not_run_twice(tmp_path: Path) -> None:
    start(tmp_path, counting(5), mostly)
    with pytest.raises(UsageError, match="complete"):
        Journal.resume(tmp_path)
