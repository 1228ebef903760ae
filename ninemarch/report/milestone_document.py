"""The record of releases as one JSON document."""

from __future__ import annotations

from typing import Any

from ninemarch import numbers as n
from ninemarch.model import Drop, GateMark, Milestone, MilestoneTable, Standing
from ninemarch.report.comparison_document import difference_document
from ninemarch.report.document import FORMAT, counts_document
from ninemarch.report.terminal_milestones import drop_text
from ninemarch.text import scrub

__all__ = ["milestone_document", "milestones_document"]


def milestones_document(table: MilestoneTable) -> dict[str, Any]:
    """Return the releases in order as plain JSON values: ``{"ninemarch": 1, "kind": "milestones", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "milestones",
        "suite": scrub(table.suite),
        "effort_unit": scrub(table.effort_unit),
        "milestones": [_standing(row) for row in table.standings],
        "notes": [scrub(note) for note in table.notes],
    }


def _standing(row: Standing) -> dict[str, Any]:
    return {
        **milestone_document(row.milestone),
        "cumulative_effort": row.effort,
        "proven": row.proven,
        "on_line": row.on_line,
        "further": row.further,
        "changes": [scrub(change) for change in row.changes],
        "drop": _drop(row.drop),
    }


def milestone_document(look: Milestone) -> dict[str, Any]:
    """Return one milestone as plain JSON values."""
    rate, population = look.rate, look.population
    return {
        "release": scrub(look.release),
        "release_name": scrub(look.release_name),
        "date": scrub(look.date),
        "source": look.source,
        "run": scrub(look.run),
        "target": scrub(look.target),
        "release_key": scrub(look.release_key),
        "scenarios_hash": scrub(population.scenarios_hash),
        "checks_hash": scrub(population.checks_hash),
        "profile": scrub(population.profile),
        "profile_hash": scrub(population.profile_hash),
        "seed": look.seed,
        "seed_range": scrub(look.seed_range),
        "effort": look.effort,
        "verdict": str(look.verdict),
        "counts": counts_document(look.counts) if look.source != "import" else None,
        "failures": rate.failures,
        "trials": rate.trials,
        "estimate": rate.estimate,
        "lower": rate.lower,
        "upper": rate.upper,
        "confidence": rate.confidence,
        "method": scrub(rate.method),
        "text": n.estimate_text(rate),
        "interval_text": n.interval_text(rate),
        "worth": {"failures": look.worth[0], "trials": look.worth[1]},
        "gates": [_gate(gate) for gate in look.gates],
    }


def _gate(gate: GateMark) -> dict[str, Any]:
    return {
        "id": scrub(gate.id),
        "where": {scrub(name): scrub(level) for name, level in gate.where.items()},
        "asks": scrub(gate.asks),
        "required": scrub(gate.required),
        "confidence": gate.confidence,
        "verdict": str(gate.verdict),
        "failures": gate.failures,
        "trials": gate.trials,
        "failure_lower": gate.failure_lower,
        "failure_upper": gate.failure_upper,
    }


def _drop(drop: Drop | None) -> dict[str, Any] | None:
    if drop is None:
        return None
    return {
        "since": scrub(drop.since),
        "proven": drop.proven,
        "difference": difference_document(drop.difference),
        "text": scrub(drop_text(drop)),
    }
