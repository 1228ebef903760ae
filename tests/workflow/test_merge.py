"""Shards: parts of one plan, run apart and decided together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.errors import UsageError
from ninemarch.journal import Journal, read_plan, recorded_texts
from ninemarch.model import GateVerdict, RunPlan, Suite
from ninemarch.suite import load

BOTS = """
def scenario(levels, rng):
    number = rng.getrandbits(30)
    return {"input": number, "expect": number}

def bot(x):
    return x if x % 40 else -1
"""
PARTS = 3


@pytest.fixture
def suite(tmp_path: Path, write_suite: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Suite:
    monkeypatch.chdir(tmp_path)
    path = write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:bot"},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        trials={"max": 401, "stop": "sequential", "per_scenario": 2},
        gates=[{"id": "g", "success": 0.9}],
    )
    return load(path)


def shard(suite: Suite, part: int, **keys: object) -> str:
    done = workflow.run(suite, Selection(shard=(part, PARTS), **keys))
    assert done.decision.counts.recorded == done.decision.plan.share
    return done.folder.name


def told(folder: Path) -> list[tuple[object, ...]]:
    return sorted((t.number, t.scenario, t.repeat, t.verdict, x and x[2:5]) for t, x in recorded_texts(folder))


def test_the_merged_run_is_the_run_that_one_machine_would_have_made(suite: Suite):
    runs = [shard(suite, part) for part in (2, 3, 1)]
    merged = workflow.merge(runs)
    whole = workflow.run(suite, Selection(stop="fixed"), ledger=False)
    assert told(merged.finished.folder) == told(whole.folder)
    assert merged.notes == ()
    assert merged.finished.decision.counts == whole.decision.counts
    assert merged.finished.decision.verdict is whole.decision.verdict is GateVerdict.PASS
    assert merged.finished.decision.counts.line().startswith("401 planned =")
    assert merged.finished.evidence.sealed


def test_a_merged_run_counts_as_a_look_at_the_release(suite: Suite):
    workflow.merge([shard(suite, part) for part in (1, 2, 3)])
    again = workflow.merge([shard(suite, part) for part in (1, 2, 3)])
    assert again.finished.decision.plan.regression_of  # the same scenarios: it may lower the verdict, never raise it
    assert workflow.run(suite, Selection()).decision.plan.earlier


def test_a_missing_shard_is_missing_trials_and_can_be_made_up_for(suite: Suite):
    merged = workflow.merge([shard(suite, 1), shard(suite, 3)])
    counts = merged.finished.decision.counts
    assert counts.missing == 134
    assert merged.notes[0] == "shard 2 of 3 is missing: 134 trials are not recorded"
    assert not merged.finished.evidence.sealed
    assert merged.finished.decision.verdict is not GateVerdict.PASS
    done = workflow.resume(merged.finished.folder.name)
    assert (done.decision.counts.missing, done.decision.counts.recorded) == (0, 401)
    assert done.evidence.sealed


def test_a_shard_twice_counts_once_the_first_of_them(suite: Suite):
    runs = [shard(suite, part) for part in (1, 2, 3)]
    late = shard(suite, 2)
    merged = workflow.merge([late, *runs, runs[0], late])
    assert merged.notes == (f"run {late} is shard 2 again and was left out",)
    assert merged.finished.decision.counts.recorded == 401


def test_a_shard_that_was_cut_off_leaves_trials_missing(suite: Suite):
    runs = [shard(suite, part) for part in (1, 2, 3)]
    folder = Path(".ninemarch/runs") / runs[1]
    plan = replace(read_plan(folder), created="2020-01-01")
    half = Path("half")
    half.mkdir()
    with Journal.create(half, plan) as journal:
        for trial, texts in list(recorded_texts(folder))[:50]:
            journal.append(trial, texts)
    merged = workflow.merge([runs[0], "./half", runs[2]])
    assert merged.notes[0].endswith("was cut off: 84 trials are not recorded")
    assert merged.finished.decision.counts.missing == 84


def test_what_does_not_belong_together_is_refused(suite: Suite):
    one, other = shard(suite, 1), shard(suite, 2, seed=1001)
    with pytest.raises(UsageError, match="they differ in seed"):
        workflow.merge([one, other])
    whole = workflow.run(suite, Selection(stop="fixed"), ledger=False)
    with pytest.raises(UsageError, match="is no shard"):
        workflow.merge([whole.folder.name])
    with pytest.raises(UsageError, match="no run was given"):
        workflow.merge([])
    before = sorted(Path(".ninemarch/runs").iterdir())
    with pytest.raises(UsageError, match="cannot stop"):
        workflow.run(suite, Selection(shard=(1, 3), stop="sequential"))
    with pytest.raises(UsageError, match="allowed: 1/1 up to 3/3"):
        workflow.run(suite, Selection(shard=(4, 3)))
    assert sorted(Path(".ninemarch/runs").iterdir()) == before


@pytest.mark.parametrize(("planned", "repeats", "parts"), [(10, 1, 3), (401, 2, 3), (5, 3, 4), (2, 1, 5)])
def test_law_shares_add_up(planned: int, repeats: int, parts: int, suite: Suite):
    plan = workflow.run(suite, Selection(trials=2, stop="fixed"), ledger=False).decision.plan
    assert isinstance(plan, RunPlan)
    shares = [replace(plan, planned=planned, per_scenario=repeats, shard=(p, parts)) for p in range(1, parts + 1)]
    assert sum(each.share for each in shares) == planned
    assert [sum(each.makes(n) for each in shares) for n in range(planned)] == [1] * planned
    assert [each.share for each in shares] == [sum(map(each.makes, range(planned))) for each in shares]
