"""The march: order, effort, and which release is proven worse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import F, P, decision_of, plan_of, trials_of

from ninemarch.errors import UsageError
from ninemarch.march import build_march


def release(folder: Path, name: str, passed: int, failed: int, effort: float | None = 10.0):
    plan = plan_of(passed + failed, run=f"run{name}", release=name, release_name=f"name {name}", effort=effort)
    return decision_of(folder / name, plan, trials_of((P, passed), (F, failed)))


def test_effort_adds_up_until_it_is_unknown(tmp_path: Path):
    made = [
        release(tmp_path, "1", 90, 10),
        release(tmp_path, "2", 95, 5),
        release(tmp_path, "3", 99, 1, None),
        release(tmp_path, "4", 100, 0),
    ]
    assert [step.effort for step in build_march(made).steps] == [10.0, 20.0, None, None]


def test_only_a_proven_drop_is_called_worse(tmp_path: Path):
    first, noise, drop = (
        release(tmp_path, "1", 900, 100),
        release(tmp_path, "2", 890, 110),
        release(tmp_path, "3", 700, 300),
    )
    assert [step.worse for step in build_march([first, noise, drop]).steps] == [False, False, True]


def test_a_drop_is_held_against_the_best_release_so_far(tmp_path: Path):
    made = [release(tmp_path, "1", 990, 10), release(tmp_path, "2", 700, 300), release(tmp_path, "3", 900, 100)]
    assert [step.worse for step in build_march(made).steps] == [False, True, True]


def test_columns_are_matched_by_release(tmp_path: Path):
    main = [release(tmp_path, "1", 90, 10), release(tmp_path, "2", 99, 1)]
    side = [release(tmp_path / "side", "2", 50, 50)]
    march = build_march(main, others={"world": side}, title="A title", effort_unit="lines")
    assert [list(step.others) for step in march.steps] == [[], ["world"]]
    assert (march.profiles, march.effort_unit, march.last.release) == (("world",), "lines", "2")


def test_runs_of_other_scenarios_or_checks_are_refused(tmp_path: Path):
    first, second = release(tmp_path, "1", 90, 10), release(tmp_path, "2", 99, 1)
    changed = replace(second, plan=replace(second.plan, checks_hash="c" * 64))
    with pytest.raises(UsageError, match="same scenarios and checks"):
        build_march([first, changed])
    elsewhere = replace(second, plan=replace(second.plan, profile="other"))
    with pytest.raises(UsageError, match="one population"):
        build_march([first, elsewhere])
    with pytest.raises(UsageError, match="no run"):
        build_march([])


def test_a_run_given_twice_is_refused(tmp_path: Path):
    once = release(tmp_path, "1", 90, 10)
    with pytest.raises(UsageError, match="twice"):
        build_march([once, once])
