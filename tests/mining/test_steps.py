"""The first wrong step: by divergence from what passed, by rules, by replay; and judged against labels."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.mining.step_credit import Labelled, baselines, compare_attributions, find_doom
from ninemarch.mining.steps import Step, clues_of, first_divergence, read_steps


def steps(words: str) -> list[Step]:
    """``a b=1 c!`` is: a; b with the result 1; c with an error."""
    found = []
    for word in words.split():
        name, _, result = word.rstrip("!").partition("=")
        found.append(Step(name, name, result or None, "broken" if word.endswith("!") else ""))
    return found


@pytest.mark.parametrize(
    ("failed", "passed", "step", "what", "instead"),
    [
        ("a b c", ["a x c", "a x d"], 1, "does something else", ("x",)),
        ("a b c", ["a b x", "a q"], 2, "does something else", ("x",)),
        ("a b", ["a b c"], 2, "ends early", ("c",)),
        ("a b c", ["a b"], 2, "goes on", ("the end",)),
        ("a=1 b", ["a=2 b c"], 2, "ends early", ("c",)),
        ("a=1 b", ["a=2 b", "a=2 b"], 0, "gets another result", ("2",)),
        ("a=1 b", ["a=2 c", "a=3 c"], 1, "does something else", ("c",)),
        ("a b! c", ["a b c"], 1, "gets another result", ("nothing",)),
        ("", ["a"], 0, "ends early", ("a",)),
    ],
)
def test_where_a_failed_trial_departs(failed: str, passed: list[str], step: int, what: str, instead: object) -> None:
    found = first_divergence(steps(failed), [*map(steps, passed)])
    assert found is not None
    assert (found.step, found.what, found.instead) == (step, what, instead)
    assert 1 <= found.shared <= found.passed == len(passed)


@pytest.mark.parametrize(("failed", "passed"), [("a b", ["a b"]), ("a b", []), ("a b", ["x", "a b", "a"])])
def test_what_a_passing_trial_did_too_is_nothing_wrong(failed: str, passed: list[str]) -> None:
    assert first_divergence(steps(failed), [*map(steps, passed)]) is None


WALKS = st.lists(st.sampled_from("abc"), max_size=6).map(" ".join)


@given(WALKS, st.lists(WALKS, min_size=1, max_size=4))
def test_up_to_the_divergence_it_is_a_passing_trial_and_no_further(failed: str, passed: list[str]) -> None:
    mine, theirs = failed.split(), [each.split() for each in passed]
    found = first_divergence(steps(failed), [*map(steps, passed)])
    if found is None:
        assert mine in theirs
    else:
        assert any(each[: found.step] == mine[: found.step] for each in theirs)
        if found.step < len(mine):
            assert all(each[: found.step + 1] != mine[: found.step + 1] for each in theirs)


def test_steps_are_read_whatever_the_target_wrote() -> None:
    said = [
        {"name": "pay", "input": {"b": 1, "a": 2}, "output": {"error": "declined"}, "seconds": 0.4, "id": "x1"},
        {"name": "pay", "input": {"a": 2, "b": 1}, "output": {"ok": False}, "seconds": 0.9, "id": "x2"},
        {"role": "assistant", "content": "I try again"},
        {"role": "tool", "content": "TimeoutError: no answer"},
        "free text",
        7,
    ]
    first, second, own, world, text, number = read_steps(json.dumps(said))
    assert (first.name, first.error, second.error) == ("pay", "declined", "no success")
    assert first.action == second.action
    assert (own.own, own.error, world.own, world.error) == (True, "", False, "TimeoutError: no answer")
    assert text.name == "free text"
    assert number.action == "7"
    assert read_steps(said) == (first, second, own, world, text, number)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "role", "error", "output", "content", "x"]), inner, max_size=4)
        ),
    )
)
def test_hostile_steps_break_nothing(said: object) -> None:
    found = read_steps(said)
    assert all(0 <= clue.step < len(found) for clue in clues_of(found, [found[:1]]))
    assert first_divergence(found, [found]) is None


def test_clues_come_strongest_first_and_each_step_once() -> None:
    failed = read_steps(
        [
            {"name": "search", "output": []},
            {"role": "assistant", "content": "pay it"},
            {"role": "tool", "content": "Error: no card"},
            {"name": "search", "output": []},
        ]
    )
    assert [(clue.step, clue.rule) for clue in clues_of(failed)] == [
        (1, "error"),
        (3, "repeat"),
        (0, "nothing came back"),
    ]
    passed = [failed[:3], failed[:1]]
    assert clues_of(failed, passed)[0].rule == "divergence"
    assert clues_of(failed, passed)[0].step == 3


def world(doom: int, *, rescue: float, seed: int) -> Callable[[int, int], Sequence[bool]]:
    """Trials fail by chance (``rescue``) before the doomed step is forced, and nearly always after it."""
    rng = random.Random(seed)
    return lambda forced, many: [rng.random() < (0.97 if forced > doom else 1 - rescue) for _ in range(many)]


@pytest.mark.parametrize("doom", [0, 3, 11])
def test_replaying_from_each_step_finds_the_one_that_dooms(doom: int) -> None:
    found = [find_doom(12, world(doom, rescue=0.8, seed=seed)) for seed in range(30)]
    assert sum(each.step == doom for each in found) >= 27
    assert all(each.trials <= 500 for each in found)
    assert all(rate.interval.lower <= rate.failures / rate.trials <= rate.interval.upper for rate in found[0].forced)


def test_a_replay_that_finds_nothing_says_why() -> None:
    assert "did not fail again" in find_doom(5, lambda _, many: [False] * many).why
    assert "no step forced" in find_doom(5, world(2, rescue=0.0, seed=1)).why
    short = find_doom(50, world(20, rescue=0.9, seed=1), budget=25)
    assert "budget of 25 trials" in short.why
    assert short.trials <= 25
    with pytest.raises(UsageError, match="steps=0"):
        find_doom(0, world(0, rescue=1, seed=0))


def labelled(many: int) -> list[Labelled]:
    rng = random.Random(3)
    made = []
    for number in range(many):
        long = rng.randint(4, 12)
        walk = [Step(f"s{place}", f"s{place} of {number}", "1") for place in range(long)]
        made.append(Labelled(tuple(walk), rng.randrange(long), f"task {number // 2}"))
    return made


def test_a_judge_is_believed_only_if_it_beats_every_baseline() -> None:
    cases = labelled(60)
    rng = random.Random(4)
    good = [[case.wrong] if rng.random() < 0.6 else [0] for case in cases]
    guess = [[rng.randrange(len(case.steps))] for case in cases]
    rows = {row.name: row for row in compare_attributions(cases, {"good": good, "guess": guess})}
    assert rows["good"].believed
    assert not rows["guess"].believed
    assert not any(rows[name].believed for name in baselines(cases))
    assert rows["good"].exact >= 36
    assert rows["good"].interval.lower < rows["good"].exact / 60 < rows["good"].interval.upper
    assert rows["first step"].top >= rows["first step"].exact


def test_a_baseline_never_learns_from_its_own_group() -> None:
    step = Step("a", "a")
    cases = [Labelled((step,) * 5, 4, "same"), Labelled((step,) * 5, 4, "same"), Labelled((step,) * 5, 2, "other")]
    assert baselines(cases)["most common place of the others"] == [(2,), (2,), (4,)]


def test_wrong_comparisons_are_refused() -> None:
    cases = labelled(3)
    with pytest.raises(UsageError, match="2 entries for 3 cases"):
        compare_attributions(cases, {"judge": [[0], [0]]})
    with pytest.raises(UsageError, match="baseline"):
        compare_attributions(cases, {"rules": [[0]] * 3})
    with pytest.raises(UsageError, match="labelled"):
        compare_attributions([], {})
