"""Who judges: a chat model or a function, how it is asked, and what identifies it.

Covers opening and asking. A model is reached through the one HTTP client (bounded tries, keys never shown); its
connections are opened when it is first asked and closed when the process ends.
"""

from __future__ import annotations

import atexit
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ninemarch.checks.judging.question import FORM, Message
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Suite, TargetUnreachable
from ninemarch.net import ChatSpec, ask, open_chat
from ninemarch.suite import resolve, source_digest
from ninemarch.text import excerpt

__all__ = ["Ask", "Said", "Seat", "judge_key", "judge_specs", "seat_of"]

_DIGITS = 12
_SECONDS = 120.0  # one question may take, waiting for a place included
_REACH = ("model", "api", "base_url", "api_key", "headers", "params")


@dataclass(frozen=True, slots=True)
class Said:
    """What a judge wrote, and what that took.

    Args:
        text: hostile text.
        cost_usd: in US dollars; None if unknown.
        tokens: None if unknown.
    """

    text: str
    cost_usd: float | None = None
    tokens: int | None = None


Ask = Callable[[Sequence[Message]], Said]


@dataclass(frozen=True, slots=True)
class Seat:
    """A judge at work.

    Args:
        label: what people call it.
        digest: hash of who is asked and by which rubric: the same digest, the same judge, vote for vote.
        rubric: what a passing answer must be like.
        votes: more than half of them decide, >= 1.
        ask: asks once; raises where the judge cannot be reached.
    """

    label: str
    digest: str
    rubric: str
    votes: int
    ask: Ask


def judge_specs(checks: Sequence[CheckSpec]) -> tuple[CheckSpec, ...]:
    """Return every ``judge`` among the checks and their parts, in order."""
    found: list[CheckSpec] = []
    for spec in checks:
        found += [spec] if spec.kind == "judge" else judge_specs(spec.parts)
    return tuple(found)


def judge_key(spec: CheckSpec, suite: Suite) -> str:
    """Return what a judge's calibration is kept under: a hash of its model, rubric, votes and the question's form."""
    return _hash(_identity(spec, suite), spec.params.get("votes", 1))


def seat_of(spec: CheckSpec, suite: Suite) -> Seat:
    """Return the judge that a spec describes. Asks nothing yet.

    Raises:
        SuiteError: its code cannot be had, or its address or a variable is none.
    """
    given = spec.params
    if given.get("python"):
        label, ask_ = given["python"], _of_function(given["python"], suite)
    else:
        label, ask_ = given["model"], _of_model(spec, suite)
    return Seat(label, _hash(_identity(spec, suite)), given["rubric"], given.get("votes", 1), ask_)


def _identity(spec: CheckSpec, suite: Suite) -> dict[str, Any]:
    given = {name: spec.params.get(name) for name in ("python", "model", "api", "base_url", "params", "rubric")}
    code = source_digest([given["python"]], suite.folder) if given["python"] else {}
    return {**given, "code": code, "form": FORM}


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:_DIGITS]


def _of_model(spec: CheckSpec, suite: Suite) -> Ask:
    reach = {name: spec.params[name] for name in _REACH if spec.params.get(name)}
    chat = open_chat(ChatSpec(**reach), concurrency=suite.limits.concurrency, place=f"judge {spec.id}".strip())
    seconds = spec.params.get("timeout") or _SECONDS
    atexit.register(chat.close)

    def once(messages: Sequence[Message]) -> Said:
        reply = ask(chat, [messages], timeout=seconds)[0]
        if isinstance(reply, TargetUnreachable):
            raise reply
        counted = [many for many in (reply.tokens_in, reply.tokens_out) if many is not None]
        # A refusal is a reply without a verdict: unscored, not an error.
        return Said(reply.text or reply.refusal, reply.cost_usd, sum(counted) if counted else None)

    return once


def _of_function(ref: str, suite: Suite) -> Ask:
    function = resolve(ref, suite.folder)
    if not callable(function):
        msg = f"judge python: {ref} is not callable; give a function of the messages that returns a text"
        raise SuiteError(msg)

    def once(messages: Sequence[Message]) -> Said:
        text = function([dict(each) for each in messages])
        if not isinstance(text, str):
            msg = f"the judge {ref} returned {excerpt(text, 60)}, which is no text"
            raise TargetUnreachable(msg)
        return Said(text)

    return once
