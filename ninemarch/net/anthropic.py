"""Anthropic's Messages API; llama.cpp's server speaks it too.

Covers text, tools and streams; the thinking of a model is not kept. Source: the API reference of
``POST /v1/messages``, version 2023-06-01.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ninemarch.net.faults import Unreadable
from ninemarch.net.shapes import Asked, Message, Raw

__all__ = ["Anthropic"]

_TOKENS = 1024  # the API wants a limit; ``params: {max_tokens: ...}`` sets another


class Anthropic:
    """See ``shapes.Dialect``."""

    path = "/messages"

    def headers(self, key: str) -> Mapping[str, str]:
        """The version, and the key if there is one."""
        return {"anthropic-version": "2023-06-01", **({"x-api-key": key} if key else {})}

    def body(self, asked: Asked) -> Mapping[str, Any]:
        """See ``shapes.Dialect``; system messages go into a field of their own."""
        system = "\n\n".join(str(m["content"]) for m in asked.messages if m["role"] == "system")
        body: dict[str, Any] = {
            "model": asked.model,
            "max_tokens": _TOKENS,
            "messages": _turns([m for m in asked.messages if m["role"] != "system"]),
            **({"system": system} if system else {}),
            **asked.params,
        }
        if asked.tools:
            body["tools"] = [
                {
                    "name": tool["name"],
                    "description": tool.get("description", ""),
                    "input_schema": tool.get("parameters") or {"type": "object"},
                }
                for tool in asked.tools
            ]
        if asked.response_format is not None:
            body["output_config"] = {"format": asked.response_format}
        if asked.stream:
            body["stream"] = True
        return body

    def read(self, document: Any) -> Raw:
        """See ``shapes.Dialect``."""
        raw = Raw()
        try:
            for block in document["content"]:
                _begin(raw, block)
            raw.finish = str(document.get("stop_reason") or "end_turn")
        except (KeyError, TypeError, AttributeError) as error:
            raise Unreadable("the answer is no message: content is missing") from error
        _count(raw, document)
        return raw

    def take(self, raw: Raw, event: Any) -> bool:
        """See ``shapes.Dialect``."""
        kind = event["type"]
        if kind == "message_start":
            _count(raw, event["message"])
        elif kind == "content_block_start":
            return _begin(raw, event["content_block"])
        elif kind == "content_block_delta":
            delta = event["delta"]
            raw.text += str(delta.get("text") or "")
            if delta.get("type") == "input_json_delta":
                raw.calls[-1][2] += str(delta.get("partial_json") or "")
            return True
        elif kind == "message_delta":
            raw.finish = str(event["delta"].get("stop_reason") or raw.finish)
            _count(raw, event)
        return False


def _begin(raw: Raw, block: Mapping[str, Any]) -> bool:
    """Take in a block of content, whole or just begun; whether it brought anything."""
    if block["type"] == "text":
        raw.text += str(block.get("text") or "")
        return bool(block.get("text"))
    if block["type"] == "tool_use":
        given = block.get("input")
        raw.calls.append([str(block["id"]), str(block["name"]), json.dumps(given) if given else ""])
        return True
    return False


def _count(raw: Raw, document: Mapping[str, Any]) -> None:
    usage = document.get("usage")
    raw.model = str(document.get("model") or raw.model)
    if not isinstance(usage, dict):
        return
    parts = [usage.get(name) for name in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")]
    known = [part for part in parts if type(part) is int]
    if type(parts[0]) is int:
        raw.tokens_in = sum(known)
        raw.tokens_cached = parts[2] if type(parts[2]) is int else 0
    if type(usage.get("output_tokens")) is int:
        raw.tokens_out = usage["output_tokens"]


def _turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Messages in this API's form: calls and results of tools are blocks, and roles take turns."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = "user" if message["role"] == "tool" else str(message["role"])
        blocks = _blocks(message)
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"] += blocks
        else:
            turns.append({"role": role, "content": blocks})
    return turns


def _blocks(message: Message) -> list[Any]:
    content = message.get("content")
    if message["role"] == "tool":
        return [{"type": "tool_result", "tool_use_id": message["tool_call_id"], "content": str(content)}]
    blocks: list[Any] = [{"type": "text", "text": content}] if isinstance(content, str) and content else []
    blocks += content if isinstance(content, list) else []
    for call in message.get("tool_calls") or ():
        function = call["function"]
        try:
            given = json.loads(function["arguments"] or "{}")
        except (ValueError, RecursionError):
            given = {}
        blocks.append(
            {
                "type": "tool_use",
                "id": call["id"],
                "name": function["name"],
                "input": given if isinstance(given, dict) else {},
            }
        )
    return blocks
