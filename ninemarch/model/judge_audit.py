"""What an audit of a judge found: how often it accepts what it must not, and rejects what it must not, by probe.

Covers plain frozen data. How probes are made is the checks floor's job, the trial of them the workflow's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ninemarch.errors import ExitCode

__all__ = ["JudgeAudit", "ProbeResult"]


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """One kind of probe.

    Args:
        name: of the probe, in a few words.
        right: whether its answers are right, so that rejecting one is the mistake; else accepting one is.
        tried: answers that got a verdict.
        mistakes: of those, verdicts that are wrong.
        unseen: of those, answers that failed before the judge saw them.
        undecided: further answers without a verdict, or lost to errors of the server.
        lower: one-sided lower limit of the share of mistakes, corrected for the number of probes.
        upper: one-sided upper limit of it, of this probe alone.
        allowed: largest share of mistakes that is let pass.
        needed: answers that would show it, without a mistake.
        example: the first answer judged wrongly, hostile text; empty where there is none.
        scenario: its scenario, likewise.
    """

    name: str
    right: bool
    tried: int
    mistakes: int
    unseen: int
    undecided: int
    lower: float
    upper: float
    allowed: float
    needed: int
    example: str = ""
    scenario: str = ""

    @property
    def fooled(self) -> bool:
        """Whether it is shown that the judge makes this mistake more often than allowed."""
        return self.lower > self.allowed

    @property
    def holds(self) -> bool:
        """Whether it is shown that it does not."""
        return self.tried > 0 and self.upper <= self.allowed

    @property
    def state(self) -> str:
        """``holds``, ``fooled`` or ``open``."""
        return "fooled" if self.fooled else "holds" if self.holds else "open"


@dataclass(frozen=True, slots=True)
class JudgeAudit:
    """All probes of one judge.

    Args:
        suite: name of the suite.
        check: id of the check.
        label: what people call the judge.
        votes: most of which decide.
        source: where the answers came from, in words.
        confidence: one-sided, of each limit.
        bare: whether the guards before the judge were left out.
        probes: one result a kind of probe.
        calls: questions asked.
    """

    suite: str
    check: str
    label: str
    votes: int
    source: str
    confidence: float
    bare: bool
    probes: tuple[ProbeResult, ...]
    calls: int

    @property
    def state(self) -> str:
        """The worst of the probes: ``fooled``, ``open`` or ``holds``."""
        states = {probe.state for probe in self.probes}
        return next(state for state in ("fooled", "open", "holds") if state in states or state == "holds")

    @property
    def exit_code(self) -> ExitCode:
        """INVALID for a judge that is fooled, NOT_PROVEN where too few answers tell, else OK."""
        return {"fooled": ExitCode.INVALID, "open": ExitCode.NOT_PROVEN, "holds": ExitCode.OK}[self.state]

    def named(self, states: Sequence[str]) -> tuple[ProbeResult, ...]:
        """The probes in one of these states."""
        return tuple(probe for probe in self.probes if probe.state in states)
