"""Decisions as JUnit XML: one testsuite a run, one testcase a gate and slice.

Covers the subset that every reader knows: testsuites, testsuite, properties, testcase with failure, error or skipped,
system-out. Text is printable, so that it is legal in XML 1.0 whatever it was. A trial is no testcase: a run is judged
by its gates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from ninemarch.interop import words
from ninemarch.model import Decision, GateResult, GateVerdict

__all__ = ["junit_xml"]

_KIND = {GateVerdict.FAIL: "failure", GateVerdict.NOT_PROVEN: "failure", GateVerdict.INVALID: "error"}


def junit_xml(decisions: Sequence[Decision], *, skip_not_proven: bool = False) -> bytes:
    """Return a JUnit file; what blocks is a failure or an error there if and only if it is none of the passes here.

    A gate that only warns is *skipped* where it is missed, with its verdict in the message. Where no
    gate blocks, the run itself is a testcase.

    Args:
        decisions: one a run.
        skip_not_proven: NOT PROVEN is skipped, not a failure.
    """
    root = ET.Element("testsuites", name="ninemarch")
    for decision in decisions:
        root.append(_suite(decision, skip_not_proven=skip_not_proven))
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in root)))
    ET.indent(root)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _suite(decision: Decision, *, skip_not_proven: bool) -> ET.Element:
    plan = decision.plan
    suite = ET.Element("testsuite", name=words.name_of(decision), timestamp=words.said(plan.created)[:19])
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(decision):
        ET.SubElement(properties, "property", name=name, value=words.said(value))
    names: Counter[str] = Counter()
    for case in _cases(decision, skip_not_proven=skip_not_proven):
        name = case.get("name", "")
        names[name] += 1
        if names[name] > 1:  # some readers count only the first of a name
            case.set("name", f"{name} #{names[name]}")
        suite.append(case)
    outcomes = Counter(child.tag for case in suite.iter("testcase") for child in case)
    suite.set("tests", str(names.total()))
    for key, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(outcomes[tag]))
    lines = [decision.sentence, decision.counts.line(), *words.notes(decision), decision.action, decision.command]
    ET.SubElement(suite, "system-out").text = "\n".join(words.said(line) for line in lines if line)
    return suite


def _properties(decision: Decision) -> Iterator[tuple[str, str]]:
    plan = decision.plan
    yield "run", plan.run
    yield "suite hash", plan.hash
    yield "release", plan.release or str(plan.target)
    yield "verdict", str(decision.verdict)
    yield "exit code", str(int(decision.exit_code))
    yield "measured", words.measured(decision)
    yield "proven", words.proven(decision)
    yield "waived failures", f"{decision.waived:,}"


def _cases(decision: Decision, *, skip_not_proven: bool) -> Iterator[ET.Element]:
    place = words.name_of(decision).replace(".", "_")  # readers split a class name at its dots
    if not any(result.blocking for result in decision.gates):
        case = ET.Element("testcase", classname=place, name="run")
        _outcome(case, decision.verdict, decision.sentence, skip_not_proven=skip_not_proven)
        yield case
    for result in decision.gates:
        yield _case(result, place, skip_not_proven=skip_not_proven)


def _case(result: GateResult, place: str, *, skip_not_proven: bool) -> ET.Element:
    case = ET.Element("testcase", classname=place, name=words.said(result.label))
    if result.blocking:
        _outcome(case, result.verdict, result.reason, skip_not_proven=skip_not_proven)
    elif not result.verdict.holds:
        _child(case, "skipped", f"{result.verdict}, which only warns: {result.reason}")
    lines = (f"{result.verdict}: {words.said(result.reason)}", *words.facts(result))
    ET.SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _outcome(case: ET.Element, verdict: GateVerdict, reason: str, *, skip_not_proven: bool) -> None:
    """Add what a reader of the file goes by; nothing for a pass."""
    if verdict is GateVerdict.NO_GATE or (verdict is GateVerdict.NOT_PROVEN and skip_not_proven):
        _child(case, "skipped", f"{verdict}: {reason}")
    elif verdict in _KIND:
        _child(case, _KIND[verdict], f"{verdict}: {reason}").set("type", str(verdict))


def _child(case: ET.Element, tag: str, message: str) -> ET.Element:
    return ET.SubElement(case, tag, message=words.said(message))
