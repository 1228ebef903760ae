"""Slices as plain JSON values: what other programs read.

Covers shape only. Rates are failure rates in [0, 1]. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

import math
from typing import Any

from ninemarch.mining.slices import Condition, FoundSlice, SliceReport
from ninemarch.model import Rate
from ninemarch.text import scrub

__all__ = ["conditions_document", "failing_document", "slices_document"]


def slices_document(report: SliceReport) -> dict[str, Any]:
    """Return where failures concentrate; every slice, whatever was shown."""
    options = report.options
    return {
        "found": [_slice(each, report) for each in report.slices],
        "overall": failing_document(report.rate_of(report.overall)),
        "rest": failing_document(report.rate_of(report.rest)),
        "looked_at": report.candidates,
        "combinations": report.combinations,
        "attributes": [scrub(name) for name in report.searched],
        "skipped": [{"attribute": scrub(name), "why": scrub(why)} for name, why in report.skipped],
        "least_trials": report.least_trials,
        "p_value": report.best_p,
        "correlation": report.correlation,
        "detectable": [
            {"share": each.share, "trials": each.trials, "failure_rate": each.failure_rate}
            for each in report.detectable
        ],
        "level": options.level,
        "depth": options.depth,
        "permutations": options.permutations,
        "seed": options.seed,
        "caution": report.caution,
    }


def conditions_document(conditions: tuple[Condition, ...]) -> list[dict[str, Any]]:
    """Return the conditions of a slice: each with a level, a range ``from`` (included) ``below``, or ``missing``."""
    return [_condition(each) for each in conditions]


def failing_document(rate: Rate | None) -> dict[str, Any] | None:
    """Return a rate read as a failure rate with its interval; None without evidence."""
    if rate is None:
        return None
    return {
        "failures": rate.failures,
        "trials": rate.trials,
        "units": rate.units,
        "estimate": 1 - rate.estimate,
        "lower": rate.failure_lower,
        "upper": rate.failure_upper,
        "confidence": rate.confidence,
        "method": rate.method,
    }


def _slice(each: FoundSlice, report: SliceReport) -> dict[str, Any]:
    return {
        "slice": scrub(each.label),
        "conditions": conditions_document(each.conditions),
        "found_rate": failing_document(report.rate_of(each.inside)),
        "elsewhere": failing_document(report.rate_of(each.outside)),
        "at_least": each.at_least,
        "p_value": each.p_value,
        "share": each.share,
        "new_failures": each.new_failures,
        "new_trials": each.new_trials,
        "alone": failing_document(report.rate_of(each.alone)),
    }


def _condition(condition: Condition) -> dict[str, Any]:
    name = {"attribute": scrub(condition.attribute)}
    if condition.span is not None:
        low, high = (None if math.isinf(end) else end for end in condition.span)
        return {**name, "from": low, "below": high}
    return {**name, "missing": True} if condition.level is None else {**name, "level": scrub(condition.level)}
