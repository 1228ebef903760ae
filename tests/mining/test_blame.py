"""Blame: the first mend that turns the outcome, rules where none does, and counts that add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch import stats
from ninemarch.mining.blame import Blame, Looked, Mend, chain_of, credit_of, first_flip
from ninemarch.mining.steps import Step
from ninemarch.model import Rate

STEPS = (Step("look", "look"), Step("pay", "pay"), Step("close", "close"))


def rate(failures: int, trials: int) -> Rate:
    both = stats.clopper_pearson(failures, trials, confidence=0.9)
    return Rate(
        failures, trials, trials, 1 - failures / trials, 1 - both.upper, 1 - both.lower, 0.95, "x", "y",
        both.upper, both.lower,
    )  # fmt: skip


@given(st.lists(st.booleans(), max_size=12))
def test_the_first_mend_that_turns_the_outcome_takes_the_blame_and_no_later_one_is_run(turns):
    tried = []

    def passes(mend):
        tried.append(mend.input)
        return turns[mend.input]

    found = first_flip(STEPS, [Mend(place % 3, "", place) for place in range(len(turns))], passes)
    if True in turns:
        first = turns.index(True)
        assert tried == list(range(first + 1))
        assert (found.step, found.by, found.tried) == (first % 3, "replay", first + 1)
    else:
        assert tried == list(range(len(turns)))
        assert found.by == ""


def test_where_no_mend_turns_it_the_rules_speak():
    failed = (*STEPS[:1], Step("pay", "pay", None, "card refused"))
    assert first_flip(failed, [Mend(0, "x", 0)], lambda mend: False) == Blame(1, "pay", "error", "rules", 1)


def test_counts_add_up_and_kinds_of_step_are_scaled_to_all_that_passed():
    looked = [Looked(n, STEPS, Blame(1, "pay", "timeout", "replay", 1)) for n in range(3)]
    looked += [Looked(7, STEPS, Blame(2, "close", "error", "rules", 4)), Looked(8, (), Blame(None))]
    found = credit_of(looked, [STEPS, STEPS[:2]], passes=90, gone=2, rate=rate(7, 97))
    assert (found.trials, found.failures, found.replayed, found.unknown, found.gone) == (97, 7, 3, 1, 2)
    assert sum(each.failures for each in found.culprits) + found.unknown + found.gone == found.failures
    assert [(each.name, each.failures, each.example) for each in found.culprits] == [("pay", 3, 0), ("close", 1, 7)]
    kinds = {kind.name: (kind.taken, kind.wrong) for kind in found.kinds}
    assert kinds == {"pay": (94, 3), "close": (49, 1), "look": (94, 0)}
    assert all(0 <= kind.interval.lower <= kind.wrong / kind.taken <= kind.interval.upper for kind in found.kinds)
    assert found.chain is not None
    assert found.chain.steps == 2


def test_nothing_failed_and_nothing_said():
    assert credit_of([], [], passes=0).kinds == ()
    clean = credit_of([], [STEPS], passes=50, rate=rate(0, 50))
    assert clean.culprits == ()
    assert clean.chain is not None
    assert clean.chain.failure == 0 < clean.chain.upper


@pytest.mark.parametrize(("failures", "trials", "steps"), [(5, 100, 1), (5, 100, 7), (99, 100, 3), (100, 100, 2)])
def test_a_step_that_good_taken_so_often_comes_to_the_end_to_end_rate(failures, trials, steps):
    chain = chain_of(rate(failures, trials), steps)
    assert chain.lower <= chain.failure <= chain.upper
    assert float(stats.end_to_end(chain.failure, steps)) == pytest.approx(failures / trials)
