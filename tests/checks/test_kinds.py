"""Every kind of check as a suite file says it, seen to accept and to reject."""

# ruff: noqa: E501 - one case a line

import pytest

from ninemarch.checks import compile_checks
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Ended, NoVerdict, Outcome, Scenario, Suite, Verdict
from ninemarch.suite.check_schema import KINDS, CheckModel
from ninemarch.suite.check_specs import check_spec

NOTHING = object()
CALLS = [{"name": "look_up", "input": {"order": 7}}, {"name": "refund", "input": {"order": 7, "sum": 3}}]
CHAT = [
    {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "refund", "arguments": '{"order": 7}'}}]},
    {"role": "tool", "name": "cancel", "content": "x"},
]


def ruling(check, expect=None, output="x", tmp_path=None, **outcome):
    """What one check, written as in a suite file, makes of an outcome."""
    spec = check if isinstance(check, CheckSpec) else check_spec(CheckModel.model_validate(check), tmp_path)
    judge = compile_checks(Suite("s", (), (spec,), folder=tmp_path))
    return judge(Scenario("a", {"order": 7}, expect=expect), Outcome(Ended.ANSWERED, output, **outcome))


ACCEPTS = [
    ({"contains": {}}, "Canberra", "It is Canberra."),
    ({"contains": {}}, 4, "2+2=4"),
    ({"contains": {}}, ["a", "b"], "b, a"),
    ({"contains": "is"}, None, "It is."),
    ({"contains": ["it", "is"]}, None, "it is"),
    ({"contains": {"text": "IT", "fold": ["case"]}}, None, "it"),
    ({"contains": {"words": True}}, 4, "14 or 4?"),
    ({"contains": "7"}, None, {"total": 7}),
    ({"not_contains": "as an AI"}, None, "Sure."),
    ({"not_contains": {}}, "secret", "nothing to see"),
    ({"regex": r"^\d+$"}, None, "42"),
    ({"regex": ["a", "b"]}, None, "ba"),
    ({"regex": {"pattern": "b", "full": True}}, None, "b"),
    ({"regex": "(?i)größe"}, None, "GRÖßE"),
    ({"not_regex": "(?i)as an ai"}, None, "Sure."),
    ({"not_regex": "a"}, None, "\ud800"),
    ({"json_path": "$.a.b"}, None, {"a": {"b": None}}),
    ({"json_path": ["$.a", "$..c"]}, None, '{"a": [{"c": 1}]}'),
    ({"at": "$.total", "number": {"abs": 0.1}}, 3, {"total": 3.05}),
    ({"at": "$.items[*].id", "set": {}}, ["x", "y"], {"items": [{"id": "y"}, {"id": "x"}]}),
    ({"at": "$", "json_schema": {"schema": {"type": "object"}}}, None, "{}"),
    ({"at": "$.answer", "exact": {}, "expect": "Canberra"}, "other", {"answer": "Canberra"}),
    ({"exact": {}, "expect_at": "$.answer"}, {"answer": "x", "total": 3}, "x"),
    ({"set": {}}, [1, "b", {"c": 2}], [{"c": 2}, "b", 1.0, 1]),
    ({"set": {"extra": True}}, ["a"], ["b", "a"]),
    ({"set": {"missing": True, "fold": ["case"]}}, ["a", "b"], ["B"]),
    ({"order": {}}, ["a", "b"], ["x", "a", "y", "b"]),
    ({"order": {"fold": ["case"]}}, ["A", "A"], ["a", "a"]),
    ({"any": [{"exact": {}}, {"contains": "x"}]}, "y", "x"),
    ({"all": [{"exact": {}}, {"contains": "x"}]}, "x", "x"),
    ({"not": {"contains": "y"}}, None, "x"),
    ({"not": {"any": [{"contains": "y"}, {"contains": "z"}]}}, None, "x"),
    ({"spent": {"latency": "1s"}}, None, "x"),
]
REJECTS = [
    ({"contains": {}}, "Canberra", "Sydney", "does not contain Canberra: Sydney"),
    ({"contains": {}}, ["a", "b"], "a", "does not contain b: a"),
    ({"contains": {"words": True}}, 4, "14", "does not contain 4: 14"),
    ({"contains": {"words": True}}, "on", "one, upon", "does not contain on"),
    ({"not_contains": ["b", "a"]}, None, "a", "contains a: a"),
    ({"not_contains": "a"}, None, ["a"], 'contains a: ["a"]'),
    ({"regex": r"^\d+$"}, None, "4a", r"does not match ^\d+$: 4a"),
    ({"regex": {"pattern": "b", "full": True}}, None, "abc", "does not match b: abc"),
    ({"not_regex": "(?i)as an ai"}, None, "As an AI, no", "matches (?i)as an ai: As an AI, no"),
    ({"json_path": "$.a.b"}, None, {"a": 1}, 'nothing at $.a.b: {"a": 1}'),
    ({"json_path": "$.a"}, None, "no JSON", "not JSON: no JSON"),
    ({"json_path": "$..a"}, None, "[" * 5000, "not JSON"),
    ({"at": "$.total", "number": {}}, 3, {"total": 4}, "expected 3 within 0, got 4"),
    ({"at": "$.total", "number": {}}, 3, {"sum": 3}, "nothing at $.total"),
    ({"exact": {}, "expect_at": "$.answer"}, {"answer": "x"}, "y", "expected x, got y"),
    ({"set": {}}, [1, 2], [1], "2 is missing in [1]"),
    ({"set": {}}, [1], [1, True], "true is not expected, in [1, true]"),
    ({"set": {}}, [1], "1", "expected a list, got 1"),
    ({"set": {"missing": True}}, [1], [2], "2 is not expected"),
    ({"order": {}}, ["a", "b"], ["b", "a"], "b is missing, or too early"),
    ({"order": {}}, ["a", "a"], ["a"], "a is missing, or too early"),
    ({"any": [{"exact": {}}, {"contains": "z"}]}, "y", "x", "expected y, got x and does not contain z: x"),
    ({"all": [{"exact": {}}, {"contains": "z"}]}, "x", "x", "does not contain z: x"),
    ({"not": {"contains": "x"}}, None, "x", "what must not hold does"),
    ({"not": {"exact": {}}}, "x", "x", "what must not hold does"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "expect", "output"), ACCEPTS, ids=str)
