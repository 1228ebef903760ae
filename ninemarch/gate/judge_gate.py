"""One gate on one slice.

Covers the rule: PASS when the requirement is proven even if every trial without a verdict had been bad; FAIL when
the opposite is proven even if all of those had been good; else NOT PROVEN, with what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ninemarch import claims, stats
from ninemarch.evidence import estimate, extra_clean_trials, misses, proves_beyond, proves_within
from ninemarch.gate.power import power_line
from ninemarch.model import Asks, Gate, GateResult, GateVerdict, Rate, Slice, Tally
from ninemarch.numbers import count_text, upper_failure_text

OVERLAP_MIN = 0.9
"""Share of the scenarios that a baseline must have too, before a drop is judged."""

_Ruling = tuple[GateVerdict, str, int | None]


def judge_gate(gate: Gate, part: Slice, share: float, *, runs: Sequence[str] = (), planned: int = 0) -> GateResult:
    """Return the result of ``gate`` on one slice.

    Args:
        gate: the requirement.
        part: the evidence of the slice, scored as the gate asks.
        share: the slice's share of the scored trials, in [0, 1].
        runs: earlier runs whose evidence is part of it.
        planned: trials of the slice that the plan calls for; 0 for those made.
    """
    rate = estimate(part.scored, gate.confidence)
    verdict, reason, more = (
        _counted(gate, part, rate) if gate.max_failures is not None else _verdict(gate, part, rate)
    )
    if rate is not None and verdict is GateVerdict.PASS and gate.max_failures is None:
        # The limit of a sequence is found by bisection: proven is proven, whatever its last digit.
        upper = min(rate.failure_upper, gate.allowed)
        rate = replace(rate, failure_upper=upper, lower=max(rate.lower, 1 - upper))
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
        below=gate.max_failures is None and misses(part.scored, gate.allowed),
        gate=gate,
        required=claims.required(gate),
        measured="" if rate is None else claims.measured(gate, rate),
        interval="" if rate is None else claims.interval(gate, rate),
        counted="" if rate is None else claims.counted(gate, rate),
        power=power_line(gate, part.scored, planned=planned),
        runs=tuple(runs),
        table=_table(gate, part.scored, planned),
    )


def _table(gate: Gate, tally: Tally, planned: int) -> tuple[tuple[int, int, int], ...]:
    """The rule of a sequential plan as two columns of trials against failures, to be checked by hand."""
    left = 1 - gate.confidence - tally.spent
    if not tally.anytime or tally.scores or not tally.independent or gate.max_failures is not None or left < _SPENT:
        return ()
    passes = stats.pass_table(gate.allowed, max_failures=_MOST_ROWS - 1, confidence=1 - left, budget=max(planned, 1))
    fails = stats.fail_table(gate.allowed, max_failures=_MOST_ROWS - 1, confidence=gate.confidence, min_failures=2)
    return tuple((k, int(trials), int(fails[k])) for k, trials in enumerate(passes))


_SPENT = 1e-9  # error rate below which nothing is left of it
_MOST_ROWS = 12


def _counted(gate: Gate, part: Slice, rate: Rate | None) -> _Ruling:
    """A gate on a number of failures: every one counts, and every trial without a verdict might be one."""
    allowed, seen = gate.max_failures or 0, part.scored.failures
    if seen > allowed:
        return GateVerdict.FAIL, f"{count_text(seen, 'failure')}, {allowed:,} allowed", None
    if rate is None:
        return GateVerdict.NOT_PROVEN, "no trial was scored", None
    if part.worst.failures > allowed:
        return GateVerdict.NOT_PROVEN, f"{_open(part)} could hide failures", None
    many = count_text(rate.trials, "trial")
    return GateVerdict.PASS, f"{seen:,} in {many}; the true rate may be up to {upper_failure_text(rate)}", 0


def _verdict(gate: Gate, part: Slice, rate: Rate | None) -> _Ruling:
    within, beyond = (proves(part.scored, gate.allowed, gate.confidence) for proves in (proves_within, proves_beyond))
    more = None if within or beyond else extra_clean_trials(part.scored, gate.allowed, gate.confidence)
    if rate is None:
        return GateVerdict.NOT_PROVEN, "no trial was scored", more
    if gate.asks is Asks.MAX_DROP and part.scored.trials < OVERLAP_MIN * part.counts.scored:
        paired = f"{part.scored.trials:,} of {part.counts.scored:,} trials have a partner on {gate.baseline}"
        return GateVerdict.NOT_PROVEN, f"{paired}; at least {OVERLAP_MIN:.0%} are needed", None
    if within:
        if part.worst is part.scored or proves_within(part.worst, gate.allowed, gate.confidence):
            return GateVerdict.PASS, f"proven {claims.at_least(gate, rate)}", 0
        return GateVerdict.NOT_PROVEN, f"{_open(part)} could hide failures", None
    if beyond:
        if part.best is part.scored or proves_beyond(part.best, gate.allowed, gate.confidence):
            return GateVerdict.FAIL, claims.at_most(gate, rate), None
        return GateVerdict.NOT_PROVEN, f"{_open(part)} could be passes", None
    return GateVerdict.NOT_PROVEN, _lacking(gate, part, rate, more), more


def _lacking(gate: Gate, part: Slice, rate: Rate, more: int | None) -> str:
    if part.scored.spent and gate.confidence + part.scored.spent >= 1 - 1e-9:
        return "an earlier look has used up the error rate of this release; more trials cannot pass it"
    if more is not None:
        return f"about {more:,} more clean trials"
    if misses(part.scored, gate.allowed):
        return f"measured below the gate, {claims.measured(gate, rate)}, but it may yet hold"
    if rate.uncovered > gate.allowed:
        return f"{rate.uncovered:.1%} of the profile has no trial"
    return f"{claims.required(gate)} needs more trials where the profile is thinly covered"


def _open(part: Slice) -> str:
    """What has no verdict, in claims."""
    known = part.scored.trials + part.counts.errors + part.counts.unscored
    missing = max(part.counts.missing, part.worst.trials - known)
    named = ((part.counts.errors, "errors"), (part.counts.unscored, "unscored trials"), (missing, "missing trials"))
    return " and ".join(f"{count:,} {what}" for count, what in named if count > 0) or "trials without a verdict"
