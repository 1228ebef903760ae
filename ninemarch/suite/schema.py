"""The suite file's keys: what may stand where, and in what range.

Covers shape and ranges of single values, as pydantic models in strict mode; the published JSON schema is made
from them. What needs two values at once (unique ids, overlapping seeds) is checked in ``loader``. Targets have a
module of their own, and so have checks (``check_schema``).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from ninemarch.suite.check_schema import CheckModel, JsonSchemaModel
from ninemarch.suite.target_schema import TargetModel
from ninemarch.suite.values import (
    NOT_TEXT,
    CodeRef,
    Levels,
    Name,
    Probability,
    PythonRef,
    Seconds,
    SeedRange,
    SeverityName,
    Strict,
    Text,
    as_text,
)
from ninemarch.suite.variant_schema import VariantModel

__all__ = ["NOT_TEXT", "SuiteModel", "TargetModel", "json_schema"]


class GenerateModel(PythonRef):
    """A generator of scenarios; ``count`` is its share among several generators."""

    count: Annotated[int, Field(gt=0)] = 1


class ScenarioModel(Strict):
    """One listed scenario."""

    id: Text
    input: JsonValue
    expect: JsonValue = None
    attributes: dict[Text, Text] = {}
    group: Annotated[str, BeforeValidator(as_text)] = ""
    severity: SeverityName = "major"
    weight: Annotated[float, Field(ge=0)] = 1.0
    void: str = ""
    source: str = ""


class HuntModel(Strict):
    """Scenarios that only a hunt tries: a Hypothesis strategy, or the JSON schema of the input."""

    python: CodeRef | None = None
    json_schema: JsonSchemaModel | None = None
    max_examples: Annotated[int, Field(ge=1, le=100_000)] = 300

    @model_validator(mode="after")
    def _one_kind(self) -> HuntModel:
        if (self.python is None) == (self.json_schema is None):
            msg = "needs exactly one of the keys python, json_schema"
            raise ValueError(msg)
        return self


class SourceModel(Strict):
    """One source of scenarios: inline, file, or generate; or hunt, which only ``ninemarch hunt`` draws from."""

    inline: list[ScenarioModel] | None = None
    file: Text | None = None
    generate: GenerateModel | None = None
    hunt: HuntModel | None = None
    subset: Annotated[str, BeforeValidator(as_text)] = ""

    @model_validator(mode="after")
    def _one_kind(self) -> SourceModel:
        if sum(part is not None for part in (self.inline, self.file, self.generate, self.hunt)) != 1:
            msg = "needs exactly one of the keys inline, file, generate, hunt"
            raise ValueError(msg)
        if self.hunt is not None and self.subset:
            msg = "has hunt and subset; what is hunted never enters a rate, leave subset out"
            raise ValueError(msg)
        return self


class GateModel(Strict):
    """A requirement on evidence: exactly one kind."""

    id: Text
    success: Probability | None = None
    nines: Annotated[int, Field(ge=1, le=9)] | None = None
    all_trials: Annotated[int, Field(ge=2, le=10_000)] | None = None
    latency: Seconds | None = None
    cost_usd: Annotated[float, Field(gt=0)] | None = None
    quantile: Probability | None = None
    max_failures: Annotated[int, Field(ge=0)] | None = None
    severity: SeverityName | None = None
    check: Text | None = None
    baseline: Name | None = None
    max_drop: Annotated[float, Field(ge=0, lt=1)] | None = None
    confidence: Probability = 0.95
    where: dict[Text, Text] = {}
    each: list[Text] = []
    confirmed: bool = False
    min_share: Annotated[float, Field(ge=0, lt=1)] = 0.0
    on_fail: Literal["block", "warn"] = "block"

    @model_validator(mode="after")
    def _one_kind(self) -> GateModel:
        given = {name for name in _GATE_KEYS if getattr(self, name) is not None}
        if given not in _GATE_KINDS:
            msg = (
                f"asks for {', '.join(sorted(given)) or 'nothing'}; a gate needs exactly one of: "
                "success (e.g. 0.999); nines (e.g. 3); all_trials with success or nines; latency with quantile; "
                "cost_usd with quantile; baseline with max_drop; max_failures, alone or with severity or check"
            )
            raise ValueError(msg)
        if sum(map(bool, (self.where, self.each, self.confirmed))) > 1:
            msg = "has several of where, each and confirmed; give each its own gate"
            raise ValueError(msg)
        if self.confirmed and given not in ({"success"}, {"nines"}):
            msg = "has confirmed; a gate on confirmed slices asks for success or nines"
            raise ValueError(msg)
        return self


_GATE_KEYS = (
    "success", "nines", "all_trials", "latency", "cost_usd", "quantile", "max_failures", "severity", "check",
    "baseline", "max_drop",
)  # fmt: skip
_GATE_KINDS: tuple[set[str], ...] = (
    {"success"},
    {"nines"},
    {"all_trials", "success"},
    {"all_trials", "nines"},
    {"latency", "quantile"},
    {"cost_usd", "quantile"},
    {"baseline", "max_drop"},
    {"max_failures"},
    {"max_failures", "severity"},
    {"max_failures", "check"},
    {"max_failures", "severity", "check"},
)


class TrialsModel(Strict):
    """How many trials, and when to stop."""

    max: Annotated[int, Field(ge=1, le=10**9)] = 1000
    per_scenario: Annotated[int, Field(ge=1, le=10_000)] = 1
    stop: Literal["sequential", "fixed"] = "sequential"
    look: Annotated[int, Field(ge=0)] = 0


class LimitsModel(Strict):
    """Limits of a run."""

    timeout: Seconds | None = None
    concurrency: Annotated[int, Field(ge=1, le=100_000)] = 16
    errors_max: Annotated[float, Field(ge=0, le=1)] = 0.01
    tries: Annotated[int, Field(ge=1, le=20)] = 3
    cost_usd: Annotated[float, Field(gt=0)] | None = None
    tokens: Annotated[int, Field(ge=1)] | None = None
    time: Seconds | None = None


class PriceModel(Strict):
    """What a model's tokens cost, in US dollars for a million."""

    tokens_in: Annotated[float, Field(ge=0, alias="in")]
    tokens_out: Annotated[float, Field(ge=0, alias="out")]
    cached: Annotated[float, Field(ge=0)] | None = None


