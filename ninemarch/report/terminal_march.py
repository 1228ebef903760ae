"""The table of a march on a terminal: one line a release, 80 columns, readable when piped.

Covers wording only; the layout is ``terminal_table``.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import March
from ninemarch.report import chapters
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_table import Column, blocks, lines

__all__ = ["print_march"]


def print_march(console: Console, march: March) -> None:
    """Print the releases in order, with the gap between profiles, silent failures and the nines proven."""
    rows = chapters.march_rows(march)
    left = len(march.steps) - len(rows)
    if left:
        say(console, Text(f"({left:,} older releases are not shown)"))
    columns = _columns(march)
    names = [f"{row.release} {row.name}".strip() for row in rows]
    styles = ["red" if row.worse else "" for row in rows]
    for block in blocks(columns, console.width):
        for line in lines("release", names, block, styles, console.width):
            say(console, line, whole=True)
    last = _last_note(march)
    if last:
        say(console, Text(f"<- {last}", style="bold"), indent=2)


def _columns(march: March) -> list[Column]:
    """Each column's heading and cells, in the order of the march's profiles."""
    rows = chapters.march_rows(march)
    interval = (
        f"{n.two_sided_text(march.last.decision.rate.confidence)} interval" if march.last.decision.rate else "-"
    )
    columns: list[Column] = []
    place = 0
    for name in chapters.profile_columns(march):
        if name == march.profile:
            columns.append((clean(name, 12), [row.short for row in rows]))
            columns.append((interval, [row.interval.removesuffix("%") for row in rows]))
            columns.append(("silent", [row.silent for row in rows]))
            columns.append(("nines", [row.proven + (" worse" if row.worse else "") for row in rows]))
        else:
            columns.append((clean(name, 12), [row.others[place] for row in rows]))
            place += 1
    return columns


def _last_note(march: March) -> str:
    decision = march.last.decision
    if decision.rate is None:
        return ""
    proven = decision.next_nine.proven if decision.next_nine else 0
    said = f"{n.nine_text(proven)} proven" if proven >= 1 else "no nine proven yet"
    counts = n.estimate_text(decision.rate, chapters.all_thresholds(march))
    return f"{clean(march.last.release, 40)}: {said}, {counts}"
