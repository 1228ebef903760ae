"""What a trial did, before anyone judges it.

Covers the outcome of one trial and the three ways in which a target may decline to answer. Does not cover
verdicts (see ``trial.py``): an outcome never says whether it was right.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec


class Ended(enum.StrEnum):
    """How a trial's execution ended."""

    ANSWERED = "answered"
    ABSTAINED = "abstained"
    HANDED_OFF = "handed_off"
    EXCEPTION = "exception"
    TIMEOUT = "timeout"
    NOT_RUN = "not_run"
    ERROR = "error"  # not the target's doing: see TargetUnreachable


@dataclass(frozen=True, slots=True)
class Abstain:
    """Returned by a target that could not or would not answer: a loud failure, never a silent one.

    Args:
        reason: why, in a few words; shown to people, treated as hostile text.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class HandOff:
    """Returned by a target that asks a person to take over: the trial is *assisted*, not a success.

    Args:
        reason: why, in a few words; shown to people, treated as hostile text.
    """

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Returned by a target that says more than its output: what it cost and the steps it took.

    Args:
        output: the answer itself (any JSON value), as if it had been returned alone.
        cost_usd: what the trial cost, in US dollars, >= 0; None if unknown.
        tokens: tokens used, in and out together, >= 0; None if unknown.
        steps: what it did on the way, in order, each a mapping of JSON values, e.g.
            ``{"name": "look_up_order", "input": {...}, "output": {...}, "seconds": 0.2}``; shown, and judged by the
            check ``tools`` alone. None where that is not known: an empty list says that it did nothing.
    """

    output: Any
    cost_usd: float | None = None
    tokens: int | None = None
    steps: Sequence[Mapping[str, Any]] | None = None


class NoVerdict(Exception):
    """Raised by a check that cannot decide: the trial is *unscored*, never a pass."""


class TargetUnreachable(Exception):
    """Raised where a trial could not be carried out for a reason that is not the target's.

    The server cannot be reached, or says that it is too busy or broken, and the tries are used up. The trial is an
    *error*: never a pass, never a failure of the target, never dropped; above ``errors_max`` the run is invalid. A
    target of your own may raise it too.
    """


class TargetFailed(Exception):
    """Raised where a target failed in a process of its own; its text is all there is to say, a traceback is not ours.

    The trial is a loud *failure* of the target.
    """


class Traffic(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a trial's calls over a network took, beside the target's own time.

    Args:
        tries: requests sent, repeated ones included, >= 0.
        waited: seconds lost on the way: in a queue, in a pause that a server asked for, in tries that failed; not
            part of ``Outcome.seconds``.
        first_token: seconds until the first token of the answer came; None where it was not streamed.
        tokens_in: tokens sent; None if unknown.
        tokens_out: tokens of the answers; None if unknown.
    """

    tries: int = 0
    waited: float = 0.0
    first_token: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What one trial did.

    Args:
        ended: how the execution ended.
        output: what the target returned (any JSON value); None unless ``ended`` is ANSWERED.
        detail: reason of an abstention or hand-off, or the traceback of an exception.
        seconds: the target's own time, in seconds, >= 0.
        cost_usd: what it cost; None if the target did not say.
        tokens: tokens used; None if the target did not say.
        steps: what it did on the way; None if the target did not say.
        traffic: what its calls over a network took; None where there were none.
    """

    ended: Ended
    output: Any = None
    detail: str = ""
    seconds: float = 0.0
    cost_usd: float | None = None
    tokens: int | None = None
    steps: Any = None
    traffic: Traffic | None = None
