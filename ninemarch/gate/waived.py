"""Gates that pass only because failures are waived.

Covers the verdict PASS WITH WAIVERS and its reason. Nothing is proven by a waiver: the rate, its interval and its
counts stay as measured, and what they say alone is in the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ninemarch.gate.results import judge_all
from ninemarch.model import Evidence, Gate, GateResult, GateVerdict
from ninemarch.numbers import count_text

__all__ = ["with_waivers"]


def with_waivers(evidence: Evidence, gates: Sequence[Gate]) -> tuple[GateResult, ...]:
    """Return the results of all gates; those that pass with the waived failures read as passes say so."""
    results = tuple(judge_all(evidence, gates))
    if evidence.forgiven is None:
        return results
    forgiven = {(r.id, frozenset(r.where.items())): r for r in judge_all(evidence.forgiven, gates)}
    return tuple(_excused(r, forgiven.get((r.id, frozenset(r.where.items()))), evidence.waived) for r in results)


def _excused(result: GateResult, other: GateResult | None, waived: int) -> GateResult:
    """The result as it stands, or PASS WITH WAIVERS."""
    if result.verdict is GateVerdict.PASS or other is None or other.verdict is not GateVerdict.PASS:
        return result
    own = result.rate.failures - other.rate.failures if result.rate and other.rate else 0
    what = count_text(own if own > 0 else waived, "waived failure")
    reason = f"passes only with {what} read as {'a pass' if what.startswith('1 ') else 'passes'}; {_alone(result)}"
    return replace(result, verdict=GateVerdict.PASS_WITH_WAIVERS, reason=reason, more_clean=None)


def _alone(result: GateResult) -> str:
    return f"as measured {result.verdict}: {result.reason}"
