"""The only place of the shrinker where a target is asked: every trial is counted, kept and never beyond the budget.

Covers the budget, the record that lets a shrink go on where it was cut off, and the counts of each candidate. Does
not judge candidates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ninemarch.errors import UsageError

__all__ = ["Batch", "Fails", "OutOfTrials", "Trials", "json_key"]

T = TypeVar("T")

Fails = Callable[[T, int], Sequence[bool]]
"""Runs a scenario so many times: one entry a trial, True where it failed in the same way as the original."""


class OutOfTrials(Exception):
    """The trials that this part of the work may use are used up."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Trials of one candidate that ran together.

    Args:
        key: digest of the candidate.
        failed: one entry a trial, in the order in which they ran.
    """

    key: str
    failed: tuple[bool, ...]


def json_key(value: Any) -> str:
    """Return a digest of a value made of JSON, the same for equal values; the order of keys counts.

    Examples:
        >>> json_key({"a": [1, 2]}) == json_key({"a": (1, 2)}), json_key({"a": 1}) == json_key({"a": 1.0})
        (True, False)
    """
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Trials(Generic[T]):
    """Runs trials under a budget.

    Args:
        fails: runs a candidate.
        key: digest of a candidate.
        budget: most trials in all.
        record: batches of a shrink that was cut off, in their order; they are not run again.
        keep: called with every new batch before anything is decided on it.
    """

    def __init__(
        self,
        fails: Fails[T],
        key: Callable[[T], str],
        *,
        budget: int,
        record: Sequence[Batch] = (),
        keep: Callable[[Batch], None] | None = None,
    ) -> None:
        self.key = key
        self.used = 0
        self.budget = self.limit = budget
        self._fails = fails
        self._record = iter(record)
        self._keep = keep

    @property
    def left(self) -> int:
        """Trials that may still run under the present limit."""
        return max(0, self.limit - self.used)

    def run(self, state: T, many: int) -> int:
        """Run ``many`` trials of a candidate and return how many failed in the same way.

        Raises:
            OutOfTrials: they do not fit under the limit; none was run.
            UsageError: the record is of another shrink, or ``fails`` did not return one entry a trial.
        """
        if many > self.left:
            raise OutOfTrials
        key = self.key(state)
        batch = next(self._record, None)
        if batch is None:
            failed = tuple(map(bool, self._fails(state, many)))
            if len(failed) != many:
                msg = f"fails returned {len(failed)} entries for {many} trials (in shrink); return one a trial"
                raise UsageError(msg)
            batch = Batch(key, failed)
            if self._keep is not None:
                self._keep(batch)
        elif (batch.key, len(batch.failed)) != (key, many):
            msg = "the record of the earlier shrink does not fit this scenario and these options; start anew"
            raise UsageError(msg)
        self.used += many
        return sum(batch.failed)
