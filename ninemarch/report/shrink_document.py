"""A shrunk failure as plain JSON values: what other programs read.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from typing import Any

from ninemarch.mining.shrink import Candidate, Measured, ShrunkTrial
from ninemarch.report.document import FORMAT
from ninemarch.report.record import replay_command
from ninemarch.report.trial_document import failure_document
from ninemarch.text import plain, scrub

__all__ = ["shrink_document"]


def shrink_document(done: ShrunkTrial) -> dict[str, Any]:
    """Return a shrunk failure as plain JSON values: ``{"ninemarch": 1, "kind": "shrink", ...}``."""
    found, run, number = done.found, done.plan.run, done.recorded.number
    path = str(done.path) if done.path else ""
    return {
        "ninemarch": FORMAT,
        "kind": "shrink",
        "run": scrub(run),
        "suite": scrub(done.plan.suite),
        "recorded": failure_document(done.recorded, run),
        "reproduced": found.reproduced,
        "smaller": bool(found.changes),
        "scenario": _scenario(found.scenario),
        "rate": _rate(found.measured),
        "original_rate": _rate(found.original_measured),
        "changes": [{"what": scrub(c.what), "before": c.before, "after": c.after} for c in found.changes],
        "defaults": {scrub(name): scrub(level) for name, level in done.defaults.items()},
        "trials": found.trials,
        "budget": found.budget,
        "steps_back": found.steps_back,
        "stopped": scrub(found.stopped),
        "limits": scrub(done.limits),
        "changed": scrub(done.changed),
        "counts_in_a_rate": False,
        "file": scrub(path),
        "replay": replay_command(run, number, path),
    }


def _scenario(candidate: Candidate) -> dict[str, Any]:
    scenario = candidate.scenario
    return {
        "input": plain(scenario.input),
        "expect": plain(scenario.expect),
        "levels": {scrub(name): scrub(level) for name, level in candidate.levels.items()},
        "attributes": {scrub(name): scrub(level) for name, level in scenario.attributes.items()},
    }


def _rate(measured: Measured) -> dict[str, Any]:
    interval = measured.interval
    return {
        "failures": measured.failures,
        "trials": measured.trials,
        "failure_lower": interval.lower,
        "failure_upper": interval.upper,
        "confidence": interval.confidence,
        "method": interval.method,
    }
