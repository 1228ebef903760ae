"""Confirmed slices in git: ``reports/<suite>/slices.json``.

Covers the form of the file and reading it back; one line a slice, so that a review shows what changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import msgspec

from ninemarch.errors import UsageError
from ninemarch.kept.folder import suite_folder
from ninemarch.kept.reading import read_kept
from ninemarch.model import ConfirmedSlice
from ninemarch.text import excerpt, scrub

__all__ = ["load_slices", "slices_bytes", "slices_path"]

_FORMAT = 1


class _Slice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    where: dict[str, str]
    run: str
    release: str
    profile: str
    failures: int
    trials: int
    control_failures: int
    control_trials: int
    seed: int
    level: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ninemarch: int
    kind: str
    suite: str
    slices: list[_Slice]


def slices_path(suite: str, root: Path | None = None) -> Path:
    """Return where the confirmed slices of a suite lie.

    Args:
        suite: name of the suite.
        root: folder that holds ``reports``; here by default.
    """
    return suite_folder(suite, root) / "slices.json"


def load_slices(suite: str, root: Path | None = None) -> tuple[ConfirmedSlice, ...]:
    """Return the confirmed slices of a suite in the order of the file; none where there is no file.

    Raises:
        UsageError: the file cannot be read, is of another version or suite, or contradicts itself.
    """
    path = slices_path(suite, root)
    none = "holds no confirmed slices"
    found = read_kept(path, _File, _refuse, kind="slices", version=_FORMAT, called="slices", none=none)
    if found is None:
        return ()
    if found.suite != scrub(suite):
        _refuse(path, f"is of suite '{excerpt(found.suite, 60)}', not '{excerpt(suite, 60)}'")
    slices = tuple(ConfirmedSlice(**msgspec.structs.asdict(each)) for each in found.slices)
    for each in slices:
        inside = 1 <= each.failures <= each.trials
        if not each.where or not inside or not 0 <= each.control_failures <= each.control_trials:
            _refuse(path, f"does not add up: slice {excerpt(dict(each.where), 80)}")
    if len({tuple(sorted(each.where.items())) for each in slices}) != len(slices):
        _refuse(path, "names a slice twice")
    return slices


def slices_bytes(suite: str, slices: Iterable[ConfirmedSlice]) -> bytes:
    """Return the file of these slices: JSON, a line each."""
    lines = ",\n".join(f"  {_json({n: getattr(each, n) for n in _Slice.__struct_fields__})}" for each in slices)
    head = f' "ninemarch": {_FORMAT},\n "kind": "slices",\n "suite": {_json(suite)}'
    return f'{{\n{head},\n "slices": [\n{lines}\n ]\n}}\n'.encode()


def _json(value: object) -> str:
    return scrub(json.dumps(value, ensure_ascii=False))


def _refuse(path: Path, what: str) -> NoReturn:
    how = "ninemarch mine RUN --confirm N --keep"
    msg = f"{path} {what}; bring it back from git, or delete it and confirm anew ({how})"
    raise UsageError(msg)
