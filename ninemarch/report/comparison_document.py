"""A baseline, and a run beside it, as plain JSON values: what other programs read.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from typing import Any

from ninemarch.model import Baseline, Comparison, Difference, PairedScenario, PairedSlice, Results
from ninemarch.report.document import FORMAT, counts_document
from ninemarch.text import scrub

__all__ = ["baseline_document", "comparison_document", "difference_document"]


def baseline_document(baseline: Baseline) -> dict[str, Any]:
    """Return what a baseline is of, without its scenarios: ``{"ninemarch": 1, "kind": "baseline", ...}``."""
    return {"ninemarch": FORMAT, "kind": "baseline", **_baseline(baseline)}


def comparison_document(found: Comparison) -> dict[str, Any]:
    """Return a run beside a baseline: ``{"ninemarch": 1, "kind": "comparison", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "comparison",
        "baseline": _baseline(found.baseline),
        "run": scrub(found.plan.run),
        "release": scrub(found.plan.release or str(found.plan.target)),
        "hash": scrub(found.plan.hash),
        "counts": counts_document(found.counts),
        "changes": [scrub(change) for change in found.changes],
        "paired": found.paired,
        "only_then": found.only_then,
        "only_now": found.only_now,
        "difference": difference_document(found.difference),
        "slices_looked_at": found.looked,
        "slices": [_slice(each) for each in found.slices],
        "worse": [_pair(pair) for pair in found.worse],
        "better": [_pair(pair) for pair in found.better],
    }


def _baseline(baseline: Baseline) -> dict[str, Any]:
    return {
        "name": baseline.name,
        "suite": scrub(baseline.suite),
        "suite_version": scrub(baseline.suite_version),
        "hash": scrub(baseline.hash),
        "profile": scrub(baseline.profile),
        "seed": baseline.seed,
        "run": scrub(baseline.run),
        "release": scrub(baseline.release),
        "release_name": scrub(baseline.release_name),
        "created": scrub(baseline.created),
        "accepted": scrub(baseline.accepted),
        "counts": counts_document(baseline.counts),
        "scenarios": len(baseline.results),
        "scenarios_failed": sum(1 for share in baseline.failed.values() if share > 0),
    }


def difference_document(difference: Difference | None) -> dict[str, Any] | None:
    """Return a difference of failure rates as plain JSON values."""
    if difference is None:
        return None
    return {
        "estimate": difference.estimate,
        "lower": difference.lower,
        "upper": difference.upper,
        "confidence": difference.confidence,
        "units": difference.units,
        "method": difference.method,
        "p_value_mid": difference.p_value,
    }


def _slice(each: PairedSlice) -> dict[str, Any]:
    return {
        "attribute": scrub(each.attribute),
        "level": scrub(each.level),
        "paired": each.paired,
        "worse": each.worse,
        "better": each.better,
        "p_value": each.p_value,
    }


def _pair(pair: PairedScenario) -> dict[str, Any]:
    return {"scenario": scrub(pair.id), "then": _results(pair.then), "now": _results(pair.now)}


def _results(seen: Results) -> dict[str, int]:
    return {
        "pass": seen.passed,
        "fail": seen.failed,
        "assisted": seen.assisted,
        "unscored": seen.unscored,
        "error": seen.errors,
        "void": seen.void,
    }
