"""Reads what counting needs from the table, as numpy arrays; and the trials that are not a pass, as text.

Covers columns and codes. Does not count.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.model import Failure, Spending, Verdict

# The page and the terminal never need more; what was left out is stated from the counts.
MAX_FAILURES = 400

_FACTS = (
    *("trial", "scenario", "group", "verdict", "ended", "silent", "severity", "seconds"),
    *("check", "cost_usd", "tokens"),
)
_TEXTS = ("reason", "detail", "input", "expect", "output", "steps")

_SPENT = ("cost_usd", "tokens", "judge_calls", "judge_cost_usd", "judge_tokens")

Coded = tuple[NDArray[np.int32], list[str]]

_ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Columns:
    """One entry a recorded trial, in the order of the table.

    Args:
        number: the trial's place in the plan.
        verdict: place of the verdict in ``Verdict``; see ``has``.
        silent: it answered, and the answer was wrong.
        weight: of the scenario inside its profile cell.
        seconds: the target's own time; single precision is finer than any clock's jitter.
        cost: what the trial cost, in US dollars; nan where unknown. Empty unless it was asked for.
        tokens: tokens used, likewise.
        severity: code and words of each trial's severity. Empty unless it was asked for.
        check: likewise of the ids of the checks that failed it, together.
        unit: code of the independent unit the trial belongs to; None when every trial is its own.
        levels: attribute -> (codes, words); code -1 where the trial lacks the attribute.
        spending: what all trials together cost; None where none said so.
        judged: those in which a judge had a say.
    """

    number: NDArray[np.int64]
    verdict: NDArray[np.int8]
    silent: NDArray[np.bool_]
    weight: NDArray[np.float64]
    seconds: NDArray[np.float32]
    cost: NDArray[np.float64]
    tokens: NDArray[np.float64]
    severity: Coded
    check: Coded
    unit: NDArray[np.int64] | None
    levels: dict[str, Coded]
    spending: Spending | None = None
    judged: NDArray[np.bool_] | None = None

    def severe(self, severities: Collection[str]) -> NDArray[np.bool_]:
        """Which trials have one of these severities."""
        codes, words = self.severity
        return np.isin(codes, [code for code, word in enumerate(words) if word in severities])

    def decided_by(self, check: str) -> NDArray[np.bool_]:
        """Which trials the check with this id failed, alone or with others."""
        codes, words = self.check
        return np.isin(codes, [code for code, word in enumerate(words) if check in word.split(", ")])

    def with_verdict(self, numbers: Collection[int], verdict: Verdict) -> Columns:
        """Return the columns with these trials given that verdict."""
        if not numbers:
            return self
        changed = self.verdict.copy()
        changed[np.isin(self.number, list(numbers))] = _ORDER.index(verdict)
        return replace(self, verdict=changed)

    def has(self, *verdicts: Verdict) -> NDArray[np.bool_]:
        """Which trials have one of these verdicts."""
        found = np.zeros(self.verdict.shape, dtype=np.bool_)
        for verdict in verdicts:
            found |= self.verdict == _ORDER.index(verdict)
        return found

    def where(self, attribute: str, level: str) -> NDArray[np.bool_]:
        """Which trials have this level of the attribute; none where nothing has it."""
        codes, words = self.levels.get(attribute, (np.full(self.number.shape, -1, dtype=np.int32), []))
        return codes == words.index(level) if level in words else np.zeros(self.number.shape, dtype=np.bool_)


_NOTHING: Coded = (np.empty(0, np.int32), [])


def read_columns(
    path: Path, head: table.TableHead, attributes: Collection[str], further: Collection[str] = ()
) -> Columns:
    """Return the columns of the table at ``path``; attributes that it lacks are left out.

    Args:
        path: the table.
        head: what its metadata say.
        attributes: attributes wanted.
        further: ``cost_usd``, ``tokens``, ``severity`` and ``check`` are read only where they are named here.

    Raises:
        RunInvalid: the table is damaged.
    """
    present = [name for name in head.attributes if name in attributes]
    wanted, further = set(further), set(further) & set(table.names(path))
    rows, grouped, at = head.rows, False, 0
    spent: list[Spending] = []
    plain = {"trial": np.int64, "silent": np.bool_, "seconds": np.float32}
    arrays: dict[str, NDArray[Any]] = {name: np.empty(rows, kind) for name, kind in plain.items()}
    coders = {name: _Coder(np.full(rows, -1, np.int32)) for name in table.column_names(present)}
    coders |= {name: _Coder(np.full(rows, -1, np.int32)) for name in ("severity", "check") if name in further}
    arrays |= {name: np.empty(rows, np.float64) for name in ("cost_usd", "tokens") if name in further}
    verdict = coders["verdict"] = _Coder(np.full(rows, -1, np.int8), [verdict.value for verdict in _ORDER])
    weight, judged = np.broadcast_to(1.0, rows), np.broadcast_to(np.False_, rows)
    # Chunk by chunk into arrays of their final size: some 20 bytes are held of a trial, never its texts.
    for batch in table.stream(path, list(dict.fromkeys([*arrays, *coders, "weight", "group", *_SPENT]))):
        place = slice(at, at + batch.num_rows)
        at = place.stop
        for name, array in arrays.items():
            array[place] = batch[name].to_numpy(zero_copy_only=False)  # null becomes nan
        for name, coder in coders.items():
            coder.fill(place, batch[name])
        spent.append(_spending(batch))
        own = batch["weight"].to_numpy()
        if (own != weight[place]).any():
            weight = weight if weight.flags.writeable else weight.copy()  # memory only where weights differ from 1
            weight[place] = own
        if batch["judge_calls"].null_count < batch.num_rows:
            judged = judged if judged.flags.writeable else judged.copy()
            judged[place] = batch["judge_calls"].is_valid().to_numpy(zero_copy_only=False)
        grouped = grouped or bool(pa.compute.any(pa.compute.not_equal(batch["group"], "")).as_py())
    return Columns(
        number=arrays["trial"],
        verdict=verdict.codes,
        silent=arrays["silent"],
        weight=weight,
        seconds=arrays["seconds"],
        cost=arrays.get("cost_usd", np.full(rows if "cost_usd" in wanted else 0, np.nan)),
        tokens=arrays.get("tokens", np.full(rows if "tokens" in wanted else 0, np.nan)),
        severity=coders["severity"].coded if "severity" in coders else _NOTHING,
        check=coders["check"].coded if "check" in coders else _NOTHING,
        unit=_units(path) if grouped or head.plan.per_scenario > 1 else None,
        levels={
            name: coders[column].coded for name, column in zip(present, table.column_names(present), strict=True)
        },
        spending=_together(spent),
        judged=judged,
    )


def _spending(batch: pa.RecordBatch) -> Spending:
    cost, tokens = batch["cost_usd"], batch["tokens"]
    return Spending(
        cost_usd=pa.compute.sum(cost).as_py() or 0.0,
        priced=len(cost) - cost.null_count,
        tokens=pa.compute.sum(tokens).as_py() or 0,
        metered=len(tokens) - tokens.null_count,
        recorded=batch.num_rows,
        judged=batch.num_rows - batch["judge_calls"].null_count,
        judge_calls=pa.compute.sum(batch["judge_calls"]).as_py() or 0,
        judge_cost_usd=pa.compute.sum(batch["judge_cost_usd"]).as_py() or 0.0,
        judge_tokens=pa.compute.sum(batch["judge_tokens"]).as_py() or 0,
    )


def _together(parts: Sequence[Spending]) -> Spending | None:
    whole = Spending(
        cost_usd=math.fsum(part.cost_usd for part in parts),
        priced=sum(part.priced for part in parts),
        tokens=sum(part.tokens for part in parts),
        metered=sum(part.metered for part in parts),
        recorded=sum(part.recorded for part in parts),
        judged=sum(part.judged for part in parts),
        judge_calls=sum(part.judge_calls for part in parts),
        judge_cost_usd=math.fsum(part.judge_cost_usd for part in parts),
        judge_tokens=sum(part.judge_tokens for part in parts),
    )
    return whole if whole.priced or whole.metered or whole.judged else None


class _Coder:
    """Codes for the words of one column, in order of first sight; -1 for none.

    Args:
        codes: one entry a row of the table, all -1.
        words: words that have the first codes.
    """

    def __init__(self, codes: NDArray[Any], words: Sequence[str] = ()) -> None:
        self.codes = codes
        self._known = {word: code for code, word in enumerate(words)}

    @property
    def words(self) -> list[str]:
        """Every word seen, in order of its code."""
        return list(self._known)

    @property
    def coded(self) -> Coded:
        """Codes and words together."""
        return self.codes, self.words

    def fill(self, place: slice, column: pa.DictionaryArray) -> None:
        """Code one chunk."""
        own = [self._known.setdefault(word, len(self._known)) for word in column.dictionary.to_pylist()]
        shared = np.array([*own, -1], dtype=np.int32)
        self.codes[place] = shared[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    whole = column.cast(pa.string()).combine_chunks().dictionary_encode()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return codes.astype(np.int64), whole.dictionary.to_pylist()


def read_scenarios(path: Path) -> tuple[NDArray[np.int64], list[str]]:
    """Return the code of each trial's scenario, in the order of the table, and the scenarios' ids."""
    return _codes(table.read(path, ["scenario"])["scenario"])


def _units(path: Path) -> NDArray[np.int64]:
    """Code of each trial's group, or of its scenario where no group is given."""
    data = table.read(path, ["group", "scenario"])
    groups, words = _codes(data["group"])
    scenarios, _ = _codes(data["scenario"])
    alone = groups == words.index("") if "" in words else np.zeros(groups.shape, dtype=np.bool_)
    return np.where(alone, scenarios + len(words), groups)


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
    )


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
