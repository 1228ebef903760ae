"""Baselines in git: ``reports/<suite>/baselines/<name>.json``.

Covers the form of the file and reading it back; who may write one is ``ninemarch baseline accept``. It holds enough
to pair a later run with it in a fresh checkout, where the run's own folder is gone. Sums are checked on reading.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ninemarch.errors import RunInvalid, UsageError
from ninemarch.kept.folder import NAME, suite_folder
from ninemarch.kept.names import pack, unpack
from ninemarch.kept.reading import read_kept
from ninemarch.model import Baseline, Counts, Results
from ninemarch.text import excerpt, scrub

__all__ = ["FORMAT", "baseline_bytes", "baseline_path", "load_baseline"]

FORMAT = 1
"""Version of the file."""


class _Same(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"passed": "pass", "failed": "fail"}):
    """All scenarios with the same results."""

    scenarios: list[tuple[str, str]]
    passed: int = 0
    failed: int = 0
    assisted: int = 0
    unscored: int = 0
    error: int = 0
    void: int = 0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ninemarch: int
    kind: str
    name: str
    suite: str
    suite_version: str
    scenarios_hash: str
    checks_hash: str
    profile: str
    seed: int
    per_scenario: int
    run: str
    release: str
    release_name: str
    created: str
    accepted: str
    counts: dict[str, int]
    results: list[_Same]


_COUNTS = ("planned", "passed", "loud", "silent", "assisted", "unscored", "errors", "void", "missing")


def baseline_path(suite: str, name: str, root: Path | None = None) -> Path:
    """Return where the baseline of that name lies.

    Args:
        suite: name of the suite.
        name: name of the baseline: letters, digits, dot, dash and underscore.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: a name that is no file's.
    """
    if not NAME.fullmatch(name):
        msg = f"baseline='{excerpt(name, 60)}'; allowed: letters, digits, dot, dash and underscore, e.g. main"
        raise UsageError(msg)
    return suite_folder(suite, root) / "baselines" / f"{name}.json"


def load_baseline(suite: str, name: str, root: Path | None = None) -> Baseline | None:
    """Return the baseline of that name, None where none was accepted.

    Args:
        suite: name of the suite.
        name: name of the baseline.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the file cannot be read, was changed by hand, or is of another version.
    """
    path = baseline_path(suite, name, root)
    found = read_kept(
        path, _File, _refuse, kind="baseline", version=FORMAT, called="a baseline", none="is no baseline"
    )
    if found is None:
        return None
    if found.suite != suite:
        _refuse(path, f"is of suite '{excerpt(found.suite, 60)}', not '{excerpt(suite, 60)}'")
    try:
        return _baseline(found)
    except (TypeError, UsageError, RunInvalid) as error:
        _refuse(path, f"does not add up: {error}")


def _refuse(path: Path, what: str) -> NoReturn:
    msg = f"{path} {what}; bring it back from git, or accept a run anew (ninemarch baseline accept RUN)"
    raise UsageError(msg)


def _baseline(found: _File) -> Baseline:
    counts = Counts(**found.counts)
    results: dict[str, Results] = {}
    total = Results()
    for same in found.results:
        seen = Results(same.passed, same.failed, same.assisted, same.unscored, same.error, same.void)
        if min(seen) < 0 or not sum(seen):
            msg = f"a scenario with {sum(seen)} trials"
            raise UsageError(msg)
        before = len(results)
        names = list(unpack(same.scenarios, counts.recorded))
        results.update(dict.fromkeys(names, seen))
        if len(results) != before + len(names):
            msg = "a scenario stands twice"
            raise UsageError(msg)
        total = Results(*(whole + len(names) * part for whole, part in zip(total, seen, strict=True)))
    whole = Results(counts.passed, counts.failed, counts.assisted, counts.unscored, counts.errors, counts.void)
    if total != whole:
        msg = f"its scenarios have {tuple(total)} trials of each verdict, its counts say {tuple(whole)}"
        raise UsageError(msg)
    head = {field: getattr(found, field) for field in _HEAD}
    return Baseline(**head, counts=counts, results=results)


_HEAD = tuple(field for field in _File.__struct_fields__ if field not in {"ninemarch", "kind", "counts", "results"})


def baseline_bytes(baseline: Baseline) -> bytes:
    """Return the file of a baseline: JSON, a line for each thousand scenarios with the same results."""
    document: dict[str, Any] = {"ninemarch": FORMAT, "kind": "baseline"}
    for field in _HEAD:
        value = getattr(baseline, field)
        document[field] = scrub(value) if isinstance(value, str) else value
    document["counts"] = {field: getattr(baseline.counts, field) for field in _COUNTS}
    lines = [f' "{key}": {_json(value)}' for key, value in document.items()]
    groups = ",\n".join(_group(seen, names) for seen, names in sorted(_by_results(baseline.results).items()))
    return ("{\n" + ",\n".join([*lines, f' "results": [\n{groups}\n ]']) + "\n}\n").encode()


def _by_results(results: Mapping[str, Results]) -> dict[Results, list[str]]:
    groups: dict[Results, list[str]] = {}
    for name, seen in results.items():
        groups.setdefault(seen, []).append(name)
    return groups


def _group(seen: Results, names: list[str]) -> str:
    words = ("pass", "fail", "assisted", "unscored", "error", "void")
    counts = "".join(f'"{word}": {many}, ' for word, many in zip(words, seen, strict=True) if many)
    lines = ",\n".join(f"   {_json(line)}" for line in pack(names))
    return f'  {{{counts}"scenarios": [\n{lines}\n  ]}}'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
