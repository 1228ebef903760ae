"""The built-in comparisons: equality as JSON, folding, numbers with a tolerance, JSON schemas."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.checks.compare import exact, json_schema, number, same
from ninemarch.errors import SuiteError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_every_value_equals_its_copy(value):
    assert same(value, json.loads(json.dumps(value)))
    assert exact()(value, value) is None


@given(JSON, JSON)
def test_equality_is_symmetric(a, b):
    assert same(a, b) == same(b, a)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        (1, 1.0, True),
        (0, -0.0, True),
        (True, 1, False),
        (False, 0, False),
        (None, False, False),
        (None, "", False),
        ("1", 1, False),
        ([], {}, False),
        ([], "", False),
        ([1, 2], (1, 2), True),
        ([1, 2], [2, 1], False),
        ({"a": 1, "b": 2}, {"b": 2.0, "a": 1}, True),
        ({"a": None}, {}, False),
        ("é", "e\u0301", False),
        (math.nan, math.nan, False),
        (b"x", "x", False),
    ],
)
def test_equality_is_that_of_json(a, b, equal):
    assert same(a, b) is equal
    assert (exact()(a, b) is None) is equal


@pytest.mark.parametrize(
    ("fold", "expect", "output", "equal"),
    [
        (["case"], "Straße", "STRASSE", True),
        (["case"], "a b", "ab", False),
        (["space"], " a\t\nb ", "a b", True),
        (["space"], "ab", "a b", False),
        (["punctuation"], "a.b!", "ab", True),
        (["punctuation"], "a$b", "ab", False),  # a symbol, not punctuation
        (["case", "space", "punctuation"], {"k": ["Canberra."]}, {"k": [" canberra "]}, True),
        (["punctuation", "space"], "a - b", "a b", True),
        ([], "A", "a", False),
        (["case"], 1, "1", False),
    ],
)
def test_folding_ignores_what_it_names_and_no_more(fold, expect, output, equal):
    assert (exact(fold)(expect, output) is None) is equal


def test_a_mismatch_says_both_sides_in_printable_text():
    said = exact()("x", "\x1b[2J\u202e")
    assert said == "expected x, got \\x1b[2J\\u202e"


@pytest.mark.parametrize(
    ("abs_", "rel", "expect", "output", "passes"),
    [
        (0, 0, 3, 3.0, True),
        (0.1, 0, 3, 3.1, True),
        (0.1, 0, 3, 3.11, False),
        (0, 0.01, 200, 202, True),
        (0, 0.01, -200, -202.1, False),
        (0.5, 0.01, 10, 10.5, True),  # the larger of the two counts
        (0, 0, 3, "3.0", True),
        (0, 0, 3, " 3 ", True),
        (1, 0, 3, "three", False),
        (1, 0, 1, True, False),
        (1e9, 1, 3, math.nan, False),
        (1e9, 1, 3, math.inf, False),
        (1e9, 1, 3, "nan", False),
        (1, 0, 3, None, False),
        (1, 0, 3, [3], False),
        (1, 0, 3, "9" * 5000, False),
        (1, 0, 3, 10**400, False),
    ],
)
def test_numbers_agree_within_the_tolerance(abs_, rel, expect, output, passes):
    assert (number(abs_, rel)(expect, output) is None) is passes


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(0, 1e6), st.floats(0, 1))
def test_a_wider_tolerance_never_refuses_what_a_narrower_one_takes(expect, output, abs_, rel):
    if number(abs_, rel)(expect, output) is None:
        assert number(abs_ * 2, rel)(expect, output) is None
        assert number(abs_, rel * 2)(expect, output) is None


def test_an_expectation_that_is_no_number_is_our_error_not_the_targets_failure():
    with pytest.raises(TypeError, match="expects Canberra, which is not a number"):
        number()("Canberra", 3)


SCHEMA = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "integer"}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ({"a": 1}, None),
        ({"a": "x"}, "$.a: 'x' is not of type 'integer'"),
        ({}, "$: 'a' is a required property"),
        ({"a": 1, "b": 2}, "$: Additional properties are not allowed ('b' was unexpected)"),
        ("text", "$: 'text' is not of type 'object'"),
    ],
)
def test_a_json_schema_says_where_and_what(output, said):
    assert json_schema(SCHEMA)(None, output) == said


@pytest.mark.parametrize("schema", [{"type": "nope"}, {"minimum": "x"}, {"$ref": 3}])
def test_a_wrong_schema_is_refused(schema):
    with pytest.raises(SuiteError, match="json_schema: the schema is not valid"):
        json_schema(schema)
