"""What kind a failure is, and how a wrong answer differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import F, plan_of, trial, write_run

from ninemarch import table
from ninemarch.evidence import read_failures
from ninemarch.mining.differences import differences, kinds_of
from ninemarch.mining.signature import alike, sign
from ninemarch.model import Failure

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def failure(ended: str = "answered", **texts: Any) -> Failure:
    fields = {"reason": "", "input": "", "expect": "", "output": "", "detail": "", **texts}
    return Failure(0, "s", "fail", ended == "answered", "major", {}, ended=ended, **fields)


@pytest.mark.parametrize(
    ("expect", "output", "kind"),
    [
        ("2024-03-05", "2024-05-03", "day and month swapped"),
        ("2024-03-05", "1924-03-05", "another century"),
        ("2024-03-05", "2024-03-06", "another day"),
        ("😀", "\ud83d\ude00", "halves of a surrogate pair instead of one character"),
        ("Rome", "rome", "upper and lower case"),
        ("a b", "ab", "spaces"),
        ("é", "e", "accents or form of characters"),
        ("abc", "b", "part of the text missing"),
        ("b", "abc", "more than the text"),
        (1, "1", "a text instead of a number"),
        (True, 1, "a number instead of true or false"),
        ([1, 2], [2, 1], "items in another order"),
        ({"a": 1}, {}, "key missing"),
        (2, -2, "sign of a number"),
    ],
)
def test_the_kind_of_a_difference(expect: Any, output: Any, kind: str):
    assert [found for found, _ in differences(expect, output)] == [kind]


def test_the_same_mistake_at_another_place_is_the_same_kind():
    one, two = ({"items": [{"n": 1}, {"n": 2}]}, {"items": [{"n": 1}, {"n": None}]}), ({"m": 3}, {"m": None})
    first, second = (kinds_of(json.dumps(a), json.dumps(b)) for a, b in (one, two))
    assert first is not None
    assert second is not None
    assert first[0] == second[0] == ("null instead of a number",)
    assert first[1] == ("$.items[].n",)


@given(JSON)
def test_a_value_does_not_differ_from_itself(value: Any):
    assert differences(value, value) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_that_is_no_json_has_no_kind_and_breaks_nothing(expect: str, output: str):
    found = kinds_of(expect, output)
    assert found is None or len(found) == 2


def trace(line: int, kind: str = "ValueError") -> str:
    return (
        "Traceback (most recent call last):\n"
        '  File "bot/app.py", line 3, in answer\n'
        f'  File "bot/parse.py", line {line}, in parse\n'
        '  File "json/decoder.py", line 355, in raw_decode\n'
        f"{kind}: it says {line} things\n"
    )


def test_a_traceback_is_known_by_its_type_and_the_target_s_own_innermost_frame():
    first, again, other = sign(failure("exception", detail=trace(n)) for n in (7, 7, 9))
    assert first.name == "ValueError at bot/parse.py:7 in parse"
    assert first == again
    assert first.id != other.id
    assert not first.wording


def test_messages_are_grouped_by_wording_and_say_so():
    one, two = sign(failure("abstained", detail=f"cannot read {word}") for word in ("May", "June"))
    assert one == two
    assert one.name == "refused: cannot read …"
    assert one.wording


def test_an_id_stays_the_same_in_another_run():
    wrong = failure(expect='"2024-03-05"', output='"2024-05-03"')
    alone = sign([wrong])[0]
    among = sign([failure("timeout"), failure("exception", detail="odd"), wrong])[2]
    assert alone.id == among.id
    assert alone.name == "wrong: day and month swapped"


@given(
    st.lists(
        st.builds(
            failure,
            st.sampled_from(["answered", "exception", "abstained", "timeout", ""]),
            detail=st.text(max_size=80),
            reason=st.text(max_size=30),
        ),
        max_size=10,
    )
)
def test_hostile_text_gets_a_signature_with_a_name(failures: list[Failure]):
    found = sign(failures)
    assert len(found) == len(failures)
    assert all(each.name and len(each.id) == 8 for each in found)


def test_halves_of_a_surrogate_pair_survive_the_record(tmp_path: Path):
    wrong = trial(0, F, expect={"a": "😀"}, output={"a": "\ud83d\ude00"})
    recorded = read_failures(table.ensure(write_run(tmp_path / "run", plan_of(1), [wrong])))
    assert json.loads(recorded[0].expect) == {"a": "😀"}
    assert recorded[0].output == '{"a": "\\ud83d\\ude00"}'
    assert sign(recorded)[0].name == "wrong: halves of a surrogate pair instead of one character"
    spelled = failure(expect='"😀"', output=r'"\\ud83d"')  # a backslash and letters are no half
    assert sign([spelled])[0].name == "wrong: another text"


TRACE = 'Traceback (most recent call last):\n  File "bots.py", line {}, in answer\n    x\nKeyError: {}\n'
BOTH = failure(expect='{"a": 1, "b": "x"}', output='{"a": "1"}')


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (BOTH, BOTH, True),
        (BOTH, failure(expect='{"a": 1}', output='{"a": "1"}'), True),
        (BOTH, failure(expect='{"b": "x"}', output="{}"), True),
        (BOTH, failure(expect='{"b": "x"}', output='{"b": "y"}'), False),
        (BOTH, failure("timeout"), False),
        (BOTH, failure(expect='{"b": "x"}', output="{}", check="other"), False),
        (
            failure("exception", detail=TRACE.format(3, 1)),
            failure("exception", detail=TRACE.format(3, 2)),
            True,
        ),
        (
            failure("exception", detail=TRACE.format(3, 1)),
            failure("exception", detail=TRACE.format(4, 1)),
            False,
        ),
        (
            failure("abstained", reason="no room on day 4 of the week"),
            failure("abstained", reason="no room on day 71 of the week"),
            True,
        ),
        (failure("abstained", reason="no room on day 4"), failure("abstained", reason="who is asking?"), False),
    ],
)
def test_a_failure_is_alike_when_it_is_of_the_same_kind_or_has_some_of_its_differences(
    one: Failure, other: Failure, same: bool
):
    assert alike(one, other) is same
