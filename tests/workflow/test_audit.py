"""The oracle audit: planted mistakes of a suite are found with their evidence, sound suites are left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.mining.audit import Ground, agreement, contradictions, near_miss
from ninemarch.model import Failure, Scenario

BOT = """
def one(x): return {'dup': 'A', 'agree': 'Z', 'near': 'Rome'}.get(x, 'wrong')
def two(x): return {'dup': 'A', 'agree': 'Z'}.get(x, x)
def three(x): return {'dup': 'A', 'agree': 'Z'}.get(x, None)
"""
CHECK = "def is_even(scenario, output): return output == scenario.expect and output != 'odd'\n"
ROWS = [
    {"id": "dup1", "input": "dup", "expect": "A"},
    {"id": "dup2", "input": "dup", "expect": "B"},
    {"id": "agree", "input": "agree", "expect": "Y"},
    {"id": "near", "input": "near", "expect": "rome"},
    {"id": "odd", "input": "odd", "expect": "odd"},
    {"id": "sound", "input": "sound", "expect": "sound"},
]


def failure(expect: object, output: object, ended: str = "answered", number: int = 0) -> Failure:
    return Failure(
        number,
        "s",
        "fail",
        True,
        "major",
        {},
        reason="",
        input="",
        detail="",
        ended=ended,
        expect=json.dumps(expect),
        output=json.dumps(output),
    )


def test_planted_mistakes_of_the_suite_are_found_and_nothing_is_changed(cli, write_suite, tmp_path):
    write_suite(
        tmp_path,
        files={"bots.py": BOT, "check.py": CHECK},
        scenarios=[{"inline": ROWS}],
        checks=[{"python": "check:is_even"}],
        target=None,
        releases=[{"id": n, "target": {"python": f"bots:{n}"}} for n in ("three", "two", "one")],
    )
    before = (tmp_path / "suite.yaml").read_text()
    for release in ("three", "two", "one"):
        cli("run", ".", "-q", "--release", release, cwd=tmp_path)
    done = cli("mine", "--audit", cwd=tmp_path).must(
        0, "oracle audit: 4 of 5 failures may be the suite's own mistake", "nothing was changed", "write void: WHY"
    )
    assert max(map(len, done.out.splitlines())) <= 80
    found = cli("mine", "--audit", "--json", cwd=tmp_path).must(0).json["audit"]
    assert {(each["scenario"], each["ground"]) for each in found["proposed_voids"]} == {
        ("dup2", "contradiction"),
        ("odd", "own answer fails"),
        ("dup2", "all releases agree"),
        ("agree", "all releases agree"),
        ("near", "near miss"),
    }
    assert found["releases"] == ["three", "two"]
    assert (tmp_path / "suite.yaml").read_text() == before


def test_a_suite_that_has_changed_since_is_refused(cli, write_suite, tmp_path):
    write_suite(tmp_path, target={"control": "null"})
    cli("run", ".", "-q", cwd=tmp_path)
    write_suite(tmp_path, target={"control": "null"}, scenarios=[{"inline": ROWS}])
    cli("mine", "--audit", cwd=tmp_path).must(2, "has changed since run")


@pytest.mark.parametrize(
    ("expect", "output", "evidence"),
    [
        ({"a": "Rome"}, {"a": "rome"}, "upper and lower case only"),
        ([1, 2], [2, 1], "the order of items only"),
        ({"x": [1.0]}, {"x": [1.0000001]}, "rounding only"),
        ([1.0], [1.1], None),
        ({"a": "Rome", "b": 1}, {"a": "rome", "b": 2}, None),
        ("Rome", "Paris", None),
        (True, False, None),
    ],
)
def test_a_near_miss_differs_by_a_trifle_and_nothing_else(expect, output, evidence):
    doubt = near_miss(failure(expect, output))
    assert (doubt is None) == (evidence is None)
    assert doubt is None or evidence in doubt.evidence


def test_two_releases_are_too_few_to_agree_and_one_pass_is_enough_against():
    own = failure("a", "b")
    assert agreement(own, [("1", own)]) is None
    assert agreement(own, [("1", own), ("2", own)]) is not None
    assert agreement(own, [("1", own), ("2", own), ("3", None)]) is None
    assert agreement(failure("a", None, "abstained"), [("1", own), ("2", own)]) is None


VALUES = st.recursive(st.none() | st.integers(0, 2) | st.text("ab", max_size=2), lambda x: st.lists(x, max_size=2))


@given(st.lists(st.tuples(VALUES, VALUES), max_size=8))
def test_a_contradiction_is_what_a_direct_comparison_says(pairs):
    scenarios = [Scenario(f"s{n}", given_, expect) for n, (given_, expect) in enumerate(pairs)]
    failed = {each.id: number for number, each in enumerate(scenarios)}
    found = {doubt.scenario for doubt in contradictions(scenarios, failed)}
    said = [(each.id, json.dumps(each.input), json.dumps(each.expect)) for each in scenarios]
    assert found == {a[0] for a in said for b in said if a[1] == b[1] and a[2] != b[2]}
    assert {doubt.ground for doubt in contradictions(scenarios, failed)} <= {Ground.CONTRADICTION}
