"""The keys of a variant in a suite file, and the ``VariantSpec`` they make.

Covers shape and ranges.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ninemarch.model import VariantSpec
from ninemarch.suite.values import Strict, Text

__all__ = ["VariantModel", "variant_spec"]

Others = dict[Text, Annotated[list[Text], Field(min_length=1)]]


class NoKeys(Strict):
    """A kind without parameters."""


class TyposModel(Strict):
    """Two letters swapped inside a share of the words."""

    rate: Annotated[float, Field(gt=0, le=1)] = 0.1


class DistractorModel(Strict):
    """A sentence put before the text; some of our own where none is given."""

    sentences: list[Text] = []


class ParaphraseModel(Strict):
    """Other words for phrases."""

    table: Annotated[Others, Field(min_length=1)]


class RenameModel(Strict):
    """Other names, in input and expectation alike."""

    names: Annotated[Others, Field(min_length=1)]


class OptionsModel(Strict):
    """A list of options in another order; an answer by place (from 0) or letter moves with its option."""

    field: Text
    answer: Literal["text", "index", "letter"] = "text"


class VariantModel(Strict):
    """One way of saying a scenario otherwise; exactly one kind."""

    typos: TyposModel | None = None
    case: NoKeys | None = None
    unicode: NoKeys | None = None
    distractor: DistractorModel | None = None
    paraphrase: ParaphraseModel | None = None
    rename: RenameModel | None = None
    options: OptionsModel | None = None
    fields: list[Text] = []

    @model_validator(mode="after")
    def _one_kind(self) -> VariantModel:
        if len(_given(self)) != 1:
            msg = f"needs exactly one of the keys {', '.join(_KINDS)}"
            raise ValueError(msg)
        if self.fields and (self.rename or self.options):
            msg = "has fields, which rename and options do not take; leave them out"
            raise ValueError(msg)
        return self


_KINDS = tuple(name for name in VariantModel.model_fields if name != "fields")


def _given(model: VariantModel) -> dict[str, Any]:
    return {kind: getattr(model, kind) for kind in _KINDS if getattr(model, kind) is not None}


def variant_spec(model: VariantModel) -> VariantSpec:
    """Return the spec that a variant's keys make."""
    kind, value = next(iter(_given(model).items()))
    return VariantSpec(kind, tuple(model.fields), value.model_dump())
