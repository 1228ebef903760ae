"""Reads the trials in which a judge had a say, as they were: values, not text laid out for reading.

Covers reading. Counting is in ``judged``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from ninemarch import table
from ninemarch.model import Verdict

__all__ = ["JudgedTrial", "stream_judged"]

_COLUMNS = ("trial", "scenario", "verdict", "judge_calls", "input", "expect", "output")


@dataclass(frozen=True, slots=True)
class JudgedTrial:
    """One trial that a judge decided. All values come from outside.

    Args:
        number: place in the plan.
        scenario: id.
        verdict: PASS or FAIL.
        input: what the target was given, where it could be read back; else its text.
        expect: what was expected, likewise.
        output: what it answered, likewise.
    """

    number: int
    scenario: str
    verdict: Verdict
    input: Any
    expect: Any
    output: Any


def stream_judged(path: Path, *, trials: Collection[int] | None = None) -> Iterator[JudgedTrial]:
    """Yield the trials that passed or failed with a judge's say, in the order of the table; holds a chunk at a time.

    Args:
        path: the table.
        trials: only these trials.
    """
    wanted = pa.array([Verdict.PASS.value, Verdict.FAIL.value], pa.string())
    numbers = None if trials is None else pa.array(sorted(trials), pa.int64())
    for batch in table.stream(path, _COLUMNS):
        keep = pa.compute.is_in(batch["verdict"].cast(pa.string()), value_set=wanted)
        keep = pa.compute.and_(keep, batch["judge_calls"].is_valid())
        if numbers is not None:
            keep = pa.compute.and_(keep, pa.compute.is_in(batch["trial"], value_set=numbers))
        for row in batch.filter(keep).to_pylist():
            values = (_value(row[name]) for name in ("input", "expect", "output"))
            yield JudgedTrial(row["trial"], row["scenario"], Verdict(row["verdict"]), *values)


def _value(text: str | None) -> Any:
    """A stored value; its text where it was cut or holds what JSON cannot."""
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text
