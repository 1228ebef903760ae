"""Reads the trials that are not a pass, as text.

Covers which are read, and laying out their texts. Does not count.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute

from ninemarch import table
from ninemarch.model import Failure, Traffic, Verdict

__all__ = ["MAX_FAILURES", "read_failures", "stream_failures"]

# The page and the terminal never need more; what was left out is stated from the counts.
MAX_FAILURES = 400

_FACTS = (
    *("trial", "scenario", "group", "verdict", "ended", "silent", "severity", "seconds"),
    *("check", "cost_usd", "tokens"),
    *("tries", "waited", "first_token", "tokens_in", "tokens_out"),
)
_TEXTS = ("reason", "detail", "input", "expect", "output", "steps")


def stream_failures(path: Path, *, trials: Collection[int] | None = None) -> Iterator[Failure]:
    """Yield every trial that failed or was handed off, in the order of the table; holds a chunk at a time.

    Args:
        path: the table.
        trials: only these trials.
    """
    wanted = pa.array([Verdict.FAIL.value, Verdict.ASSISTED.value], pa.string())
    numbers = None if trials is None else pa.array(sorted(trials), pa.int64())
    columns = table.column_names(table.head(path).attributes)
    for batch in table.stream(path, [*_FACTS, *_TEXTS, *columns]):
        keep = pa.compute.is_in(batch["verdict"].cast(pa.string()), value_set=wanted)
        if numbers is not None:
            keep = pa.compute.and_(keep, pa.compute.is_in(batch["trial"], value_set=numbers))
        yield from (_failure(row, columns) for row in batch.filter(keep).to_pylist())


def read_failures(path: Path, *, limit: int = MAX_FAILURES, trial: int | None = None) -> tuple[Failure, ...]:
    """Return trials that are not a clean pass, in planned order: failures first when there are too many.

    Args:
        path: the table.
        limit: at most so many of each verdict.
        trial: only this trial, whatever its verdict.
    """
    columns = table.column_names(table.head(path).attributes)
    left = {verdict.value: limit for verdict in Verdict}
    if trial is None:
        left.pop(Verdict.PASS)
    found = []
    for batch in table.stream(path, [*_FACTS, *_TEXTS, *columns]):
        if trial is None:
            # A verdict of which enough is held is passed over, so that many failures cost no more than few.
            wanted = pa.array([verdict for verdict, many in left.items() if many > 0], pa.string())
            keep = pa.compute.is_in(batch["verdict"].cast(pa.string()), value_set=wanted)
        else:
            keep = pa.compute.equal(batch["trial"], trial)
        for row in batch.filter(keep).to_pylist():
            left[row["verdict"]] -= 1
            if left[row["verdict"]] >= 0:
                found.append(_failure(row, columns))
    return tuple(sorted(found, key=lambda failure: failure.number))


def _failure(row: dict[str, Any], columns: list[str]) -> Failure:
    return Failure(
        number=row["trial"],
        scenario=row["scenario"],
        verdict=row["verdict"],
        silent=row["silent"],
        severity=row["severity"],
        attributes={name[2:]: row[name] for name in columns if row[name] is not None},
        reason=row["reason"] or "",
        input=_readable(row["input"]),
        expect=_readable(row["expect"]),
        output=_readable(row["output"]),
        detail=row["detail"] or "",
        group=row["group"],
        ended=row["ended"],
        seconds=row["seconds"],
        check=row["check"] or "",
        cost_usd=row["cost_usd"],
        tokens=row["tokens"],
        steps=_readable(row["steps"]),
        traffic=_traffic(row),
    )


def _traffic(row: dict[str, Any]) -> Traffic | None:
    if row["tries"] is None:
        return None
    return Traffic(row["tries"], row["waited"], row["first_token"], row["tokens_in"], row["tokens_out"])


def _readable(text: str | None) -> str:
    """The stored JSON text laid out for reading when it is short; as stored otherwise.

    As stored too where it holds halves of surrogate pairs: reading would join them, and a wrong answer look right.
    """
    if not text or len(text) > 20_000 or text[0] not in "[{" or "\\ud" in text:
        return text or ""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
