"""One gate on one slice.

Covers the rule: PASS when the lower bound reaches the requirement even if every trial without a verdict had
failed; FAIL when the upper bound lies below it even if all of those had passed; else NOT PROVEN, with what is
missing.
"""

from __future__ import annotations

from ninemarch.evidence import estimate, extra_clean_trials, misses
from ninemarch.model import Gate, GateResult, GateVerdict, Rate, Slice
from ninemarch.numbers import estimate_text, lower_text, threshold_text, upper_text


def judge_gate(gate: Gate, part: Slice, share: float) -> GateResult:
    """Return the result of ``gate`` on one slice.

    Args:
        gate: the requirement.
        part: the evidence of the slice.
        share: the slice's share of the scored trials, in [0, 1].
    """
    rate = estimate(part.scored, gate.confidence)
    verdict, reason, more = _verdict(gate, part, rate)
    return GateResult(
        id=gate.id,
        where=dict(part.where),
        success=gate.success,
        confidence=gate.confidence,
        verdict=verdict,
        rate=rate,
        reason=reason,
        more_clean=more,
        blocking=gate.blocking,
        share=share,
        below=misses(part.scored, gate.allowed),
    )


def _verdict(gate: Gate, part: Slice, rate: Rate | None) -> tuple[GateVerdict, str, int | None]:
    more = extra_clean_trials(part.scored, gate.allowed, gate.confidence) if _undecided(gate, rate) else None
    if rate is None:
        return GateVerdict.NOT_PROVEN, "no trial was scored", more
    against = (gate.success,)
    if rate.failure_upper <= gate.allowed:
        worst = rate if part.worst is part.scored else estimate(part.worst, gate.confidence)
        if worst is not None and worst.failure_upper <= gate.allowed:
            return GateVerdict.PASS, f"proven ≥ {lower_text(rate, against)}", 0
        return GateVerdict.NOT_PROVEN, f"{_open(part)} could hide failures", None
    if rate.failure_lower > gate.allowed:
        best = rate if part.best is part.scored else estimate(part.best, gate.confidence)
        if best is not None and best.failure_lower > gate.allowed:
            return GateVerdict.FAIL, f"at most {upper_text(rate, against)}", None
        return GateVerdict.NOT_PROVEN, f"{_open(part)} could be passes", None
    return GateVerdict.NOT_PROVEN, _lacking(gate, part, rate, more), more


def _undecided(gate: Gate, rate: Rate | None) -> bool:
    return rate is None or rate.failure_lower <= gate.allowed < rate.failure_upper


def _lacking(gate: Gate, part: Slice, rate: Rate, more: int | None) -> str:
    if more is not None:
        return f"about {more:,} more clean trials"
    if misses(part.scored, gate.allowed):
        return f"measured below the gate, {estimate_text(rate, (gate.success,))}, but it may yet hold"
    if rate.uncovered > gate.allowed:
        return f"{rate.uncovered:.1%} of the profile has no trial"
    return f"{threshold_text(gate.success)} needs more trials where the profile is thinly covered"


def _open(part: Slice) -> str:
    """What has no verdict, in words."""
    missing = part.worst.trials - part.scored.trials - part.counts.errors - part.counts.unscored
    named = ((part.counts.errors, "errors"), (part.counts.unscored, "unscored trials"), (missing, "missing trials"))
    return " and ".join(f"{count:,} {what}" for count, what in named if count > 0) or "trials without a verdict"
