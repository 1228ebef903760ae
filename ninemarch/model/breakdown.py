"""What a page shows beside the rates: failures by severity, two attributes crossed, money.

Covers frozen types. How they are counted is the evidence floor's job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ninemarch.model.evidence import Rate

__all__ = ["Breakdown", "Cross"]


@dataclass(frozen=True, slots=True)
class Cross:
    """Two attributes crossed: one rate a cell.

    Args:
        rows: levels of the first attribute, those with the most scored trials first.
        columns: levels of the second, likewise.
        cells: one row a level of the first attribute; None where no trial was scored.
        left_out: scored trials in levels that are not shown.
    """

    first: str
    second: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Rate | None, ...], ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Failures by severity, attributes crossed in pairs, and what the run cost.

    Args:
        severities: severity -> failed trials.
        crosses: pairs of attributes, the pair whose cells differ most first.
        cost_usd: what the trials that said so cost together, in US dollars; None where none did.
        tokens: tokens likewise.
        priced: trials that said what they cost.
    """

    severities: Mapping[str, int] = field(default_factory=dict)
    crosses: tuple[Cross, ...] = ()
    cost_usd: float | None = None
    tokens: int | None = None
    priced: int = 0
