"""What a gate asks, what was measured, what it cost, in words; every rendering shows these and makes none of its own.

Covers text only; rounding is ``numbers``'.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ninemarch.model import Asks, Ceiling, Decision, Gate, Rate, Severity, Spending
from ninemarch.numbers import (
    Rounding,
    count_text,
    dollar_text,
    duration_text,
    estimate_text,
    failures_text,
    interval_text,
    lower_text,
    percent,
    threshold_text,
    upper_text,
)

__all__ = [
    "at_least",
    "at_most",
    "counted",
    "interval",
    "limited_at",
    "measured",
    "required",
    "spending_text",
    "thresholds",
]


def required(gate: Gate) -> str:
    """Return what the gate asks for, in a few words.

    Examples:
        >>> required(Gate("g", Fraction(999, 1000))), required(Gate("g", Fraction(19, 20), latency=2.0))
        ('99.9%', '95% within 2.0 s')
        >>> required(Gate("g", max_failures=0, severity=Severity.CRITICAL))
        'no critical failure'
    """
    share = threshold_text(gate.success)
    if gate.asks is Asks.ALL_TRIALS:
        return f"pass^{gate.all_trials} {share}"
    if gate.asks is Asks.LATENCY:
        return f"{share} within {duration_text(gate.latency)}"
    if gate.asks is Asks.COST:
        return f"{share} within ${gate.cost_usd:g}"
    if gate.asks is Asks.MAX_DROP:
        return f"drop ≤ {_points(gate.max_drop)} from {gate.baseline}"
    if gate.asks is Asks.MAX_FAILURES:
        kind = " ".join(filter(None, [_severity(gate), f"{gate.check} failure" if gate.check else "failure"]))
        return f"no {kind}" if gate.max_failures == 0 else f"at most {count_text(gate.max_failures or 0, kind)}"
    return share


def _severity(gate: Gate) -> str:
    if gate.severity is None or gate.severity is Severity.MINOR:
        return ""
    return "critical" if gate.severity is Severity.CRITICAL else "major or critical"


def thresholds(decision: Decision) -> tuple[Fraction, ...]:
    """Return every required rate of a decision: no number of it may be rounded across one of these."""
    return tuple(sorted({gate.success for gate in decision.gates if gate.is_share}))


def measured(gate: Gate, rate: Rate) -> str:
    """Return what was measured."""
    if gate.asks is Asks.MAX_DROP:
        return _drop(1 - rate.estimate, gate, "nearest")
    if gate.asks is Asks.MAX_FAILURES:
        return count_text(rate.failures, "failure")
    return estimate_text(rate, (gate.success,))


def interval(gate: Gate, rate: Rate) -> str:
    """Return both ends of the interval."""
    if gate.asks is Asks.MAX_DROP:
        return f"{_drop(rate.failure_lower, gate, 'floor')} to {_drop(rate.failure_upper, gate, 'ceil')}"
    return interval_text(rate, () if gate.asks is Asks.MAX_FAILURES else (gate.success,))


def at_least(gate: Gate, rate: Rate) -> str:
    """Return what is proven of a gate that passes: ``≥ 99.92%``."""
    if gate.asks is Asks.MAX_DROP:
        return f"drop ≤ {_drop(rate.failure_upper, gate, 'ceil')}"
    return f"≥ {lower_text(rate, (gate.success,))}"


def at_most(gate: Gate, rate: Rate) -> str:
    """Return what is proven of a gate that fails: ``at most 98.1%``."""
    if gate.asks is Asks.MAX_DROP:
        return f"drop ≥ {_drop(rate.failure_lower, gate, 'floor')}"
    return f"at most {upper_text(rate, (gate.success,)) or measured(gate, rate)}"


def counted(gate: Gate, rate: Rate) -> str:
    """Return the counts behind the measure."""
    if gate.asks in {Asks.LATENCY, Asks.COST}:
        return f"{rate.failures:,} over the limit in {count_text(rate.trials, 'trial')}"
    if gate.asks is Asks.MAX_DROP:
        return f"{count_text(rate.trials, 'trial')} paired with the baseline"
    return failures_text(rate)


def _drop(score: float, gate: Gate, rounding: str) -> str:
    """The drop that a mean paired score stands for, in points; negative for a rise."""
    drop = 2 * Fraction(score) - 1
    lean = {"floor": "ceil", "ceil": "floor"}.get(rounding, rounding) if drop < 0 else rounding
    text = percent(abs(drop), lean, (gate.max_drop,))  # type: ignore[arg-type]
    return ("−" if drop < 0 and text.strip("0.%") else "") + f"{text.removesuffix('%')} points"


def _points(share: Fraction) -> str:
    return f"{threshold_text(share).removesuffix('%')} points"


def spending_text(spending: Spending) -> str:
    """Return what trials cost, in words.

    Examples:
        >>> spending_text(Spending(1.5, 3, 0, 0, 3)), spending_text(Spending(0.25, 2, 1200, 3, 3))
        ('3 trials cost $1.50', '2 of 3 trials cost $0.25, 3 trials used 1,200 tokens')
        >>> spending_text(Spending(0, 0, 0, 0, 9, judged=9, judge_calls=4, judge_tokens=812))
        '9 trials judged by 4 questions to a judge (812 tokens)'
    """
    said = []
    if spending.priced:
        said.append(f"{_part(spending.priced, spending.recorded)} cost {dollar_text(spending.cost_usd)}")
    if spending.metered:
        said.append(f"{_part(spending.metered, spending.recorded)} used {spending.tokens:,} tokens")
    if spending.judged:
        paid = [f"{spending.judge_tokens:,} tokens"] if spending.judge_tokens else []
        paid += [dollar_text(spending.judge_cost_usd)] if spending.judge_cost_usd else []
        took = f" ({', '.join(paid)})" if paid else ""
        asked = count_text(spending.judge_calls, "question")
        said.append(f"{_part(spending.judged, spending.recorded)} judged by {asked} to a judge{took}")
    return ", ".join(said)


def _part(part: int, whole: int) -> str:
    return count_text(whole, "trial") if part == whole else f"{part:,} of {count_text(whole, 'trial')}"


def limited_at(ceiling: Ceiling, against: Sequence[Fraction] = ()) -> str:
    """Return a ceiling in words.

    Examples:
        >>> limited_at(Ceiling(0.5, "check", "half of all noise passes"))
        'check-limited at 50.00%: half of all noise passes'
    """
    # What people's labels prove of a judge is rounded as any proven rate; what noise leaves of a check, as any limit.
    rounding: Rounding = "floor" if ceiling.by == "judge" else "ceil"
    return f"{ceiling.by}-limited at {percent(Fraction(ceiling.success), rounding, against)}: {ceiling.why}"
