"""JUnit XML as readers of it see it: counts, outcomes, and text that stays legal whatever it was."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest
import synthetic as made
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml

from ninemarch.interop import junit_xml
from ninemarch.model import GateVerdict


def outcomes(content: bytes) -> dict[str, list[str]]:
    """Name of each testcase -> kinds of its results, as junitparser reads them."""
    found = {}
    for suite in JUnitXml.fromstring(content):
        for case in suite:
            assert case.name not in found
            found[case.name] = [type(result).__name__ for result in case.result]
    return found


def test_a_testcase_a_gate_and_slice():
    assert outcomes(junit_xml([made.five_gates()])) == {
        "low": [],
        "high": ["Failure"],
        "near": ["Failure"],
        "each (tool=a)": [],
        "each (tool=b)": ["Failure"],
        "hope": ["Skipped"],
    }


def test_not_proven_is_skipped_where_that_was_asked_for():
    found = outcomes(junit_xml([made.five_gates()], skip_not_proven=True))
    assert found["near"] == ["Skipped"]
    assert found["high"] == ["Failure"]


def test_the_counts_are_those_of_the_testcases():
    content = junit_xml([made.five_gates(), made.five_gates()])
    xml = JUnitXml.fromstring(content)
    written = [(s.tests, s.failures, s.errors, s.skipped) for s in xml]
    assert written == [(6, 3, 0, 1)] * 2
    root = ET.fromstring(content)
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "12",
        "failures": "6",
        "errors": "0",
        "skipped": "2",
    }
    xml.update_statistics()
    assert [(s.tests, s.failures, s.errors, s.skipped) for s in xml] == written


@pytest.mark.parametrize(
    ("overall", "gates", "kinds"),
    [
        (made.slice_of(20), [], ["Skipped"]),
        (made.slice_of(20), [made.gate("0.5", blocking=False)], ["Skipped"]),
        (made.slice_of(10, errors=10), [], ["Error"]),
        (made.slice_of(10, errors=10), [made.gate("0.5", blocking=False)], ["Error"]),
        (made.slice_of(10, errors=10), [made.gate("0.5")], ["Error"]),
        (made.slice_of(10, void=10), [made.gate("0.5")], ["Error"]),
    ],
)
def test_a_run_that_no_gate_passes_is_never_all_green(overall, gates, kinds):
    found = outcomes(junit_xml([made.decided(overall, *gates)]))
    assert kinds in found.values()


@given(st.text(max_size=60), st.text(max_size=20))
def test_hostile_text_is_legal_and_comes_back_as_it_is_shown(text: str, level: str):
    whole = made.five_gates()
    bad = dataclasses.replace(whole.gates[1], where={text: level}, reason=text, id=text)
    plan = dataclasses.replace(whole.plan, suite=text, release=text, run=text, created=text)
    whole = dataclasses.replace(whole, plan=plan, gates=(bad, bad), sentence=text, notes=(text,))
    content = junit_xml([whole])
    suites = list(JUnitXml.fromstring(content))
    assert [case.result[0].type for case in suites[0]] == ["FAIL", "FAIL"]
    assert len({case.name for case in suites[0]}) == 2
    content.decode()
    assert not set(content) & {0, 7, 27}
    # No other element, whatever the text says.
    assert {element.tag for element in ET.fromstring(content).iter()} == {
        *("testsuites", "testsuite", "properties", "property", "testcase", "failure", "system-out")
    }


def test_an_attack_on_the_markup_is_text():
    text = "]]></failure><testcase name='x'/><!--&lt;\x00\ud800\ufffe"
    whole = made.five_gates()
    whole = dataclasses.replace(
        whole, gates=(dataclasses.replace(whole.gates[0], verdict=GateVerdict.FAIL, reason=text),)
    )
    case = next(iter(next(iter(JUnitXml.fromstring(junit_xml([whole]))))))
    assert case.result[0].message == "FAIL: ]]></failure><testcase name='x'/><!--&lt;\\x00\\ud800\\ufffe"
