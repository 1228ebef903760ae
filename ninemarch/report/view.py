"""The view model: everything a page, a terminal or a document shows, as plain bounded values.

Covers frozen types only. Every string has passed ``ninemarch.text`` and has a bounded length; every number
beside a string is there for a chart to place a mark, never to be printed. How the values are made from a march
and its evidence is ``compose`` and ``record``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.report.view_chapters import Budget, CrossTable, Pair, RungRow, Tone
from ninemarch.report.view_mined import BaselineView, MinedView

__all__ = [
    "Acting",
    "Cell",
    "DecisionView",
    "FailureRow",
    "GapRow",
    "GateRow",
    "Hero",
    "KeyNumber",
    "LevelRow",
    "MarchRow",
    "PageView",
    "Pair",
    "Strip",
    "Tone",
]


@dataclass(frozen=True, slots=True)
class Strip:
    """Which run this is."""

    suite: str
    title: str
    profile: str
    release: str
    name: str
    date: str
    trials: str
    run: str


@dataclass(frozen=True, slots=True)
class KeyNumber:
    """One of the three numbers of the hero: the value, what it counts, and the evidence behind it."""

    value: str
    unit: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Hero:
    """The verdict and what to do about it."""

    verdict: str
    symbol: str
    tone: Tone
    sentence: str
    action: str
    command: str
    numbers: tuple[KeyNumber, KeyNumber, KeyNumber]


@dataclass(frozen=True, slots=True)
class Cell:
    """One release on one profile: the rate, its interval, and how the failures split."""

    rate: str
    interval: str
    split: tuple[str, ...]
    counts: str


@dataclass(frozen=True, slots=True)
class MarchRow:
    """One release on the headline profile.

    Args:
        short: rate for a narrow column.
        headline: rate beside a mark: the measured one, or the proven bound where nothing failed.
        proven: nines proven, as text.
        note: what is remarkable about the release; may be empty.
        others: short rates on the further profiles, in the order of ``PageView.profiles``.
        position: where it stands on the effort axis.
        nines: measured, lower and upper on the nines axis; None for a rate that has no finite number of nines.
    """

    release: str
    name: str
    effort: str
    rate: str
    short: str
    headline: str
    interval: str
    silent: str
    loud: str
    proven: str
    worse: bool
    note: str
    others: tuple[str, ...]
    position: float
    nines: tuple[float | None, float, float | None] | None


@dataclass(frozen=True, slots=True)
class GateRow:
    """One gate on one slice.

    Args:
        slice: the slice alone, for a chart; empty for all scenarios.
        short: the verdict in a few words, for the end of a chart row.
        reason: the same in one line.
        overall: whether it speaks about all scenarios, not a slice.
        gate: the requirement on the nines axis; None for one that has no place on it.
        nines: measured, lower and upper on the nines axis.
        power: what the gate would notice; may be empty.
        table: a sequential rule: failures, trials at which they pass, last trial at which they fail.
        of_success: it asks for a success rate, so that it is a rung of the march.
    """

    label: str
    slice: str
    required: str
    confidence: str
    verdict: str
    symbol: str
    tone: Tone
    rate: str
    interval: str
    counts: str
    short: str
    reason: str
    blocking: bool
    overall: bool
    share: str
    gate: float | None
    nines: tuple[float | None, float, float | None] | None
    power: str = ""
    of_success: bool = True
    table: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GapRow:
    """One release over all profiles."""

    release: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One trial that is not a pass. Texts come from outside; they are printable and cut, nothing else."""

    number: str
    scenario: str
    kind: str
    tone: Tone
    severity: str
    attributes: tuple[Pair, ...]
    reason: str
    texts: tuple[Pair, ...]
    facts: tuple[Pair, ...]
    replay: str


@dataclass(frozen=True, slots=True)
class OtherFailures:
    """A few failures of a run that is not the headline's."""

    title: str
    hint: str
    rows: tuple[FailureRow, ...]


@dataclass(frozen=True, slots=True)
class LevelRow:
    """Counts of one level of an attribute: a pointer to where failures are, not a rate."""

    attribute: str
    level: str
    trials: str
    failures: str
    silent: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Success when it acts, beside the share it handed to a person: one is never shown without the other."""

    headline: str
    acting: str
    interval: str
    handed: str
    sentence: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One decision, as the terminal and the page show it."""

    strip: Strip
    hero: Hero
    gates: tuple[GateRow, ...]
    gates_left_out: int
    gates_title: str
    acting: Acting | None
    accounting: str
    spending: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page.

    Args:
        cone: where the next releases are expected: position on the effort axis, lower and upper end in nines.
    """

    title: str
    decision: DecisionView
    march_title: str
    march_hint: str
    march: tuple[MarchRow, ...]
    march_left_out: int
    effort_label: str
    interval_name: str
    gap_title: str
    gap_hint: str
    profiles: tuple[str, ...]
    gap: tuple[GapRow, ...]
    failures_title: str
    failures: tuple[FailureRow, ...]
    failures_note: str
    elsewhere: tuple[OtherFailures, ...]
    levels: tuple[LevelRow, ...]
    accounting: tuple[Pair, ...]
    evidence: tuple[Pair, ...]
    method: tuple[str, ...]
    sources: tuple[str, ...]
    provenance: tuple[Pair, ...]
    commands: tuple[Pair, ...]
    budget: Budget | None = None
    crosses: tuple[CrossTable, ...] = ()
    rungs: tuple[RungRow, ...] = ()
    mined: MinedView | None = None
    baseline: BaselineView | None = None
    cone: tuple[tuple[float, float, float], ...] = ()
