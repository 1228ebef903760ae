"""The JSON document: exact numbers, the same text as terminal and page, and always encodable."""

from __future__ import annotations

import io
import json
import re
from fractions import Fraction
from html.parser import HTMLParser

import pytest
import report_factory as made
from rich.console import Console
from test_terminal import HOSTILE, hostile_march

from ninemarch.model import GateVerdict
from ninemarch.report import decision_document, march_document, render_page
from ninemarch.report.terminal import print_decision


def test_a_decision_keeps_its_numbers_exactly():
    decision = made.failing_march()[0].last.decision
    document = json.loads(json.dumps(decision_document(decision), allow_nan=False))
    assert (document["ninemarch"], document["kind"], document["verdict"]) == (1, "decision", "NOT PROVEN")
    assert document["exit_code"] == 3
    assert document["rate"]["failure_upper"] == decision.rate.failure_upper
    assert document["counts"]["planned"] == sum(
        document["counts"][key] for key in ("pass", "fail", "assisted", "unscored", "error", "void", "missing")
    )
    assert Fraction(document["gates"][0]["success"]) == Fraction(999, 1000)
    assert document["gates"][0]["success_text"] == "99.9%"


def test_a_march_has_every_release_on_every_profile():
    document = json.loads(json.dumps(march_document(made.dates_march()), allow_nan=False))
    assert [step["release"] for step in document["steps"]] == list("1234567")
    assert [step["worse"] for step in document["steps"]].index(True) == 1
    assert set(document["steps"][0]["others"]) == {"demo", "world"}
    assert document["verdict"] == "PASS"


def test_without_evidence_there_are_nulls_and_no_numbers():
    empty = made.decision(rate=None, next_nine=None, gates=(made.gate(None, GateVerdict.NOT_PROVEN),))
    document = decision_document(empty)
    assert document["rate"] is None
    assert document["next_nine"] is None
    assert document["gates"][0]["rate"] is None


def test_hostile_text_arrives_as_it_was_but_encodable():
    document = march_document(hostile_march(HOSTILE))
    text = json.dumps(document, ensure_ascii=False, allow_nan=False)
    text.encode()
    assert json.loads(text)["steps"][-1]["name"] == HOSTILE.replace("\ud800", "\\ud800")


class Words(HTMLParser):
    """The text of a page, as a reader sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("march", [made.dates_march(), made.failing_march()[0], made.many_gates()[0]])
def test_page_terminal_and_document_print_the_same_numbers(march: made.March):
    decision = march.last.decision
    document = decision_document(decision)
    words = Words()
    words.feed(render_page(march, made.evidence(decision)))
    page = " ".join(words.words)
    out = io.StringIO()
    print_decision(Console(file=out, width=500), decision)
    for rate in (document["rate"], document["acting"], *[gate["rate"] for gate in document["gates"]]):
        if rate is not None:
            assert rate["text"] in page
            assert rate["interval_text"] in page
            assert rate["text"] in out.getvalue()
    assert re.sub(r"\s+", " ", out.getvalue()).find(document["counts"]["text"]) > 0
    for key in ("planned", "pass", "silent", "loud", "assisted", "unscored", "error", "void", "missing"):
        assert f"{document['counts'][key]:,}" in page
