"""Outcomes that others recorded as plain JSON values: what other programs read.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from typing import Any

from ninemarch.model import Analysis, Counts, SliceRate
from ninemarch.report.compose import thresholds
from ninemarch.report.document import FORMAT, gate_document, rate_document
from ninemarch.text import scrub

__all__ = ["analysis_document"]


def analysis_document(analysis: Analysis) -> dict[str, Any]:
    """Return what files of outcomes show: ``{"ninemarch": 1, "kind": "analysis", ...}``; every slice."""
    decision, columns = analysis.decision, analysis.columns
    return {
        "ninemarch": FORMAT,
        "kind": "analysis",
        "files": analysis.files,
        "rows": analysis.rows,
        "columns": {
            "success": scrub(columns.success),
            "by": [[scrub(name) for name in names] for names in columns.by],
            "group": scrub(columns.group),
            "weight": scrub(columns.weight),
            "where": {scrub(name): scrub(value) for name, value in columns.where.items()},
        },
        "verdict": str(decision.verdict),
        "exit_code": int(decision.exit_code),
        "sentence": scrub(decision.sentence),
        **_slice(analysis.overall, analysis),
        "readings": None
        if decision.readings is None
        else [rate_document(rate, thresholds(decision)) for rate in decision.readings],
        "gates": [gate_document(gate) for gate in decision.gates],
        "slices": [_slice(each, analysis) for parts in analysis.slices.values() for each in parts],
        "notes": [scrub(note) for note in (*decision.notes, *analysis.notes)],
    }


def _slice(each: SliceRate, analysis: Analysis) -> dict[str, Any]:
    return {
        "where": {scrub(name): scrub(level) for name, level in each.part.where.items()},
        "counts": _counts(each.part.counts),
        "rate": rate_document(each.rate, thresholds(analysis.decision)),
        "effective_trials": each.effective,
    }


def _counts(counts: Counts) -> dict[str, int]:
    """Where the rows went; files of others do not tell loud failures from silent ones."""
    return {
        "rows": counts.recorded,
        "pass": counts.passed,
        "fail": counts.failed,
        "assisted": counts.assisted,
        "unscored": counts.unscored,
        "error": counts.errors,
        "void": counts.void,
    }
