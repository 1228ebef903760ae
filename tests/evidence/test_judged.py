"""An audit of a judged run: what it draws, and that its limits are those of the formulas, groups and weights too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from synthetic import A, F, P, plan_of, trial, write_run

from ninemarch import stats, table
from ninemarch.errors import UsageError
from ninemarch.evidence import JudgedRun, audited, read_judged, stream_judged
from ninemarch.model import JudgeUse, Trial

USE = JudgeUse(1, None, 10)
# 60 judged failures, 20 of them right answers; 940 judged passes, 9 of them wrong ones.
TRUTH = dict.fromkeys((*range(40), *range(100, 109)), "fail")


def run_of(folder: Path, trials: list[Trial], **plan: Any) -> JudgedRun:
    return read_judged(table.ensure(write_run(folder / "run", plan_of(len(trials), **plan), trials)))


def thousand(**changes: Any) -> list[Trial]:
    return [trial(n, F if n < 60 else P, judge=USE, output=n, **changes) for n in range(1000)]


def labelled(run: JudgedRun, many: int) -> dict[int, str]:
    return {int(n): TRUTH.get(int(n), "pass") for kind in run.drawn(many) for n in kind}


def test_the_limits_are_those_of_the_formula(tmp_path: Path) -> None:
    run = run_of(tmp_path, thousand())
    labels = labelled(run, 200)
    found = audited(run, labels)
    bad = [sum(labels[int(n)] == "fail" for n in kind) for kind in run.drawn(200)]
    checks = {"checked_failures": 50, "failed_of_failures": bad[0], "checked_passes": 150, "failed_of_passes": bad[1]}
    upper, lower = (stats.audited_rate(60, 1000, **checks, side=side) for side in ("upper", "lower"))
    assert found.success is not None
    assert found.success.lower == pytest.approx(1 - upper.upper)
    assert found.success.upper == pytest.approx(1 - lower.lower)
    assert found.success.estimate == pytest.approx(1 - upper.estimate)
    assert found.best == pytest.approx(1 - upper.floor)
    assert found.judged == pytest.approx(0.94)
    assert found.ceiling is not None
    assert (found.ceiling.by, found.ceiling.success) == ("judge", found.success.lower)


def test_the_draw_depends_on_the_run_alone_and_grows_in_place(tmp_path: Path) -> None:
    run, again = run_of(tmp_path, thousand()), run_of(tmp_path / "again", thousand())
    other = run_of(tmp_path / "other", thousand(), run="cafe0002")
    few, many = set(labelled(run, 40)), set(labelled(run, 200))
    assert few < many
    assert set(labelled(again, 200)) == many
    assert set(labelled(other, 200)) != many
    assert [kind.size for kind in run.drawn(5000)] == [60, 940]
    assert [kind.size for kind in run.drawn(40)] == [10, 30]


def test_an_unsure_answer_is_read_both_ways(tmp_path: Path) -> None:
    run = run_of(tmp_path, thousand())
    labels = labelled(run, 200)
    one = next(n for n in labels if n >= 60 and labels[n] == "pass")
    sure, wrong, unsure = (audited(run, {**labels, one: label}).success for label in ("pass", "fail", "unsure"))
    assert sure is not None
    assert wrong is not None
    assert unsure is not None
    assert (unsure.lower, unsure.upper) == (wrong.lower, sure.upper)
    assert wrong.lower < sure.lower


def test_trials_that_no_judge_decided_count_as_they_are(tmp_path: Path) -> None:
    trials = [trial(n, (F if n % 10 else A) if n < 100 else P) for n in range(1000)]
    trials += [trial(n, P, judge=USE) for n in range(1000, 2000)]
    run = run_of(tmp_path, trials)
    assert (run.failures.size, run.passes.size, run.sure_trials) == (0, 1000, 1000)
    found = audited(run, {int(n): "pass" for n in run.drawn(1000)[1]})
    plain = stats.clopper_pearson(100, 2000, confidence=0.95, side="upper").upper
    assert found.success is not None
    assert found.success.estimate == pytest.approx(0.95)
    assert found.success.lower == pytest.approx(1 - plain, abs=0.002)


def test_one_trial_of_a_group_is_drawn(tmp_path: Path) -> None:
    trials = [replace_group(each) for each in thousand()]
    run = run_of(tmp_path, trials)
    assert run.failures.size + run.passes.size == 100
    numbers = [int(n) for kind in run.drawn(1000) for n in kind]
    assert len({n // 10 for n in numbers}) == 100


def replace_group(each: Trial) -> Trial:
    return msgspec.structs.replace(each, group=f"g{each.number // 10}")


def test_weights_are_those_of_the_profile(tmp_path: Path) -> None:
    levels = [{"size": "big" if n % 4 == 0 else "small"} for n in range(1000)]
    trials = [trial(n, F if n < 60 else P, levels[n], judge=USE) for n in range(1000)]
    run = run_of(tmp_path, trials, weights={"size": {"big": 0.9, "small": 0.1}}, drawn=False)
    everything = {n: "fail" if n % 4 == 0 and n < 400 else "pass" for n in range(1000)}
    found = audited(run, everything)
    assert found.success is not None
    assert found.success.estimate == pytest.approx(1 - 0.9 * 100 / 250)
    assert found.success.lower < found.success.estimate < found.success.upper


def test_a_sequential_run_gets_longer_limits(tmp_path: Path) -> None:
    fixed = run_of(tmp_path, thousand())
    anytime = run_of(tmp_path / "any", thousand(), stop="sequential")
    labels = labelled(fixed, 200)
    one, two = audited(fixed, labels).success, audited(anytime, labels).success
    assert one is not None
    assert two is not None
    assert two.lower < one.lower < one.upper < two.upper


@pytest.mark.parametrize(
    "spoil", [lambda labels: labels.pop(next(iter(labels))), lambda labels: labels.update({999999: "pass"})]
)
def test_other_labels_than_those_drawn_are_refused(tmp_path: Path, spoil: Any) -> None:
    run = run_of(tmp_path, thousand())
    labels = labelled(run, 200)
    spoil(labels)
    with pytest.raises(UsageError, match="label exactly the rows"):
        audited(run, labels)


def test_a_run_that_no_judge_had_a_say_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no judge had a say"):
        run_of(tmp_path, [trial(0, P)])
    with pytest.raises(UsageError, match="no sample"):
        run_of(tmp_path / "ids", [trial(0, P, judge=USE)], ids=("a",))


def test_judged_trials_come_back_as_values(tmp_path: Path) -> None:
    trials = [
        trial(0, P, judge=USE, input=[1], output={"a": "\ud83d"}),
        trial(1, P, output="x"),
        trial(2, A, judge=USE),
    ]
    path = table.ensure(write_run(tmp_path / "run", plan_of(3), trials))
    (found,) = stream_judged(path)
    assert (found.number, found.verdict, found.input, found.output) == (0, P, [1], {"a": "\ud83d"})
    assert list(stream_judged(path, trials=[1])) == []