def test_it_accepts(check, expect, output):
    found = ruling(check, expect, output)
    assert (found.verdict, found.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize(("check", "expect", "output", "words"), REJECTS, ids=str)
def test_it_rejects(check, expect, output, words):
    found = ruling(check, expect, output)
    assert found.verdict is Verdict.FAIL
    assert words in found.reason


@pytest.mark.parametrize(
    ("check", "steps", "verdict", "words"),
    [
        ({"must": ["look_up", "refund"]}, CALLS, Verdict.PASS, ""),
        ({"must": ["cancel"]}, CALLS, Verdict.FAIL, "did not call cancel; called look_up, refund"),
        ({"must": [{"name": "refund", "input": {"order": 7}}]}, CALLS, Verdict.PASS, ""),
        ({"must": [{"name": "refund", "input": {"order": 8}}]}, CALLS, Verdict.FAIL, 'did not call refund with {"order": 8}'),
        ({"never": ["cancel"]}, CALLS, Verdict.PASS, ""),
        ({"never": ["refund"]}, CALLS, Verdict.FAIL, "called refund"),
        ({"at_most": {"refund": 1, "*": 2}}, CALLS, Verdict.PASS, ""),
        ({"at_most": {"refund": 1}}, CALLS * 2, Verdict.FAIL, "called refund 2 times; at most 1 allowed"),
        ({"at_most": {"*": 1}}, CALLS, Verdict.FAIL, "called tools 2 times; at most 1 allowed"),
        ({"must": [{"name": "refund", "input": {"order": 7}}], "never": ["cancel"]}, CHAT, Verdict.PASS, ""),
        ({"at_most": {"*": 1}}, [{"name": "model", "output": "x"}, *CALLS[:1], {"name": "model"}], Verdict.PASS, ""),
        ({"never": ["cancel"]}, [], Verdict.PASS, ""),
        ({"must": ["cancel"]}, [], Verdict.FAIL, "did not call cancel; called nothing"),
        ({"never": ["cancel"]}, None, Verdict.UNSCORED, "the target did not report its steps"),
        ({"must": ["a"]}, [7, None, {"name": 3}, {"tool_calls": [["a"]]}], Verdict.FAIL, "did not call a"),
    ],
)  # fmt: skip
def test_tools(check, steps, verdict, words):
    found = ruling({"tools": check}, steps=steps)
    assert found.verdict is verdict
    assert words in found.reason


def test_tools_that_each_scenario_expects_itself():
    assert (
        ruling({"tools": {}, "expect_at": "$.calls"}, {"calls": {"must": ["refund"]}}, steps=CALLS).verdict
        is Verdict.PASS
    )
    assert ruling({"tools": {}}, {"never": ["refund"]}, steps=CALLS).verdict is Verdict.FAIL
    assert ruling({"tools": {}}, {"must_not": ["refund"]}, steps=CALLS).verdict is Verdict.ERROR


@pytest.mark.parametrize(
    ("limits", "outcome", "verdict", "words"),
    [
        ({"latency": "500ms", "cost_usd": 0.01, "tokens": 10, "steps": 2}, {"seconds": 0.5, "cost_usd": 0.01, "tokens": 10, "steps": CALLS}, Verdict.PASS, ""),
        ({"latency": "500ms"}, {"seconds": 0.51}, Verdict.FAIL, "latency 0.51 s; at most 0.5 allowed"),
        ({"cost_usd": 0.01}, {"cost_usd": 0.02}, Verdict.FAIL, "cost_usd 0.02 USD; at most 0.01 allowed"),
        ({"cost_usd": 0.01}, {}, Verdict.UNSCORED, "the target did not say its cost_usd"),
        ({"cost_usd": 0.01, "tokens": 5}, {"tokens": 6}, Verdict.FAIL, "tokens 6 tokens; at most 5 allowed"),
        ({"steps": 1}, {"steps": CALLS}, Verdict.FAIL, "steps 2 steps; at most 1 allowed"),
    ],
)  # fmt: skip
def test_spent(limits, outcome, verdict, words):
    found = ruling({"spent": limits}, **outcome)
    assert found.verdict is verdict
    assert words in found.reason


@pytest.mark.parametrize(
    ("check", "expect", "words"),
    [
        ({"contains": {}}, "", "of which nothing is left"),
        ({"contains": {"text": "?!", "fold": ["punctuation"]}}, None, "of which nothing is left"),
        ({"contains": {}}, None, "allowed: a text, a number, or a list of them"),
        ({"contains": {}}, [], "allowed: a text, a number, or a list of them"),
        ({"set": {}}, "x", "which is not a list"),
        ({"exact": {}, "expect_at": "$.a"}, {"b": 1}, "in the scenario's expectation: nothing at $.a"),
    ],
)
def test_what_the_scenario_does_wrong_is_no_failure_of_the_target(check, expect, words):
    found = ruling(check, expect)
    assert found.verdict is Verdict.ERROR
    assert words in found.reason


def _unsure(scenario, output):
    raise NoVerdict("cannot tell")


UNSURE, BROKEN = CheckSpec("python", function=_unsure), CheckSpec("python", function=lambda scenario, output: 1 / 0)
YES, NO = (
    CheckSpec("python", function=lambda scenario, output: True),
    CheckSpec("python", function=lambda scenario, output: False),
)


@pytest.mark.parametrize(
    ("kind", "parts", "verdict"),
    [
        ("any", (NO, UNSURE), Verdict.UNSCORED),
        ("any", (BROKEN, NO), Verdict.ERROR),
        ("any", (BROKEN, YES), Verdict.PASS),
        ("any", (NO, NO), Verdict.FAIL),
        ("all", (UNSURE, YES), Verdict.UNSCORED),
        ("all", (UNSURE, BROKEN), Verdict.ERROR),
        ("all", (UNSURE, BROKEN, NO), Verdict.FAIL),
        ("not", (UNSURE,), Verdict.UNSCORED),
        ("not", (BROKEN,), Verdict.ERROR),
        ("not", (YES,), Verdict.FAIL),
        ("not", (NO,), Verdict.PASS),
    ],
)
def test_what_is_undecided_stays_undecided(kind, parts, verdict):
    assert ruling(CheckSpec(kind, parts=parts)).verdict is verdict


def test_any_asks_no_further_once_one_has_passed():
    assert ruling(CheckSpec("any", parts=(YES, CheckSpec("python", function=pytest.fail)))).verdict is Verdict.PASS


def test_a_function_may_ask_for_the_whole_outcome():
    spec = CheckSpec("python", function=lambda scenario, output, outcome: outcome.tokens == 3 and output == "x")
    assert ruling(spec, tokens=3).verdict is Verdict.PASS
    assert ruling(spec, tokens=4).verdict is Verdict.FAIL
    assert (
        ruling(CheckSpec("python", function=lambda scenario, output, strict=True: strict is True)).verdict
        is Verdict.PASS
    )


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ({"regex": "(?=a)"}, "is not a pattern of RE2: invalid perl operator: (?=; look-around and back-references"),
        ({"not_regex": "("}, "is not a pattern of RE2: missing ): ("),
        ({"json_path": "$.a["}, "is not a JSON path (RFC 9535)"),
        ({"at": "$..", "exact": {}}, "is not a JSON path (RFC 9535)"),
        ({"any": [{"regex": "("}]}, "is not a pattern of RE2"),
        ({"read": {"file": "x", "folder": "nowhere"}, "exact": {}}, "nowhere: no such folder"),
    ],
)
def test_what_cannot_be_compiled_is_refused_before_any_trial(check, words, tmp_path):
    with pytest.raises(SuiteError) as caught:
        ruling(check, tmp_path=tmp_path)
    assert words in str(caught.value)


def test_hostile_text_takes_no_exponential_time():
    # Python's own engine needs 2^n steps here: a minute at some 30 letters, and this is a million.
    assert ruling({"not_regex": "(a+)+$"}, output="a" * 1_000_000 + "!").verdict is Verdict.PASS
    assert ruling({"regex": r"(x|x|x)*y$"}, output="x" * 1_000_000).verdict is Verdict.FAIL


def test_every_kind_of_a_suite_file_is_tried_here():
    tried = {key for case in [*ACCEPTS, *REJECTS] for key in case[0]}
    assert set(KINDS) - tried <= {"exact", "number", "json_schema", "python", "tools", "judge"}  # elsewhere here
