"""What a plan needs and what it will decide as one JSON document.

Covers its shape. Numbers stand as they were computed.
"""

from __future__ import annotations

from typing import Any

from ninemarch import numbers as n
from ninemarch.model import Course, GatePlan, Needs, Sized, SuitePlan
from ninemarch.report.document import FORMAT
from ninemarch.text import scrub

__all__ = ["course_document", "plan_document"]


def plan_document(plan: SuitePlan) -> dict[str, Any]:
    """Return a plan as plain JSON values: ``{"ninemarch": 1, "kind": "plan", ...}``."""
    whole = {
        "seconds": None if plan.cost.seconds is None else plan.cost.seconds * plan.planned,
        "usd": None if plan.cost.usd is None else plan.cost.usd * plan.planned,
    }
    return {
        "ninemarch": FORMAT,
        "kind": "plan",
        "suite": scrub(plan.suite),
        "release": scrub(plan.release),
        "profile": scrub(plan.profile),
        "planned": plan.planned,
        "per_scenario": plan.per_scenario,
        "stop": plan.stop,
        "look": None if plan.look is None else {"at": plan.look.at, "stop_at": plan.look.stop_at},
        "gates": [_gate(gate) for gate in plan.gates],
        "needs": [_needs(rate) for rate in plan.needs],
        "cost": {
            "seconds_per_trial": plan.cost.seconds,
            "usd_per_trial": plan.cost.usd,
            "source": scrub(plan.cost.source),
            "whole_plan": whole,
        },
        "warnings": [scrub(warning) for warning in plan.warnings],
    }


def course_document(course: Course) -> dict[str, Any]:
    """Return what a plan does at one true rate as plain JSON values."""
    return {
        "success": 1 - course.failure_rate,
        "failure_rate": course.failure_rate,
        "pass": course.passes,
        "fail": course.fails,
        "not_proven": course.undecided,
        "mean_trials": course.mean_trials,
        "spread": list(course.spread),
    }


def _gate(gate: GatePlan) -> dict[str, Any]:
    return {
        "id": scrub(gate.gate.id),
        "where": {scrub(name): scrub(level) for name, level in gate.where.items()},
        "asks": str(gate.gate.asks),
        "required": scrub(gate.required),
        "success": str(gate.gate.success),
        "confidence": gate.gate.confidence,
        "share": gate.share,
        "trials": gate.trials,
        "worth": gate.worth,
        "unit": gate.unit,
        "passes_with": gate.passes_with,
        "fails_from": gate.fails_from,
        "courses": [course_document(course) for course in gate.courses],
        "notices": scrub(gate.notices),
        "pass_table": list(gate.pass_table),
        "fail_table": list(gate.fail_table),
        "warnings": [scrub(warning) for warning in gate.warnings],
    }


def _needs(rate: Needs) -> dict[str, Any]:
    return {
        "success": str(rate.success),
        "success_text": n.threshold_text(rate.success),
        "confidence": rate.confidence,
        "fixed": list(rate.fixed),
        "sequential": list(rate.sequential),
        "budget": rate.budget,
        "sized": [_sized(size) for size in rate.sized],
    }


def _sized(size: Sized) -> dict[str, Any]:
    return {
        "share": str(size.share),
        "failure_rate": size.failure_rate,
        "trials": size.trials,
        "failures": size.failures,
        "chance": size.chance,
        "sequential": course_document(size.sequential),
    }
