"""Targets that are chat models behind an address: ``openai:`` and ``anthropic:``.

Covers one question and one answer; with ``tools``, the conversation in ``tools.py``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ninemarch.model import Abstain, Price, Suite, TargetSpec, TargetUnreachable
from ninemarch.net import Chat, ChatSpec, Reply, meter, open_chat
from ninemarch.net.fill import NotThere, fill
from ninemarch.net.shapes import Message
from ninemarch.settings import read_settings
from ninemarch.suite import resolve
from ninemarch.targets.base import Kind, Mode, Target
from ninemarch.targets.tools import converse, model_step

__all__ = ["ANTHROPIC", "OPENAI"]

LONGEST = 600.0  # seconds of a trial where the suite sets no limit: what the vendors' own clients wait
_ROLES = frozenset({"system", "user", "assistant", "tool"})


def _parse(kind: str, rest: str) -> TargetSpec | None:
    """``MODEL`` or ``MODEL@http://HOST:PORT/v1``; a model's name may itself hold colons, slashes and an @."""
    model, at, base = rest.rpartition("@")
    if not at or not base.startswith(("http://", "https://")):
        model, base = rest, ""
    return TargetSpec(kind, model, {"base_url": base} if base else {}) if model else None


def _open(spec: TargetSpec, suite: Suite) -> Target:
    keys = dict(spec.params)
    place = f"target {spec.kind}"
    prices = {**_prices(), **suite.prices}
    chat = open_chat(
        ChatSpec(
            spec.ref,
            api=spec.kind,
            price=prices.get(spec.ref),
            **{name: keys[name] for name in keys.keys() & _OF_THE_MODEL},
        ),
        tries=suite.limits.tries,
        concurrency=suite.limits.concurrency,
        place=place,
    )
    before = [{"role": "system", "content": keys["system"]}] if keys.get("system") else []
    before += keys.get("messages", [])
    build = partial(messages_of, before, keys.get("prompt", "{input}"))
    tools = keys.get("tools")
    if tools:
        make = resolve(tools["python"], suite.folder)
        call: Any = partial(converse, chat, build, make, tools.get("max_steps", 20))
    else:
        call = partial(_answer, chat, build, read=bool(keys.get("response_format")))
    return Target(Mode.ASYNC, call, timeout=LONGEST, leave=chat.leave)


def _prices() -> Mapping[str, Price]:
    """The prices that the settings file knows."""
    return {
        model: Price(price["in"], price["out"], price.get("cached"))
        for model, price in read_settings().prices.items()
    }


_OF_THE_MODEL = frozenset({"base_url", "api_key", "headers", "params", "response_format", "stream"})


def messages_of(before: Sequence[Message], prompt: str, given: Any) -> list[Message]:
    """Return the messages of a scenario's input: those of the suite, then the input's own.

    Args:
        before: messages of the suite, their places filled in from the input.
        prompt: the user's message, likewise.
        given: the input; a list of messages is taken as it is, in place of the prompt.

    Raises:
        TargetUnreachable: the input has no part that the suite asks for.
    """
    try:
        head: list[Message] = [{**each, "content": fill(each["content"], given)} for each in before]
        if prompt == "{input}" and _is_talk(given):
            return [*head, *given]
        return [*head, {"role": "user", "content": fill(prompt, given)}]
    except NotThere as error:
        msg = f"the scenario's input does not fit the target's template: {error}"
        raise TargetUnreachable(msg) from error


def _is_talk(given: Any) -> bool:
    """Whether an input is a list of messages already."""
    return (
        isinstance(given, list)
        and bool(given)
        and all(isinstance(each, Mapping) and each.get("role") in _ROLES and "content" in each for each in given)
    )


async def _answer(chat: Chat, build: Any, given: Any, *, read: bool) -> Any:
    """One question, one answer; a structured one is read where it can be."""
    messages = build(given)
    reply = await chat(messages)
    meter().steps.append(model_step(messages[-1:], reply))
    if reply.refusal:
        return Abstain(reply.refusal)
    return _read(reply) if read else reply.text


def _read(reply: Reply) -> Any:
    try:
        return json.loads(reply.text)
    except (ValueError, RecursionError):
        return reply.text


OPENAI = Kind("openai", "openai:MODEL@http://HOST:PORT/v1", partial(_parse, "openai"), _open)
ANTHROPIC = Kind("anthropic", "anthropic:MODEL", partial(_parse, "anthropic"), _open)
