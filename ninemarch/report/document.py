"""One versioned JSON document for a decision or a march: what other programs read.

Covers the shape of the documents. Numbers stand as they were computed, beside the text that the terminal and
the page print for them, so that all three can be compared. Text is made encodable, not printable: an escape
sequence in a level of an attribute arrives as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from ninemarch import numbers as n
from ninemarch.model import Counts, Decision, GateResult, March, NextNine, Rate, RunPlan, Step, WaiverUse
from ninemarch.report.compose import thresholds
from ninemarch.text import scrub

__all__ = [
    "FORMAT",
    "counts_document",
    "decision_document",
    "documents_schema",
    "gate_document",
    "march_document",
    "rate_document",
]

FORMAT = 1
"""Version of the documents; it grows when a field changes its meaning or goes away."""


def decision_document(decision: Decision) -> dict[str, Any]:
    """Return a decision as plain JSON values.

    Returns:
        A dictionary that ``json.dumps`` takes without options; ``{"ninemarch": 1, "kind": "decision", ...}``.
    """
    return {"ninemarch": FORMAT, "kind": "decision", **_decision(decision)}


def documents_schema() -> dict[str, Any]:
    """Return the JSON schema of the documents that ``run``, ``gate``, ``show``, ``replay``, ... print with --json."""
    text = (Path(__file__).parent / "_assets" / "documents.schema.json").read_text(encoding="utf-8")
    return cast("dict[str, Any]", json.loads(text))


def march_document(march: March) -> dict[str, Any]:
    """Return a march as plain JSON values: ``{"ninemarch": 1, "kind": "march", ...}``; the last step decides."""
    return {
        "ninemarch": FORMAT,
        "kind": "march",
        "suite": scrub(march.suite),
        "title": scrub(march.title),
        "profile": scrub(march.profile),
        "profiles": [scrub(name) for name in march.profiles],
        "effort_unit": scrub(march.effort_unit),
        "verdict": str(march.last.decision.verdict),
        "exit_code": int(march.last.decision.exit_code),
        "steps": [_step(step) for step in march.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "release": scrub(step.release),
        "name": scrub(step.name),
        "effort": step.effort,
        "worse": step.worse,
        "decision": _decision(step.decision),
        "others": {scrub(name): _decision(decision) for name, decision in step.others.items()},
    }


def _decision(decision: Decision) -> dict[str, Any]:
    against = thresholds(decision)
    return {
        "run": scrub(decision.plan.run),
        "verdict": str(decision.verdict),
        "exit_code": int(decision.exit_code),
        "sentence": scrub(decision.sentence),
        "action": scrub(decision.action),
        "command": scrub(decision.command),
        "counts": counts_document(decision.counts),
        "waived": decision.waived,
        "waivers": [_waiver(use) for use in decision.waivers],
        "spending": None if decision.spending is None else asdict(decision.spending),
        "rate": rate_document(decision.rate, against),
        "acting": rate_document(decision.acting, against),
        "assisted_share": decision.assisted_share,
        "gates": [gate_document(gate) for gate in decision.gates],
        "next_nine": _next_nine(decision.next_nine),
        "notes": [scrub(note) for note in decision.notes],
        "stopped": scrub(decision.stopped),
        "plan": _plan(decision.plan),
    }


def counts_document(counts: Counts) -> dict[str, Any]:
    """Return where every planned trial went as plain JSON values."""
    return {
        "planned": counts.planned,
        "pass": counts.passed,
        "fail": counts.failed,
        "loud": counts.loud,
        "silent": counts.silent,
        "assisted": counts.assisted,
        "unscored": counts.unscored,
        "error": counts.errors,
        "void": counts.void,
        "missing": counts.missing,
        "text": counts.line(),
    }


def rate_document(rate: Rate | None, against: tuple[Fraction, ...]) -> dict[str, Any] | None:
    """Return a rate with its evidence as plain JSON values; None where there is none."""
    if rate is None:
        return None
    return {
        "failures": rate.failures,
        "trials": rate.trials,
        "units": rate.units,
        "estimate": rate.estimate,
        "lower": rate.lower,
        "upper": rate.upper,
        "failure_lower": rate.failure_lower,
        "failure_upper": rate.failure_upper,
        "confidence": rate.confidence,
        "method": scrub(rate.method),
        "population": scrub(rate.population),
        "uncovered": rate.uncovered,
        "text": n.estimate_text(rate, against),
        "interval_text": n.interval_text(rate, against),
    }


def gate_document(gate: GateResult) -> dict[str, Any]:
    """Return one decided gate as plain JSON values."""
    return {
        "id": scrub(gate.id),
        "where": _texts(gate.where),
        "asks": str(gate.gate.asks) if gate.gate else "success",
        "success": str(gate.success),
        "success_text": n.threshold_text(gate.success),
        "required": scrub(gate.required),
        "measured": scrub(gate.measured),
        "interval": scrub(gate.interval),
        "counted": scrub(gate.counted),
        "power": scrub(gate.power),
        "tested": gate.tested,
        "runs": [scrub(run) for run in gate.runs],
        "table": [{"failures": k, "pass_at": passes, "fail_until": fails} for k, passes, fails in gate.table],
        "confidence": gate.confidence,
        "verdict": str(gate.verdict),
        "blocking": gate.blocking,
        "reason": scrub(gate.reason),
        "more_clean": gate.more_clean,
        "share": gate.share,
        "rate": rate_document(gate.rate, (gate.success,)),
    }


def _waiver(use: WaiverUse) -> dict[str, Any]:
    waiver = use.waiver
    return {
        "name": scrub(waiver.name),
        "kind": "quarantine" if waiver.quarantine else "waiver",
        "trials": use.trials,
        "in_force": use.in_force,
        "critical": use.critical,
        "reason": scrub(waiver.reason),
        "owner": scrub(waiver.owner),
        "issue": scrub(waiver.issue),
        "created": str(waiver.created),
        "expires": str(waiver.expires),
    }


def _next_nine(coming: NextNine | None) -> dict[str, Any] | None:
    if coming is None:
        return None
    return {
        "held": coming.held,
        "proven": coming.proven,
        "target": coming.target,
        "confidence": coming.confidence,
        "clean_trials": coming.clean_trials,
        "failures_allowed": coming.allowed,
    }


def _plan(plan: RunPlan) -> dict[str, Any]:
    return {
        "created": scrub(plan.created),
        "suite": scrub(plan.suite),
        "suite_version": scrub(plan.suite_version),
        "origin": scrub(plan.origin),
        "hash": scrub(plan.hash),
        "scenarios_hash": scrub(plan.scenarios_hash),
        "checks_hash": scrub(plan.checks_hash),
        "target": scrub(str(plan.target)),
        "release": scrub(plan.release),
        "release_name": scrub(plan.release_name),
        "effort": plan.effort,
        "profile": scrub(plan.profile),
        "subset": scrub(plan.subset),
        "ids": [scrub(name) for name in plan.ids],
        "where": _texts(plan.where),
        "seed": plan.seed,
        "seed_range": scrub(plan.seed_range),
        "planned": plan.planned,
        "stop": scrub(plan.stop),
        "first": plan.first,
        "release_key": scrub(plan.release_key),
        "regression_of": scrub(plan.regression_of),
        "stress": plan.stress,
        "budget": dict(zip(("cost_usd", "tokens", "seconds"), plan.budget, strict=True)),
        "per_scenario": plan.per_scenario,
        "ninemarch": scrub(plan.ninemarch),
        "python": scrub(plan.python),
    }


def _texts(levels: Mapping[str, str]) -> dict[str, str]:
    return {scrub(name): scrub(level) for name, level in levels.items()}
