"""Single values of a suite file: every validator is seen to accept and to refuse."""

import copy

# ruff: noqa: E501 - one case a line
import pytest
from pydantic import ValidationError

from ninemarch.suite.schema import SuiteModel, json_schema

BASE = {
    "ninemarch": 1,
    "suite": "tiny",
    "scenarios": [{"inline": [{"id": "a", "input": 1}]}],
    "checks": [{"exact": {}}],
}


def _with(path, value):
    """The smallest suite with ``value`` at ``path``."""
    whole = copy.deepcopy(BASE)
    place = whole
    for part, following in zip(path, [*path[1:], None], strict=True):
        if following is None:
            if isinstance(place, list) and part == len(place):
                place.append(value)
            else:
                place[part] = value
        elif isinstance(place, dict):
            place = place.setdefault(part, [] if isinstance(following, int) else {})
        else:
            if part == len(place):
                place.append({})
            place = place[part]
    return whole


ID = ("scenarios", 0, "inline", 0, "id")
INPUT = ("scenarios", 0, "inline", 0, "input")
WEIGHT = ("scenarios", 0, "inline", 0, "weight")
ATTRIBUTES = ("scenarios", 0, "inline", 0, "attributes")


def _gate(**keys):
    return {"id": "g", "success": 0.9, **keys}