class ReleaseModel(Strict):
    """One release of the target on the ladder."""

    id: Text
    target: TargetModel
    name: str = ""
    effort: Annotated[float, Field(ge=0)] | None = None
    max_trials: Annotated[int, Field(ge=1)] | None = None


class SeedsModel(Strict):
    """Seed ranges, both ends included; they may not overlap."""

    development: SeedRange = [0, 999]
    held_out: SeedRange = [1000, 999_999]


class DemoModel(Strict):
    """Columns of ``ninemarch demo``."""

    profiles: list[Text] = []
    trials: dict[Text, Annotated[int, Field(ge=1)]] = {}


class SuiteModel(Strict):
    """A whole suite file."""

    ninemarch: Literal[1]
    suite: Name
    title: str = ""
    effort_unit: str = ""
    version: Text = "1"
    depends: list[Text] = []
    needs: list[Text] = []
    target: TargetModel | None = None
    profile: Text | dict[Text, Levels | Text] = {}
    profiles: dict[Text, dict[Text, Levels | Text]] = {}
    stress: list[Text] = []
    scenarios: Annotated[list[SourceModel], Field(min_length=1)]
    seeds: SeedsModel = SeedsModel()
    oracle: PythonRef | None = None
    self_test: PythonRef | None = None
    mends: PythonRef | None = None
    checks: Annotated[list[CheckModel], Field(min_length=1)]
    releases: list[ReleaseModel] = []
    trials: TrialsModel = TrialsModel()
    limits: LimitsModel = LimitsModel()
    gates: list[GateModel] = []
    prices: dict[Text, PriceModel] = {}
    demo: DemoModel = DemoModel()
    variants: list[VariantModel] = []


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (Draft 2020-12) of suite files, for editors."""
    schema = SuiteModel.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "ninemarch suite"}
