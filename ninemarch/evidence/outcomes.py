"""Outcomes that others recorded in Parquet files, read a chunk at a time.

Covers finding the files, checking their columns before a row is read, and turning rows into the same columns as those
of a run. Does not count. Files are data: nothing in them is run, and their words are hostile.
"""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ninemarch.errors import RunInvalid, UsageError, nearest
from ninemarch.evidence.collect import Coder, Collector, float_codes
from ninemarch.evidence.columns import ORDER, Columns
from ninemarch.model import OutcomeColumns, Verdict
from ninemarch.text import excerpt

__all__ = ["Outcomes", "find_files", "read_outcomes"]

Codes = NDArray[np.int64]

NULL = "(null)"
"""The level of rows that have none."""

_CHUNK = 250_000
_MOST_LEVELS = 100_000
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was read.

    Args:
        columns: the rows, alike ones together.
        rows: rows read, those left out too.
        verdicts: the files say verdicts, not just success.
    """

    columns: Columns
    rows: int
    verdicts: bool


def find_files(given: Sequence[str]) -> list[Path]:
    """Return the files that are named: files, patterns, and folders with Parquet files anywhere inside; each once.

    Raises:
        UsageError: one of them names no file.
    """
    found: dict[Path, Path] = {}
    for name in given:
        path = Path(name)
        if path.is_dir():
            matches = sorted(path.rglob("*.parquet"))
        else:
            named = [name] if path.is_file() else sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - of any root
            matches = list(map(Path, named))
        if not matches:
            msg = f"no Parquet file is named by '{excerpt(name)}'; give files, a pattern in quotes, or a folder"
            raise UsageError(msg)
        found |= {each.resolve(): each for each in matches if each.is_file()}
    return list(found.values())


def read_outcomes(files: Sequence[Path], asked: OutcomeColumns) -> Outcomes:
    """Return the rows of the files; every file is checked before the first row is read.

    Args:
        files: Parquet files; a folder ``name=value`` above a file is a column of it.
        asked: which columns say what.

    Raises:
        UsageError: a file is no Parquet, a column is missing or of another type, or a value is out of range.
        RunInvalid: a file is damaged.
    """
    sources = [_Source(path, asked) for path in files]
    kinds = {source.verdicts for source in sources}
    if len(kinds) > 1:
        msg = f"column '{excerpt(asked.success)}' is boolean in some files and words in others; give them apart"
        raise UsageError(msg)
    reader = _Reader(asked, verdicts=kinds == {True})
    for source in sources:
        for batch in source.batches():
            reader.add(batch, source.path)
    return Outcomes(reader.columns(), reader.rows, reader.verdicts)


class _Source:
    """One file, whose columns are what was asked for."""

    def __init__(self, path: Path, asked: OutcomeColumns) -> None:
        self.path = path
        self._asked = asked
        wanted = [asked.success, *asked.attributes, *asked.where, *filter(None, (asked.group, asked.weight))]
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            msg = f"{path} cannot be read as Parquet ({_said(error)}); give Parquet files"
            raise UsageError(msg) from error
        self._folders = {name: value for name, value in _folders(path).items() if name not in schema.names}
        known = [*schema.names, *self._folders]
        for name in wanted:
            if name not in known:
                listed = ", ".join(f"'{excerpt(each, 40)}'" for each in known[:20]) + (" ..." if known[20:] else "")
                hint = "; name the outcome with --success" if name == asked.success else ""
                msg = f"{path} has no column '{excerpt(name, 60)}'{nearest(name, known)}; it has {listed}{hint}"
                raise UsageError(msg)
        self._columns = list(dict.fromkeys(name for name in wanted if name not in self._folders))
        types = {name: schema.field(name).type for name in self._columns}
        self._words = [name for name, kind in types.items() if _is_text(kind) and name != asked.weight]
        self.verdicts = self._check(types)

    def _check(self, types: Mapping[str, pa.DataType]) -> bool:
        """Whether the outcome is a verdict in words; raises unless every column is of a type that it may be."""
        asked = self._asked
        outcome = types.get(asked.success, pa.string())
        if not pa.types.is_boolean(outcome) and not _is_text(outcome):
            _refuse(self.path, asked.success, f"is {outcome}", "true and false, or verdicts (pass, fail, ...)")
        weight = types.get(asked.weight, pa.int64())
        if not (pa.types.is_floating(weight) or pa.types.is_integer(weight)):
            _refuse(self.path, asked.weight, f"is {weight}", "numbers, for --weight")
        for name in {*asked.attributes, *asked.where, asked.group} & set(types):
            if pa.types.is_nested(types[name]):
                _refuse(self.path, name, f"is {types[name]}", "text, numbers, dates, true and false")
        return not pa.types.is_boolean(outcome)

    def batches(self) -> Iterator[Mapping[str, pa.Array]]:
        """Yield the columns in chunks."""
        try:
            file = pq.ParquetFile(self.path, read_dictionary=self._words, page_checksum_verification=True)
            for batch in file.iter_batches(_CHUNK, columns=self._columns, use_threads=False):
                folders = {name: _repeated(value, batch.num_rows) for name, value in self._folders.items()}
                yield folders | {name: batch[name] for name in self._columns}
        except (pa.ArrowException, OSError) as error:
            msg = f"{self.path} is damaged ({_said(error)}); restore it from a copy"
            raise RunInvalid(msg) from error


def _folders(path: Path) -> dict[str, str]:
    """Columns in the folders' names, as data lakes have them: ``region=eu/day=2026-11-25/part-0.parquet``."""
    parts = (part.split("=", 1) for part in path.parent.parts if "=" in part.strip("="))
    return {name: unquote(value) for name, value in parts}


