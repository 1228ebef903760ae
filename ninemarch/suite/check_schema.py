"""The keys of a check in a suite file.

Covers every kind's own keys, its short form (``not_regex: "..."``) and what a check looks at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from ninemarch.model import Severity
from ninemarch.suite.values import CodeRef, Name, Seconds, SeverityName, Strict, Text

__all__ = ["CheckModel", "JsonSchemaModel", "PartModel", "kind_of"]

Fold = list[Literal["case", "space", "punctuation"]]
Path_ = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^\$")]


def _listed(key: str) -> Any:
    """Short forms: a text, or a list of texts, stands for the key that a kind cannot do without."""

    def widen(value: Any) -> Any:
        if isinstance(value, str):
            return {key: [value]}
        if isinstance(value, list):
            return {key: value}
        if isinstance(value, Mapping) and isinstance(value.get(key), str):
            return {**value, key: [value[key]]}
        return value

    return BeforeValidator(widen, json_schema_input_type=str | list[str] | dict[str, JsonValue])


class JsonSchemaModel(Strict):
    """Validity under a JSON schema, from a file or written in place."""

    file: Text | None = None
    schema_: dict[str, JsonValue] | None = Field(default=None, alias="schema")

    @model_validator(mode="after")
    def _one_kind(self) -> JsonSchemaModel:
        if (self.file is None) == (self.schema_ is None):
            msg = "needs exactly one of the keys file, schema"
            raise ValueError(msg)
        return self


class ExactModel(Strict):
    """Equality with the expectation, after folding."""

    fold: Fold = []


class NumberModel(Strict):
    """A number within a tolerance of the expectation."""

    abs: Annotated[float, Field(ge=0)] = 0.0
    rel: Annotated[float, Field(ge=0)] = 0.0


class ContainsModel(Strict):
    """All of these texts (the expectation, where none is given) are in the output."""

    text: list[Text] = []
    fold: Fold = []
    words: bool = False


class RegexModel(Strict):
    """All of these RE2 patterns match the output."""

    pattern: Annotated[list[Text], Field(min_length=1)]
    full: bool = False


class PathModel(Strict):
    """There is something at each of these JSON paths."""

    path: Annotated[list[Path_], Field(min_length=1)]


class SetModel(Strict):
    """The expected elements in any order."""

    extra: bool = False
    missing: bool = False
    fold: Fold = []


class OrderModel(Strict):
    """The expected elements in their order."""

    fold: Fold = []


class CallModel(Strict):
    """A call of a tool, with what it must at least have been given."""

    name: Text
    input: dict[str, JsonValue] | None = None


class ToolsModel(Strict):
    """Tools that must be called, must never be, and how often at most (``*``: all together)."""

    must: list[Text | CallModel] = []
    never: list[Text] = []
    at_most: dict[Text, Annotated[int, Field(ge=0)]] = {}


class SpentModel(Strict):
    """What one trial may take."""

    latency: Seconds | None = None
    cost_usd: Annotated[float, Field(ge=0)] | None = None
    tokens: Annotated[int, Field(ge=0)] | None = None
    steps: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _something(self) -> SpentModel:
        if not self.model_fields_set:
            msg = "sets no limit; give at least one of latency, cost_usd, tokens, steps"
            raise ValueError(msg)
        return self


class JudgeModel(Strict):
    """A chat model, or a function of the messages, that judges by a rubric."""

    model: Text | None = None
    api: Literal["openai", "anthropic"] = "openai"
    base_url: Annotated[str, Field(max_length=2000)] = ""
    api_key: Annotated[str, Field(max_length=2000)] = ""
    headers: dict[Text, str] = {}
    params: dict[str, JsonValue] = {}
    python: CodeRef | None = None
    rubric: Text
    votes: Annotated[int, Field(ge=1, le=99)] = 1
    timeout: Seconds | None = None
    gold: Text | None = None

    @model_validator(mode="after")
    def _one_judge(self) -> JudgeModel:
        if (self.model is None) == (self.python is None):
            msg = "needs exactly one of the keys model, python"
            raise ValueError(msg)
        return self


class ReadModel(Strict):
    """A file that the target left, or the rows of a query on an SQLite database."""

    file: Text | None = None
    file_at: Path_ | None = None
    folder: Annotated[str, Field(max_length=500)] = ""
    query: Annotated[str, Field(min_length=1, max_length=100_000)] | None = None

    @model_validator(mode="after")
    def _one_file(self) -> ReadModel:
        if (self.file is None) == (self.file_at is None):
            msg = "needs exactly one of the keys file, file_at"
            raise ValueError(msg)
        return self


Contains = Annotated[ContainsModel, _listed("text")]
Regex = Annotated[RegexModel, _listed("pattern")]


class PartModel(Strict):
    """A check without a name or a severity of its own, as ``any``, ``all`` and ``not`` are made of."""

    exact: ExactModel | None = None
    number: NumberModel | None = None
    contains: Contains | None = None
    not_contains: Contains | None = None
    regex: Regex | None = None
    not_regex: Regex | None = None
    json_schema: JsonSchemaModel | None = None
    json_path: Annotated[PathModel, _listed("path")] | None = None
    set_: SetModel | None = Field(default=None, alias="set")
    order: OrderModel | None = None
    tools: ToolsModel | None = None
    spent: SpentModel | None = None
    python: CodeRef | None = None
    judge: JudgeModel | None = None
    any_: Annotated[list[PartModel], Field(min_length=1)] | None = Field(default=None, alias="any")
    all_: Annotated[list[PartModel], Field(min_length=1)] | None = Field(default=None, alias="all")
    not_: PartModel | None = Field(default=None, alias="not")
    at: Path_ | None = None
    expect: JsonValue = None
    expect_at: Path_ | None = None
    read: ReadModel | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> PartModel:
        if len(_kinds(self)) != 1:
            msg = f"needs exactly one of the keys {', '.join(KINDS)}"
            raise ValueError(msg)
        if self.expect is not None and self.expect_at:
            msg = "has expect and expect_at; give one of them"
            raise ValueError(msg)
        return self


KINDS = tuple(
    field.alias or name
    for name, field in PartModel.model_fields.items()
    if name not in {"at", "expect", "expect_at", "read"}
)


class CheckModel(PartModel):
    """One check; exactly one kind, its severity, and the name that gates and records call it by."""

    id: Name | None = None
    severity: SeverityName = Severity.MAJOR.value


def kind_of(model: PartModel) -> tuple[str, Any]:
    """Return the one kind of a check, and what stands there."""
    return next(iter(_kinds(model).items()))


def _kinds(model: PartModel) -> dict[str, Any]:
    """Kind -> its value, of those that are given."""
    fields = {field.alias or name: getattr(model, name) for name, field in PartModel.model_fields.items()}
    return {kind: fields[kind] for kind in KINDS if fields[kind] is not None}
