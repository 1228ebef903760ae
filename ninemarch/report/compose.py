"""From one decision to what is shown of it: strip, verdict, three numbers, gate ladder, notes.

Covers wording and bounding. Computes no statistics: rates and bounds come from the decision, their text from
``numbers``. The parts that need a march or the evidence are in ``chapters`` and ``record``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from ninemarch import numbers as n
from ninemarch.claims import spending_text, thresholds
from ninemarch.model import Asks, Decision, GateResult, GateVerdict, Rate
from ninemarch.report.view import Acting, DecisionView, GateRow, Hero, KeyNumber, Strip, Tone
from ninemarch.text import printable

__all__ = ["clean", "decision_view", "gate_row", "on_axis", "target_name", "thresholds"]

MOST_GATES = 60
MOST_NOTES = 20

_TONE: dict[GateVerdict, Tone] = {
    GateVerdict.PASS: "pass",
    GateVerdict.NO_GATE: "plain",
    GateVerdict.PASS_WITH_WAIVERS: "open",
    GateVerdict.NOT_PROVEN: "open",
    GateVerdict.INVALID: "open",
    GateVerdict.FAIL: "fail",
}


def clean(text: str, limit: int = 300, *, keep_newlines: bool = False) -> str:
    """Return ``text`` printable and at most ``limit`` characters long, the cut marked by an ellipsis."""
    shown = printable(text[: limit + 1], keep_newlines=keep_newlines)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def on_axis(rate: Rate | None) -> tuple[float | None, float, float | None] | None:
    """Return (measured, lower, upper) on the nines axis; None in it for a failure rate of 0."""
    if rate is None:
        return None
    measured = None if rate.failures == 0 else n.nines(1 - rate.estimate)
    return measured, n.nines(rate.failure_upper) or 0.0, n.nines(rate.failure_lower)


def target_name(decision: Decision) -> str:
    """Return the release and what is new in it, or the target where the run was of no release."""
    plan = decision.plan
    if plan.release:
        return clean(f"{plan.release} {plan.release_name}".strip(), 80)
    return clean(str(plan.target), 80)


def decision_view(decision: Decision) -> DecisionView:
    """Return everything that is shown of one decision."""
    against = thresholds(decision)
    order = sorted(range(len(decision.gates)), key=lambda i: (decision.gates[i].verdict is GateVerdict.PASS, i))
    kept = sorted(order[:MOST_GATES])
    return DecisionView(
        strip=_strip(decision),
        hero=_hero(decision, against),
        gates=tuple(gate_row(decision.gates[i]) for i in kept),
        gates_left_out=len(decision.gates) - len(kept),
        gates_title=_gates_title(decision.gates),
        acting=_acting(decision, against),
        accounting=decision.counts.line(),
        spending=spending_text(decision.spending) if decision.spending else "",
        notes=_notes(decision),
    )


def _strip(decision: Decision) -> Strip:
    plan = decision.plan
    return Strip(
        suite=clean(plan.suite, 80),
        title="",
        profile=clean(plan.subset or plan.profile, 60),
        release=clean(plan.release or str(plan.target), 60),
        name=clean(plan.release_name, 60),
        date=clean(plan.created[:10], 10),
        trials=n.count_text(decision.counts.scored, "trial"),
        run=clean(plan.run, 60),
    )


def _notes(decision: Decision) -> tuple[str, ...]:
    said = any(note.startswith(decision.stopped) for note in decision.notes)
    notes = [decision.stopped] if decision.stopped and not said else []
    notes += decision.notes
    left = len(notes) - MOST_NOTES
    return tuple(clean(note) for note in notes[:MOST_NOTES]) + (
        (f"{left:,} more notes in the JSON",) if left > 0 else ()
    )


def _hero(decision: Decision, against: Sequence[Fraction]) -> Hero:
    return Hero(
        verdict=str(decision.verdict),
        symbol=decision.verdict.symbol,
        tone=_TONE[decision.verdict],
        sentence=clean(decision.sentence),
        action=clean(decision.action),
        command=clean(decision.command),
        numbers=(_measured(decision, against), _proven(decision, against), _next_nine(decision)),
    )


def _measured(decision: Decision, against: Sequence[Fraction]) -> KeyNumber:
    rate, counts = decision.rate, decision.counts
    if rate is None:
        return _unrated(decision)
    if counts.assisted:
        seen = f"{counts.failed:,} failed, {counts.assisted:,} handed off, of {n.count_text(rate.trials, 'trial')}"
    else:
        seen = n.failures_text(rate) + (f", {counts.silent:,} silent" if rate.failures else "")
    if rate.units != rate.trials:
        seen += f"; mean of {n.count_text(rate.units, 'group')}"
    if rate.method.startswith("weighted"):
        seen += "; weighted to the profile"
    seen += f"; {decision.waived:,} waived" if decision.waived else ""
    return KeyNumber(n.estimate_text(rate, against), "measured success", seen)


def _unrated(decision: Decision) -> KeyNumber:
    """The first number of a run that makes no rate."""
    counts = decision.counts
    if decision.plan.counts_in_a_rate or not counts.scored:
        return KeyNumber("–", "measured success", _why_unrated(decision))
    return KeyNumber(f"{counts.passed:,} of {counts.scored:,}", "passed", _why_unrated(decision))


def _why_unrated(decision: Decision) -> str:
    if not decision.plan.counts_in_a_rate:
        return "a stress profile makes no rate" if decision.plan.stress else "hand-picked scenarios make no rate"
    return "the run is invalid" if decision.verdict is GateVerdict.INVALID else "no trial was scored"


def _proven(decision: Decision, against: Sequence[Fraction]) -> KeyNumber:
    rate, coming = decision.rate, decision.next_nine
    if rate is None:
        return KeyNumber("–", "proven", _why_unrated(decision))
    said = "no nine proven" if coming is None or coming.proven < 1 else n.count_text(coming.proven, "nine")
    overall = [g.success for g in decision.gates if not g.where and (g.gate is None or g.gate.asks is Asks.SUCCESS)]
    asked = f"; gate asks {n.threshold_text(max(overall))}" if overall else ""
    unit = f"proven at {n.one_sided_text(rate.confidence)} confidence"
    return KeyNumber(f"≥ {n.lower_text(rate, against)}", unit, said + asked)


def _next_nine(decision: Decision) -> KeyNumber:
    coming, rate = decision.next_nine, decision.rate
    if coming is None or rate is None:
        why = "finish the plan first" if decision.counts.missing else _why_unrated(decision)
        why = why if rate is None or decision.counts.missing else "the judge is the limit, not the trials"
        return KeyNumber("–", "cost of the next nine", why)
    goal = n.nine_text(coming.target)
    if coming.clean_trials is not None:
        unit = f"more clean {'trial proves' if coming.clean_trials == 1 else 'trials prove'} {goal}"
        return KeyNumber(f"{coming.clean_trials:,}", unit, "if none of them fails")
    if rate.failures * 10**coming.target <= rate.trials:
        return KeyNumber("more trials", f"needed to prove {goal}", n.failures_text(rate))
    times = (1 - Fraction(repr(rate.estimate))) * 10**coming.target
    value = f"{math.ceil(times * 10) / 10:.1f}×" if times < 10 else f"{math.ceil(times):,}×"
    if coming.allowed is None:
        seen = n.failures_text(rate)
    elif coming.allowed < 0:
        seen = f"{rate.trials:,} trials are too few to prove it"
    else:
        seen = f"{rate.trials:,} trials prove it with at most {n.count_text(coming.allowed, 'failure')}"
    return KeyNumber(value, f"fewer failures needed for {goal}", seen)


def gate_row(gate: GateResult) -> GateRow:
    """Return one row of the ladder."""
    rate = gate.rate
    return GateRow(
        label=clean(gate.label, 80) + ("" if gate.blocking else " (warns)"),
        slice=clean(gate.label[len(gate.id) :].strip().removeprefix("(").removesuffix(")"), 60),
        required=gate.required,
        confidence=n.one_sided_text(gate.confidence),
        verdict=str(gate.verdict),
        symbol=gate.verdict.symbol,
        tone=_TONE[gate.verdict],
        rate=gate.measured or "–",
        interval=gate.interval or "–",
        counts=gate.counted or "no trial",
        short=_gate_short(gate),
        reason=clean(gate.reason, 200),
        blocking=gate.blocking,
        overall=not gate.where,
        share=n.percent(Fraction(repr(gate.share)), "nearest", (Fraction(0),), 1) if 0 < gate.share < 1 else "all",
        gate=n.nines(float(1 - gate.success)) if gate.is_share else None,
        nines=on_axis(rate) if gate.is_share else None,
        power=clean(gate.power, 120),
        table=tuple((f"{k:,}", f"{passes:,}", f"{fails:,}" if fails else "never") for k, passes, fails in gate.table),
        of_success=gate.gate is None or gate.gate.asks is Asks.SUCCESS,
    )


def _gate_short(gate: GateResult) -> str:
    if gate.rate is None:
        return "not evaluated" if gate.gate is not None and gate.gate.baseline else "no trial scored"
    if gate.verdict is GateVerdict.PASS:
        return "proven" if not gate.is_share else f"proven ≥ {n.lower_text(gate.rate, (gate.success,))}"
    if gate.verdict is GateVerdict.PASS_WITH_WAIVERS:
        return f"passes with waivers, {gate.measured}"
    if gate.verdict is GateVerdict.FAIL:
        upper = n.upper_text(gate.rate, (gate.success,)) if gate.is_share else None
        return f"failed, at most {upper}" if upper else f"failed, {gate.measured}"
    if gate.more_clean:
        return n.count_text(gate.more_clean, "more clean trial")
    return f"{'below gate' if gate.below else 'not proven'}, {gate.measured}"


def _gates_title(gates: Sequence[GateResult]) -> str:
    """The finding of the ladder: what blocks first, so that it never contradicts the verdict, then what warns."""
    warns = [gate for gate in gates if not gate.blocking]
    title = _blocking_title([gate for gate in gates if gate.blocking])
    if not warns:
        return title
    passed = sum(gate.verdict is GateVerdict.PASS for gate in warns)
    how_many = "none is" if passed == 0 else f"{passed:,} {'is' if passed == 1 else 'are'}"
    return f"{title}; of {len(warns):,} that only warn, {how_many} proven"


_SINGLE = {
    GateVerdict.PASS: "is proven",
    GateVerdict.PASS_WITH_WAIVERS: "passes with waivers",
    GateVerdict.FAIL: "has failed",
}


def _blocking_title(gates: Sequence[GateResult]) -> str:
    passed = sum(gate.verdict is GateVerdict.PASS for gate in gates)
    waived = sum(gate.verdict is GateVerdict.PASS_WITH_WAIVERS for gate in gates)
    failed = sum(gate.verdict is GateVerdict.FAIL for gate in gates)
    if not gates:
        return "No gate decides"
    if len(gates) == 1:
        said = _SINGLE.get(gates[0].verdict, "is not proven")
        return f"The gate at {gates[0].required} {said}"
    if passed == len(gates):
        return f"All {passed} gates are proven"
    missing = len(gates) - passed - failed - waived
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{waived} {'passes' if waived == 1 else 'pass'} with waivers"] if waived else []
    parts += [f"{missing} {'lacks' if missing == 1 else 'lack'} proof"] if missing else []
    return f"{passed} of {len(gates)} gates are proven; {', '.join(parts)}"


def _acting(decision: Decision, against: Sequence[Fraction]) -> Acting | None:
    if not decision.counts.assisted or decision.rate is None:
        return None
    share = Fraction(repr(decision.assisted_share))
    handed = "all" if share >= 1 else n.percent(share, "nearest", (Fraction(0),), 1)
    headline = n.estimate_text(decision.rate, against)
    if decision.acting is None:
        return Acting(headline, "–", "–", handed, f"It handed off {handed} of its trials to a person.")
    acting = n.estimate_text(decision.acting, against)
    sentence = f"{headline} alone; {acting} when it acts, with {handed} handed off to a person."
    return Acting(headline, acting, n.interval_text(decision.acting, against), handed, sentence)
