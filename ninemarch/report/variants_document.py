"""How a target does on variants, as plain JSON values.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from typing import Any

from ninemarch.model import Robustness, VariantResult
from ninemarch.report.document import FORMAT
from ninemarch.text import scrub

__all__ = ["variants_document"]


def variants_document(found: Robustness) -> dict[str, Any]:
    """Return the paired results of every kind of variant."""
    return {
        "ninemarch": FORMAT,
        "kind": "variants",
        "suite": found.suite,
        "hash": found.hash,
        "target": scrub(found.target),
        "release": scrub(found.release),
        "profile": scrub(found.profile),
        "seed": found.seed,
        "scenarios": found.scenarios,
        "confidence": found.confidence,
        "variants": [_result(each) for each in found.results],
    }


def _result(each: VariantResult) -> dict[str, Any]:
    difference = {"estimate": each.estimate, "lower": each.lower, "upper": each.upper, "p_value": each.p_value}
    return {
        "variant": each.kind,
        "pairs": each.pairs,
        "unchanged": each.unchanged,
        "undecided": each.undecided,
        "passed": each.passed,
        "passed_changed": each.passed_changed,
        "broke": each.broke,
        "mended": each.mended,
        "units": each.units,
        "difference": None if each.estimate is None else difference,
        "examples": [
            {
                "scenario": scrub(broken.scenario),
                "original": scrub(broken.original),
                "variant": scrub(broken.variant),
                "reason": scrub(broken.reason),
            }
            for broken in each.examples
        ],
    }
