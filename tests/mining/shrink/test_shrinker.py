"""The smallest scenario that still fails: budget, confirmation, step back, record, and what random failures keep."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.mining.shrink import (
    CERTAIN,
    CONFIRM,
    LOOSE,
    TIGHT,
    Acceptance,
    Batch,
    Lens,
    Shape,
    json_key,
    json_size,
    reduce_items,
    shrink,
)

OUTERMOST: Lens[Any] = Lens(lambda items: items, lambda _, left: left, may=lambda path: not path)
ITEMS: Shape[Any] = Shape(lambda search: reduce_items(search, OUTERMOST), json_size, json_key)
"""The items of a list, as they are."""


def always(items: Any, many: int) -> list[bool]:
    return [{3, 8} <= set(items)] * many


def chance(rate: Callable[[Any], float], seed: int = 0) -> Callable[[Any, int], list[bool]]:
    rng = random.Random(seed)
    return lambda items, many: [rng.random() < rate(items) for _ in range(many)]


def core(*needed: int, rate: float) -> Callable[[Any], float]:
    return lambda items: rate if set(needed) <= set(items) else 0.0


@given(st.sets(st.integers(0, 29), max_size=5))
def test_a_certain_failure_is_left_with_exactly_what_it_needs(needed: set[int]) -> None:
    found = shrink(list(range(30)), lambda items, many: [needed <= {*items}] * many, shape=ITEMS)
    assert found.scenario == sorted(needed)
    assert not found.stopped
    assert not found.steps_back


@pytest.mark.parametrize(("rate", "most"), [(0.3, 900), (0.6, 500)])
def test_a_random_failure_keeps_its_rate_and_is_left_with_its_core(rate: float, most: int) -> None:
    exact = kept = 0
    true = core(5, 17, 31, rate=rate)
    for seed in range(20):
        found = shrink(list(range(40)), chance(true, seed), shape=ITEMS, budget=4000)
        kept += true(found.scenario) > 0
        exact += {5, 17, 31} == {*found.scenario}
        assert found.trials <= most * 2
        assert found.measured.interval.lower <= found.measured.rate <= found.measured.interval.upper
        assert found.measured.trials > 0
        assert found.scenario == found.original or found.measured is not found.original_measured
    assert kept == 20
    assert exact >= 17


def test_many_small_losses_do_not_add_up() -> None:
    """Every item adds to the hazard: what is left keeps half of the original rate, not half of each step's."""
    weights = [((n * 7919) % 41 / 41) ** 3 for n in range(40)]

    def rate(items: Any) -> float:
        return 0.4 * sum(weights[n] for n in items) / sum(weights)

    kept = [
        rate(shrink(list(range(40)), chance(rate, seed), shape=ITEMS, budget=6000, test=TIGHT).scenario)
        for seed in range(8)
    ]
    assert sum(each >= 0.2 for each in kept) >= 7
    assert min(kept) > 0.1


@given(st.integers(1, 400), st.integers(0, 5))
def test_the_budget_holds_and_what_is_printed_was_confirmed(budget: int, seed: int) -> None:
    used: list[int] = []
    fails = chance(core(2, 9, rate=0.5), seed)

    def counted(items: Any, many: int) -> list[bool]:
        used.append(many)
        return fails(items, many)

    found = shrink(list(range(20)), counted, shape=ITEMS, budget=budget)
    assert sum(used) == found.trials <= budget
    if found.scenario != found.original:
        assert found.measured.trials > 0
        assert CONFIRM.against(0.5).decide(found.measured.failures, found.measured.trials) is not False
        assert found.changes
    else:
        assert not found.changes
        assert found.measured == found.original_measured


def test_a_failure_that_does_not_come_again_is_left_as_it_is() -> None:
    found = shrink([1, 2, 3], lambda _, many: [False] * many)
    assert not found.reproduced
    assert (found.scenario, found.changes) == ([1, 2, 3], ())
    assert found.trials == 60
    assert "did not fail again in 60 trials" in found.stopped
    assert found.measured.interval.upper < 0.1


