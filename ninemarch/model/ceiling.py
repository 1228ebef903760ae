"""The highest success rate that a measurement can show, because of what measures.

Covers the value only. Checks that accept noise set one (``suite verify``), a judge that lets wrong answers pass sets
one; a gate above it is NOT PROVEN whatever the trials say.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Ceiling"]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the measuring itself allows to be proven.

    Args:
        success: highest success rate that may be certified, in [0, 1].
        by: what sets it: ``check`` or ``judge``.
        why: the reason with its figures, in a line.
    """

    success: float
    by: str
    why: str
