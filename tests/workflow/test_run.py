"""A run from end to end: made, decided, taken up again; and what is left where it cannot be made."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic import gate, plan_of, trial, write_run

from ninemarch import table, workflow
from ninemarch.engine import Progress, Selection
from ninemarch.errors import RunInvalid, SuiteError, UsageError
from ninemarch.journal import VERDICTS, Journal, find_run, list_runs, read_journal, read_plan, summarize, writer
from ninemarch.journal.record import JOURNAL_FILE
from ninemarch.model import CheckSpec, GateVerdict, RunPlan, Scenario, Suite, TargetSpec, Trials
from ninemarch.suite import load, make

COIN = TargetSpec("control", "coin", {"p": 0.9})
Write = Callable[..., Path]


def numbers(many: int = 200) -> Suite:
    def generator(_: object, rng: object) -> dict[str, object]:
        number = rng.randrange(10**9)  # type: ignore[attr-defined]
        return {"input": number, "expect": number}

    checks = [CheckSpec("exact")]
    return make("numbers", generator, checks=checks, gates=(gate("0.8"),), trials=Trials(max=many, stop="fixed"))


def test_a_run_is_planned_recorded_sealed_and_decided(tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(progress: Progress) -> None:
        seen.append(progress.done)

    finished = workflow.run(numbers(), Selection(target=COIN, release="1.0", effort=3.0), watch=watch, root=tmp_path)
    assert finished.folder.parent == tmp_path / ".ninemarch" / "runs"
    assert (tmp_path / ".ninemarch" / ".gitignore").read_text() == "*\n"
    summary = summarize(finished.folder)
    assert summary.sealed
    assert summary.recorded == 200 == seen[-1] == len(seen)
    plan = finished.decision.plan
    assert (plan.run, plan.release, plan.effort, plan.planned) == (finished.folder.name, "1.0", 3.0, 200)
    assert (plan.seed, plan.seed_range) == (1000, "held-out")
    counts = finished.decision.counts
    assert counts.passed + counts.silent == 200
    assert 0 < counts.silent < 60
    assert finished.decision.verdict is GateVerdict.PASS
    assert workflow.decide_run(finished.folder) == finished


def test_the_same_seed_decides_the_same_and_another_one_differs(tmp_path: Path) -> None:
    one, again, other = (
        workflow.run(numbers(), Selection(target=COIN, seed=seed), root=tmp_path, ledger=False)
        for seed in (1000, 1000, 1001)
    )
    assert one.decision.counts == again.decision.counts
    assert [f.scenario for f in one.evidence.failures] == [f.scenario for f in again.evidence.failures]
    assert {f.scenario for f in one.evidence.failures}.isdisjoint(f.scenario for f in other.evidence.failures)


def test_a_run_of_development_seeds_says_so(tmp_path: Path) -> None:
    decision = workflow.run(numbers(), Selection(target=COIN, seed=5), root=tmp_path).decision
    assert decision.plan.seed_range == "development"
    assert any("development seed" in note for note in decision.notes)
    assert workflow.run(numbers(), Selection(target=COIN, seed=10**9), root=tmp_path).decision.plan.seed_range == (
        "undeclared"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"target": TargetSpec("python", "nowhere_at_all:x")},
        {"target": COIN, "profile": "x"},
        {"release": "9"},
        {},
        {"target": COIN, "ids": ("x",)},
    ],
    ids=str,
)
def test_a_wrong_request_makes_no_folder(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        workflow.run(numbers(), Selection(**wrong), root=tmp_path)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_check_that_does_not_compile_makes_no_folder(tmp_path: Path) -> None:
    suite = make("s", [Scenario(id="a", input=1)], checks=[CheckSpec("json_schema", {"schema": {"type": 7}})])
    with pytest.raises(SuiteError, match="schema is not valid"):
        workflow.run(suite, Selection(target=COIN), root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_at_the_start_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writer.os, "write", full)
    with pytest.raises(RunInvalid, match="No space left"):
        workflow.run(numbers(), Selection(target=COIN), root=tmp_path, ledger=False)
    with pytest.raises(UsageError, match=r"ledger\.jsonl: No space left"):
        workflow.run(numbers(), Selection(target=COIN), root=tmp_path)
    assert list((tmp_path / ".ninemarch" / "runs").iterdir()) == []


@pytest.mark.parametrize("at", range(2, 7))
def test_a_disk_that_fills_up_in_the_middle(
    tmp_path: Path, write_suite: Write, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The command says what is safe; a resume completes the plan exactly."""
    suite = load(write_suite(tmp_path, trials={"max": 10}))
    real, calls = os.write, 0

    def fills(fd: int, data: memoryview) -> int:
        nonlocal calls
        calls += 1
        if calls >= at:
            real(fd, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(fd, data)

    monkeypatch.setattr(writer, "COMMIT_TRIALS", 3)
    with monkeypatch.context() as patch:
        patch.setattr(writer.os, "write", fills)
        with pytest.raises(RunInvalid, match=r"are safe; free the disk, then: ninemarch run --resume"):
            workflow.run(suite, Selection(), root=tmp_path, ledger=False)
    safe = summarize(find_run("latest", tmp_path)).recorded
    assert safe == min(3 * (at - 2), 10)
    finished = workflow.resume("latest", root=tmp_path)
    assert finished.decision.counts.passed == 10
    assert finished.evidence.sealed


def cut(folder: Path, records: int) -> None:
    """Leave the plan and so many trials in a journal, as a kill would."""
    plan = read_plan(folder)
    rows = [row for body, _ in read_journal(folder) for row in body.rows]
    (folder / JOURNAL_FILE).unlink()
    with Journal.create(folder, plan) as journal:
        for row in rows[:records]:
            journal.append(trial(row.number, VERDICTS[row.verdict], scenario=row.scenario))


def test_resume_runs_only_what_is_missing_and_counts_what_was_there(tmp_path: Path, write_suite: Write) -> None:
    whole = workflow.run(load(write_suite(tmp_path)), Selection(), root=tmp_path)
    cut(whole.folder, 4)
    assert workflow.decide_run(whole.folder).decision.counts.missing == 6
    seen: list[int] = []
    again = workflow.resume(whole.folder.name[:5], watch=lambda p: seen.append(p.done), root=tmp_path)
    assert seen == [5, 6, 7, 8, 9, 10]
    assert again.decision == whole.decision


def test_a_complete_a_changed_and_an_unknown_run_are_not_resumed(tmp_path: Path, write_suite: Write) -> None:
    whole = workflow.run(load(write_suite(tmp_path)), Selection(), root=tmp_path)
    with pytest.raises(UsageError, match="is complete"):
        workflow.resume("latest", root=tmp_path)
    with pytest.raises(UsageError, match="no run begins with"):
        workflow.resume("zzzz", root=tmp_path)
    cut(whole.folder, 4)
    write_suite(tmp_path, checks=[{"number": {"abs": 1}}])
    with pytest.raises(UsageError, match="has changed since run"):
        workflow.resume("latest", root=tmp_path)
    assert summarize(whole.folder).recorded == 4
    write_suite(tmp_path)
    assert workflow.resume("latest", root=tmp_path).decision.counts.passed == 10


def test_runs_are_found_by_id_prefix_path_and_time(tmp_path: Path) -> None:
    first, last = (workflow.run(numbers(5), Selection(target=COIN), root=tmp_path).folder for _ in range(2))
    assert find_run("latest", tmp_path) == last
    assert find_run(first.name, tmp_path) == first
    assert find_run(str(first), tmp_path) == first
    assert [folder for folder, _ in list_runs(tmp_path)] == [first, last]
    for name in ("ab000001", "ab000002"):
        write_run(first.parent / name, plan_of(1, run=name), [])
    with pytest.raises(UsageError, match="2 runs begin with 'ab0'"):
        find_run("ab0", tmp_path)
    assert find_run("ab000002", tmp_path).name == "ab000002"
    for nothing in ("", "xyz"):
        with pytest.raises(UsageError, match="no run begins with"):
            find_run(nothing, tmp_path)
    with pytest.raises(UsageError, match="no run in"):
        find_run("latest", tmp_path / "elsewhere")


def test_a_march_needs_one_population(tmp_path: Path) -> None:
    one, two = (workflow.run(numbers(20), Selection(target=COIN, release=n), root=tmp_path) for n in "12")
    march = workflow.march_of([one, two])
    assert [step.release for step in march.steps] == ["1", "2"]
    other = workflow.run(numbers(20), Selection(target=COIN, ids=("default:1000:1",)), root=tmp_path)
    with pytest.raises(UsageError, match="one population"):
        workflow.march_of([one, other])


def test_a_lost_table_is_no_loss(tmp_path: Path) -> None:
    finished = workflow.run(numbers(20), Selection(target=COIN), root=tmp_path)
    (finished.folder / table.TABLE_FILE).unlink()
    assert workflow.decide_run(finished.folder) == finished
    plan: RunPlan = table.head(table.ensure(finished.folder)).plan
    assert plan == finished.decision.plan