CASES = [
    # path, values that are read, values that are refused
    (("ninemarch",), [1], [2, "1", None, 1.5]),
    (("suite",), ["a", "geo-qa", "A.b_1"], ["", "../x", "a b", "-a", ".a", "a/b", "é", 1, "x" * 501]),
    (("version",), ["1", "1.10"], [1, 1.1, "", None]),
    (("title",), ["", "x"], [1, None]),
    (ID, ["no", "12:30", "NA", "null", "001", "é", "x" * 500], ["", "x" * 501, 1.1, True, None, "\ud800", 7]),
    (INPUT, [None, 1, "x", [1, {"a": None}], ""], [float("nan"), [float("inf")], {1: 2}, {"a": b"x"}, object()]),
    (WEIGHT, [0, 1, 0.5], [-0.1, float("nan"), float("inf"), "1", True, None]),
    (ATTRIBUTES, [{}, {"lang": "de"}], [{"lang": 1}, {"": "x"}, {"lang": ""}, ["de"], {"a": "\ud800"}]),
    (("scenarios",), [[{"file": "x.csv"}], [{"generate": {"python": "a:b"}}]], [[], {}, [{}], [{"file": "x", "inline": []}]]),
    (("scenarios", 0, "subset"), ["canonical", ""], [1, None]),
    (("scenarios", 0, "inline", 0, "severity"), ["critical", "major", "minor"], ["awful", "Major", None]),
    (("scenarios", 1, "generate"), [{"python": "a:b", "count": 3}], [{"python": "a:b", "count": 0}, {"python": "a"}, {}]),
    (("target",), [{"python": "a.b:c.d"}, {"control": "null"}], [{}, {"control": "nul"}, {"python": "a:b", "control": "null"}]),
    (("target", "python"), ["bots:answer", "a.b.c:d"], ["bots", "a:b:c", "1a:b", "a:", ":b", "a b:c", "a;b:c", "os.system('x'):y"]),
    (("limits", "timeout"), ["500ms", "20s", "1.5s", "3m", "1h", 2.5, None], ["10 s", "10x", "-1s", 0, -1, "0s", float("nan")]),
    (("limits", "concurrency"), [1, 16], [0, -1, 1.5, "16", 100_001]),
    (("limits", "errors_max"), [0, 0.01, 1], [-0.1, 1.1, float("nan")]),
    (("trials", "max"), [1, 10**9], [0, -5, 10**9 + 1, 1.5, "100"]),
    (("trials", "per_scenario"), [1, 10_000], [0, 10_001]),
    (("trials", "stop"), ["fixed", "sequential"], ["peeking", ""]),
    (("trials", "look"), [0, 1000], [-1]),
    (("gates",), [[], [_gate()], [{"id": "g", "nines": 3}]], [[{"id": "g"}], [_gate(nines=3)], [{"success": 0.9}]]),
    (("gates",), [[_gate(success=0.999)]], [[_gate(success=v)] for v in (0, 1, 99.9, -0.5, float("nan"), "0.9", True)]),
    (("gates",), [[_gate(confidence=0.95)]], [[_gate(confidence=v)] for v in (0, 1, 95, float("nan"), -1)]),
    (("gates",), [[{"id": "g", "nines": 9}]], [[{"id": "g", "nines": v}] for v in (0, -1, 2.5, 10, 40)]),
    (("gates",), [[_gate(min_share=0)], [_gate(min_share=0.99)]], [[_gate(min_share=v)] for v in (-0.1, 1, float("nan"))]),
    (("gates",), [[_gate(on_fail="warn")]], [[_gate(on_fail="ignore")]]),
    (("gates",), [[_gate(where={"language": "ar"})], [_gate(each=["size"])]], [[_gate(where={"language": 1})], [_gate(each="size")], [_gate(where={"a": "b"}, each=["c"])]]),
    (("profile",), ["traffic", {"lang": {"de": 0.5, "en": 0.5}}, {"lang": "lang.csv"}], [1, {"lang": {"de": -1}}, {"lang": 3}]),
    (("profile",), [{"lang": {"de": 1}}], [{"lang": {"de": float("nan")}}, {"lang": {"de": float("inf")}}, {"lang": {"de": "1"}}]),
    (("seeds",), [{"development": [0, 9], "held_out": [10, 19]}], [{"development": [0]}, {"development": [0, 1, 2]}, {"held_out": [-1, 5]}]),
    (("seeds", "held_out"), [[0, 2**63 - 1]], [[0, 2**63]]),
    (("checks",), [[{"exact": {"fold": ["case", "space", "punctuation"]}}]], [[], [{}], [{"exact": {"fold": ["cases"]}}]]),
    (("checks",), [[{"number": {"abs": 0, "rel": 0.1}}]], [[{"number": {"abs": -1}}], [{"exact": {}, "number": {}}]]),
    (("checks",), [[{"json_schema": {"file": "x.json"}}]], [[{"json_schema": {}}], [{"json_schema": {"file": "x", "schema": {}}}]]),
    (("checks",), [[{"python": "a:b", "severity": "minor"}]], [[{"python": "a"}], [{"python": "a:b", "severity": "low"}]]),
    (("releases",), [[{"id": "1", "target": {"control": "null"}, "effort": 0}]], [[{"id": "1"}], [{"id": 1, "target": {"control": "null"}}]]),
    (("releases", 0), [{"id": "1", "target": {"control": "null"}, "max_trials": 1}], [{"id": "1", "target": {"control": "null"}, "max_trials": 0}]),
    (("demo",), [{"profiles": ["a"], "trials": {"a": 1}}], [{"profiles": "a"}, {"trials": {"a": 0}}]),
    (("unknown",), [], [1, None]),
    (("limits", "timout"), [], ["10s"]),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, good, _ in CASES for value in good])
def test_accepts(path, value):
    SuiteModel.model_validate(_with(path, value))


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, _, bad in CASES for value in bad])
def test_refuses(path, value):
    with pytest.raises(ValidationError):
        SuiteModel.model_validate(_with(path, value))


@pytest.mark.parametrize(("text", "seconds"), [("500ms", 0.5), ("20s", 20), ("3m", 180), ("1h", 3600), (7, 7)])
def test_durations_are_seconds(text, seconds):
    assert SuiteModel.model_validate(_with(("limits", "timeout"), text)).limits.timeout == seconds


def test_the_json_schema_refuses_unknown_keys_everywhere():
    schema = json_schema()
    objects = [schema, *schema["$defs"].values()]
    assert all(each["additionalProperties"] is False for each in objects if "properties" in each)
