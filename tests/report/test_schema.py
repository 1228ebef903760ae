"""The published schema of the documents: it takes what is printed, and nothing else."""

from __future__ import annotations

import copy

import jsonschema
import pytest
import report_factory as made
import synthetic
from milestones import marching

from ninemarch.march import foresee, stand
from ninemarch.model import Asks, GateVerdict
from ninemarch.report import decision_document, march_document
from ninemarch.report.document import documents_schema
from ninemarch.report.forecast_document import forecast_document
from ninemarch.report.milestone_document import milestones_document
from ninemarch.report.trial_document import failures_document, trial_document

VALIDATOR = jsonschema.Draft202012Validator(documents_schema())

MARCH = stand(marching((30, 1000), (40, 1000), (9, 1000), (4, 1000), (2, 1000), (1, 1000)))

DOCUMENTS = {
    "march": march_document(made.dates_march()),
    "decision": decision_document(made.failing_march()[0].last.decision),
    "many gates": decision_document(made.many_gates()[0].last.decision),
    "five gates": decision_document(synthetic.five_gates()),
    "no evidence": decision_document(made.decision(rate=None, next_nine=None, gates=(made.gate(None, "INVALID"),))),
    "failures": failures_document([made.failure(), made.failure(7, verdict="void", output="")], "r"),
    "trial": trial_document(made.failure(cost_usd=0.5, tokens=7, steps="[]"), "r"),
    "milestones": milestones_document(MARCH),
    "forecast": forecast_document(foresee(MARCH, discrete=True)),
    "forecast without a fit": forecast_document(foresee(stand(marching(*[(0, 10)] * 3)))),
}


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(documents_schema())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_takes_what_is_printed(name):
    VALIDATOR.validate(DOCUMENTS[name])


def _without(document, *path):
    document = copy.deepcopy(document)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return document


def _with(document, value, *path):
    document = copy.deepcopy(document)
    inner = document
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return document


@pytest.mark.parametrize(
    "wrong",
    [
        _without(DOCUMENTS["decision"], "ninemarch"),
        _without(DOCUMENTS["decision"], "counts", "void"),
        _without(DOCUMENTS["five gates"], "gates", 2, "rate", "failure_upper"),
        _with(DOCUMENTS["decision"], 2, "ninemarch"),
        _with(DOCUMENTS["decision"], "MAYBE", "verdict"),
        _with(DOCUMENTS["decision"], 2, "exit_code"),
        _with(DOCUMENTS["decision"], 1.5, "rate", "estimate"),
        _with(DOCUMENTS["decision"], "new", "another"),
        _with(DOCUMENTS["trial"], "maybe", "verdict"),
        _with(DOCUMENTS["milestones"], "hearsay", "milestones", 0, "source"),
        _without(DOCUMENTS["milestones"], "milestones", 1, "drop"),
        _with(DOCUMENTS["forecast"], "certain", "pace", "verdict"),
        _with(DOCUMENTS["forecast"], 1.5, "cone", "points", 0, "upper"),
    ],
)
def test_it_refuses_anything_else(wrong):
    assert not VALIDATOR.is_valid(wrong)


def test_it_knows_every_verdict_and_every_kind_of_gate():
    definitions = documents_schema()["$defs"]
    assert set(definitions["verdict"]["enum"]) >= set(GateVerdict)
    assert set(definitions["gate"]["properties"]["asks"]["enum"]) == set(Asks)
    assert set(definitions["exit_code"]["enum"]) == {int(verdict.exit_code) for verdict in GateVerdict}
