"""Scored trials with every attribute, and slices of a recorded run."""

import numpy as np
import pytest
from synthetic import A, E, F, P, U, plan_of, trial, write_run

from ninemarch import table
from ninemarch.errors import UsageError
from ninemarch.evidence import read_attributed
from ninemarch.mining.slices import slices_of


def recorded(folder, plan, trials):
    return read_attributed(table.ensure(write_run(folder, plan, trials)))


def test_scored_trials_only_with_every_attribute(tmp_path):
    verdicts = [P, F, A, U, E, P]
    trials = [
        trial(i, v, {"kind": "ab"[i % 2], **({"extra": "x"} if i == 5 else {})}) for i, v in enumerate(verdicts)
    ]
    found = recorded(tmp_path / "run", plan_of(6), trials)
    assert found.number.tolist() == [0, 1, 2, 5]
    assert found.failed.tolist() == [False, True, True, False]
    assert found.unit is None
    assert found.weight is None
    codes, words = found.levels["extra"]
    assert [words[c] if c >= 0 else None for c in codes] == [None, None, None, "x"]


def test_weights_are_shares_of_real_use(tmp_path):
    levels = ["a"] * 3 + ["b"] + ["c"]
    trials = [trial(i, P, {"kind": level}, weight=2.0 if i == 0 else 1.0) for i, level in enumerate(levels)]
    plan = plan_of(5, drawn=False, weights={"kind": {"a": 0.8, "b": 0.2}})
    found = recorded(tmp_path / "run", plan, trials)
    assert found.weight == pytest.approx([0.4, 0.2, 0.2, 0.2, 0.0])


def test_slices_of_a_recorded_run_of_repeated_scenarios(tmp_path):
    rng = np.random.default_rng(1)
    trials = []
    for scenario in range(300):
        bad = scenario % 15 == 0
        for repeat in range(3):
            verdict = F if rng.random() < (0.7 if bad else 0.02) else P
            levels = {"kind": "bad" if bad else f"k{scenario % 4}", "side": "lr"[scenario % 2]}
            number = len(trials)
            trials.append(trial(number, verdict, levels, scenario=f"default:1000:{scenario}", repeat=repeat))
    found = recorded(tmp_path / "run", plan_of(900, per_scenario=3), trials)
    report = slices_of(found)
    assert [each.label for each in report.slices] == ["kind=bad"]
    assert (report.slices[0].inside.trials, report.slices[0].inside.units) == (60, 20)
    assert report.rate_of(report.slices[0].inside).method == "Gaffke (grouped)"
    assert report.overall.units == 300


def test_a_sequential_run_has_intervals_for_any_look(tmp_path):
    trials = [trial(i, F if i % 9 == 0 else P, {"kind": "ab"[i % 9 == 0]}) for i in range(200)]
    report = slices_of(recorded(tmp_path / "run", plan_of(200, stop="sequential"), trials))
    assert report.slices[0].label == "kind=b"
    assert report.rate_of(report.slices[0].inside).method == "confidence sequence"


def test_a_run_without_a_scored_trial(tmp_path):
    with pytest.raises(UsageError, match="0 outcomes"):
        slices_of(recorded(tmp_path / "run", plan_of(1), [trial(0, E, {"kind": "a"})]))
