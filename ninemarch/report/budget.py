"""The error budget, failures crossed by two attributes, and the ladder of nines, in words.

Covers wording and shading; every number comes from the decision or the breakdown.
"""

from __future__ import annotations

from fractions import Fraction

from ninemarch import numbers as n
from ninemarch.model import Asks, Breakdown, Cross, Decision, GateResult, Rate, Rung
from ninemarch.report.compose import clean
from ninemarch.report.view import Pair, Tone
from ninemarch.report.view_chapters import Budget, BudgetRow, CrossCell, CrossTable, RungRow

__all__ = ["budget", "cross_tables", "rung_rows"]

_PER = 10_000
_THIN = Fraction(1, 10)  # an interval wider than this says little of a nine
_SEVERITIES = ("critical", "major", "minor")


def budget(decision: Decision, found: Breakdown, *, monthly: int = 0) -> Budget | None:
    """Return the error budget; None where nothing was measured or no gate asks for success.

    Args:
        decision: the decision.
        found: failures by severity and money.
        monthly: trials a month in real use, to say the budget in failures a month; 0 for per 10,000.
    """
    gates = [g for g in decision.gates if g.gate is not None and g.gate.asks is Asks.SUCCESS and not g.where]
    if decision.rate is None or not gates:
        return None
    per = monthly or _PER
    rows = tuple(_row(gate, gate.rate, per) for gate in gates if gate.rate is not None)
    unit = f"failures a month at {monthly:,} trials a month" if monthly else f"failures per {_PER:,} trials"
    harm = [(name, f"{found.severities[name]:,}") for name in _SEVERITIES if name in found.severities]
    harm += [("handed off", f"{decision.counts.assisted:,}")] if decision.counts.assisted else []
    return Budget(
        title=f"Error budget: {rows[0].says}" if rows else "Error budget",
        unit=unit,
        rows=rows,
        harm=tuple(harm),
        money=_money(decision, found),
    )


def _row(gate: GateResult, rate: Rate, per: int) -> BudgetRow:
    allowed = (1 - gate.success) * per
    share = (1 - Fraction(repr(rate.estimate))) / (1 - gate.success)
    tones: dict[str, Tone] = {"PASS": "pass", "FAIL": "fail"}
    spent = "nothing of it seen spent" if rate.failures == 0 else f"{n.percent_of(share)} of it spent"
    return BudgetRow(
        gate=clean(gate.label, 60),
        allowed=n.amount_text(allowed, "floor"),
        spent=n.amount_text((1 - Fraction(repr(rate.estimate))) * per, "nearest") if rate.failures else "none seen",
        interval=_interval(rate, per),
        says=spent,
        tone=tones.get(gate.verdict.value, "open"),
        share=min(1.0, float(share)),
    )


def _interval(rate: Rate, per: int) -> str:
    high = n.amount_text(Fraction(rate.failure_upper) * per, "ceil")
    if rate.failure_lower <= 0:
        return f"at most {high}"
    return f"{n.amount_text(Fraction(rate.failure_lower) * per, 'floor')} to {high}"


def _money(decision: Decision, found: Breakdown) -> tuple[Pair, ...]:
    if found.cost_usd is None or not found.priced:
        return ()
    each = found.cost_usd / found.priced
    pairs = [("all trials", n.dollar_text(found.cost_usd)), ("a trial", n.dollar_text(each))]
    if decision.counts.passed:
        pairs.append(("a success", n.dollar_text(found.cost_usd / decision.counts.passed)))
    coming = decision.next_nine
    if coming is not None and coming.clean_trials is not None:
        pairs.append((f"to prove {n.nine_text(coming.target)}", f"about {n.dollar_text(each * coming.clean_trials)}"))
    if found.tokens is not None:
        pairs.append(("tokens", f"{found.tokens:,}"))
    return tuple(pairs)


def cross_tables(found: Breakdown) -> tuple[CrossTable, ...]:
    """Return the tables of two attributes."""
    return tuple(_cross(cross) for cross in found.crosses)


def _cross(cross: Cross) -> CrossTable:
    first, second = clean(cross.first, 40), clean(cross.second, 40)
    note = f"{n.count_text(cross.left_out, 'scored trial')} in other levels are left out." if cross.left_out else ""
    return CrossTable(
        name=f"{first} × {second}",
        first=first,
        second=second,
        columns=tuple(clean(level, 30) for level in cross.columns),
        rows=tuple(
            (clean(level, 30), tuple(map(_cell, cells))) for level, cells in zip(cross.rows, cross.cells, strict=True)
        ),
        note=note,
    )


def _cell(rate: Rate | None) -> CrossCell | None:
    if rate is None:
        return None
    wide = Fraction(rate.failure_upper) - Fraction(rate.failure_lower)
    return CrossCell(
        lower=f"≥ {n.lower_text(rate)}",
        counts=f"{rate.failures:,} of {rate.trials:,} failed" if rate.failures else f"none of {rate.trials:,} failed",
        # By what is proven to fail at least: a cell is dark for what is known, not for what is merely possible.
        shade=sum(rate.failure_lower > limit for limit in (0.001, 0.01, 0.05, 0.2)),
        thin=wide > _THIN,
    )


def rung_rows(decision: Decision) -> tuple[RungRow, ...]:
    """Return one row a nine."""
    return tuple(map(_rung, decision.ladder))


def _rung(rung: Rung) -> RungRow:
    tone: Tone = "pass" if rung.proven else "open" if rung.held else "plain"
    if rung.proven:
        missing = "nothing"
    elif rung.clean_trials is not None:
        missing = n.count_text(rung.clean_trials, "more clean trial")
    else:
        missing = "fewer failures; more trials will not help" if not rung.held else "more trials where it is thin"
    return RungRow(
        nine=n.nine_text(rung.nine),
        held="held" if rung.held else "not held",
        proven="proven" if rung.proven else "not proven",
        missing=missing,
        tone=tone,
    )
