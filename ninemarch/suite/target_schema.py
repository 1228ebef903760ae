"""The suite file's ``target``: one key for each kind of target.

Covers shape and ranges. A kind that needs more than a text is a model based on ``KindModel``; what a kind does with
its keys is the targets floor's business.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue, model_validator

from ninemarch.suite.values import CodeRef, Strict, Text
from ninemarch.variables import expand

__all__ = ["ChatModel", "CommandModel", "HttpModel", "KindModel", "TargetModel"]

_OWN = frozenset({"params", "factory", "batch"})


class KindModel(Strict):
    """Base of a kind's keys: ``named`` is the one that becomes ``TargetSpec.ref``; those given become its params."""

    named: ClassVar[str]

    @property
    def ref(self) -> str:
        """The value of the key that names the target."""
        return str(getattr(self, self.named))

    @property
    def others(self) -> Mapping[str, Any]:
        """The keys that the file gives, without the one that names the target."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={self.named})


class ToolsModel(Strict):
    """Tools that a chat model may call, made anew for every trial, and how many answers it may give."""

    python: CodeRef
    max_steps: Annotated[int, Field(ge=1, le=1000)] = 20


class MessageModel(Strict):
    """A message that stands before the scenario's own."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatModel(KindModel):
    """A chat model behind an address."""

    named = "model"

    model: Text
    base_url: Text | None = None
    api_key: Text | None = None
    headers: dict[Text, str] = {}
    system: str = ""
    messages: list[MessageModel] = []
    prompt: Text = "{input}"
    params: dict[Text, JsonValue] = {}
    response_format: dict[Text, JsonValue] | None = None
    stream: bool = False
    tools: ToolsModel | None = None

    @property
    def ref(self) -> str:
        """The model's name, its variables put in: it is recorded, and part of what makes a release the same."""
        return expand(self.model, "model", secret=False)


class HttpModel(KindModel):
    """Any service that answers a request with JSON or text."""

    named = "url"

    url: Text
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: dict[Text, str] = {}
    body: JsonValue = "{input}"
    answer: str = ""
    reads: Literal["json", "text"] = "json"
    failures: list[Annotated[int, Field(ge=400, le=599)]] = []


class CommandModel(KindModel):
    """A program that is started once for every trial."""

    named = "run"

    run: Text | list[Text]
    stdin: Literal["json", "text", "none"] = "json"
    reads: Literal["text", "json", "report"] = "text"
    isolate: Literal["none", "basic", "strict", "container"] = "basic"
    image: str = ""
    env: dict[Text, str] = {}
    readable: list[Text] = []
    memory_mb: Annotated[int, Field(ge=16, le=1_000_000)] | None = None
    processes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    output_bytes: Annotated[int, Field(ge=1, le=10**9)] | None = None

    @property
    def ref(self) -> str:
        """The command in one line, as a shell would take it; no shell ever sees it."""
        return self.run if isinstance(self.run, str) else shlex.join(self.run)

    @model_validator(mode="after")
    def _words(self) -> CommandModel:
        if not _split(self.ref):
            msg = "run names no program, or has a quote without its other half; write e.g. run: [python3, ./bot.py]"
            raise ValueError(msg)
        return self


def _split(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []


class TargetModel(Strict):
    """A target: exactly one kind of it."""

    python: CodeRef | None = None
    control: Literal["null", "oracle", "coin"] | None = None
    openai: ChatModel | None = None
    anthropic: ChatModel | None = None
    http: HttpModel | None = None
    command: CommandModel | None = None
    params: dict[str, JsonValue] = {}
    factory: bool = False
    batch: Annotated[int, Field(ge=0, le=100_000)] = 0

    @model_validator(mode="after")
    def _one_kind(self) -> TargetModel:
        kinds = [name for name in type(self).model_fields if name not in _OWN]
        given = [name for name in kinds if getattr(self, name) is not None]
        if len(given) != 1:
            msg = f"needs exactly one of the keys {', '.join(kinds)}"
            raise ValueError(msg)
        if isinstance(getattr(self, given[0]), KindModel) and (wrong := sorted(self.model_fields_set & _OWN)):
            msg = f"has {given[0]} and {', '.join(wrong)}; these belong to python and control, leave them out"
            raise ValueError(msg)
        return self

    @property
    def kind(self) -> str:
        """The kind's key."""
        return next(name for name in type(self).model_fields if name not in _OWN and getattr(self, name) is not None)
