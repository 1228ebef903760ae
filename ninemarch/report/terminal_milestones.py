"""The record of releases on a terminal of 80 columns: one line a look, breaks and drops said in words.

Covers wording; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Drop, Milestone, MilestoneTable, Rebased, Standing
from ninemarch.report.compose import clean
from ninemarch.report.effort import effort_text
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_table import Column, blocks, lines

__all__ = ["drop_text", "print_milestone", "print_milestones", "print_rebased"]


def print_milestone(console: Console, look: Milestone) -> None:
    """Print one milestone in a line or two."""
    rate = look.rate
    effort = (
        "" if look.effort is None else f", effort {effort_text(look.effort)} {clean(look.effort_unit, 40)}".rstrip()
    )
    head = Text(clean(f"{look.release} {look.release_name}".strip(), 100), style="bold")
    said = f"  {n.estimate_text(rate)}, {n.two_sided_text(rate.confidence)} interval {n.interval_text(rate)}{effort}"
    say(console, head.append(said, style="not bold"), hang=2)


def print_rebased(console: Console, found: Sequence[Rebased]) -> None:
    """Print what became of the old releases."""
    for each in found:
        if each.milestone:
            print_milestone(console, each.milestone)
        else:
            said = f"not run, {each.why_not}" if each.why_not else "would be run"
            say(console, Text(clean(f"{clean(each.release, 60)}  {said}", 400)), hang=2)
    if not found:
        say(console, Text("every release is on the line already"))


def print_milestones(console: Console, table: MilestoneTable) -> None:
    """Print the releases in order: effort, counts, rate with its interval, nines, what broke the line, what fell."""
    rows = table.standings
    unit = f", effort in {clean(table.effort_unit, 40)}" if table.effort_unit else ""
    releases = sum(not row.further for row in rows)
    head = Text(clean(table.suite, 60), style="bold")
    say(console, head.append(f"  {n.count_text(releases, 'release')}{unit}", style="not bold"))
    for block in blocks(_columns(table), console.width):
        heading, *found = lines("release", [_name(row) for row in rows], block, _styles(table), console.width)
        say(console, heading, whole=True)
        for row, line in zip(rows, found, strict=True):
            if row.changes:
                say(console, Text(clean(f"-- {'; '.join(row.changes)}: not on one line"), style="yellow"))
            say(console, line, whole=True)
    for note in _notes(table):
        say(console, note, indent=2, hang=2)


def _name(row: Standing) -> str:
    look = row.milestone
    if not row.further:
        return clean(f"{look.release} {look.release_name}".strip(), 60)
    return "  again" + (f", seed {look.seed}" if look.seed is not None else "")


def _columns(table: MilestoneTable) -> list[Column]:
    rows = table.standings
    rates = [row.milestone.rate for row in rows]
    confidences = {rate.confidence for rate in rates}
    two_sided = f"{n.two_sided_text(confidences.pop())} interval" if len(confidences) == 1 else "interval"
    efforts = ["" if row.further else effort_text(row.effort) for row in rows]
    return [
        *([("effort", efforts)] if any(row.effort is not None for row in rows) else []),
        ("failures", [f"{rate.failures:,} of {rate.trials:,}" for rate in rates]),
        ("success", [n.short_estimate(rate) for rate in rates]),
        (two_sided, [n.interval_text(rate).removesuffix("%") for rate in rates]),
        ("nines", [f"{row.proven}{_worse(row.drop)}" for row in rows]),
    ]


def _worse(drop: Drop | None) -> str:
    return "" if drop is None else " worse" if drop.proven else " lower"


def _styles(table: MilestoneTable) -> list[str]:
    return ["red" if row.drop and row.drop.proven else "" if row.on_line else "dim" for row in table.standings]


def _notes(table: MilestoneTable) -> Iterator[Text]:
    for row in table.standings:
        if row.drop:
            yield Text(f"{clean(row.milestone.release, 40)}: {drop_text(row.drop)}")
    off = sum(not (row.on_line or row.further) for row in table.standings)
    if off:
        many = "1 release was" if off == 1 else f"{off:,} releases were"
        yield Text(
            f"{many} never run on the newest scenarios, checks and profile: not on the line (ninemarch march rebase)"
        )
    for note in table.notes:
        yield Text(clean(note), style="dim")


def drop_text(drop: Drop) -> str:
    """Return how a release fell behind the one before it, and whether that is beyond chance."""
    since, real = clean(drop.since, 40), "beyond chance" if drop.proven else "may be chance"
    found = drop.difference
    if found is None:
        apart = "the intervals do not meet" if drop.proven else "the intervals meet"
        return f"measured lower than {since}, {real}: {apart}"
    ends = f"{n.points_text(found.lower, 'floor')} to {n.points_text(found.upper, 'ceil')}"
    return (
        f"failure rate {n.points_text(found.estimate)} percentage points against {since}, {real}: "
        f"{n.two_sided_text(found.confidence)} interval {ends} ({found.method})"
    )
