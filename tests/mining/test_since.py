"""What a release did to an earlier one's clusters: paired by scenario, tested, never fooled by a change of name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import F, P, plan_of, trial, write_run

from ninemarch.errors import UsageError
from ninemarch.mining.since import Outcome
from ninemarch.model import Ended, Trial
from ninemarch.stats import tarone
from ninemarch.workflow import mine

MANY = 300


def make(root: Path, name: str, bad: dict[int, str], **changes) -> None:
    """A run in which these trials are refused with this message; every third scenario has level x."""
    trials = [_trial(n, bad.get(n, "")) for n in range(MANY)]
    plan = replace(plan_of(MANY), run=name, created=f"2026-01-{name[-2:]}", **changes)
    write_run(root / ".ninemarch" / "runs" / name, plan, trials)


def _trial(number: int, why: str) -> Trial:
    level = {"a": "x" if number % 3 == 0 else "y"}
    if not why:
        return trial(number, P, level)
    return trial(number, F, level, ended=Ended.ABSTAINED, silent=False, detail=why)


def test_a_fixed_cluster_is_proven_fixed_and_what_fails_otherwise_is_said(tmp_path: Path):
    then = dict.fromkeys(range(1, 80, 4), "cannot read it") | dict.fromkeys((100, 101, 102), "no idea at all")
    now = {1: "something else entirely went wrong"} | dict.fromkeys((100, 101), "no idea at all")
    make(tmp_path, "run00001", then)
    make(tmp_path, "run00002", now)
    found = mine("run00002", since="run00001", root=tmp_path).since
    assert found is not None
    assert (found.pairs, found.units) == (MANY, MANY)
    fates = {fate.name: fate for fate in found.clusters}
    read = fates["refused: cannot read it"]
    # McNemar's mid-P of 19 against 0 is 2^-19; the other two could not be proven and cost nothing (Tarone).
    assert (read.outcome, read.then, read.now, read.gone, read.otherwise) == (Outcome.FIXED, 20, 0, 19, 1)
    assert read.p_value == pytest.approx(2.0**-19)
    assert fates["refused: no idea at all"].outcome is Outcome.UNPROVEN
    assert found.promised is not None
    assert found.promised.failures == 3


def test_failures_that_turn_into_failures_of_another_kind_are_not_fixed(tmp_path: Path):
    bad = range(1, 80, 4)
    make(tmp_path, "run00001", dict.fromkeys(bad, "cannot read it"))
    make(tmp_path, "run00002", {n: "something else entirely went wrong" for n in bad if n > 40})
    found = mine("run00002", since="run00001", root=tmp_path).since
    assert found is not None
    fates = {fate.name: (fate.outcome, fate.gone, fate.otherwise, fate.came) for fate in found.clusters}
    assert fates == {
        "refused: cannot read it": (Outcome.FEWER, 10, 10, 0),
        "refused: something else entirely went wrong": (Outcome.UNPROVEN, 0, 0, 0),
    }
    assert found.promised is None


def test_a_level_that_only_the_later_run_tells_apart_did_not_come(tmp_path: Path):
    """The same failures at level x, and fewer elsewhere: x is told apart now, and is no new failure."""
    at_x = [n for n in range(MANY) if n % 3 == 0][:12]
    others = [n for n in range(MANY) if n % 3][:40]
    make(tmp_path, "run00001", dict.fromkeys(at_x + others, "cannot read it"))
    make(tmp_path, "run00002", dict.fromkeys(at_x + others[:1], "cannot read it"))
    found = mine("run00002", since="run00001", root=tmp_path)
    assert [(each.condition, each.size) for each in found.clusters] == [(("a", "x"), 12), (None, 1)]
    assert found.since is not None
    fates = {fate.id: (fate.outcome, fate.then, fate.now, fate.came) for fate in found.since.clusters}
    assert fates[found.clusters[0].id] == (Outcome.UNPROVEN, 12, 12, 0)
    assert fates[found.clusters[1].id] == (Outcome.FEWER, 40, 1, 0)
    assert found.since.promised is None


def test_two_runs_alike_show_no_change(tmp_path: Path):
    bad = dict.fromkeys(range(0, 60, 2), "cannot read it")
    make(tmp_path, "run00001", bad)
    make(tmp_path, "run00002", bad)
    found = mine("run00002", since="run00001", root=tmp_path).since
    assert found is not None
    assert {(fate.outcome, fate.gone, fate.came, fate.p_value) for fate in found.clusters} == {
        (Outcome.UNPROVEN, 0, 0, 1.0)
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scenarios_hash": "c" * 64}, "the scenarios have changed"),
        ({"suite": "other"}, "it is of suite other"),
    ],
)
def test_runs_that_cannot_be_paired_are_refused(tmp_path: Path, changes, message):
    make(tmp_path, "run00001", {1: "x"}, **changes)
    make(tmp_path, "run00002", {1: "x"})
    with pytest.raises(UsageError, match=message):
        mine("run00002", since="run00001", root=tmp_path)
    with pytest.raises(UsageError, match="it is the same run"):
        mine("run00002", since="run00002", root=tmp_path)


def test_runs_without_a_scenario_in_common_say_which_seed_to_take(tmp_path: Path):
    write_run(tmp_path / ".ninemarch" / "runs" / "run00001", replace(plan_of(1), run="run00001"), [trial(0, P)])
    other = [trial(0, P, scenario="default:7:0")]
    write_run(tmp_path / ".ninemarch" / "runs" / "run00002", replace(plan_of(1, seed=7), run="run00002"), other)
    with pytest.raises(UsageError, match=r"no scored scenario in common.*'--seed 1000'"):
        mine("run00002", since="run00001", root=tmp_path)


def test_tests_that_cannot_reach_the_level_cost_the_others_nothing():
    # Tarone (1990): of these four only the first can reach 0.05 / 1, so it stands uncorrected.
    assert tarone([0.03, 0.5, 0.5, 1.0], [0.01, 0.25, 0.5, 0.5], alpha=0.05).tolist() == [0.03, 1, 1, 1]
    # Two that can reach 0.05 / 2 are corrected for each other.
    assert tarone([0.02, 0.01], [0.001, 0.001], alpha=0.05).tolist() == [0.02, 0.02]
    with pytest.raises(UsageError, match="one a test"):
        tarone([0.1], [], alpha=0.05)
