"""Waivers and quarantine: known failures, and scenarios known to be broken, for a limited time.

Covers what an entry says and whether it is in force. The file is the ``kept`` floor's, which trials an entry covers
the evidence floor's, what that changes the gate floor's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

__all__ = ["Match", "Waiver", "WaiverUse"]


@dataclass(frozen=True, slots=True)
class Match:
    """What an entry covers: everything that is given must hold.

    Args:
        scenario: id of the scenario; ``*`` stands for any characters.
        attributes: levels that the scenario has.
        check: id of a check that failed the trial.
        kind: ``silent``, ``loud``, how the trial ended, such as ``exception``, or the id of a cluster of failures.
        text: part of the reason that was recorded.
    """

    scenario: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    check: str = ""
    kind: str = ""
    text: str = ""

    @property
    def names_cluster(self) -> bool:
        """Whether ``kind`` is the id of a cluster: eight hexadecimal digits."""
        return re.fullmatch(r"[0-9a-f]{8}", self.kind) is not None


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry.

    Args:
        name: where it stands, for people: ``waivers.toml, waiver 2``.
        match: what it covers.
        reason: why.
        owner: who answers for it.
        issue: where the work on it is followed.
        created: first day in force.
        expires: last day in force.
        quarantine: the scenarios are broken themselves: their trials are void.
    """

    name: str
    match: Match
    reason: str
    owner: str
    issue: str
    created: date
    expires: date
    quarantine: bool = False

    def in_force(self, today: date) -> bool:
        """Whether it has any effect on that day."""
        return self.created <= today <= self.expires


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """What one entry did to a run.

    Args:
        waiver: the entry.
        trials: trials that it covers; 0 where it has no effect.
        in_force: whether it was in force when the run was decided.
        critical: critical failures that it would cover, and must not.
    """

    waiver: Waiver
    trials: int = 0
    in_force: bool = True
    critical: int = 0
