"""The suite file's ``target``: one key for each kind of target.

Covers shape and ranges. A kind that needs more than a text is a model based on ``KindModel``; what a kind does with
its keys is the targets floor's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, JsonValue, model_validator

from ninemarch.suite.values import CodeRef, Strict

__all__ = ["KindModel", "TargetModel"]

_OWN = frozenset({"params", "factory", "batch"})


class KindModel(Strict):
    """Base of a kind's keys: ``named`` is the one that becomes ``TargetSpec.ref``; those given become its params."""

    named: ClassVar[str]

    @property
    def ref(self) -> str:
        """The value of the key that names the target."""
        return str(getattr(self, self.named))

    @property
    def params(self) -> Mapping[str, Any]:
        """The keys that the file gives, without the one that names the target."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={self.named})


class TargetModel(Strict):
    """A target: exactly one kind of it."""

    python: CodeRef | None = None
    control: Literal["null", "oracle", "coin"] | None = None
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
