"""A chat model behind an address, as a function of messages: what targets and judges call.

Covers both dialects, streams, cost, and which refusals are the model's own. ``Chat`` is asynchronous; ``ask`` is for
code that is not: it sends many conversations at once on an event loop of its own and waits for them.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ninemarch.errors import SuiteError
from ninemarch.model import Price, TargetUnreachable
from ninemarch.net.anthropic import Anthropic
from ninemarch.net.events import events
from ninemarch.net.faults import Refused
from ninemarch.net.meter import meter
from ninemarch.net.openai import OpenAI
from ninemarch.net.shapes import Asked, Dialect, Message, Raw, ToolCall, error_in, whole
from ninemarch.text import excerpt
from ninemarch.variables import expand, expand_all

if TYPE_CHECKING:
    from ninemarch.net.client import Answered

__all__ = ["Chat", "ChatSpec", "Message", "Reply", "ToolCall", "ask", "open_chat", "require_http"]

_INSTALL = "python -m pip install 'ninemarch[http]' (in a clone: '.[http]')"
_DIALECTS: Mapping[str, tuple[type[Dialect], str, str]] = {
    "openai": (OpenAI, "https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": (Anthropic, "https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
}
# Codes and types by which servers say that this conversation, not the request's form, is what they will not answer.
_MODELS_OWN = (
    *("content_filter", "content_policy_violation", "context_length_exceeded", "string_above_max_length"),
    *("exceed_context_size_error", "prompt is too long"),
)


@dataclass(frozen=True, slots=True)
class ChatSpec:
    """How to reach a chat model.

    Args:
        model: its name.
        api: ``openai`` (chat completions) or ``anthropic`` (Messages).
        base_url: address up to and with ``/v1``; the vendor's own by default.
        api_key: usually ``${VARIABLE}``; by default ``${OPENAI_API_KEY}`` or ``${ANTHROPIC_API_KEY}`` is sent to the
            vendor's own address, and nothing to any other.
        headers: further headers; ``${VARIABLE}`` works here too.
        params: further fields of the body, such as ``{"temperature": 0, "max_tokens": 50}``.
        response_format: structured output, in the API's own form.
        stream: whether the answer is streamed, which gives the time to the first token.
        price: US dollars for a million tokens; None if unknown.
    """

    model: str
    api: str = "openai"
    base_url: str = ""
    api_key: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    response_format: Mapping[str, Any] | None = None
    stream: bool = False
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model answered. All of its texts are hostile data.

    Args:
        text: the answer; may be empty.
        calls: tools that it wants called.
        refusal: what was said in place of an answer, by the model or by the server's filter; empty if nothing was.
        finish: why it ended, in the server's words, e.g. ``stop``, ``length``, ``tool_calls``.
        tokens_in, tokens_out: as the server counts; None if it does not say.
        cost_usd: None where tokens or prices are unknown.
        seconds: from sending the try that was answered until the answer was whole.
        first_token: seconds until its first piece; None where it was not streamed.
        model: what the server says has answered.
    """

    text: str
    calls: tuple[ToolCall, ...] = ()
    refusal: str = ""
    finish: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd: float | None = None
    seconds: float = 0.0
    first_token: float | None = None
    model: str = ""

    @property
    def message(self) -> Message:
        """The answer as a message, for the next turn of the conversation."""
        calls = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments),
                },
            }
            for call in self.calls
        ]
        return {"role": "assistant", "content": self.text, **({"tool_calls": calls} if calls else {})}


def require_http(what: str) -> None:
    """Raise SuiteError, with what installs it, where aiohttp is missing."""
    try:
        import aiohttp  # noqa: F401, PLC0415 - half a second that only those who send requests pay
    except ImportError as error:
        msg = f"{what} needs aiohttp, which is not installed; install it with: {_INSTALL}"
        raise SuiteError(msg) from error


def open_chat(spec: ChatSpec, *, tries: int = 3, concurrency: int = 16, place: str = "model") -> Chat:
    """Return a chat model that can be called. Sends nothing yet.

    Args:
        spec: how to reach it.
        tries: requests for one answer at most, >= 1.
        concurrency: requests in flight at most, >= 1.
        place: where it was asked for, for messages.

    Raises:
        SuiteError: aiohttp is not installed, a variable is not set, or the address is none.
    """
    require_http(place)
    return Chat(spec, tries=tries, concurrency=concurrency, place=place)


