"""What a chat server is asked and what it answered, whatever its dialect.

Covers the frozen types and what both dialects share. Messages are written as in OpenAI's chat completions:
``{"role": "system" | "user" | "assistant" | "tool", "content": ...}``, tools as
``{"name": ..., "description": ..., "parameters": <JSON schema>}``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ninemarch.net.faults import Again, Refused, Unreadable
from ninemarch.net.retry import temporary
from ninemarch.text import excerpt

__all__ = ["Asked", "Dialect", "Message", "Raw", "ToolCall", "error_in", "parsed", "whole"]

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model wants called.

    Args:
        id: its name in the conversation.
        name: the tool.
        arguments: what it is called with; a text where the model wrote no JSON object.
    """

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: everything that goes into the body of a request."""

    model: str
    messages: Sequence[Message]
    tools: Sequence[Mapping[str, Any]] = ()
    response_format: Mapping[str, Any] | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False


@dataclass(slots=True)
class Raw:
    """An answer, while it is read and afterwards.

    Args:
        text: what it says.
        calls: tools it wants called: id, name, arguments as JSON text.
        finish: why it ended, in the server's words; empty while it has not.
        refusal: what it says instead of an answer.
        tokens_in, tokens_out, tokens_cached: as the server counts; cached ones are part of ``tokens_in``.
        model: what the server says has answered.
    """

    text: str = ""
    calls: list[list[str]] = field(default_factory=list)
    finish: str = ""
    refusal: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    tokens_cached: int = 0
    model: str = ""

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls with their arguments read."""
        return tuple(ToolCall(id_, name, _arguments(text)) for id_, name, text in self.calls)


class Dialect(Protocol):
    """How one API is spoken."""

    path: str

    def headers(self, key: str) -> Mapping[str, str]:
        """The headers of a request; ``key`` may be empty."""
        ...

    def body(self, asked: Asked) -> Mapping[str, Any]:
        """The body of a request."""
        ...

    def read(self, document: Any) -> Raw:
        """Read a whole answer; raises Unreadable where it is none of this API."""
        ...

    def take(self, raw: Raw, event: Any) -> bool:
        """Add an event of a stream to what is read so far; whether it brought a piece of the answer."""
        ...


def _arguments(text: str) -> Any:
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, dict) else text


def parsed(text: str) -> Any:
    """Return JSON read.

    Raises:
        Unreadable: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the answer is not JSON") from error


def error_in(document: Any) -> None:
    """Raise what a server says went wrong in an answer that began as a good one; nothing where it says nothing.

    Raises:
        Again: with a status that may pass.
        Refused: any other.
    """
    error = document.get("error") if isinstance(document, dict) else None
    if not error:
        return
    code = error.get("code") if isinstance(error, dict) else None
    kind = str(error.get("type", "")) if isinstance(error, dict) else ""
    status = code if isinstance(code, int) else 0
    busy = status == 429 or "rate_limit" in kind
    if temporary(status) or busy or kind in {"overloaded_error", "api_error", "server_error", "timeout_error"}:
        msg = f"the server broke off: {excerpt(kind or status, 60)}"
        raise Again(msg, busy=busy)
    raise Refused(status, json.dumps(document).encode(), f"the server answered with an error: {excerpt(kind, 60)}")


async def whole(dialect: Dialect, data: AsyncIterator[str]) -> AsyncIterator[Raw]:
    """Yield the answer of a stream at its first piece, and again when it is whole.

    Raises:
        Unreadable: it ends before the answer does, or is no stream of this API.
    """
    raw, begun = Raw(), False
    async for text in data:
        if text.strip() == "[DONE]":
            break
        event = parsed(text)
        error_in(event)
        try:
            piece = dialect.take(raw, event)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise Unreadable("the answer is no stream of this API") from error
        if piece and not begun:
            begun = True
            yield raw
    if not raw.finish:
        raise Unreadable("the answer is cut off")
    yield raw
