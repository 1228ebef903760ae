"""Clusters, the waterfall and what is not seen, on runs whose causes are known."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import A, F, P, gate, plan_of, trial, write_run

from ninemarch import table
from ninemarch.errors import RunInvalid
from ninemarch.evidence import FailedTrials, LevelCounts, stream_failures
from ninemarch.mining.clusters import clusters_of
from ninemarch.mining.levels import over_represented
from ninemarch.mining.waterfall import waterfall_of
from ninemarch.model import Ended, Trial
from ninemarch.workflow import mine

RIGHT, SWAPPED = "2024-03-05", "2024-05-03"


def silent(number: int, got: Any = SWAPPED, **changes: Any) -> Trial:
    return trial(number, F, changes.pop("attributes", None), input=number, expect=RIGHT, output=got, **changes)


def refused(number: int, why: str, **changes: Any) -> Trial:
    return trial(
        number, F, changes.pop("attributes", None), ended=Ended.ABSTAINED, silent=False, detail=why, **changes
    )


def run_in(folder: Path, trials: list[Trial], **plan: Any) -> Path:
    """The root of a run of these trials."""
    write_run(folder / ".ninemarch" / "runs" / "cafe0001", plan_of(plan.pop("planned", len(trials)), **plan), trials)
    return folder


def mixed(many: int = 1000) -> list[Trial]:
    """12 day and month swapped, 6 refused all in German, 3 refused in English; one odd answer."""
    trials = [trial(number, P, {"language": "de" if number % 50 == 0 else "en"}) for number in range(many)]
    for number in range(12):
        trials[number * 7 + 3] = silent(number * 7 + 3, attributes={"language": "en"})
    for number in range(6):
        trials[number * 50] = refused(number * 50, "cannot read it", attributes={"language": "de"})
    for number in (411, 512, 613):
        trials[number] = refused(number, "cannot read it", attributes={"language": "en"})
    trials[997] = silent(997, got=7, attributes={"language": "en"})
    return trials


def test_each_cause_is_a_cluster_and_a_level_tells_causes_of_one_kind_apart(tmp_path: Path):
    found = mine(root=run_in(tmp_path, mixed()))
    assert [(each.size, each.name) for each in found.clusters] == [
        (12, "wrong: day and month swapped"),
        (6, "refused: cannot read it, at language=de"),
        (3, "refused: cannot read it"),
        (1, "wrong: a number instead of a text"),
    ]
    assert [(each.silent, each.loud) for each in found.clusters] == [(12, 0), (0, 6), (0, 3), (1, 0)]
    assert sum(each.share for each in found.clusters) == pytest.approx(1)
    assert found.clusters[1].condition == ("language", "de")
    assert [each.number for each in found.clusters[1].exemplars] == [0, 50, 100]


def test_the_waterfall_says_which_fixes_reach_the_next_nine_and_that_kinds_seen_once_stay(tmp_path: Path):
    found = mine(root=run_in(tmp_path, mixed(), gates=(gate("0.99"), gate("0.999"))))
    assert found.waterfall is not None
    assert found.waterfall.now.failures == 22
    # 10, 4 and 1 are left in this run; one of each fixed cluster counts as left too.
    assert [(fix.fixed, fix.left.failures) for fix in found.waterfall.fixes] == [(12, 11), (18, 6), (21, 4)]
    assert found.waterfall.once == 1
    goals = {goal.success: (goal.measured_after, goal.proven_after) for goal in found.waterfall.goals}
    # 99% is measured with 10 of 1,000, proven with 4 (upper limit 0.913%); 99.9% needs 1.
    assert goals == {Fraction(99, 100): (2, 3), Fraction(999, 1000): (None, None)}
    # Fisher's exact test, one-sided, 0 of m against 12 of 1,000.
    assert found.waterfall.fixes[0].confirm == 283


def test_kinds_not_seen_are_counted_from_the_kinds_seen_once(tmp_path: Path):
    found = mine(root=run_in(tmp_path, mixed()))
    assert found.unseen is not None
    assert (found.unseen.kinds, found.unseen.once, found.unseen.units) == (4, 1, 1000)
    assert found.unseen.next_trial.estimate == pytest.approx(1 / 1000)
    assert found.unseen.next_failure is not None
    assert found.unseen.next_failure.estimate == pytest.approx(1 / 22)
    assert found.unseen.curve[0] == (0, 0.0)
    assert found.unseen.curve[-1] == (1000, pytest.approx(4))


def test_of_a_group_only_its_first_failure_is_evidence(tmp_path: Path):
    """All failures at level x, but of one scenario: no level is named, and the cluster is no sure thing."""
    trials = [
        trial(n, P, {"a": "x" if n // 5 % 10 == 0 else "y"}, scenario=f"s{n // 5}", repeat=n % 5) for n in range(500)
    ]
    for number in range(5):
        trials[number] = silent(number, attributes={"a": "x"}, scenario="s0", repeat=number)
    found = mine(root=run_in(tmp_path, trials, per_scenario=5))
    assert [(each.size, each.units, each.levels) for each in found.clusters] == [(5, 1, ())]
    assert found.waterfall is not None
    assert found.waterfall.fixes == ()
    assert found.unseen is not None
    assert found.unseen.units == 100


def test_a_run_of_chosen_scenarios_has_clusters_but_no_rate(tmp_path: Path):
    found = mine(root=run_in(tmp_path, [silent(0), silent(1), trial(2)], subset="hard"))
    assert len(found.clusters) == 1
    assert (found.waterfall, found.unseen) == (None, None)
    assert any("chosen" in note for note in found.notes)


def test_a_run_without_failure_has_a_limit_for_what_was_not_seen(tmp_path: Path):
    found = mine(root=run_in(tmp_path, [trial(n) for n in range(1000)]))
    assert (found.failed, found.clusters) == (0, ())
    assert found.unseen is not None
    assert found.unseen.next_failure is None
    assert found.unseen.next_trial.upper == pytest.approx(0.002995732, abs=1e-9)  # the rule of three


def test_trials_handed_off_are_mined_too_and_those_without_a_verdict_are_said(tmp_path: Path):
    trials = [trial(n) for n in range(9)] + [trial(9, A, ended=Ended.HANDED_OFF, detail="unsure")]
    found = mine(root=run_in(tmp_path, trials, planned=12))
    assert [(each.name, each.kind, each.assisted) for each in found.clusters] == [
        ("handed off: unsure", "handed off", 1)
    ]
    assert any("2 of 12 planned trials are missing" in note for note in found.notes)


def test_failures_of_another_run_are_refused(tmp_path: Path):
    here, there = (
        table.ensure(write_run(tmp_path / name, plan_of(3), [silent(n) for n in numbers]))
        for name, numbers in (("a", [0, 1]), ("b", [0, 2]))
    )
    with pytest.raises(RunInvalid, match="2 failures were read of 2 recorded"):
        clusters_of(FailedTrials(here), stream_failures(there))


# Any run: kinds by answer, levels by chance.
RUNS = st.lists(
    st.tuples(st.sampled_from([RIGHT, SWAPPED, "2023-03-05", 7, None]), st.sampled_from("xyz")), max_size=40
)


@settings(max_examples=20)
@given(RUNS, st.integers(0, 3))
def test_laws_of_any_run(tmp_path_factory, answers, seed):
    """Clusters hold every failure once, whatever order trials ended in; the waterfall ends at what was seen once."""
    trials = [
        trial(n, P, {"a": level}) if got == RIGHT else silent(n, got, attributes={"a": level})
        for n, (got, level) in enumerate(answers)
    ]
    results = []
    for order in (trials, random.Random(seed).sample(trials, len(trials))):
        path = table.ensure(write_run(tmp_path_factory.mktemp("run"), plan_of(len(trials)), order))
        failed = FailedTrials(path)
        clusters = clusters_of(failed, stream_failures(path))
        results.append(clusters)
    assert results[0] == results[1]
    members = [number for each in clusters for number in each.trials]
    assert len(members) == len(set(members))
    assert set(members) == failed.numbers
    assert len({each.id for each in clusters}) == len(clusters)
    waterfall = waterfall_of(failed, clusters)
    assert (waterfall is None) == (not trials)
    if waterfall:
        lefts = [waterfall.now.failures, *(fix.left.failures for fix in waterfall.fixes)]
        assert lefts == sorted(lefts, reverse=True)
        assert lefts[-1] >= sum(each.size for each in clusters if each.units <= 2)
        assert all(fix.left.failures >= len(failed.numbers) - fix.fixed for fix in waterfall.fixes)


def counts(failures: list[int], trials: list[int]) -> LevelCounts:
    import numpy as np

    bad, all_ = np.array(failures), np.array(trials)
    return LevelCounts("a", tuple(map(str, range(len(trials)))), bad, bad, all_)


def test_a_level_is_named_by_its_exact_p_value():
    # P(Bin(10, 0.1) >= 6) = 1.469e-4, times two levels looked at.
    (found,) = over_represented([counts([6, 4], [100, 900])])
    assert (found.level, found.failures, found.of, found.trials, found.among) == ("0", 6, 10, 100, 1000)
    assert found.p_value == pytest.approx(2 * 1.469026e-4, rel=1e-5)
    assert found.lift == pytest.approx(6)
    assert over_represented([counts([1, 9], [100, 900])]) == ()


def test_levels_are_rarely_named_where_attributes_do_not_matter():
    """Of 400 sets of failures at random levels, at most 5% (and simulation error) name one."""
    import numpy as np

    rng = np.random.default_rng(0)
    trials = [[500, 300, 150, 50], [900, 90, 10], [100] * 10]
    named = 0
    for _ in range(400):
        drawn = [counts(list(rng.multinomial(20, np.array(t) / 1000)), t) for t in trials]
        named += bool(over_represented(drawn))
    assert named <= 0.05 * 400 + 9  # two standard errors
