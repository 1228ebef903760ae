"""What a person reads about a wrong suite file: place, value, what is allowed, and no noise."""

# ruff: noqa: E501 - one case a line

import pytest

from ninemarch.errors import SuiteError
from ninemarch.suite import load
from ninemarch.suite.messages import known_keys

HEAD = """\
ninemarch: 1
suite: tiny
checks: [{exact: {}}]
scenarios:
  - inline:
      - {id: a, input: 1}
"""


@pytest.fixture
def said(write_suite, tmp_path):
    """Return what is said about a suite file."""

    def say(text):
        with pytest.raises(SuiteError) as caught:
            load(write_suite(tmp_path, text))
        return str(caught.value).replace(str(tmp_path), "")

    return say


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("      - {id: 1.10, input: 1}", 'line 7: scenarios[0].inline[1].id=1.10 is read as 1.1, not as text; put it in quotes: "1.10"'),
        ("      - {id: 017, input: 1}", 'id=017 is read as 17, not as text; put it in quotes: "017"'),
        ("      - {id: true, input: 1}", 'id=true is read as true, not as text; put it in quotes: "true"'),
        ("      - {id: null, input: 1}", 'id=null is read as null, not as text; put it in quotes: "null"'),
        ("      - {id: ~, input: 1}", 'id=~ is read as null, not as text; put it in quotes: "~"'),
        ("      - {id: '', input: 1}", "id='' is empty; write a text"),
        ("      - {id: b, inptu: 1}", "unknown key 'inptu' in scenarios[0].inline[1]; did you mean 'input'?; known: id, input,"),
        ("      - {id: b}", "line 7: 'input' is missing in scenarios[0].inline[1]; add it"),
        ("      - {id: b, input: .nan}", "input=NaN should be a finite number"),
        ("profile: {lang: {de: -0.5, en: 1.5}}", "line 7: profile.lang.de=-0.5 should be greater than or equal to 0"),
        ("profile: {lang: {de: .nan}}", "profile.lang.de=NaN should be a finite number"),
        ("gates: [{id: g, success: 99.9}]", "gates[0].success=99.9 must lie above 0 and below 1; write 0.999"),
        ("gates: [{id: g, success: 0.9, confidence: 95}]", "gates[0].confidence=95 must lie above 0 and below 1; write 0.95"),
        ("gates: [{id: g, sucess: 0.9}]", "unknown key 'sucess' in gates[0]; did you mean 'success'?"),
        ("gates: [{id: g}]", "gates[0] asks for nothing; a gate needs exactly one of: success (e.g. 0.999); nines (e.g. 3); all_trials with"),
        ("limits: {timout: 3s}", "unknown key 'timout' in limits; did you mean 'timeout'?; known: timeout, concurrency, errors_max"),
        ("tagret: {control: 'null'}", "unknown key 'tagret' in the suite; did you mean 'target'?"),
        ("target: {python: bots}", "target.python=bots must be a reference to code of the form module:name"),
        ("oracle: {}", "line 7: 'python' is missing in oracle; add it"),
    ],
)  # fmt: skip
def test_a_message_names_place_value_and_fix(said, line, words):
    text = said(HEAD + line + "\n")
    assert text.startswith("/suite.yaml, line 7:")
    assert words in text


def test_a_value_of_two_possible_forms_gives_one_problem(said):
    assert said(HEAD + "profile: {lang: {de: -0.5, en: 1.5}}\n").count("\n") == 0


def test_an_empty_list_says_so(said):
    assert "line 4: scenarios has too few entries; give at least 1" in said(
        "ninemarch: 1\nsuite: t\nchecks: [{exact: {}}]\nscenarios: []\n"
    )


def test_hints_come_from_the_keys_of_that_place_only(said):
    # 'profile' is a key of the suite, not of a gate: it must not be suggested to itself.
    text = said(HEAD + "gates: [{id: g, success: 0.9, profile: x}]\n")
    assert "did you mean" not in text
    assert "known: id, success, nines, all_trials, latency" in text


def test_many_problems_are_cut_with_a_count(said):
    text = said(HEAD + "".join(f"      - {{id: {i}.5, input: 1}}\n" for i in range(20)))
    assert text.count("\n") == 8
    assert text.endswith("... and 12 more")


def test_hostile_keys_and_values_are_shown_in_letters(said):
    text = said(HEAD + 'gates: [{id: g, success: 0.9, "\\e[2J\\u202e": 1, on_fail: "\\e[31m"}]\n')
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[2J\\u202e" in text


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        ((), ["ninemarch", "suite", "title"]),
        (("releases", 0, "target"), ["python", "control", "openai"]),
        (("checks", 0, "json_schema"), ["file", "schema"]),
        (("scenarios", 0, "inline", 3), ["id", "input", "expect"]),
    ],
)
def test_known_keys_follow_the_schema(path, keys):
    assert known_keys(path)[: len(keys)] == keys
