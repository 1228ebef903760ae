"""View types of the chapters on what mining found and on the baseline.

Covers frozen types only, under the same rule as ``view``: printable, bounded strings; numbers only to place marks.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.report.view_chapters import Pair, Tone

__all__ = ["BaselineView", "ClusterCard", "MinedView", "SliceRow", "WaterRow", "WaterView"]


@dataclass(frozen=True, slots=True)
class WaterRow:
    """What is left after one more fix.

    Args:
        name: ``today``, or the kind that is fixed.
        left: failures per 10,000 that would be left, to place the bar; ``before`` those of the row above.
        text: the success rate then, with its interval.
        reaches: whether it gets under the next nine.
    """

    name: str
    left: float
    before: float
    text: str
    reaches: bool


@dataclass(frozen=True, slots=True)
class WaterView:
    """The waterfall to the next nine.

    Args:
        limit: failures per 10,000 that the next nine allows; None where every goal is measured already.
        limit_name: that nine.
        note: what is not in the picture.
    """

    title: str
    rows: tuple[WaterRow, ...]
    limit: float | None
    limit_name: str
    note: str


@dataclass(frozen=True, slots=True)
class ClusterCard:
    """One kind of failure.

    Args:
        facts: how many, of what sort, how sure.
        levels: attribute levels at which it stands too often.
        texts: its shortest example.
        replay: command that runs the example again.
    """

    id: str
    name: str
    tone: Tone
    share: float
    facts: tuple[str, ...]
    levels: tuple[str, ...]
    texts: tuple[Pair, ...]
    replay: str


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One slice in which failures concentrate."""

    name: str
    failed: str
    found: str
    at_least: str
    p_value: str
    share: str


@dataclass(frozen=True, slots=True)
class MinedView:
    """What mining found.

    Args:
        water: None where no failure was seen, or the run is no sample.
        slices_title: the finding on slices; empty where none was looked for.
        unseen: sentences on kinds not seen yet.
        notes: what a reader must know.
    """

    title: str
    water: WaterView | None
    clusters: tuple[ClusterCard, ...]
    clusters_left_out: str
    slices_title: str
    slices: tuple[SliceRow, ...]
    slices_note: str
    unseen: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BaselineView:
    """The run beside its baseline.

    Args:
        worse: scenarios newly failing, with the command that replays each; ``better`` newly passing.
        left_out: how many of both are not listed.
    """

    title: str
    against: str
    difference: str
    paired: str
    changes: tuple[str, ...]
    worse: tuple[Pair, ...]
    better: tuple[str, ...]
    left_out: str
