"""From the keys of a check to the ``CheckSpec`` that compiles.

Covers reading the files that a check names, its parts, and what it looks at.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Focus, Severity
from ninemarch.suite.check_schema import CheckModel, JsonSchemaModel, PartModel, kind_of
from ninemarch.suite.sources import strict_json

__all__ = ["check_content", "check_refs", "check_spec", "schema_of"]


def check_spec(model: PartModel, folder: Path) -> CheckSpec:
    """Return the spec of a check; files are read from ``folder``.

    Raises:
        SuiteError: the file of a JSON schema is not there or is not JSON.
    """
    kind, value = kind_of(model)
    parts: tuple[CheckSpec, ...] = ()
    params: dict[str, Any] = {}
    if kind == "python":
        params = {"python": value}
    elif kind == "json_schema":
        params = {"schema": schema_of(value, folder)}
    elif isinstance(value, list):
        parts = tuple(check_spec(part, folder) for part in value)
    elif isinstance(value, PartModel):
        parts = (check_spec(value, folder),)
    elif isinstance(value, BaseModel):
        params = {key: tuple(each) if isinstance(each, list) else each for key, each in value.model_dump().items()}
    severity = model.severity if isinstance(model, CheckModel) else Severity.MAJOR.value
    name = model.id or "" if isinstance(model, CheckModel) else ""
    return CheckSpec(kind, params, Severity(severity), id=name, parts=parts, focus=_focus(model))


def _focus(model: PartModel) -> Focus:
    state = model.read.model_dump(exclude_none=True) if model.read else {}
    return Focus(at=model.at or "", expect=model.expect, expect_at=model.expect_at or "", **state)


def schema_of(model: JsonSchemaModel | None, folder: Path) -> Any:
    """Return a JSON schema written in place or in a file.

    Raises:
        SuiteError: the file is not there or is not JSON.
    """
    if model is None or not model.file:
        return model.schema_ if model else None
    file = folder / model.file
    if not file.is_file():
        msg = f"{file}: no such JSON schema file; paths are relative to the suite file"
        raise SuiteError(msg)
    return strict_json(file.read_text(encoding="utf-8"), str(file))


def check_refs(spec: CheckSpec) -> list[str]:
    """Return the references to code in a check and its parts."""
    own = [spec.params["python"]] if "python" in spec.params else []
    return own + [ref for part in spec.parts for ref in check_refs(part)]


def check_content(spec: CheckSpec) -> Any:
    """Return all of a check that decides what passes, for the hash: its names do not."""
    content: list[Any] = [spec.kind, dict(spec.params), spec.severity]
    if spec.parts:
        content.append([check_content(part) for part in spec.parts])
    if spec.focus != Focus():
        content.append(asdict(spec.focus))
    return content
