"""Reading the table: its head, its columns, and its rows in chunks.

Covers I/O only; counting is the evidence floor's job.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ninemarch.errors import RunInvalid
from ninemarch.journal import plan_from
from ninemarch.model import RunPlan
from ninemarch.table.build import ATTRIBUTE, SCHEMA_VERSION, is_whole

# Small chunks and one thread: of 10^6 trials some 10 MB are in memory instead of 40, and it takes no longer.
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class TableHead:
    """What the table is of.

    Args:
        plan: the plan of the run.
        sealed: the run finished.
        stop: why it ended before its planned trials; empty if it did not.
        rows: trials recorded.
        attributes: attribute names, without the column prefix.
    """

    plan: RunPlan
    sealed: bool
    stop: str
    rows: int
    attributes: tuple[str, ...]


def head(path: Path) -> TableHead:
    """Return what the table at ``path`` is of.

    Raises:
        RunInvalid: it is damaged, not a table of ninemarch, or of another schema version.
    """
    if path.is_file() and not is_whole(path):
        msg = f"{path} is damaged (its checksum is wrong); delete it, it is rebuilt from the journal"
        raise RunInvalid(msg)
    try:
        file = pq.ParquetFile(path)
        meta = json.loads((file.schema_arrow.metadata or {})[b"ninemarch"])
        if meta["schema"] != SCHEMA_VERSION:
            raise KeyError("schema")  # noqa: TRY301 - all reasons end in one message
        plan = plan_from(meta["plan"])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        msg = f"{path} is not a table of this version of ninemarch; delete it, it is rebuilt from the journal"
        raise RunInvalid(msg) from error
    names = tuple(n.removeprefix(ATTRIBUTE) for n in file.schema_arrow.names if n.startswith(ATTRIBUTE))
    return TableHead(plan, meta["sealed"], meta["stop"], file.metadata.num_rows, names)


def names(path: Path) -> list[str]:
    """Return the names of the table's columns."""
    return list(pq.read_schema(path).names)


def column_names(attributes: Sequence[str]) -> list[str]:
    """Column names of attributes."""
    return [ATTRIBUTE + name for name in attributes]


def read(path: Path, columns: Sequence[str]) -> pa.Table:
    """Return whole columns, page checksums verified.

    Raises:
        RunInvalid: the file is damaged.
    """
    try:
        return pq.read_table(path, columns=list(columns), page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        msg = f"{path} is damaged ({str(error).splitlines()[0]}); delete it, it is rebuilt from the journal"
        raise RunInvalid(msg) from error


def stream(path: Path, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the columns in chunks of bounded size, page checksums verified.

    Raises:
        RunInvalid: the file is damaged.
    """
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        yield from file.iter_batches(_CHUNK, columns=list(columns), use_threads=False)
    except (pa.ArrowException, OSError) as error:
        msg = f"{path} is damaged ({str(error).splitlines()[0]}); delete it, it is rebuilt from the journal"
        raise RunInvalid(msg) from error
