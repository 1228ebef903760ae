"""Hypothesis as a generator: valid values, the same under one seed, and nothing disturbed."""

import random
import subprocess
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from hypothesis import strategies as st

from ninemarch.errors import SuiteError
from ninemarch.mining.strategies import draw_examples, schema_strategy

SCHEMAS = {
    "order": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{3}$"},
            "amount": {"type": "number", "exclusiveMinimum": 0, "maximum": 1000},
            "tags": {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "maxItems": 3},
            "when": {"type": "string", "format": "date"},
        },
        "required": ["id", "amount"],
        "additionalProperties": False,
    },
    "tree": {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "value": {"type": "integer"},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                },
                "required": ["value"],
                "additionalProperties": False,
            }
        },
        "$ref": "#/$defs/node",
    },
    "merged": {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 9, "multipleOf": 2}]},
    "one of two": {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "number", "maximum": 10}]},
    "not": {"type": "integer", "not": {"multipleOf": 2}},
    "conditional": {
        "type": "object",
        "properties": {"kind": {"enum": ["x", "y"]}},
        "required": ["kind"],
        "if": {"properties": {"kind": {"const": "x"}}},
        "then": {"required": ["more"]},
        "else": {"maxProperties": 2},
    },
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "string"}, {"type": "boolean"}],
        "minItems": 3,
        "items": {"type": "null"},
    },
    "no type": {"minLength": 3, "maxLength": 5, "type": ["string", "null"]},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1},
    "steps": {"type": "number", "multipleOf": 0.5, "minimum": 1, "maximum": 3},
    "below": {"type": "integer", "exclusiveMinimum": 1.5, "exclusiveMaximum": 4},
    "anything": {},
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_examples_are_valid_and_the_same_under_one_seed(schema):
    found = draw_examples(schema_strategy(schema), count=30, seed=1)
    assert found
    for value in found:
        jsonschema.validate(value, schema)
    assert repr(draw_examples(schema_strategy(schema), count=30, seed=1)) == repr(found)


def test_examples_reach_every_part_of_a_schema():
    found = draw_examples(schema_strategy(SCHEMAS["order"]), count=60, seed=2)
    assert len({repr(value) for value in found}) >= 50
    assert {name for value in found for name in value} == {"id", "amount", "tags", "when"}
    assert {value["kind"] for value in draw_examples(schema_strategy(SCHEMAS["conditional"]), count=60, seed=2)} == {
        "x",
        "y",
    }


def test_nothing_global_is_disturbed_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002 - the legacy state is what Hypothesis reseeds
    before, legacy = random.getstate(), np.random.get_state()[1].copy()  # noqa: NPY002
    assert len(draw_examples(st.integers(), count=20, seed=1)) == 20
    assert random.getstate() == before
    assert (np.random.get_state()[1] == legacy).all()  # noqa: NPY002
    assert not list(tmp_path.iterdir())


def test_a_function_may_make_the_strategy_and_a_small_one_runs_out():
    assert draw_examples(st.booleans, count=50, seed=1) in ([False, True], [True, False])


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        (3, "it is a int; give a Hypothesis strategy"),
        (lambda: 3, "it is a int"),
        (lambda: 1 / 0, "making the strategy failed: ZeroDivisionError"),
        (st.integers().map(lambda value: 1 // 0), "drawing from the strategy failed: ZeroDivisionError"),
        (st.integers().filter(lambda value: False), "drawing from the strategy failed"),
    ],
)
def test_what_is_no_strategy_is_said(strategy, said):
    with pytest.raises(SuiteError, match=said):
        draw_examples(strategy, count=5, seed=1, name="s")


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "nonsense"}, "the schema is not valid"),
        ({"$ref": "#/$defs/no"}, "leads nowhere"),
        ({"$ref": "https://example.org/x"}, "references inside the schema"),
    ],
)
def test_a_schema_that_cannot_be_used_is_said(schema, said):
    with pytest.raises(SuiteError, match=said):
        draw_examples(schema_strategy(schema), count=5, seed=1)


def test_without_hypothesis_the_message_says_what_to_install():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from ninemarch.mining.strategies import draw_examples, schema_strategy\n"
        "for call in (lambda: draw_examples(1, count=1, seed=1), lambda: schema_strategy({})):\n"
        "    try: call()\n"
        "    except Exception as error: print(type(error).__name__, error)\n"
    )
    root = Path(__file__).resolve().parent.parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.count("SuiteError Hypothesis is not installed") == 2
    assert "ninemarch[hunt]" in done.stdout
