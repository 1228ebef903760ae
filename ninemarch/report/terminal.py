"""A decision and its failures on a terminal of 80 columns.

Covers the renderings of one run; the table of a march is in ``terminal_march``. Text from outside is printable
and goes into ``rich.text.Text``: it is never read as markup. Every state has a symbol and a word, so that
nothing is lost without colour.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch.mining.steps import clues_of, read_steps
from ninemarch.model import Decision, Failure
from ninemarch.report import record
from ninemarch.report.compose import clean, decision_view, target_name
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_march import print_march
from ninemarch.report.terminal_steps import print_steps
from ninemarch.report.view import GateRow, Tone

__all__ = ["STYLE", "print_decision", "print_failures", "print_gates", "print_march", "print_trial"]

MOST_LINES = 8
STYLE: dict[Tone, str] = {"pass": "bold green", "open": "bold yellow", "fail": "bold red", "plain": "bold"}


def print_decision(console: Console, decision: Decision) -> None:
    """Print a decision: the verdict first, one line a gate, where every trial went, and what to do next."""
    shown = decision_view(decision)
    hero, strip = shown.hero, shown.strip
    head = Text(f"{hero.symbol} {hero.verdict}", style=STYLE[hero.tone])
    say(console, head.append(f"  {hero.sentence}" if hero.sentence else "", style="bold"))
    place = f"{strip.suite}, {target_name(decision)}, profile {strip.profile}, run {strip.run}"
    say(console, Text(place, style="dim"), indent=2)
    wide = max(cell_len(number.value) for number in hero.numbers)
    for number in hero.numbers:
        line = Text(_pad(number.value, wide), style="bold").append(
            f"  {number.unit}; {number.evidence}", style="not bold"
        )
        say(console, line, indent=2, hang=wide + 2)
    if shown.acting:
        say(console, Text(shown.acting.sentence), indent=2)
    print_gates(console, shown.gates)
    if shown.gates_left_out:
        say(console, Text(f"{shown.gates_left_out:,} more gates are in the JSON"), indent=2)
    say(console, Text(shown.accounting, style="dim"), indent=2)
    if shown.spending:
        say(console, Text(shown.spending, style="dim"), indent=2)
    for note in shown.notes:
        say(console, Text(f"note: {note}"), indent=2, hang=6)
    if hero.action:
        say(console, Text("next: ").append(hero.action, style="bold"), indent=2, hang=6)
    if hero.command:
        say(console, Text(hero.command, style="bold"), indent=8, whole=True)


def print_gates(console: Console, gates: Sequence[GateRow]) -> None:
    """Print one line a gate where all of them fit, else two; passing slices of a long list are counted, not shown."""
    many = len(gates) > MOST_LINES
    shown = [gate for gate in gates if not many or gate.overall or gate.tone != "pass"]
    cells = [
        (f"{gate.symbol} {gate.verdict}", gate.label, gate.rate, gate.interval, f"gate {gate.required}")
        for gate in shown
    ]
    wide = [max(cell_len(row[place]) for row in cells) for place in range(5)] if cells else []
    fits = 2 + sum(wide) + 2 * 4 <= console.width
    for gate, row in zip(shown, cells, strict=True):
        line = Text(_pad(row[0], wide[0]), style=STYLE[gate.tone])
        why = "" if gate.tone == "pass" else gate.reason or gate.short
        if fits:
            rest = "".join(f"  {_pad(text, room)}" for text, room in zip(row[1:], wide[1:], strict=True))
            say(console, line.append(rest.rstrip(), style="not bold default"), indent=2)
            if why:
                say(console, Text(why, style="dim"), indent=4)
        else:
            say(console, line.append(f"  {gate.label}", style="not bold default"), indent=2, hang=4)
            facts = "  ".join(row[2:])
            say(console, Text(f"{facts}  {why}".rstrip(), style="dim"), indent=6)
    if len(shown) < len(gates):
        say(console, Text(f"{len(gates) - len(shown):,} more gates pass"), indent=2)


def _pad(text: str, wide: int) -> str:
    return text + " " * (wide - cell_len(text))


def print_failures(console: Console, failures: Sequence[Failure], run: str) -> None:
    """Print a compact list: what was asked, what was expected, what came back, and how to replay each."""
    for failure in failures:
        row = record.failure_row(_on_one_line(failure), run, cut=150)
        head = Text(f"#{row.number} ", style="bold").append(row.kind, style=STYLE[row.tone])
        say(console, head.append(f"  {row.scenario}  ").append(_attributes(row.attributes), style="dim"))
        for name, text in row.texts:
            if name not in {"detail", "steps"}:
                say(console, Text(f"   {name:<9}").append(text), hang=12)
        if row.reason:
            say(console, Text(f"   {'reason':<9}").append(row.reason))
        say(console, Text(f"   {row.replay}", style="dim"), whole=True)
    if not failures:
        say(console, Text("no failed trial"))


def _on_one_line(failure: Failure) -> Failure:
    """The failure with the layout of its values folded: a pretty-printed input is one line here."""
    return dataclasses.replace(
        failure,
        input=_folded(failure.input),
        expect=_folded(failure.expect),
        output=_folded(failure.output),
        reason=_folded(failure.reason),
    )


def _folded(text: str) -> str:
    return " ".join(text[:5000].split())


def print_trial(console: Console, failure: Failure, run: str) -> None:
    """Print one trial in full, and the command that replays it."""
    row = record.failure_row(failure, run, cut=20_000)
    head = Text(f"trial {row.number} of run {clean(run, 60)}: ", style="bold")
    say(console, head.append(row.kind if failure.verdict != "pass" else "pass", style=STYLE[row.tone]))
    facts = [("scenario", row.scenario), *row.facts]
    facts += [("reason", row.reason)] if row.reason else []
    for name, value in facts:
        say(console, Text(f"  {name:<10}").append(value))
    for name, level in row.attributes:
        say(console, Text("  attribute ").append(f"{name}={level}"))
    steps = read_steps(failure.steps)
    for name, text in row.texts:
        if name == "steps" and steps:
            print_steps(console, steps, clues_of(steps) if failure.verdict != "pass" else ())
            continue
        say(console, Text(f"  {name}", style="bold"))
        for line in text.splitlines() or [""]:
            say(console, Text(f"    {line}"))
    say(console, Text("  replay    ").append(row.replay, style="bold"), whole=True)


def _attributes(pairs: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{name}={level}" for name, level in pairs)
