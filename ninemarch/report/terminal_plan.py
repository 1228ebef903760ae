"""What a plan needs and what it will decide, on a terminal of 80 columns.

Covers layout; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Course, GatePlan, Needs, SuitePlan
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_plan", "print_rows"]

MOST_GATES = 20
_GAP = 2
_ENTRIES = 8  # of a PASS or FAIL table on a terminal; the JSON has all


def print_plan(console: Console, plan: SuitePlan, *, tables: bool = False) -> None:
    """Print what a plan will do and what the rates asked for take.

    Args:
        console: where to.
        plan: the plan; without a suite, only what rates take.
        tables: print the PASS and FAIL tables of sequential gates too.
    """
    if plan.suite:
        say(console, Text(_head(plan), style="bold"), hang=2)
    for gate in plan.gates[:MOST_GATES]:
        if gate.where:
            _slice(console, gate)
        else:
            _gate(console, gate, plan)
        if tables:
            _tables(console, gate)
    if len(plan.gates) > MOST_GATES:
        say(console, Text(f"{len(plan.gates) - MOST_GATES:,} more slices are in the JSON"), indent=2)
    if len(plan.needs) > 1 and not plan.suite:
        _ladder(console, plan.needs)
    else:
        for rate in plan.needs:
            _needs(console, rate)
    _cost(console, plan)
    for warning in plan.warnings:
        say(console, Text(f"warning: {clean(warning)}"), hang=2)


def print_rows(console: Console, rows: Sequence[Sequence[str]], *, indent: int = 2) -> None:
    """Print a table: the first row is its head, the first column stands on the left, the others on the right.

    Columns that do not fit follow in a second table, beside the first column again.
    """
    wide = [max(cell_len(row[place]) for row in rows) for place in range(len(rows[0]))]
    fits = len(wide)
    while fits > 2 and indent + sum(wide[:fits]) + _GAP * (fits - 1) > console.width:
        fits -= 1
    for number, row in enumerate(rows):
        cells = [" " * (room - cell_len(text)) + text for text, room in zip(row[:fits], wide, strict=False)]
        cells[0] = row[0] + " " * (wide[0] - cell_len(row[0]))
        say(console, Text((" " * _GAP).join(cells), style="" if number else "dim"), indent=indent)
    if fits < len(wide):
        print_rows(console, [[row[0], *row[fits:]] for row in rows], indent=indent)


def _head(plan: SuitePlan) -> str:
    trials = n.count_text(plan.planned, "trial")
    how = f"at most {trials}, stopping when decided" if plan.stop == "sequential" else trials
    repeats = (
        f" of {n.count_text(-(-plan.planned // plan.per_scenario), 'scenario')}" if plan.per_scenario > 1 else ""
    )
    look = f"; after {plan.look.at:,} it stops with {plan.look.stop_at:,} failures" if plan.look else ""
    return (
        f"{clean(plan.suite, 60)}, {clean(plan.release, 60)}, profile {clean(plan.profile, 60)}: {how}{repeats}{look}"
    )


def _gate(console: Console, gate: GatePlan, plan: SuitePlan) -> None:
    name = f"gate {clean(gate.label)} asks {clean(gate.required)}" if plan.suite else f"a plan for {gate.required}"
    worth = f", worth {gate.worth:,}" if gate.worth < gate.trials else ""
    say(
        console, Text(name, style="bold").append(f": {n.count_text(gate.trials, 'trial')}{worth}", "not bold"), hang=2
    )
    if gate.courses:
        print_rows(console, [_heads(gate, plan), *(_course(gate, course, plan) for course in gate.courses)])
    _facts(console, gate, indent=2)


def _heads(gate: GatePlan, plan: SuitePlan) -> list[str]:
    heads = ["true rate", "PASS", "FAIL", "NOT PROVEN"]
    if _varies(gate.courses):
        heads += ["mean trials", "10% to 90%"]
        heads += ["time, cost"] if _spent(1, plan) else []
    return heads


def _course(gate: GatePlan, course: Course, plan: SuitePlan) -> list[str]:
    chances = (course.passes, course.fails, course.undecided)
    cells = [n.success_text(course.failure_rate, against=(gate.gate.success,)), *map(n.chance_text, chances)]
    if _varies(gate.courses):
        cells += [f"{course.mean_trials:,.0f}", f"{course.spread[0]:,} to {course.spread[2]:,}"]
        cells += [_spent(course.mean_trials, plan)] if _spent(1, plan) else []
    return cells


def _varies(courses: Sequence[Course]) -> bool:
    return any(course.spread[0] != course.spread[2] for course in courses)


def _facts(console: Console, gate: GatePlan, *, indent: int) -> None:
    if gate.passes_with is not None and gate.fails_from is not None and gate.passes_with >= 0:
        passes = f"passes with at most {n.count_text(gate.passes_with, 'failure')}, fails from {gate.fails_from:,} on"
        say(console, Text(passes), indent=indent)
    if gate.notices and not (gate.warnings and gate.notices.startswith("cannot pass")):
        say(console, Text(clean(gate.notices)), indent=indent, hang=2)
    for warning in gate.warnings:
        say(console, Text(f"warning: {clean(warning)}"), indent=indent, hang=2)


def _slice(console: Console, gate: GatePlan) -> None:
    """Two lines a slice: a suite may have many."""
    name = f"gate {clean(gate.label)} asks {clean(gate.required)}"
    worth = f", worth {gate.worth:,}" if gate.worth < gate.trials else ""
    trials = f": {n.percent(Fraction(gate.share), 'nearest', (), 1)} of the trials, {gate.trials:,}{worth}"
    say(console, Text(name, style="bold").append(trials, "not bold"), hang=2)
    chances = ", ".join(
        f"{n.chance_text(course.passes)} at {n.success_text(course.failure_rate, against=(gate.gate.success,))}"
        for course in gate.courses
        if 0 < course.failure_rate < gate.gate.allowed
    )
    if chances and gate.courses[0].passes > 0:
        say(console, Text(f"PASS {chances}"), indent=2, hang=2)
    _facts(console, gate, indent=2)


def _tables(console: Console, gate: GatePlan) -> None:
    if not gate.pass_table:
        return
    say(console, Text(f"tables of {clean(gate.label)}, by failures seen", style="dim"), indent=2)
    columns = range(min(len(gate.pass_table), _ENTRIES))
    rows = [
        ["failures", *(f"{k}" for k in columns)],
        ["PASS from trial", *(f"{gate.pass_table[k]:,}" for k in columns)],
        ["FAIL up to trial", *(f"{at:,}" if (at := gate.fail_table[k]) else "-" for k in columns)],
    ]
    print_rows(console, rows, indent=4)


def _ladder(console: Console, rates: Sequence[Needs]) -> None:
    say(console, Text(f"trials that prove a rate at {_confidence(rates[0])}, by failures among them", style="bold"))
    heads = ["rate", *("none" if k == 0 else str(k) for k in range(4)), "none, at any time"]
    rows = [
        [n.threshold_text(rate.success), *(f"{trials:,}" for trials in rate.fixed[:4]), f"{rate.sequential[0]:,}"]
        for rate in rates
    ]
    print_rows(console, [heads, *rows])
    what = "A fixed plan is read once, at its end; the last column is of a plan that may stop at any trial."
    say(console, Text(what), indent=2)
    say(console, Text("one nine in detail: ninemarch plan --nines 3"), indent=2)


def _needs(console: Console, rate: Needs) -> None:
    what = f"what {n.threshold_text(rate.success)} takes at {_confidence(rate)}"
    say(console, Text(what, style="bold"))
    rows = [
        ["failures among the trials", *(f"{k}" for k in range(len(rate.fixed)))],
        ["fixed plan", *(f"{trials:,}" for trials in rate.fixed)],
        ["stopping when decided", *(f"{trials:,}" for trials in rate.sequential)],
    ]
    print_rows(console, rows)
    if rate.sized:
        sizes = [["true rate", "fixed plan, 80% chance to pass", "stopping: mean", "10% to 90%"]]
        for size in rate.sized:
            truth = n.success_text(size.failure_rate, against=(rate.success,))
            fixed = f"{size.trials:,}, ≤ {n.count_text(size.failures, 'failure')}"
            spread = size.sequential.spread
            sizes.append([truth, fixed, f"{size.sequential.mean_trials:,.0f}", f"{spread[0]:,} to {spread[2]:,}"])
        print_rows(console, sizes)


def _confidence(rate: Needs) -> str:
    return f"{n.one_sided_text(rate.confidence)} confidence"


def _spent(trials: float, plan: SuitePlan) -> str:
    """The time and cost of so many trials, as far as they are known."""
    known = [n.duration_text(plan.cost.seconds * trials)] if plan.cost.seconds is not None else []
    known += [n.dollar_text(plan.cost.usd * trials)] if plan.cost.usd is not None else []
    return ", ".join(known)


def _cost(console: Console, plan: SuitePlan) -> None:
    one, whole = _spent(1, plan), _spent(plan.planned, plan)
    if one:
        most = "at most " if plan.stop == "sequential" else ""
        line = f"a trial: {one} ({clean(plan.cost.source)})"
        line += f"; {n.count_text(plan.planned, 'trial')} one after another: {most}{whole}" if plan.planned else ""
        say(console, Text(line), hang=2)
    elif plan.planned:
        hint = "time and cost are not known: give --seconds-per-trial and --usd-per-trial"
        say(console, Text(hint, style="dim"), hang=2)
