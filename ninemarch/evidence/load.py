"""Reads what counting needs from the table, as numpy arrays; and the trials that are not a pass, as text.

Covers columns and codes. Does not count.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.model import Failure, Verdict

# The page and the terminal never need more; what was left out is stated from the counts.
MAX_FAILURES = 400


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry a recorded trial, in the order of the table.

    Args:
        verdict: the verdict's word.
        unit: code of the independent unit the trial belongs to; None when every trial is its own.
        levels: attribute -> (codes, words); code -1 where the trial lacks the attribute.
    """

    number: NDArray[np.int64]
    verdict: NDArray[np.str_]
    silent: NDArray[np.bool_]
    weight: NDArray[np.float64]
    seconds: NDArray[np.float64]
    unit: NDArray[np.int64] | None
    levels: dict[str, tuple[NDArray[np.int64], list[str]]]

    def where(self, attribute: str, level: str) -> NDArray[np.bool_]:
        """Which trials have this level of the attribute; none where nothing has it."""
        codes, words = self.levels.get(attribute, (np.full(self.number.shape, -1), []))
        return codes == words.index(level) if level in words else np.zeros(self.number.shape, dtype=np.bool_)


def read_columns(path: Path, head: table.TableHead, attributes: Collection[str]) -> Columns:
    """Return the columns of the table at ``path``; attributes that it lacks are left out.

    Raises:
        RunInvalid: the table is damaged.
    """
    present = [name for name in head.attributes if name in attributes]
    names = ["trial", "verdict", "silent", "weight", "seconds", "group", "scenario"]
    data = table.read(path, [*names, *table.column_names(present)])
    return Columns(
        number=data["trial"].to_numpy(),
        verdict=np.asarray(data["verdict"].cast(pa.string()).to_numpy(zero_copy_only=False), dtype=np.str_),
        silent=data["silent"].to_numpy(),
        weight=data["weight"].to_numpy(),
        seconds=data["seconds"].to_numpy(),
        unit=_units(data, repeated=head.plan.per_scenario > 1),
        levels={
            name: _codes(data[column]) for name, column in zip(present, table.column_names(present), strict=True)
        },
    )


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    whole = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), whole.dictionary.to_pylist()


def _units(data: pa.Table, *, repeated: bool) -> NDArray[np.int64] | None:
    """Code of each trial's group (or scenario, where none is given); None when no two trials share one."""
    groups, words = _codes(data["group"])
    if not repeated and words in ([], [""]):
        return None
    scenarios, _ = _codes(data["scenario"])
    alone = groups == words.index("") if "" in words else np.zeros(groups.shape, dtype=np.bool_)
    return np.where(alone, scenarios + len(words), groups)


def read_failures(path: Path, *, limit: int = MAX_FAILURES, trial: int | None = None) -> tuple[Failure, ...]:
    """Return trials that are not a clean pass, in planned order: failures first when there are too many.

    Args:
        path: the table.
        limit: at most so many of each verdict.
        trial: only this trial, whatever its verdict.
    """
    names = ["trial", "scenario", "group", "verdict", "ended", "silent", "severity", "seconds"]
    texts = ["reason", "detail", "input", "expect", "output"]
    columns = table.column_names(table.head(path).attributes)
    taken: dict[str, int] = {}
    found = []
    for batch in table.stream(path, [*names, *texts, *columns]):
        if trial is None:
            keep = pa.compute.not_equal(batch["verdict"].cast(pa.string()), Verdict.PASS.value)
        else:
            keep = pa.compute.equal(batch["trial"], trial)
        for row in batch.filter(keep).to_pylist():
            taken[row["verdict"]] = taken.get(row["verdict"], 0) + 1
            if taken[row["verdict"]] <= limit:
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
    )


def _readable(text: str | None) -> str:
    """The stored JSON text laid out for reading when it is short; as stored otherwise."""
    if not text or len(text) > 20_000 or text[0] not in "[{":
        return text or ""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
