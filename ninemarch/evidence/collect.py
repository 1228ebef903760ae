"""From chunks of trials to columns, holding one chunk at a time.

Covers coding of words, times and money, and putting chunks together. Where the chunks come from is the reader's
business (``load`` for runs, ``outcomes`` for files of others).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ninemarch.evidence.columns import Columns
from ninemarch.evidence.kinds import Every, Kinds

__all__ = ["Coder", "Collector", "Limits", "Typical", "float_codes"]

Codes = NDArray[np.int64]

_PLAIN = (
    "number",
    "verdict",
    "silent",
    "weight",
    "early",
    "judged",
    "seconds",
    "cost",
    "severity",
    "check",
    "scenario",
    "unit",
)
_ALIKE = dict.fromkeys(_PLAIN, np.int64(0)) | {"number": np.int64(-1), "weight": np.float64(1.0).view(np.int64)}


class Coder:
    """Codes for the words of one column, in order of first sight; -1 for none.

    Args:
        words: words that have the first codes.
    """

    def __init__(self, words: Sequence[str] = ()) -> None:
        self._known = {word: code for code, word in enumerate(words)}

    @property
    def words(self) -> list[str]:
        """Every word seen, in order of its code."""
        return list(self._known)

    def __call__(self, column: pa.Array) -> Codes:
        """Return the codes of one chunk."""
        if not isinstance(column, pa.DictionaryArray):
            column = column.dictionary_encode()
        known = self._known
        own = [-1 if word is None else known.setdefault(word, len(known)) for word in column.dictionary.to_pylist()]
        place: Codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return np.array([*own, -1], dtype=np.int64)[place]


class Limits:
    """Rounds amounts up to the next of the limits that gates ask about; infinite beyond all, nan where unknown.

    So an amount is above a limit exactly where what it was rounded to is, and there are few different ones.
    """

    def __init__(self, limits: Sequence[float]) -> None:
        self._edges = np.unique([*limits, np.inf])

    def __call__(self, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the amounts rounded up."""
        place = np.searchsorted(self._edges, amounts)  # nan comes behind everything
        return np.where(np.isnan(amounts), np.nan, self._edges[np.minimum(place, self._edges.size - 1)])


def float_codes(values: NDArray[np.float64]) -> Codes:
    """Return the bits of each number as a whole one, which tells the same numbers apart."""
    return np.ascontiguousarray(values, np.float64).view(np.int64)


class Typical:
    """Median and 95th percentile of many times, kept to a part in 65,000: in microseconds, exact below 65 ms."""

    def __init__(self) -> None:
        self._kinds = Kinds(1)

    def add(self, seconds: NDArray[np.float64]) -> None:
        """Take in one chunk."""
        if seconds.size:
            micros = np.rint(seconds * 1e6).astype(np.float32)
            self._kinds.add([(micros.view(np.int32) >> 8).astype(np.int64)])

    def result(self) -> tuple[float, float] | None:
        """Return both in seconds; None without a time."""
        (codes,), many = self._kinds.together()
        if not many.size:
            return None
        order = np.argsort(codes)
        seconds = (codes[order] << 8).astype(np.int32).view(np.float32).astype(np.float64) / 1e6
        below = np.cumsum(many[order])
        return _quantile(0.5, seconds, below), _quantile(0.95, seconds, below)


def _quantile(share: float, values: NDArray[np.float64], below: Codes) -> float:
    """The quantile, linear between the two values around it."""
    place = share * (int(below[-1]) - 1)
    low, high = values[np.searchsorted(below, [int(place), int(np.ceil(place))], side="right")]
    return float(low + (high - low) * (place - int(place)))


class Collector:
    """Puts chunks together.

    Args:
        levels: names of the attributes.
        every: keep every trial an entry of its own, in its order.
    """

    def __init__(self, levels: Sequence[str] = (), *, every: bool = False) -> None:
        self._levels = tuple(levels)
        self._every = every
        self._names: tuple[str, ...] = ()
        self._rows: Kinds | Every | None = None

    def add(self, levels: Sequence[Codes], **plain: Codes) -> None:
        """Take in one chunk.

        Args:
            levels: codes of the attributes, in the order of their names.
            **plain: codes of other columns by name, the same names every time; those left out are the same for all
                trials.
        """
        if self._rows is None:
            self._names = tuple(plain)
            wide = len(plain) + len(levels)
            self._rows = Every(wide) if self._every else Kinds(wide)
        self._rows.add([*(plain[name] for name in self._names), *levels])

    def columns(
        self, levels: Sequence[Sequence[str]], words: Mapping[str, Sequence[str]], *, grouped: bool, **facts: Any
    ) -> Columns:
        """Return the columns.

        Args:
            levels: words of the attributes, in the order of their names.
            words: words of ``severity``, ``check`` and ``scenario``, where they are wanted.
            grouped: whether several trials may belong to one unit.
            **facts: what is said of all trials together.
        """
        nothing: list[Codes] = [np.empty(0, np.int64)] * len(self._levels)
        found, many = (nothing, np.empty(0, np.int64)) if self._rows is None else self._rows.together()
        rows = {name: np.broadcast_to(alike, many.size) for name, alike in _ALIKE.items()}
        rows |= dict(zip(self._names, found, strict=False))
        own = zip(self._levels, found[len(self._names) :], levels, strict=True)

        def floats(name: str) -> NDArray[np.float64]:
            return np.ascontiguousarray(rows[name], np.int64).view(np.float64)

        def coded(name: str) -> tuple[Codes, list[str]]:
            return (rows[name], list(words[name])) if name in words else (np.empty(0, np.int64), [])

        return Columns(
            many=many,
            number=rows["number"],
            verdict=rows["verdict"],
            silent=rows["silent"].astype(np.bool_),
            weight=floats("weight"),
            early=rows["early"].astype(np.bool_),
            judged=rows["judged"].astype(np.bool_),
            seconds=floats("seconds"),
            cost=floats("cost"),
            severity=coded("severity"),
            check=coded("check"),
            scenario=coded("scenario"),
            unit=rows["unit"] if grouped else None,
            levels={name: (codes, list(known)) for name, codes, known in own},
            **facts,
        )
