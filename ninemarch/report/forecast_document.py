"""A forecast as one JSON document. What is infinite or unknown is null."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from ninemarch.model import Cone, DiscreteGrowth, MarchForecast, Pace, Shape
from ninemarch.report.document import FORMAT
from ninemarch.report.terminal_forecast import (
    AS_BEFORE,
    evidence_text,
    pace_text,
    per_nine_text,
    reached_text,
)
from ninemarch.text import scrub

__all__ = ["forecast_document"]


def forecast_document(found: MarchForecast) -> dict[str, Any]:
    """Return a forecast as plain JSON values: ``{"ninemarch": 1, "kind": "forecast", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "forecast",
        "suite": scrub(found.suite),
        "effort_unit": scrub(found.effort_unit),
        "by_effort": found.by_effort,
        "condition": AS_BEFORE,
        "releases": [{**asdict(each), "release": scrub(each.release)} for each in found.releases],
        "confidence": found.confidence,
        "nine": found.nine,
        "shapes": [_shape(found, shape) for shape in found.shapes],
        "chosen": found.chosen,
        "pace": {**_pace(found.pace), "text": pace_text(found)},
        "cone": None if found.cone is None else _cone(found.cone),
        "no_cone": found.no_cone,
        "clean_trials_to_prove": found.to_prove,
        "evidence": scrub(evidence_text(found)),
        "crow_amsaa": None if found.growth is None else _growth(found.growth),
        "notes": [scrub(note) for note in found.notes],
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _shape(found: MarchForecast, shape: Shape) -> dict[str, Any]:
    estimate, lower, upper = map(_known, shape.reached)
    return {
        "name": shape.name,
        "per_nine": _known(shape.per_nine),
        "per_nine_lower": _known(shape.lower),
        "per_nine_upper": _known(shape.upper),
        "per_nine_text": scrub(per_nine_text(found, shape)),
        "release_noise": _known(shape.release_noise),
        "aic": _known(shape.aic),
        "in_sight": shape.in_sight,
        "reached": estimate if shape.in_sight else None,
        "reached_lower": lower if shape.in_sight else None,
        "reached_upper": upper if shape.in_sight else None,
        "reached_text": scrub(reached_text(found, shape)),
    }


def _cone(cone: Cone) -> dict[str, Any]:
    points = [asdict(point) for point in cone.points]
    return {"points": points, "shapes": list(cone.shapes), "confidence": cone.confidence}


def _growth(model: DiscreteGrowth) -> dict[str, Any]:
    return {**asdict(model), "upper": _known(model.upper), "rates": list(model.rates)}


def _pace(pace: Pace | None) -> dict[str, Any]:
    if pace is None:
        return {"verdict": "open", "ratio": None, "lower": None, "upper": None, "p_value": None}
    numbers = {name: _known(getattr(pace, name)) for name in ("ratio", "lower", "upper", "p_value")}
    return {"verdict": str(pace.verdict), **numbers}
