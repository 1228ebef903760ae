"""One truth, many renderings: JSON, terminal, page, JUnit and GitHub say the same verdicts and the same numbers."""

from __future__ import annotations

import html
import io
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
import synthetic as made
from junitparser import JUnitXml
from rich.console import Console

from ninemarch.interop import junit_xml, outputs, step_summary, workflow_commands
from ninemarch.march import build_march
from ninemarch.model import Decision
from ninemarch.report import decision_document, render_page
from ninemarch.report.terminal import print_decision

CASES = {
    "five gates": made.five_gates(),
    "clean": made.decided(made.slice_of(3900), made.gate("0.999")),
    "assisted": made.decided(made.slice_of(950, 3, assisted=40, loud=7), made.gate("0.9")),
    "errors": made.decided(made.slice_of(995, errors=5), made.gate("0.995")),
    "no gate": made.decided(made.slice_of(40, 1)),
}


class Words(HTMLParser):
    """The text of a page, as a reader sees it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return folded("".join(self.words))


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def terminal(decision: Decision) -> str:
    out = io.StringIO()
    print_decision(Console(file=out, width=500), decision)
    return folded(out.getvalue())


def renderings(decision: Decision) -> dict[str, str]:
    march = build_march([decision], title="", effort_unit="")
    evidence = made.evidence(made.slice_of(1))
    root = ET.fromstring(junit_xml([decision]))
    junit = [text for part in root.iter() for text in (part.text or "", *part.attrib.values())]
    commands = "\n".join(workflow_commands(decision)).replace("%25", "%").replace("%0A", "\n").replace("%3A", ":")
    return {
        "terminal": terminal(decision),
        "page": Words(render_page(march, evidence)).text,
        "junit": folded("\n".join(junit)),
        "summary": Words(step_summary(decision)).text,
        "annotations": folded(commands),
    }


@pytest.mark.parametrize("name", CASES)
def test_every_rendering_says_what_the_document_says(name):
    decision = CASES[name]
    document = decision_document(decision)
    for where, text in renderings(decision).items():
        assert document["verdict"] in text, where
        assert folded(document["sentence"]) in text, where
        assert document["counts"]["text"] in text or where == "page", where
        if where == "annotations":
            continue  # these name what was missed only
        assert document["rate"]["text"] in text, where
        assert re.sub("^≥ |–.*", "", document["rate"]["interval_text"]) in text, where
        for gate in document["gates"]:
            assert gate["id"] in text, where
            for key in ("required", "measured", "interval"):
                assert gate[key] in text, (where, key)


def test_each_gate_has_one_verdict_everywhere():
    decision = CASES["five gates"]
    said = {result.label: str(result.verdict) for result in decision.gates}
    assert {g["id"]: g["verdict"] for g in decision_document(decision)["gates"] if not g["where"]} == {
        label: verdict for label, verdict in said.items() if "(" not in label
    }
    suite = next(iter(JUnitXml.fromstring(junit_xml([decision]))))
    assert {case.name: case.system_out.partition(":")[0] for case in suite} == said
    rows = re.findall(r"<tr><td>. (.*?)</td><td>(.*?)</td>", step_summary(decision))
    assert {html.unescape(label).removesuffix(" (warns)"): verdict for verdict, label in rows} == said
    shown = terminal(decision)
    for label, verdict in said.items():
        assert re.search(rf"{verdict} +{re.escape(label)} ", shown), label


def test_the_outputs_are_the_documents_values():
    document = decision_document(CASES["clean"])
    found = dict(re.findall(r"^(\w+)<<.*\n(.*)\n", outputs(CASES["clean"]), re.MULTILINE))
    assert found["verdict"] == document["verdict"] == "PASS"
    assert found["exit_code"] == str(document["exit_code"])
    assert found["measured"] == document["rate"]["text"]
    assert f"≥ {found['proven']}" == document["rate"]["interval_text"]
    assert found["nines"] == str(document["next_nine"]["proven"])
    assert (found["run"], found["sentence"]) == (document["run"], document["sentence"])
