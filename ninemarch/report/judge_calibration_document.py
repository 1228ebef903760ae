"""The calibration of a judge as one JSON document.

Covers its shape. Numbers stand as they were computed.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from ninemarch.model import JudgeCalibration, Share
from ninemarch.report.document import FORMAT
from ninemarch.text import scrub

__all__ = ["judge_calibration_document"]


def judge_calibration_document(found: JudgeCalibration) -> dict[str, Any]:
    """Return a calibration as plain JSON values: ``{"ninemarch": 1, "kind": "judge-calibration", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "judge-calibration",
        "suite": scrub(found.suite),
        "basis": found.basis,
        "run": scrub(found.run),
        "confidence": found.confidence,
        "sensitivity": _share(found.sensitivity),
        "specificity": _share(found.specificity),
        "success": None if found.success is None else _share(found.success),
        "judged": found.judged,
        "best": found.best,
        "counts": scrub(found.counts),
        "method": found.method,
        "ceiling": None if found.ceiling is None else asdict(found.ceiling),
    }


def _share(share: Share) -> dict[str, Any]:
    known = not math.isnan(share.estimate)
    return {"estimate": share.estimate if known else None, "lower": share.lower, "upper": share.upper}
