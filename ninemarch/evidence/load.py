"""Reads the trials of a run for counting, alike ones together.

Covers which trials are entries of their own, and the columns wanted. Does not count.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.evidence.collect import Coder, Collector, Limits, Typical, float_codes
from ninemarch.evidence.columns import ORDER, Columns
from ninemarch.model import Spending, Verdict

__all__ = ["Wanted", "read_columns"]

Codes = NDArray[np.int64]

_SPENT = ("cost_usd", "tokens", "judge_calls", "judge_cost_usd", "judge_tokens")
_BAD = (Verdict.FAIL, Verdict.ASSISTED)
_SCORED = [ORDER.index(verdict) for verdict in (Verdict.PASS, *_BAD)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for beside verdicts, weights and units.

    Args:
        attributes: attributes; those that the table lacks are left out.
        words: of ``severity``, ``check`` and ``scenario`` those that are needed.
        seconds: limits of time that somebody asks about, in seconds.
        cost: limits of cost, in US dollars.
        apart: trials that are entries of their own, by their numbers.
        failures_apart: so are all that failed or were handed off.
        every: every trial is, in the order of the table.
        void: trials that are void whatever the table says.
    """

    attributes: Collection[str] = ()
    words: Collection[str] = ()
    seconds: Sequence[float] = ()
    cost: Sequence[float] = ()
    apart: Collection[int] = ()
    failures_apart: bool = False
    every: bool = False
    void: Collection[int] = ()


def read_columns(path: Path, head: table.TableHead, wanted: Wanted) -> Columns:
    """Return the trials of the table at ``path``, chunk by chunk: memory grows with what is unlike, not with trials.

    Args:
        path: the table.
        head: what its metadata say.
        wanted: what is asked for.

    Raises:
        RunInvalid: the table is damaged.
    """
    reader = _Reader(path, head, wanted)
    for batch in table.stream(path, reader.names):
        reader.add(batch)
    return reader.columns()


class _Reader:
    def __init__(self, path: Path, head: table.TableHead, wanted: Wanted) -> None:
        self._plan, self._wanted = head.plan, wanted
        self._levels = [name for name in head.attributes if name in wanted.attributes]
        self._collector = Collector(self._levels, every=wanted.every)
        self._grouped = _has_groups(path)
        self._by_unit = self._grouped or head.plan.per_scenario > 1
        words = set(wanted.words) | ({"scenario"} if self._by_unit else set())
        present = set(table.names(path))
        self._coders: dict[str, Coder] = {
            name: Coder() for name in ("severity", "check", "scenario") if name in words
        }
        if self._grouped:
            self._coders["group"] = Coder([""])
        self._attributes = {column: Coder() for column in table.column_names(self._levels)}
        self._verdict = Coder([verdict.value for verdict in ORDER])
        self._seconds, self._cost = Limits(wanted.seconds), Limits(wanted.cost)
        self._void, self._apart = (np.fromiter(numbers, np.int64) for numbers in (wanted.void, wanted.apart))
        self._typical, self._once = Typical(), _Once(head.plan.planned)
        self._spent: list[Spending] = []
        plain = ("trial", "verdict", "silent", "seconds", "weight", *_SPENT)
        self.names = [name for name in (*plain, *self._coders, *self._attributes) if name in present]

    def add(self, batch: pa.RecordBatch) -> None:
        number = batch["trial"].to_numpy()
        self._once.add(number)
        verdict = self._verdict(batch["verdict"])
        if self._void.size:
            verdict[np.isin(number, self._void)] = ORDER.index(Verdict.VOID)
        seconds = batch["seconds"].to_numpy()
        self._typical.add(seconds[np.isin(verdict, _SCORED)])
        self._spent.append(_spending(batch))
        coded: dict[str, Codes] = {name: coder(batch[name]) for name, coder in self._coders.items()}
        plain: dict[str, Codes] = {
            "number": self._numbers(number, verdict),
            "verdict": verdict,
            "silent": batch["silent"].to_numpy(zero_copy_only=False).astype(np.int64),
            "weight": float_codes(batch["weight"].to_numpy()),
            "judged": batch["judge_calls"].is_valid().to_numpy(zero_copy_only=False).astype(np.int64),
            **{name: codes for name, codes in coded.items() if name in self._wanted.words},
        }
        if self._plan.look is not None:
            plain["early"] = (number < self._plan.look.at).astype(np.int64)
        if self._wanted.seconds:
            plain["seconds"] = float_codes(self._seconds(seconds))
        if self._wanted.cost:
            plain["cost"] = float_codes(self._cost(batch["cost_usd"].to_numpy(zero_copy_only=False)))
        if self._by_unit:
            plain["unit"] = self._units(coded)
        levels = [coder(batch[name]) for name, coder in self._attributes.items()]
        self._collector.add(levels, **plain)

    def columns(self) -> Columns:
        return self._collector.columns(
            [coder.words for coder in self._attributes.values()],
            {name: coder.words for name, coder in self._coders.items() if name in self._wanted.words},
            grouped=self._by_unit,
            spending=_together(self._spent),
            typical=self._typical.result(),
            once=self._once.holds,
        )

    def _numbers(self, number: Codes, verdict: Codes) -> Codes:
        """The numbers of the trials that are entries of their own, -1 for the others."""
        if self._wanted.every:
            return number
        apart = np.isin(number, self._apart) if self._apart.size else np.zeros(number.size, np.bool_)
        if self._wanted.failures_apart:
            apart |= np.isin(verdict, [ORDER.index(verdict) for verdict in _BAD])
        return np.where(apart, number, -1)

    def _units(self, coded: dict[str, Codes]) -> Codes:
        """Code of each trial's group, or of its scenario where no group is given."""
        if not self._grouped:
            return coded["scenario"]
        return np.where(coded["group"] == 0, 2 * coded["scenario"] + 1, 2 * coded["group"])


def _has_groups(path: Path) -> bool:
    groups = (batch["group"] for batch in table.stream(path, ["group"]))
    return any(pa.compute.any(pa.compute.not_equal(each, "")).as_py() for each in groups)


class _Once:
    """Whether every trial is in the plan, and recorded once: a bit a trial.

    Args:
        planned: trials that the plan calls for.
    """

    def __init__(self, planned: int) -> None:
        self._planned, self._recorded, self._inside = planned, 0, True
        self._seen = np.zeros(planned // 8 + 1, np.uint8)

    def add(self, number: Codes) -> None:
        self._recorded += number.size
        if not number.size or not self._inside:
            return
        self._inside = bool(number.min() >= 0 and number.max() < self._planned)
        for bit in range(8 if self._inside else 0):
            self._seen[number[number & 7 == bit] >> 3] |= np.uint8(1 << bit)

    @property
    def holds(self) -> bool:
        return self._inside and int(np.bitwise_count(self._seen).sum(dtype=np.int64)) == self._recorded


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
