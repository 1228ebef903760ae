"""Single values of a suite file: names, references to code, durations, shares; and the base of every model.

Covers what ``schema`` and the modules beside it are made of.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_DURATION = r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)"
_REFERENCE = r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _seconds(value: Any) -> Any:
    if isinstance(value, str):
        found = re.fullmatch(_DURATION, value)
        if not found:
            msg = "must be a duration such as 500ms, 20s, 3m or 1h"
            raise ValueError(msg)
        return float(found[1]) * _UNITS[found[2]]
    return value


NOT_TEXT = "not_text"


def as_text(value: Any) -> Any:
    """Return a text as it is; refuse what YAML has read as something else."""
    if value is None or isinstance(value, bool | int | float):
        # ``messages`` says how it stands in the file: 1.10 is read as 1.1.
        raise PydanticCustomError(NOT_TEXT, "must be text, in quotes")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            msg = f"holds a lone surrogate (half a character) at place {error.start}; leave it out of names"
            raise ValueError(msg) from error
    return value


def _reference(value: str) -> str:
    if not re.fullmatch(_REFERENCE, value):
        msg = "must be a reference to code of the form module:name, e.g. bots.geo:answer"
        raise ValueError(msg)
    return value


def _probability(value: float) -> float:
    if not 0 < value < 1:
        hint = f"; write {value / 100:g}" if 1 < value < 100 else ""
        msg = f"must lie above 0 and below 1{hint}"
        raise ValueError(msg)
    return value


Text = Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(as_text)]
Name = Annotated[str, Field(max_length=500, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"), BeforeValidator(as_text)]
# Our own validators word their refusals better than pydantic would; the published schema says the same to editors.
CodeRef = Annotated[str, AfterValidator(_reference), Field(json_schema_extra={"pattern": f"^{_REFERENCE}$"})]
Seconds = Annotated[
    float,
    Field(gt=0),
    BeforeValidator(_seconds, json_schema_input_type=Annotated[str, Field(pattern=f"^{_DURATION}$")] | float),
]
Probability = Annotated[
    float, AfterValidator(_probability), Field(json_schema_extra={"exclusiveMinimum": 0, "exclusiveMaximum": 1})
]
Weight = Annotated[float, Field(ge=0)]
Levels = dict[Text, Weight]
SeedRange = Annotated[list[Annotated[int, Field(ge=0, le=2**63 - 1)]], Field(min_length=2, max_length=2)]
SeverityName = Literal["critical", "major", "minor"]


class Strict(BaseModel):
    """Base of every model: unknown keys, NaN and silent conversions are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class PythonRef(Strict):
    """A reference to code."""

    python: CodeRef
