"""OpenAI's chat completions, as many servers speak it (vLLM, Ollama, llama.cpp, LM Studio, gateways).

Covers one choice an answer. Source: the API reference of ``POST /chat/completions``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ninemarch.net.faults import Unreadable
from ninemarch.net.shapes import Asked, Raw

__all__ = ["OpenAI"]


class OpenAI:
    """See ``shapes.Dialect``."""

    path = "/chat/completions"

    def headers(self, key: str) -> Mapping[str, str]:
        """A bearer token, if there is a key."""
        return {"Authorization": f"Bearer {key}"} if key else {}

    def body(self, asked: Asked) -> Mapping[str, Any]:
        """See ``shapes.Dialect``."""
        body: dict[str, Any] = {"model": asked.model, "messages": list(asked.messages), **asked.params}
        if asked.tools:
            body["tools"] = [{"type": "function", "function": dict(tool)} for tool in asked.tools]
        if asked.response_format is not None:
            body["response_format"] = asked.response_format
        if asked.stream:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body

    def read(self, document: Any) -> Raw:
        """See ``shapes.Dialect``."""
        try:
            choice = document["choices"][0]
            message = choice["message"]
            raw = Raw(
                text=_text(message.get("content")),
                calls=[
                    [str(call.get("id") or f"call_{n}"), str(call["function"]["name"]), _json(call["function"])]
                    for n, call in enumerate(message.get("tool_calls") or ())
                ],
                finish=str(choice.get("finish_reason") or "stop"),
                refusal=str(message.get("refusal") or ""),
            )
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise Unreadable("the answer is no chat completion: choices[0].message is missing") from error
        _count(raw, document)
        return raw

    def take(self, raw: Raw, event: Any) -> bool:
        """See ``shapes.Dialect``."""
        _count(raw, event)
        choices = event["choices"]
        if not choices:
            return False
        choice = choices[0]
        delta = choice.get("delta") or {}
        text, calls = _text(delta.get("content")), delta.get("tool_calls") or ()
        raw.text += text
        raw.refusal += str(delta.get("refusal") or "")
        for call in calls:
            at, function = int(call.get("index") or 0), call.get("function") or {}
            while at >= len(raw.calls):
                raw.calls.append([f"call_{len(raw.calls)}", "", ""])
            known = raw.calls[at]
            known[0] = str(call.get("id") or known[0])
            known[1] += str(function.get("name") or "")
            known[2] += str(function.get("arguments") or "")
        raw.finish = str(choice.get("finish_reason") or raw.finish)
        return bool(text or calls or delta.get("refusal") or delta.get("reasoning_content"))


def _json(function: Mapping[str, Any]) -> str:
    given = function.get("arguments")
    return given if isinstance(given, str) else ""


def _text(content: Any) -> str:
    """The text of a message: a text, or a list of parts of which some are text."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else ()
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))


def _count(raw: Raw, document: Mapping[str, Any]) -> None:
    usage = document.get("usage")
    raw.model = str(document.get("model") or raw.model)
    if isinstance(usage, dict):
        raw.tokens_in = _whole(usage.get("prompt_tokens"), raw.tokens_in)
        raw.tokens_out = _whole(usage.get("completion_tokens"), raw.tokens_out)
        details = usage.get("prompt_tokens_details")
        raw.tokens_cached = _whole(details.get("cached_tokens"), 0) or 0 if isinstance(details, dict) else 0


def _whole(value: Any, otherwise: int | None) -> int | None:
    return value if type(value) is int and 0 <= value < 2**53 else otherwise