def test_a_short_budget_says_so() -> None:
    found = shrink(list(range(40)), chance(core(5, 17, rate=0.2)), shape=ITEMS, budget=200)
    assert "budget of 200 trials" in found.stopped


def test_a_confirmation_that_fails_steps_back_to_what_still_fails() -> None:
    """The candidate judged in the search fails by luck only: its first trials fail, then none."""
    seen: dict[str, int] = {}

    def fails(items: Any, many: int) -> list[bool]:
        if {3, 8} <= set(items):
            return [True] * many
        begin = seen.get(str(items), 0)
        seen[str(items)] = begin + many
        return [begin + place < 3 for place in range(many)]

    found = shrink(list(range(10)), fails, shape=ITEMS)
    assert found.steps_back >= 1
    assert {3, 8} <= set(found.scenario)


def test_same_outcomes_same_way_and_a_record_goes_on_where_it_ended() -> None:
    def once(record: list[Batch], keep: Any = None, budget: int = 2000) -> Any:
        return shrink(list(range(30)), chance(core(4, 21, rate=0.5), 7), budget=budget, record=record, keep=keep)

    whole: list[Batch] = []
    found = once([], whole.append)
    assert once([]) == found
    again: list[Batch] = []

    def never(_: Any, many: int) -> list[bool]:
        pytest.fail(f"{many} trials ran twice")

    assert shrink(list(range(30)), never, record=whole, keep=again.append) == found
    assert not again
    with pytest.raises(UsageError, match="does not fit"):
        shrink(list(range(29)), never, record=whole)


def test_candidates_are_remembered() -> None:
    """A candidate that was decided is not run again, but for the fresh trials that confirm the last one."""
    asked: list[Batch] = []
    shrink(list(range(30)), always, shape=ITEMS, keep=asked.append)
    refused = [batch.key for batch in asked if not any(batch.failed)]
    assert len(refused) == len(set(refused))


def test_results_are_frozen() -> None:
    found = shrink(list(range(10)), always)
    for part in (found, found.measured, found.changes[0], LOOSE):
        name = dataclasses.fields(part)[0].name
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, name, 0)


def test_wrong_calls_are_refused() -> None:
    with pytest.raises(UsageError, match="budget=0"):
        shrink([1], always, budget=0)
    with pytest.raises(UsageError, match="1 entries for 12 trials"):
        shrink([1], lambda _, __: [True])
    with pytest.raises(UsageError, match="acceptance low"):
        Acceptance(0.9, 0.5, 0.05, 0.05)


@pytest.mark.parametrize("test", [LOOSE, TIGHT, CONFIRM])
@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0])
def test_the_sequential_test_errs_no_more_often_than_it_says(test: Acceptance, rate: float) -> None:
    """The exact chances, by walking over all counts; Wald's promise is slip/(1-miss) and miss/(1-slip)."""

    def accepted(true: float) -> float:
        line, total = test.against(rate), 0.0
        open_: dict[int, float] = {0: 1.0}
        for trials in range(1, line.most + 1):
            ahead: dict[int, float] = {}
            for failures, weight in open_.items():
                for more, share in ((1, true), (0, 1 - true)):
                    decided = line.decide(failures + more, trials)
                    if decided is None:
                        ahead[failures + more] = ahead.get(failures + more, 0.0) + weight * share
                    elif decided:
                        total += weight * share
            open_ = ahead
        return total

    assert accepted(test.low * rate) <= test.slip / (1 - test.miss) + 1e-9
    # Patience ends some of them as well.
    assert accepted(min(test.high * rate, 0.999)) >= 1 - test.miss / (1 - test.slip) - 0.03


@pytest.mark.parametrize("test", [LOOSE, TIGHT, CERTAIN, CONFIRM])
@given(st.integers(0, 20), st.integers(0, 60))
def test_no_trial_of_a_batch_is_wasted(test: Acceptance, failures: int, passes: int) -> None:
    """With one trial less than ``least_more`` nothing is decided, whatever they show."""
    line, trials = test.against(0.4), failures + passes
    if line.decide(failures, trials) is None:
        more = line.least_more(failures, trials)
        assert all(line.decide(failures + k, trials + more - 1) is None for k in range(more))
