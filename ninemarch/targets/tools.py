"""A chat model that calls tools until it is done: the loop, its steps, and what the suite brings.

Covers any number of turns with a user that the suite plays. What the tools do, and what a trial comes to in the end,
is the suite's business: it is handed the scenario's input and returns a ``Toolbox``, a new one for every trial.
"""

from __future__ import annotations

import inspect
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from ninemarch.model import Abstain, HandOff, TargetUnreachable
from ninemarch.net import Chat, Reply, ToolCall, meter
from ninemarch.net.shapes import Message
from ninemarch.text import fault, plain

__all__ = ["Toolbox", "converse", "model_step"]


class Toolbox(Protocol):
    """What a suite brings for one trial.

    ``tools`` lists what may be called: ``{"name": ..., "description": ..., "parameters": <JSON schema>}``. Two
    methods are optional: ``reply(text)`` is the user's answer to a text of the model, or None when the conversation
    is over (it is, without this method); ``result(text)`` is the trial's output once it is over, by default the
    model's last text. ``call`` and ``reply`` may be asynchronous.
    """

    tools: Sequence[Mapping[str, Any]]

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Carry out a call and return what the model is told: a text, or any JSON value.

        Returning ``HandOff`` or ``Abstain`` ends the trial so. Raising says that the tool itself is broken: an error
        of the suite. What a tool of the world does wrong is a result like any other.
        """
        ...


async def converse(
    chat: Chat,
    build: Callable[[Any], list[Message]],
    make: Callable[[Any], Toolbox],
    max_steps: int,
    given: Any,
) -> Any:
    """Let a model and a toolbox talk; return the trial's output.

    Args:
        chat: the model.
        build: from the scenario's input to the first messages.
        make: from the scenario's input to the toolbox.
        max_steps: answers of the model at most; one that is not done by then has failed.
        given: the scenario's input.

    Raises:
        TargetUnreachable: no answer, or the toolbox broke.
    """
    messages = build(given)
    told: Sequence[Message] = messages[-1:]
    toolbox = _ours("making the tools", make, given)
    steps = meter().steps
    for _ in range(max_steps):
        reply = await chat(messages, toolbox.tools)
        steps.append(model_step(told, reply))
        text = reply.text or reply.refusal
        messages.append(reply.message)
        if not reply.calls:
            answer = await _said(toolbox, text)
            if answer is None:
                return _result(toolbox, text, reply)
            told = [{"role": "user", "content": answer}]
            messages += told
            continue
        told = []
        for call in reply.calls:
            found = await _called(toolbox, call)
            if isinstance(found, HandOff | Abstain):
                return found
            told = [*told, {"role": "tool", "tool_call_id": call.id, "content": found}]
        messages += told
    return Abstain(f"step limit: not done after {max_steps} answers of the model")


async def _called(toolbox: Toolbox, call: ToolCall) -> Any:
    """What the model is told of a call, as a text; or how the trial ends."""
    known = {str(tool["name"]) for tool in toolbox.tools}
    start = time.perf_counter()
    found: Any
    if call.name not in known:
        found = {"error": f"there is no tool {call.name}"}
    elif not isinstance(call.arguments, dict):
        found = {"error": "the arguments are no JSON object"}
    else:
        found = _ours(f"tool {call.name}", toolbox.call, call.name, call.arguments)
        if inspect.isawaitable(found):
            found = await _awaited(f"tool {call.name}", found)
    over = isinstance(found, HandOff | Abstain)
    step = {"name": call.name, "input": call.arguments, "output": found.reason if over else found}
    meter().steps.append({**step, "seconds": round(time.perf_counter() - start, 6)})
    return found if over or isinstance(found, str) else json.dumps(plain(found), ensure_ascii=False)


async def _said(toolbox: Toolbox, text: str) -> str | None:
    """The user's answer; None where the conversation is over."""
    reply = getattr(toolbox, "reply", None)
    found = _ours("the user", reply, text) if reply else None
    found = await _awaited("the user", found) if inspect.isawaitable(found) else found
    return None if found is None else str(found)


def _result(toolbox: Toolbox, text: str, reply: Reply) -> Any:
    """What a conversation that is over comes to."""
    result = getattr(toolbox, "result", None)
    if result:
        return _ours("the result", result, text)
    return Abstain(reply.refusal) if reply.refusal else text


def _ours(what: str, function: Callable[..., Any], *given: Any) -> Any:
    """Call the suite's own code: where that breaks, the model is not to blame."""
    try:
        return function(*given)
    except (Exception, SystemExit) as error:
        msg = f"{what} of the suite broke: {fault(error)}"
        raise TargetUnreachable(msg) from error


async def _awaited(what: str, found: Any) -> Any:
    try:
        return await found
    except Exception as error:
        msg = f"{what} of the suite broke: {fault(error)}"
        raise TargetUnreachable(msg) from error


def model_step(told: Sequence[Message], reply: Reply) -> Mapping[str, Any]:
    """Return an answer of the model as a step: what it was told last, what it said, what that took."""
    facts = {
        "seconds": round(reply.seconds, 6),
        "first_token": None if reply.first_token is None else round(reply.first_token, 6),
        "tokens": None if reply.tokens_in is None else reply.tokens_in + (reply.tokens_out or 0),
        "cost_usd": reply.cost_usd,
        "finish": reply.finish,
        "refusal": reply.refusal or None,
    }
    calls = [{"name": call.name, "arguments": call.arguments} for call in reply.calls]
    said = {"text": reply.text, "calls": calls} if calls else reply.text
    return {
        "name": "model",
        "input": [each.get("content") for each in told],
        "output": said,
        **{name: value for name, value in facts.items() if value is not None},
    }
