"""The audit of a judge as one JSON document.

Covers its shape. Numbers stand as they were computed.
"""

from __future__ import annotations

from typing import Any

from ninemarch.model import JudgeAudit, ProbeResult
from ninemarch.report.document import FORMAT
from ninemarch.text import scrub

__all__ = ["judge_audit_document"]


def judge_audit_document(audit: JudgeAudit) -> dict[str, Any]:
    """Return an audit as plain JSON values: ``{"ninemarch": 1, "kind": "judge-audit", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "judge-audit",
        "suite": scrub(audit.suite),
        "check": scrub(audit.check),
        "judge": scrub(audit.label),
        "votes": audit.votes,
        "answers": scrub(audit.source),
        "confidence": audit.confidence,
        "bare": audit.bare,
        "state": audit.state,
        "exit_code": int(audit.exit_code),
        "questions": audit.calls,
        "probes": [_probe(probe) for probe in audit.probes],
    }


def _probe(probe: ProbeResult) -> dict[str, Any]:
    return {
        "name": scrub(probe.name),
        "must": "pass" if probe.right else "fail",
        "tried": probe.tried,
        "mistakes": probe.mistakes,
        "unseen": probe.unseen,
        "undecided": probe.undecided,
        "lower": probe.lower,
        "upper": probe.upper,
        "allowed": probe.allowed,
        "needed": probe.needed,
        "state": probe.state,
        "example": scrub(probe.example),
        "scenario": scrub(probe.scenario),
    }
