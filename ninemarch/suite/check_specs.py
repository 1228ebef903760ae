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
from ninemarch.suite.check_schema import CheckModel, JsonSchemaModel, JudgeModel, PartModel, kind_of
from ninemarch.suite.sources import strict_json

__all__ = ["check_content", "check_refs", "check_spec", "schema_of"]

# Of a judge's keys: where its errors are measured, and how it is reached, not who it is.
_SAYS_NOTHING = frozenset({"gold", "api_key", "headers", "timeout"})


def check_spec(model: PartModel, folder: Path) -> CheckSpec:
    """Return the spec of a check; files are read from ``folder``.

    Raises:
        SuiteError: the file of a JSON schema or a rubric is not there, or is none.
    """
    kind, value = kind_of(model)
    parts: tuple[CheckSpec, ...] = ()
    params: dict[str, Any] = {}
    if kind == "python":
        params = {"python": value}
    elif kind == "json_schema":
        params = {"schema": schema_of(value, folder)}
    elif isinstance(value, JudgeModel):
        params = _judge(value, folder)
    elif isinstance(value, list):
        parts = tuple(check_spec(part, folder) for part in value)
    elif isinstance(value, PartModel):
        parts = (check_spec(value, folder),)
    elif isinstance(value, BaseModel):
        params = {key: tuple(each) if isinstance(each, list) else each for key, each in value.model_dump().items()}
    severity = model.severity if isinstance(model, CheckModel) else Severity.MAJOR.value
    name = model.id or "" if isinstance(model, CheckModel) else ""
    return CheckSpec(kind, params, Severity(severity), id=name, parts=parts, focus=_focus(model))


def _judge(model: JudgeModel, folder: Path) -> dict[str, Any]:
    """The parameters of a judge, with the rubric's text in place of its file's name."""
    files = {"rubric": folder / model.rubric} | ({"gold": folder / model.gold} if model.gold else {})
    for name, file in files.items():
        if not file.is_file():
            msg = f"{file}: no such file (judge.{name}); paths are relative to the suite file"
            raise SuiteError(msg)
    try:
        rubric = files["rubric"].read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{files['rubric']}: not UTF-8 at byte {error.start} (judge.rubric); save the file as UTF-8"
        raise SuiteError(msg) from error
    if not rubric.strip():
        msg = f"{files['rubric']}: empty (judge.rubric); say what a passing answer must be like"
        raise SuiteError(msg)
    return {**model.model_dump(), "rubric": rubric}


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
    own = [spec.params["python"]] if spec.params.get("python") else []
    return own + [ref for part in spec.parts for ref in check_refs(part)]


def check_content(spec: CheckSpec) -> Any:
    """Return all of a check that decides what passes, for the hash: its names do not."""
    silent = _SAYS_NOTHING if spec.kind == "judge" else frozenset()
    decides = {name: value for name, value in spec.params.items() if name not in silent}
    content: list[Any] = [spec.kind, decides, spec.severity]
    if spec.parts:
        content.append([check_content(part) for part in spec.parts])
    if spec.focus != Focus():
        content.append(asdict(spec.focus))
    return content
