"""Faults on the way between the agent and the shop's tools: which there are, and when one strikes.

Covers kinds and schedules. How each is delivered, and the proof that it was, is in ``boundary``.

A schedule is a pure function of (suite seed, scenario, call index): at every call a fault is drawn with the profile's
rate. One that does not fit the call at hand (a stale read of a write, say) waits for the next call that it fits. A
higher rate keeps the faults of a lower one and adds to them.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk_suite.tools import LOCAL, READS, WRITES

__all__ = ["CALLS", "Fault", "Kind", "planned_faults", "read_faults"]

CALLS = 32
"""Calls of a conversation for which faults are drawn; later ones have none."""


class Kind(enum.StrEnum):
    """What may go wrong with one call."""

    TIMEOUT_BEFORE = "timeout_before_commit"
    TIMEOUT_AFTER = "timeout_after_commit"
    SERVER_ERROR = "http_500"
    RATE_LIMIT = "rate_limit"
    DISCONNECT = "disconnect"
    STALE = "stale_read"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    MALFORMED = "malformed"
    DRIFT = "schema_drift"
    DUPLICATE = "duplicate_delivery"
    SLOW = "slow_answer"
    INJECTION = "injection"
    OUTAGE = "outage"
    LOST_FIELDS = "lost_fields"

    @property
    def solvable(self) -> bool:
        """Whether the scenario can still be brought to its right end; if not, handing off is right."""
        return self not in {Kind.OUTAGE, Kind.LOST_FIELDS}

    @property
    def of_records(self) -> bool:
        """Whether it befalls records of orders alone."""
        return self in {Kind.STALE, Kind.INJECTION, Kind.DRIFT, Kind.LOST_FIELDS}

    def fits(self, tool: str) -> bool:
        """Whether it can befall a call of this tool."""
        if tool in LOCAL:
            return False
        if self in {Kind.TIMEOUT_AFTER, Kind.DUPLICATE}:
            return tool in WRITES
        if self.of_records:
            return tool == "look_up_order"
        return tool in READS or tool in WRITES


# kind: relative weight. The author's choice, not a measured frequency.
_WEIGHTS: Mapping[Kind, float] = {
    **dict.fromkeys(Kind, 7.0),
    Kind.SERVER_ERROR: 14.0,
    Kind.TIMEOUT_BEFORE: 14.0,
    Kind.RATE_LIMIT: 10.0,
    Kind.OUTAGE: 0.4,
    Kind.LOST_FIELDS: 0.4,
}
_TOTAL = sum(_WEIGHTS.values())


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that waits for its call.

    Args:
        at: index of the first call that it may strike, 0-based.
        kind: what goes wrong.
        share: a number in [0, 1) for what the kind leaves open: where the text is cut, whether a lost call was done.
    """

    at: int
    kind: Kind
    share: float


def planned_faults(seed: int, rate: float) -> Iterator[Fault]:
    """Yield the faults of a conversation in order of their calls.

    Args:
        seed: the scenario's own.
        rate: chance of a fault at each call, 0 to 1.

    Examples:
        >>> list(planned_faults(7, 0.0)), len(list(planned_faults(7, 1.0)))
        ([], 32)
    """
    for call in range(CALLS if rate > 0 else 0):
        digest = hashlib.blake2b(f"{seed}:{call}".encode(), digest_size=24).digest()
        strikes, which, share = (int.from_bytes(digest[place : place + 8]) / 2**64 for place in (0, 8, 16))
        if strikes < rate:
            yield Fault(call, _kind(which * _TOTAL), round(share, 6))


def _kind(point: float) -> Kind:
    for kind, weight in _WEIGHTS.items():
        point -= weight
        if point < 0:
            return kind
    return Kind.SERVER_ERROR  # rounding at the very end


def read_faults(written: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Return the faults as they stand in a scenario's input."""
    return [Fault(int(each["at"]), Kind(each["kind"]), float(each["share"])) for each in written]
