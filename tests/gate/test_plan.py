"""What a plan will do, checked against the verdicts of the gate's own rule and against published tables."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats as scipy_stats
from synthetic import decided, gate, slice_of

from ninemarch.gate.plan import SHARES, course, needs, plan_gate, thresholds
from ninemarch.model import Gate, GateVerdict, Look, Slice, Tally, Weighted

HOW = {"allowed": 0.01, "confidence": 0.95}


def part_of(tally: Tally) -> Slice:
    made = slice_of(tally.trials)
    return Slice(made.where, made.counts, scored=tally, acting=tally, worst=tally, best=tally)


@pytest.mark.parametrize(
    ("success", "fixed"),
    [
        ("0.99", (299, 473, 628)),
        ("0.999", (2995, 4742, 6294)),
        ("0.9999", (29956, 47437, 62956)),
    ],
)
def test_what_a_nine_needs_is_what_the_tables_say(success, fixed):
    found = needs(Fraction(success))
    assert found.fixed[:3] == fixed
    scale = float(1 - Fraction(success)) / 0.001
    assert [sized.trials for sized in needs(Fraction("0.999")).sized] == [4742, 9151, 19439]
    means = [sized.sequential.mean_trials * scale for sized in found.sized]
    assert means == pytest.approx([5096, 11322, 23447], rel=0.02)


def test_the_course_of_a_plan_sums_to_one_and_follows_the_verdicts_of_the_gate():
    for truth in (0.0, 0.001, 0.01, 0.05):
        found = course(truth, Tally(()), 320, **HOW)
        verdicts = [decided(slice_of(320 - k, k), gate("0.99")).verdict for k in range(60)]
        chance = scipy_stats.binom(320, truth).pmf(np.arange(60))
        passes = sum(c for c, v in zip(chance, verdicts, strict=True) if v is GateVerdict.PASS)
        undecided = sum(c for c, v in zip(chance, verdicts, strict=True) if v is GateVerdict.NOT_PROVEN)
        assert found.passes == pytest.approx(passes, abs=1e-12)
        assert found.undecided == pytest.approx(undecided, abs=1e-12)
        assert found.passes + found.fails + found.undecided == pytest.approx(1)


@pytest.mark.parametrize("truth", [0.0005, 0.01, 0.03])
def test_the_course_with_a_look_is_that_of_all_its_outcomes(truth):
    look = Look(100, 4)
    found = course(truth, Tally((), look=look), 500, **HOW)
    first, rest = scipy_stats.binom(100, truth).pmf, scipy_stats.binom(400, truth).pmf
    chance = dict.fromkeys(GateVerdict, 0.0)
    went_on = [decided(slice_of(500 - bad, bad, look=look), gate("0.99")).verdict for bad in range(43)]
    for early in range(30):
        if early >= look.stop_at:
            chance[decided(slice_of(100 - early, early), gate("0.99")).verdict] += first(early)
            continue
        for late in range(40):
            chance[went_on[early + late]] += first(early) * rest(late)
    assert found.passes == pytest.approx(chance[GateVerdict.PASS], abs=1e-9)
    assert found.fails == pytest.approx(chance[GateVerdict.FAIL], abs=1e-9)
    stopped = scipy_stats.binom(100, truth).sf(3)
    assert found.mean_trials == pytest.approx(500 - 400 * stopped)


def test_no_plan_passes_or_fails_a_target_at_the_gate_more_often_than_its_error_rate():
    for anytime in (False, True):
        for trials in (50, 299, 300, 1000, 3000):
            found = course(0.01, Tally((), anytime=anytime), trials, **HOW)
            assert found.passes <= 0.05
            assert found.fails <= 0.05


def test_thresholds_at_the_ends():
    def tally_of(bad: int) -> Tally:
        return Tally(tuple((k, 1, m) for k, m in ((0, 10 - bad), (1, bad)) if m))

    assert thresholds(tally_of, 10, **HOW)[0] == -1
    assert thresholds(tally_of, 10, allowed=0.99, confidence=0.95)[1] == 11


def test_a_gate_on_independent_trials():
    found = plan_gate(gate("0.99"), part_of(Tally(((0, 1, 500),))), share=1.0, trials=500)
    assert (found.worth, found.unit, found.passes_with, found.fails_from) == (500, "trials", 1, 10)
    assert len(found.courses) == len(SHARES)
    assert found.notices.startswith("would notice a fall to")
    assert found.warnings == ()


def test_a_sequential_gate_has_its_tables():
    part = part_of(Tally(((0, 1, 900),)))
    found = plan_gate(gate("0.99"), part, share=1.0, trials=900, stop="sequential")
    assert found.pass_table == (377, 663, 883)
    assert found.fail_table[:4] == (0, 0, 9, 31)
    assert found.passes_with is None


def test_what_trials_cannot_prove_is_said():
    found = plan_gate(gate("0.999"), part_of(Tally(((0, 1, 500),))), share=1.0, trials=500)
    assert found.warnings == ("cannot pass: 99.9% needs at least 2,995 independent clean trials",)
    assert found.courses[0].passes == 0
    empty = plan_gate(gate("0.9"), part_of(Tally(())), share=0.0, trials=0)
    assert "can never pass" in empty.warnings[0]


def test_repeats_are_worth_their_scenarios():
    found = plan_gate(gate("0.99"), part_of(Tally(((0, 10, 300),))), share=1.0, trials=3000)
    assert (found.worth, found.unit, found.passes_with) == (300, "groups", None)
    assert found.warnings == ("3,000 trials of groups that share fate: worth 300 independent ones",)


def test_weights_and_uncovered_profile():
    weighted = Tally(((0, 1, 1000),), weighted=Weighted(y=0.0, v=0.0, m=0.002, uncovered=0.05))
    found = plan_gate(gate("0.99"), part_of(weighted), share=1.0, trials=1000)
    assert (found.worth, found.unit) == (500, "weights")
    assert "5.0% of the profile has no scenario" in found.warnings[-1]


def test_counted_failures_and_drops():
    part = part_of(Tally(((0, 1, 1000),)))
    safe = plan_gate(Gate("safety", max_failures=0), part, share=1.0, trials=1000, truths=[0.001])
    assert safe.courses[0].passes == pytest.approx(0.999**1000)
    assert (safe.passes_with, safe.fails_from) == (0, 1)
    steady = Gate("steady", success=Fraction(499, 1000), baseline="main", max_drop=Fraction(2, 1000))
    assert "cannot prove it" in plan_gate(steady, part, share=1.0, trials=1000).warnings[0]
    part = part_of(Tally(((0, 1, 5000),)))
    found = plan_gate(steady, part, share=1.0, trials=5000)
    assert found.warnings == ()
    assert found.notices.startswith("would notice a drop of about")


def test_true_rates_are_exact_shares_of_what_the_gate_allows():
    assert needs(Fraction("0.9")).sized[0].failure_rate == 0.01
    found = plan_gate(gate("0.9"), part_of(Tally(((0, 1, 50),))), share=1.0, trials=50)
    assert [c.failure_rate for c in found.courses][:4] == [0.01, 1 / 30, 0.05, 0.1]
