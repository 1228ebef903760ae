"""Sums: where every planned trial went; additive over slices; blind to the order of trials."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import A, E, F, P, U, V, evidence_of, gate, plan_of, trial, trials_of, write_run

from ninemarch import table
from ninemarch.errors import RunInvalid
from ninemarch.evidence import gather, read_failures
from ninemarch.journal.frames import encode
from ninemarch.journal.record import JOURNAL_FILE, encode_trials
from ninemarch.model import Counts, Evidence, JudgeUse, RunPlan, Slice, Spending, Trial, Verdict

BY_SIZE = (gate("0.9", each=("size",)),)
MIX = st.lists(
    st.tuples(st.sampled_from(Verdict), st.sampled_from(["big", "small", None]), st.booleans()), max_size=40
)


def mixed(mix: list[tuple[Verdict, str | None, bool]]) -> list[Trial]:
    return [
        trial(number, verdict, {"size": size} if size else {}, silent=silent and verdict is F)
        for number, (verdict, size, silent) in enumerate(mix)
    ]


def gathered(plan: RunPlan, trials: list[Trial], stop: str = "") -> Evidence:
    with tempfile.TemporaryDirectory() as folder:
        return evidence_of(Path(folder, "run"), plan, trials, stop=stop, seal=not stop)


@settings(max_examples=40)
@given(MIX, st.integers(0, 9), st.booleans())
def test_every_planned_trial_is_somewhere(
    mix: list[tuple[Verdict, str | None, bool]], missing: int, stopped: bool
) -> None:
    planned = len(mix) + missing
    if not planned:
        return
    evidence = gathered(plan_of(planned, gates=BY_SIZE), mixed(mix), stop="look" if stopped else "")
    counts = evidence.overall.counts
    number = {verdict: sum(v is verdict for v, _, _ in mix) for verdict in Verdict}
    assert counts.planned == (len(mix) if stopped else planned)
    assert counts.missing == (0 if stopped else missing)
    assert (counts.passed, counts.failed, counts.assisted) == (number[P], number[F], number[A])
    assert (counts.unscored, counts.errors, counts.void) == (number[U], number[E], number[V])
    assert counts.silent == sum(v is F and silent for v, _, silent in mix)
    total = counts.passed + counts.failed + counts.assisted + counts.unscored + counts.errors + counts.void
    assert counts.planned == total + counts.missing
    assert evidence.overall.scored.trials == counts.scored
    assert evidence.overall.scored.failures == counts.failed + counts.assisted
    assert (evidence.overall.acting.failures, evidence.overall.acting.trials) == (
        counts.failed,
        counts.passed + counts.failed,
    )


@settings(max_examples=40)
@given(MIX, st.randoms(use_true_random=False))
def test_slices_add_up_and_the_order_of_trials_is_irrelevant(
    mix: list[tuple[Verdict, str | None, bool]], rng: random.Random
) -> None:
    mix = [(verdict, size or "big", silent) for verdict, size, silent in mix]
    if not mix:
        return
    plan = plan_of(len(mix), gates=BY_SIZE)
    trials = mixed(mix)
    evidence = gathered(plan, trials)
    parts = evidence.levels["size"]
    for field in ("planned", "passed", "loud", "silent", "assisted", "unscored", "errors", "void"):
        assert sum(getattr(part.counts, field) for part in parts) == getattr(evidence.overall.counts, field)
    for reading in ("scored", "acting", "worst", "best"):
        whole, own = getattr(evidence.overall, reading), [getattr(part, reading) for part in parts]
        assert sum(tally.failures for tally in own) == whole.failures
        assert sum(tally.trials for tally in own) == whole.trials
    shuffled = list(trials)
    rng.shuffle(shuffled)
    again = gathered(plan, shuffled)
    assert (again.overall, again.levels, again.failures) == (evidence.overall, evidence.levels, evidence.failures)


def test_the_worst_and_the_best_reading(tmp_path: Path) -> None:
    trials = trials_of((P, 70), (F, 5), (A, 3), (U, 4), (E, 6), (V, 2))
    part = evidence_of(tmp_path, plan_of(100), trials, seal=False).overall
    assert part.counts.missing == 10
    assert (part.scored.failures, part.scored.trials) == (8, 78)
    assert (part.worst.failures, part.worst.trials) == (8 + 4 + 6 + 10, 98)
    assert (part.best.failures, part.best.trials) == (8, 98)
    assert (part.acting.failures, part.acting.trials) == (5, 75)


def test_without_open_trials_all_readings_are_one(tmp_path: Path) -> None:
    part = evidence_of(tmp_path, plan_of(10), trials_of((P, 7), (F, 2), (V, 1))).overall
    assert part.worst == part.best == part.scored


def test_all_missing_trials_may_lie_in_any_slice(tmp_path: Path) -> None:
    trials = [trial(n, P, {"size": "big" if n < 6 else "small"}) for n in range(10)]
    levels = evidence_of(tmp_path, plan_of(14, gates=BY_SIZE), trials, seal=False).levels["size"]
    assert [(part.worst.failures, part.worst.trials) for part in levels] == [(4, 10), (4, 8)]
    assert [part.counts.missing for part in levels] == [0, 0]


def test_slices_of_gates_are_counted(tmp_path: Path) -> None:
    gates = (gate("0.9", where={"size": "big", "hue": "red"}), gate("0.8", id="x", where={"size": "none"}))
    trials = [trial(n, F if n == 0 else P, {"size": "big" if n % 2 == 0 else "s", "hue": "red"}) for n in range(10)]
    big, none = evidence_of(tmp_path, plan_of(10, gates=gates), trials).slices
    assert (big.scored.failures, big.scored.trials) == (1, 5)
    assert (none.scored.trials, none.counts) == (0, Counts())


def test_sums_that_do_not_agree_are_refused() -> None:
    with pytest.raises(RunInvalid, match="do not add up"):
        Counts(planned=3, passed=2)
    with pytest.raises(RunInvalid, match="do not add up"):
        Counts(planned=1, passed=2, missing=-1)
    assert Counts(planned=3, passed=2, missing=1).recorded == 2


@pytest.mark.parametrize("number", [0, 7])
def test_a_trial_recorded_twice_or_outside_the_plan_is_refused(tmp_path: Path, number: int) -> None:
    """Even where the sums agree: one trial twice and another missing."""
    run = write_run(tmp_path, plan_of(3), trials_of((P, 2)), seal=False)
    with (tmp_path / JOURNAL_FILE).open("ab") as file:
        file.write(encode(encode_trials([(trial(number), None)])))
    with pytest.raises(RunInvalid, match="twice or are not in the plan"):
        gather(table.ensure(run))


def test_failures_are_listed_with_what_a_person_needs(tmp_path: Path) -> None:
    trials = trials_of((P, 3), (F, 2), (A, 1), (E, 1), (V, 1))
    run = write_run(tmp_path, plan_of(8), trials)
    found = read_failures(table.ensure(run))
    assert [(each.number, each.verdict) for each in found] == [
        (3, "fail"),
        (4, "fail"),
        (5, "assisted"),
        (6, "error"),
        (7, "void"),
    ]
    assert [each.number for each in read_failures(table.ensure(run), limit=1)] == [3, 5, 6, 7]
    assert [each.verdict for each in read_failures(table.ensure(run), trial=1)] == ["pass"]
    assert read_failures(table.ensure(run), trial=99) == ()


def test_time_is_that_of_trials_that_were_called(tmp_path: Path) -> None:
    trials = [trial(n, P, seconds=n / 100) for n in range(1, 101)]
    trials = [trial(0, V, seconds=50.0), *trials]
    seconds = evidence_of(tmp_path, plan_of(101), trials).seconds
    assert seconds is not None
    assert seconds == pytest.approx((0.505, 0.9505), abs=1e-5)


def test_slices_have_labels(tmp_path: Path) -> None:
    part: Slice = evidence_of(tmp_path, plan_of(1), [trial(0)]).overall
    assert part.label == "all scenarios"


def test_what_a_judge_cost_is_summed_apart_and_its_passes_keep_their_texts(tmp_path: Path) -> None:
    judged = [
        trial(0, P, input="q", output="right", cost_usd=1.0, judge=JudgeUse(3, 0.5, 90)),
        trial(1, F, input="q", output="wrong", judge=JudgeUse(0)),
        trial(2, P, input="q", output="exact"),
    ]
    evidence = evidence_of(tmp_path / "run", plan_of(3), judged)
    assert evidence.spending == Spending(
        1.0, 1, 0, 0, 3, judged=2, judge_calls=3, judge_cost_usd=0.5, judge_tokens=90
    )
    path = table.ensure(tmp_path / "run")
    assert [read_failures(path, trial=number)[0].output for number in (0, 2)] == ['"right"', ""]
