"""Tables of releases on a terminal: a name, then columns, one line a row, readable when piped.

Covers layout only. Columns that do not fit go into a second table; names are cut before numbers are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size
from rich.text import Text

__all__ = ["Column", "blocks", "lines"]

Column: TypeAlias = tuple[str, list[str]]
"""A heading and its cells."""

_GAP = 2
_SHORTEST_NAME = 12


def blocks(columns: Sequence[Column], width: int) -> list[list[Column]]:
    """Return the columns in as many tables as the width asks for."""
    found: list[list[Column]] = [[]]
    room = width - _SHORTEST_NAME
    for column in columns:
        need = _width(column) + _GAP
        if found[-1] and need > room:
            found.append([])
            room = width - _SHORTEST_NAME
        found[-1].append(column)
        room -= need
    return found


def lines(
    heading: str, names: Sequence[str], block: Sequence[Column], styles: Sequence[str], width: int
) -> list[Text]:
    """Return the lines of a table, its heading first.

    Args:
        heading: of the names.
        names: what each row is of.
        block: the columns.
        styles: of each row.
        width: cells of the terminal.
    """
    room = width - sum(_width(column) + _GAP for column in block)
    wide = max(_SHORTEST_NAME, min(room, max(cell_len(name) for name in (heading, *names))))
    head = _cut(heading, wide) + "".join(_cell(column, column[0]) for column in block)
    found = [Text(head.rstrip(), style="bold")]
    for index, name in enumerate(names):
        text = _cut(name, wide) + "".join(_cell(column, column[1][index]) for column in block)
        found.append(Text(text.rstrip(), style=styles[index]))
    return found


def _width(column: Column) -> int:
    return max(cell_len(text) for text in (column[0], *column[1]))


def _cell(column: Column, text: str) -> str:
    wide = _width(column)
    # Words stand left, numbers right, so that the digits of a column are under each other.
    left = column[0] == "nines" or column[0].endswith("interval")
    pad = " " * (wide - cell_len(text))
    return " " * _GAP + (text + pad if left else pad + text)


def _cut(name: str, wide: int) -> str:
    return set_cell_size(name, wide) if cell_len(name) <= wide else set_cell_size(name, wide - 1) + "…"
