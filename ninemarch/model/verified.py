"""What a suite's own checks are worth: controls with known truth, and answers made without any work.

Covers the results; ``workflow.verify`` and ``workflow.nulls`` find them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.model.ceiling import Ceiling
from ninemarch.model.gate import Gate

__all__ = ["Accepted", "Control", "NullAudit"]


@dataclass(frozen=True, slots=True)
class Control:
    """The result of one control.

    Args:
        name: ``generator``, ``null``, ``oracle`` or ``coin``.
        holds: whether the suite passed it.
        says: what was seen, in a line.
    """

    name: str
    holds: bool
    says: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the checks made of one null target.

    Args:
        name: the null target.
        says: what it answers, in a few words.
        passed: scenarios on which it passed, of ``tried``: those on which its answer is not the right one.
        lower: lower limit of the share that passes; together with ``upper`` at 95%.
        upper: upper limit.
        limits: whether it limits what the checks can certify; else its answer may be right to give in some suites.
    """

    name: str
    says: str
    passed: int
    tried: int
    lower: float
    upper: float
    limits: bool


@dataclass(frozen=True, slots=True)
class NullAudit:
    """What the checks made of all null targets.

    Args:
        accepted: one after the other.
        ceiling: what the checks can certify at most; None where no nonsense was shown to pass.
        above: the suite's gates that lie above it: no run can prove them.
    """

    accepted: tuple[Accepted, ...]
    ceiling: Ceiling | None = None
    above: tuple[Gate, ...] = ()
