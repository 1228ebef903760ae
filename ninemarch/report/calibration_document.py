"""What gates say of coins as one JSON document.

Covers its shape. Numbers stand as they were computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninemarch.model import Calibration, Tried
from ninemarch.report.document import FORMAT
from ninemarch.report.plan_document import course_document
from ninemarch.text import scrub

__all__ = ["calibration_document"]


def calibration_document(found: Sequence[Calibration]) -> dict[str, Any]:
    """Return the error rates of gates as plain JSON values: ``{"ninemarch": 1, "kind": "calibration", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "calibration",
        "holds": all(each.holds for each in found),
        "gates": [_gate(each) for each in found],
    }


def _gate(each: Calibration) -> dict[str, Any]:
    return {
        "id": scrub(each.gate.id),
        "required": scrub(each.required),
        "success": str(each.gate.success),
        "confidence": each.gate.confidence,
        "trials": each.trials,
        "units": each.units,
        "stop": each.stop,
        "look": None if each.look is None else {"at": each.look.at, "stop_at": each.look.stop_at},
        "exact": each.coins is None,
        "correlation": each.coins.correlation if each.coins else None,
        "sims": each.coins.sims if each.coins else None,
        "seed": each.coins.seed if each.coins else None,
        "nominal": each.nominal,
        "holds": each.holds,
        "skipped": scrub(each.skipped),
        "tried": [_tried(tried) for tried in each.tried],
    }


def _tried(tried: Tried) -> dict[str, Any]:
    return {
        **course_document(tried.course),
        "pass_interval": list(tried.passes),
        "fail_interval": list(tried.fails),
        "not_proven_interval": list(tried.undecided),
    }
