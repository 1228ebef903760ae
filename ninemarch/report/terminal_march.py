"""The table of a march on a terminal: one line a release, 80 columns, readable when piped.

Covers layout only. Columns that do not fit go into a second table; names are cut before numbers are.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import March
from ninemarch.report import chapters
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_march"]

_GAP = 2
_SHORTEST_NAME = 12


def print_march(console: Console, march: March) -> None:
    """Print the releases in order, with the gap between profiles, silent failures and the nines proven."""
    rows = chapters.march_rows(march)
    left = len(march.steps) - len(rows)
    if left:
        say(console, Text(f"({left:,} older releases are not shown)"))
    columns = _columns(march)
    names = [f"{row.release} {row.name}".strip() for row in rows]
    marks = [row.worse for row in rows]
    for block in _blocks(columns, console.width):
        for line in _lines("release", names, block, marks, console.width):
            say(console, line, whole=True)
    last = _last_note(march)
    if last:
        say(console, Text(f"<- {last}", style="bold"), indent=2)


def _columns(march: March) -> list[tuple[str, list[str]]]:
    """Each column's heading and cells, in the order of the march's profiles."""
    rows = chapters.march_rows(march)
    interval = (
        f"{n.two_sided_text(march.last.decision.rate.confidence)} interval" if march.last.decision.rate else "-"
    )
    columns: list[tuple[str, list[str]]] = []
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


def _width(column: tuple[str, list[str]]) -> int:
    return max(cell_len(text) for text in (column[0], *column[1]))


def _blocks(columns: Sequence[tuple[str, list[str]]], width: int) -> list[list[tuple[str, list[str]]]]:
    """The columns in as many tables as the width asks for."""
    blocks: list[list[tuple[str, list[str]]]] = [[]]
    room = width - _SHORTEST_NAME
    for column in columns:
        need = _width(column) + _GAP
        if blocks[-1] and need > room:
            blocks.append([])
            room = width - _SHORTEST_NAME
        blocks[-1].append(column)
        room -= need
    return blocks


def _lines(
    heading: str, names: list[str], block: list[tuple[str, list[str]]], marks: list[bool], width: int
) -> list[Text]:
    room = width - sum(_width(column) + _GAP for column in block)
    wide = max(_SHORTEST_NAME, min(room, max(cell_len(name) for name in (heading, *names))))
    lines = [Text(_cut(heading, wide) + "".join(_cell(column, column[0]) for column in block), style="bold")]
    for index, name in enumerate(names):
        text = _cut(name, wide) + "".join(_cell(column, column[1][index]) for column in block)
        lines.append(Text(text.rstrip(), style="red" if marks[index] else ""))
    return lines


def _cell(column: tuple[str, list[str]], text: str) -> str:
    wide = _width(column)
    # Words stand left, numbers right, so that the digits of a column are under each other.
    left = column[0] == "nines" or column[0].endswith("interval")
    pad = " " * (wide - cell_len(text))
    return " " * _GAP + (text + pad if left else pad + text)


def _cut(name: str, wide: int) -> str:
    return set_cell_size(name, wide) if cell_len(name) <= wide else set_cell_size(name, wide - 1) + "…"


def _last_note(march: March) -> str:
    decision = march.last.decision
    if decision.rate is None:
        return ""
    proven = decision.next_nine.proven if decision.next_nine else 0
    said = f"{n.nine_text(proven)} proven" if proven >= 1 else "no nine proven yet"
    counts = n.estimate_text(decision.rate, chapters.all_thresholds(march))
    return f"{clean(march.last.release, 40)}: {said}, {counts}"
