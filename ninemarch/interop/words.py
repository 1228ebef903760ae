"""What every format says about a run and a gate, as printable lines of bounded length.

Covers the choice of facts and their order. Rates are in the words of ``claims`` and ``numbers``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ninemarch import claims
from ninemarch import numbers as n
from ninemarch.model import Decision, GateResult, GateVerdict
from ninemarch.text import excerpt

__all__ = ["MOST_NOTES", "by_weight", "facts", "measured", "name_of", "notes", "proven", "said"]

MOST_NOTES = 20
_LONGEST = 500


def said(text: str) -> str:
    """Return one printable line of ``text``, at most 500 characters long."""
    return excerpt(text, _LONGEST)


def name_of(decision: Decision) -> str:
    """Return what was run: suite, profile or subset, and release or target."""
    plan = decision.plan
    return said(f"{plan.suite}, {plan.subset or plan.profile}, {plan.release or plan.target}")


def measured(decision: Decision) -> str:
    """Return the measured success rate; empty where no rate was made."""
    return "" if decision.rate is None else n.estimate_text(decision.rate, claims.thresholds(decision))


def proven(decision: Decision) -> str:
    """Return the proven success rate (the lower bound); empty where no rate was made."""
    return "" if decision.rate is None else n.lower_text(decision.rate, claims.thresholds(decision))


def facts(result: GateResult) -> tuple[str, ...]:
    """Return what a gate asks, what was measured and counted, and what it would notice."""
    asked = f"asks {result.required or n.threshold_text(result.success)}"
    lines = [f"{asked} at {n.one_sided_text(result.confidence)} confidence"]
    if result.rate is not None:
        both = n.two_sided_text(result.confidence)
        lines += [f"measured {result.measured}, {both} interval {result.interval}", result.counted]
    lines += [result.power] if result.power else []
    lines += [f"one of {result.tested:,} slices tested"] if result.tested > 1 else []
    return tuple(said(line) for line in lines)


def notes(decision: Decision) -> tuple[str, ...]:
    """Return the notes of a decision, its early stop among them; how many were left out is said."""
    stopped = [decision.stopped] if decision.stopped and decision.stopped not in decision.notes else []
    every = [*stopped, *decision.notes]
    left = len(every) - MOST_NOTES
    return (*map(said, every[:MOST_NOTES]), *([f"{left:,} more notes in the JSON"] if left > 0 else []))


def by_weight(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the results in the order in which they matter: blocking before warning, worst first."""
    order = list(GateVerdict)
    return sorted(results, key=lambda result: (not result.blocking, -order.index(result.verdict)))
