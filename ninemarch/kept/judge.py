"""What people found of a judge, in git: ``reports/<suite>/judge-<run>.json`` and ``judge-gold-<key>.json``.

Covers the form of the two files and reading them back. One line a label, so that a review shows who changed which.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.kept.folder import suite_folder
from ninemarch.kept.reading import read_kept
from ninemarch.model import GoldCounts, RunLabels
from ninemarch.text import scrub, slug

__all__ = ["gold_path", "keep_gold", "keep_labels", "labels_path", "load_gold", "load_labels"]

FORMAT = 1
"""Version of the files."""


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ninemarch: int
    kind: str
    suite: str
    run: str
    labels: dict[int, str]


class _Gold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ninemarch: int
    kind: str
    suite: str
    judge: str
    label: str
    failures: int
    caught: int
    passes: int
    accepted: int
    undecided: int


def labels_path(suite: str, run: str, root: Path | None = None) -> Path:
    """Return where the labels of a run lie."""
    return suite_folder(suite, root) / f"judge-{slug(run)}.json"


def gold_path(suite: str, judge: str, root: Path | None = None) -> Path:
    """Return where the verdicts of a judge on its gold set lie."""
    return suite_folder(suite, root) / f"judge-gold-{slug(judge)}.json"


def keep_labels(labels: RunLabels, root: Path | None = None) -> Path:
    """Write the labels of a run and return the file."""
    rows = ",\n".join(f'  "{number}": "{label}"' for number, label in sorted(labels.labels.items()))
    head = {"ninemarch": FORMAT, "kind": "judge-labels", "suite": scrub(labels.suite), "run": scrub(labels.run)}
    lines = "".join(f' "{key}": {json.dumps(value, ensure_ascii=False)},\n' for key, value in head.items())
    return _write(labels_path(labels.suite, labels.run, root), f'{{\n{lines} "labels": {{\n{rows}\n }}\n}}\n')


def keep_gold(gold: GoldCounts, root: Path | None = None) -> Path:
    """Write a judge's verdicts on its gold set and return the file."""
    document = {"ninemarch": FORMAT, "kind": "judge-gold", **asdict(gold)}
    document |= {name: scrub(document[name]) for name in ("suite", "judge", "label")}
    return _write(gold_path(gold.suite, gold.judge, root), json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def load_labels(suite: str, run: str, root: Path | None = None) -> RunLabels | None:
    """Return the labels of a run, None where there are none.

    Raises:
        UsageError: the file cannot be read, was damaged, or is of another run.
    """
    path = labels_path(suite, run, root)
    found = _read(path, _Labels, "judge-labels")
    if found is None:
        return None
    if (found.suite, found.run) != (scrub(suite), scrub(run)) or not {"pass", "fail", "unsure"} >= set(
        found.labels.values()
    ):
        _refuse(path, "is of another run, or holds a label other than pass, fail, unsure")
    return RunLabels(suite, run, found.labels)


def load_gold(suite: str, judge: str, root: Path | None = None) -> GoldCounts | None:
    """Return a judge's verdicts on its gold set, None where it was not tried.

    Raises:
        UsageError: the file cannot be read, was damaged, or is of another judge.
    """
    path = gold_path(suite, judge, root)
    found = _read(path, _Gold, "judge-gold")
    if found is None:
        return None
    sound = 0 <= found.caught <= found.failures and 0 <= found.accepted <= found.passes
    if (found.suite, found.judge) != (scrub(suite), judge) or not sound:
        _refuse(path, "is of another judge, or its counts do not add up")
    counts = (found.failures, found.caught, found.passes, found.accepted, found.undecided)
    return GoldCounts(suite, judge, found.label, *counts)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, text.encode())


def _read(path: Path, kind: Any, name: str) -> Any:
    none = "is no file of a judge"
    return read_kept(path, kind, _refuse, kind=name, version=FORMAT, called=name, none=none)


def _refuse(path: Path, what: str) -> NoReturn:
    msg = f"{path} {what}; bring it back from git, or calibrate anew (ninemarch judge calibrate)"
    raise UsageError(msg)