def _repeated(value: str, many: int) -> pa.Array:
    if value == _NO_PARTITION:
        return pa.nulls(many, pa.string())
    return pa.DictionaryArray.from_arrays(np.zeros(many, np.int32), [value])


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _said(error: Exception) -> str:
    return excerpt((str(error).splitlines() or [type(error).__name__])[0], 200)


def _refuse(path: Path, name: str, what: str, allowed: str) -> NoReturn:
    msg = f"{path}: column '{excerpt(name, 60)}' {what}; allowed: {allowed}"
    raise UsageError(msg)


class _Reader:
    """Turns the rows of all files into codes."""

    def __init__(self, asked: OutcomeColumns, *, verdicts: bool) -> None:
        self._asked, self.verdicts = asked, verdicts
        self._coders = {name: Coder() for name in asked.attributes}
        self._verdict, self._group = Coder([verdict.value for verdict in ORDER]), Coder()
        self._collector = Collector(asked.attributes)
        self.rows = self._alone = 0

    def add(self, batch: Mapping[str, pa.Array], path: Path) -> None:
        """Take in one chunk of a file."""
        asked = self._asked
        size = len(next(iter(batch.values())))
        self.rows += size
        try:
            inside = self._inside(batch, size)
            if inside is not None:
                batch = {name: column.filter(inside) for name, column in batch.items()}
                size = len(next(iter(batch.values())))
            if not size:
                return
            plain = {"verdict": self._verdicts(batch[asked.success], path)}
            if asked.weight:
                plain["weight"] = self._weights(batch[asked.weight], path)
            if asked.group:
                plain["unit"] = self._units(batch[asked.group])
            levels = [self._levels(name, batch[name], path) for name in asked.attributes]
        except (UnicodeDecodeError, pa.ArrowException) as error:
            msg = f"{path} holds what cannot be read as text ({_said(error)}); allowed: UTF-8; write it anew"
            raise UsageError(msg) from error
        self._collector.add(levels, **plain)

    def columns(self) -> Columns:
        """The columns of all rows together."""
        words = [coder.words for coder in self._coders.values()]
        columns = self._collector.columns(words, {}, grouped=bool(self._asked.group))
        if columns.unit is None:
            return columns
        return columns.take(np.arange(columns.many.size))  # units coded by small numbers

    def _inside(self, batch: Mapping[str, pa.Array], size: int) -> pa.Array | None:
        """Which rows ``where`` lets through; None for all."""
        if not self._asked.where:
            return None
        inside = np.ones(size, np.bool_)
        for name, value in self._asked.where.items():
            coder = Coder([value])
            inside &= coder(_worded(batch[name])) == 0
        return pa.array(inside)

    def _verdicts(self, column: pa.Array, path: Path) -> Codes:
        if not self.verdicts:
            right = column.fill_null(False).to_numpy(zero_copy_only=False)  # noqa: FBT003 - the value
            codes = np.where(right, ORDER.index(Verdict.PASS), ORDER.index(Verdict.FAIL))
        else:
            codes = self._verdict(_worded(column))
            if len(self._verdict.words) > len(ORDER):
                unknown = excerpt(self._verdict.words[len(ORDER)], 40)
                known = ", ".join(ORDER)
                _refuse(path, self._asked.success, f"says '{unknown}'", f"true and false, or verdicts ({known})")
        unscored = column.is_null().to_numpy(zero_copy_only=False)
        return np.where(unscored, ORDER.index(Verdict.UNSCORED), codes)

    def _weights(self, column: pa.Array, path: Path) -> Codes:
        own = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        wrong = ~(np.isfinite(own) & (own >= 0))
        if wrong.any():
            _refuse(path, self._asked.weight, f"says {own[wrong][0]}", "numbers of at least 0, in every row")
        return float_codes(own)

    def _units(self, column: pa.Array) -> Codes:
        """Codes of the groups; a row without one is alone."""
        unknown = column.is_null().to_numpy(zero_copy_only=False)
        if pa.types.is_signed_integer(column.type):
            codes: Codes = column.fill_null(0).to_numpy().astype(np.int64)
        else:
            codes = self._group(_worded(column))
        if unknown.any():
            codes = codes.copy()
            codes[unknown] = np.iinfo(np.int64).min + self._alone + np.arange(int(unknown.sum()))
            self._alone += int(unknown.sum())
        return codes

    def _levels(self, name: str, column: pa.Array, path: Path) -> Codes:
        coder = self._coders[name]
        worded = _worded(column)
        codes = coder(worded)
        if worded.null_count:
            codes[codes < 0] = coder(pa.array([NULL]))[0]
        if len(coder.words) > _MOST_LEVELS:
            what = f"has more than {_MOST_LEVELS:,} levels"
            _refuse(path, name, what, "fewer, for --by (a name of an item belongs to --group)")
        return codes


def _worded(column: pa.Array) -> Any:
    """The column as codes of words."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary
    if not pa.types.is_string(words.type):
        words = words.cast(pa.string())
    return pa.DictionaryArray.from_arrays(column.indices, words)
