"""What judging one trial takes of judges, added up wherever in a tree of checks they stand.

Covers the sum of the thread at work; the target's own cost is elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ninemarch.model import JudgeUse

__all__ = ["metered", "note_use"]

_USED: ContextVar[list[JudgeUse] | None] = ContextVar("ninemarch_judge_use", default=None)


@contextmanager
def metered() -> Iterator[list[JudgeUse]]:
    """Collect what judges are used for inside the block; the list is empty where none had a say."""
    used: list[JudgeUse] = []
    token = _USED.set(used)
    try:
        yield used
    finally:
        _USED.reset(token)


def note_use(use: JudgeUse) -> None:
    """Say that a judge had a say, and what it took; outside ``metered`` nobody listens."""
    used = _USED.get()
    if used is not None:
        used.append(use)
