"""What the evidence decides: one object that feeds the terminal, JSON and the page.

Covers the verdicts of gates and of a whole run, and the exit code each means. How they are reached is the
gate floor's job.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ninemarch.errors import ExitCode
from ninemarch.model.ceiling import Ceiling
from ninemarch.model.evidence import Counts, Rate, Spending
from ninemarch.model.gate import Asks, Gate
from ninemarch.model.run import RunPlan
from ninemarch.model.waiver import WaiverUse


class GateVerdict(enum.StrEnum):
    """The result of a gate, or of a whole run (the worst of its blocking gates)."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    NO_GATE = "NO GATE"
    PASS_WITH_WAIVERS = "PASS WITH WAIVERS"  # noqa: S105 - as above
    NOT_PROVEN = "NOT PROVEN"
    INVALID = "INVALID"
    FAIL = "FAIL"

    @property
    def exit_code(self) -> ExitCode:
        """The process's exit code for this verdict."""
        return _EXIT[self]

    @property
    def symbol(self) -> str:
        """One character that says the same without colour."""
        return _SYMBOL[self]

    @property
    def holds(self) -> bool:
        """Whether a gate with this verdict stops nobody: it passed, if need be with waivers."""
        return self in {GateVerdict.PASS, GateVerdict.PASS_WITH_WAIVERS}


_EXIT = {
    GateVerdict.PASS: ExitCode.OK,
    GateVerdict.NO_GATE: ExitCode.OK,
    GateVerdict.PASS_WITH_WAIVERS: ExitCode.OK,
    GateVerdict.NOT_PROVEN: ExitCode.NOT_PROVEN,
    GateVerdict.INVALID: ExitCode.INVALID,
    GateVerdict.FAIL: ExitCode.GATE_FAILED,
}
_SYMBOL = {
    GateVerdict.PASS: "✓",
    GateVerdict.NO_GATE: "·",
    GateVerdict.PASS_WITH_WAIVERS: "~",
    GateVerdict.NOT_PROVEN: "?",
    GateVerdict.INVALID: "!",
    GateVerdict.FAIL: "✗",
}


@dataclass(frozen=True, slots=True)
class GateResult:
    """One gate on one slice, decided.

    Args:
        id: the gate's id; with ``each``, the slice is in ``where``.
        where: the slice; empty for all scenarios.
        success: required success rate, exact.
        confidence: one-sided confidence.
        verdict: PASS, FAIL or NOT PROVEN; PASS WITH WAIVERS where it passes only with waived failures read as
            passes: ``rate`` has them as failures all the same.
        rate: the evidence; None when no trial was scored.
        reason: one line: what is proven, or what is missing.
        more_clean: further clean trials after which the gate would pass; 0 when it passes, None when more
            trials will not help or the number is unknown.
        blocking: whether a miss changes the verdict of the run.
        share: share of the recorded trials in the slice.
        below: the measured rate itself misses the requirement.
        gate: the requirement itself.
        tested: slices that the same gate was tested on; above 1, a FAIL is corrected for their number (Holm).
        power: what the gate would notice, in a line; empty where nobody can say.
        runs: earlier runs of the same release whose evidence is continued here.
        required: what the gate asks for, in words; so are the next three.
        measured: what was measured; empty where nothing was.
        interval: both ends of it.
        counted: the counts behind it.
        table: with a sequential plan on independent trials, (failures, trials at which so many pass, last trial at
            which that failure fails; 0 for never), for as many failures as the plan's trials can bear, at most 12.
        ceiling: what kept it from passing, where that is the measuring itself.
    """

    id: str
    where: Mapping[str, str]
    success: Fraction
    confidence: float
    verdict: GateVerdict
    rate: Rate | None
    reason: str
    more_clean: int | None
    blocking: bool
    share: float
    below: bool = False
    gate: Gate | None = None
    tested: int = 1
    power: str = ""
    runs: tuple[str, ...] = ()
    required: str = ""
    measured: str = ""
    interval: str = ""
    counted: str = ""
    table: tuple[tuple[int, int, int], ...] = ()
    ceiling: Ceiling | None = None

    @property
    def label(self) -> str:
        """Name for people: the gate's id and its slice."""
        where = ", ".join(f"{k}={v}" for k, v in self.where.items())
        return f"{self.id} ({where})" if where else self.id

    @property
    def is_share(self) -> bool:
        """Whether it asks for a share of good units, so that it has a place on the nines axis."""
        return self.gate is None or self.gate.asks not in {Asks.MAX_DROP, Asks.MAX_FAILURES}


@dataclass(frozen=True, slots=True)
class NextNine:
    """What the next nine asks for.

    Args:
        held: nines the measured rate holds; None without a failure (no finite number of nines is measured).
        proven: nines proven at ``confidence``.
        target: the next nine to prove, as a whole number of nines.
        clean_trials: further clean trials that would prove it; None when the measured rate is below it.
        allowed: failures with which as many trials would have proven it, -1 when not even a clean run would;
            None for groups and weights, where it depends on which trials fail.
    """

    held: int | None
    proven: int
    target: int
    confidence: float
    clean_trials: int | None
    allowed: int | None = None


@dataclass(frozen=True, slots=True)
class Rung:
    """One nine, and how far the evidence is from proving it.

    Args:
        nine: the whole number of nines.
        held: whether the measured rate holds it.
        proven: whether it is proven.
        clean_trials: further clean trials that would prove it, 0 when it is proven; None when more trials will not
            help, or nobody can say.
    """

    nine: int
    held: bool
    proven: bool
    clean_trials: int | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """What grouped trials are worth; see ``stats.group_summary``.

    Args:
        groups: groups with a scored trial.
        flaky: groups that failed sometimes and passed sometimes.
        always_failing: groups of at least two trials that failed in every one.
        correlation: intra-group correlation; None where the counts carry none.
        effective_trials: independent trials that they are worth.
    """

    groups: int
    flaky: int
    always_failing: int
    correlation: float | None
    effective_trials: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The one truth about a run; every rendering reads it and computes nothing.

    Args:
        verdict: the worst of the blocking gates; NO GATE if the suite asks for none.
        sentence: one sentence, computed from the data.
        action: what to do next, in words.
        command: the command that does it or shows more; empty where there is none.
        rate: the headline rate; None when no trial was scored.
        acting: success when it acts (hand-offs left out); None when nothing was handed off.
        assisted_share: share of the scored trials handed off to a person.
        gates: every gate and slice, decided.
        next_nine: what the next nine asks for; None when no trial was scored.
        notes: what a reader must know: errors, void trials, early stop, seeds of development.
        ladder: the nines from 90% to one beyond the next nine.
        readings: the rate with every undecided trial read as a failure, and as a pass; None where there is none.
        grouping: what grouped trials are worth; None where every trial is its own.
        spending: what the trials cost; None where no trial said so.
        waived: failed trials that are waived; ``rate`` and ``counts`` have them among the failures.
        waivers: what each entry of ``waivers.toml`` did.
    """

    plan: RunPlan
    verdict: GateVerdict
    sentence: str
    action: str
    counts: Counts
    rate: Rate | None
    acting: Rate | None
    assisted_share: float
    gates: tuple[GateResult, ...]
    next_nine: NextNine | None
    notes: tuple[str, ...] = ()
    stopped: str = ""
    command: str = ""
    ladder: tuple[Rung, ...] = ()
    readings: tuple[Rate, Rate] | None = None
    grouping: Grouping | None = None
    spending: Spending | None = None
    waived: int = 0
    waivers: tuple[WaiverUse, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The process's exit code."""
        return self.verdict.exit_code