class Chat:
    """A chat model; see ``open_chat``."""

    def __init__(self, spec: ChatSpec, *, tries: int, concurrency: int, place: str) -> None:
        from ninemarch.net.client import Client  # noqa: PLC0415 - imports aiohttp

        dialect, vendor, variable = _DIALECTS[spec.api]
        base = expand(spec.base_url, f"{place}.base_url") or vendor
        if not base.startswith(("http://", "https://")):
            msg = f"{place}.base_url={excerpt(base, 80)}; allowed: http(s)://HOST[:PORT]/v1"
            raise SuiteError(msg)
        key = spec.api_key or (f"${{{variable}}}" if base == vendor else "")
        self._spec, self._dialect = spec, dialect()
        self._url = base.rstrip("/") + self._dialect.path
        self._headers = {
            "Content-Type": "application/json",
            **self._dialect.headers(expand(key, f"{place}.api_key")),
            **expand_all(spec.headers, f"{place}.headers"),
        }
        self._client = Client(tries=tries, concurrency=concurrency)

    async def __call__(self, messages: Sequence[Message], tools: Sequence[Mapping[str, Any]] = ()) -> Reply:
        """Return the model's answer; the trial's meter is told what it took.

        Args:
            messages: the conversation, each ``{"role": ..., "content": ...}``, as in OpenAI's chat completions.
            tools: each ``{"name": ..., "description": ..., "parameters": <JSON schema>}``.

        Raises:
            TargetUnreachable: no answer, for a reason that is not the model's; the tries are used up.
        """
        from ninemarch.net.client import Request  # noqa: PLC0415 - as above

        spec = self._spec
        asked = Asked(spec.model, messages, tools, spec.response_format, spec.params, spec.stream)
        body = json.dumps(self._dialect.body(asked)).encode()
        try:
            reply = await self._client.send(Request(self._url, body, self._headers), self._read)
        except Refused as error:
            said = _error_text(error.body)
            if not any(word in error.body.decode(errors="replace") for word in _MODELS_OWN):
                msg = f"{error.why} ({excerpt(spec.model, 60)})" + (f"; the server says: {said}" if said else "")
                raise TargetUnreachable(msg) from error
            return Reply("", refusal=said or error.why, finish="refused")
        found = meter()
        found.spend(reply.tokens_in, reply.tokens_out, reply.cost_usd)
        if found.first_token is None:
            found.first_token = reply.first_token
        return reply

    async def _read(self, answered: Answered) -> Reply:
        first: float | None = None
        if self._spec.stream and answered.streamed:
            raw = Raw()
            async for found in whole(self._dialect, events(answered.chunks())):
                raw, first = found, answered.seconds if first is None else first
        else:
            document = await answered.json()
            error_in(document)
            raw = self._dialect.read(document)
        price = self._spec.price
        filtered = raw.finish in {"content_filter", "refusal"}
        return Reply(
            text=raw.text,
            calls=raw.tool_calls,
            refusal=raw.refusal or ((raw.text or f"no answer: {raw.finish}") if filtered else ""),
            finish=raw.finish,
            tokens_in=raw.tokens_in,
            tokens_out=raw.tokens_out,
            cost_usd=price.of(raw.tokens_in, raw.tokens_out, raw.tokens_cached) if price else None,
            seconds=answered.seconds,
            first_token=first,
            model=raw.model,
        )

    async def leave(self) -> None:
        """Close the connections of the event loop under way."""
        await self._client.leave()

    def close(self) -> None:
        """Close the connections that ``ask`` has opened."""
        if _Behind.loop is not None:
            asyncio.run_coroutine_threadsafe(self.leave(), _Behind.loop).result()


def _error_text(body: bytes) -> str:
    """What a server says went wrong, in a line."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error", found) if isinstance(found, dict) else found
    return excerpt(error.get("message", error) if isinstance(error, dict) else error, 200)


class _Behind:
    """An event loop in a thread of its own, for callers that cannot wait asynchronously; begun at the first use."""

    loop: asyncio.AbstractEventLoop | None = None
    _lock = threading.Lock()

    @classmethod
    def begun(cls) -> asyncio.AbstractEventLoop:
        with cls._lock:
            if cls.loop is None:
                cls.loop = asyncio.new_event_loop()
                threading.Thread(target=cls.loop.run_forever, name="ninemarch-ask", daemon=True).start()
            return cls.loop


def ask(
    chat: Chat, conversations: Sequence[Sequence[Message]], *, timeout: float | None = None
) -> list[Reply | TargetUnreachable]:
    """Send many conversations at once, wait, and return a reply or an error for each, in their order.

    Args:
        chat: the model.
        conversations: the messages of each.
        timeout: seconds that one of them may take, waiting for a place included; None for no limit. One that takes
            longer is an error.
    """

    async def one(messages: Sequence[Message]) -> Reply | TargetUnreachable:
        try:
            async with asyncio.timeout(timeout):
                return await chat(messages)
        except TargetUnreachable as error:
            return error
        except TimeoutError:
            return TargetUnreachable(f"no answer within {timeout:g} s")

    async def every() -> list[Reply | TargetUnreachable]:
        return await asyncio.gather(*map(one, conversations))

    return asyncio.run_coroutine_threadsafe(every(), _Behind.begun()).result()
