"""Confirming: planted slices are confirmed, chance slices are not, and no budget is overdrawn."""

import numpy as np
import pytest
from planted import make_log

from ninemarch.errors import UsageError
from ninemarch.mining.confirm import CONTROL, Answer, Confirming, ConfirmOptions
from ninemarch.mining.slices import Attribute, SearchOptions, find_slices
from ninemarch.model import Verdict

VERDICTS = {True: Verdict.FAIL, False: Verdict.PASS}


def confirmed(log, first, options=None, **search):
    """Mine the first trials of a log and confirm on the rest of it."""
    mined = [Attribute(a.name, a.codes[:first], a.words) for a in log.attributes]
    report = find_slices(mined, log.failed[:first], options=SearchOptions(permutations=19, **search))
    confirming = Confirming(report, options or ConfirmOptions())
    arms = np.full(log.failed.size, CONTROL)
    for place, each in reversed(list(enumerate(report.slices))):
        arms[log.inside([(int(c.attribute[1:]), int(c.level[1:])) for c in each.conditions])] = place
    for row in range(first, first + 20):
        assert confirming.arm_of({a.name: a.words[a.codes[row]] for a in log.attributes}) == arms[row]
    rows = iter(range(first, log.failed.size))
    asked = 0
    while wanted := confirming.wanted():
        asked += wanted.total()
        for row in rows:
            arm = int(arms[row])
            if wanted[arm] > 0:
                confirming.tell(arm, VERDICTS[bool(log.failed[row])])
                wanted[arm] -= 1
            if not +wanted:
                break
        confirming.close(list(+wanted))
        confirming.look()
    return confirming.result(seed=1, new_groups=None), asked


def test_planted_slices_are_confirmed_with_an_honest_rate():
    answers = []
    for seed in range(3):
        log = make_log(seed, 45_000)
        found, asked = confirmed(log, 10_000)
        answers += [each.answer for each in found.slices]
        assert found.trials <= min(asked, 2000)
        control = found.rate_of(found.control)
        assert control.failure_lower < 0.01 < control.failure_upper
        for each in found.slices:
            rate = found.rate_of(each.fresh)
            assert rate.method == "confidence sequence"
            if each.answer is Answer.CONFIRMED:
                assert control.estimate > rate.estimate
    assert answers.count(Answer.CONFIRMED) >= 8
    assert len(answers) >= 9


def test_chance_slices_are_not():
    """Where nothing is planted, whatever half of the runs find is chance."""
    answers = []
    for seed in range(12):
        log = make_log(seed, 30_000, planted=0, base=0.08)
        found, _ = confirmed(log, 3000, level=0.5, depth=2)
        answers += [each.answer for each in found.slices]
    assert len(answers) >= 4
    assert Answer.CONFIRMED not in answers
    assert Answer.REFUTED in answers


def test_a_budget_is_never_overdrawn_and_a_slice_without_scenarios_stays_undecided():
    log = make_log(3, 12_000)
    few, _ = confirmed(log, 10_000, ConfirmOptions(trials=7))
    assert few.trials <= 7
    assert {each.answer for each in few.slices} == {Answer.UNDECIDED}
    starved, _ = confirmed(log, 10_000, ConfirmOptions(trials=10**6))
    assert starved.exhausted
    assert starved.trials <= 2000


def test_trials_without_a_verdict_count_for_nothing():
    log = make_log(3, 10_000)
    report = find_slices(log.attributes, log.failed, options=SearchOptions(permutations=19))
    confirming = Confirming(report, ConfirmOptions(trials=50))
    for verdict in (Verdict.ERROR, Verdict.UNSCORED, Verdict.ASSISTED):
        confirming.tell(0, verdict)
    confirming.tell(CONTROL, Verdict.PASS)
    found = confirming.result(seed=1, new_groups=None)
    assert (found.trials, found.errors) == (4, 2)
    assert (found.slices[0].fresh.failures, found.slices[0].fresh.trials) == (1, 1)
    assert found.control.trials == 1


def test_without_a_slice_nothing_is_wanted():
    report = find_slices([Attribute("a", np.zeros(50, dtype=int), ("x",))], np.arange(50) < 5)
    confirming = Confirming(report, ConfirmOptions())
    assert not confirming.wanted()
    assert confirming.result(seed=1, new_groups=None).slices == ()


@pytest.mark.parametrize("wrong", [{"trials": 0}, {"level": 0.0}, {"level": 1.0}, {"ratio": 0.9}])
def test_options_out_of_range_are_refused(wrong):
    report = find_slices([Attribute("a", np.zeros(50, dtype=int), ("x",))], np.arange(50) < 5)
    with pytest.raises(UsageError, match="allowed"):
        Confirming(report, ConfirmOptions(**wrong))
