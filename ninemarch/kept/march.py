"""The record of releases in git: ``reports/<suite>/march.jsonl``.

Covers the form of the file and reading it back. One line a milestone, so that a review shows what a release added;
sums and bounds are checked on reading. Who may add a line is the workflow's job.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from ninemarch.errors import NinemarchError, UsageError
from ninemarch.kept.folder import suite_folder
from ninemarch.model import Counts, GateMark, GateVerdict, Milestone, Milestones, Population, Rate
from ninemarch.text import excerpt, scrub

__all__ = ["FORMAT", "check_milestones", "load_march", "march_bytes", "march_path"]

FORMAT = 1
"""Version of the lines."""

SOURCES = ("run", "rebase", "import")
_DATE = re.compile(
    r"[0-9]{4}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]+)?(\+00:00|Z))?", re.ASCII
)


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Rate(_Strict, frozen=True):
    failures: int
    trials: int
    units: int
    estimate: float
    failure_lower: float
    failure_upper: float
    confidence: float
    method: str
    population: str
    uncovered: float


class _Gate(_Strict, frozen=True):
    id: str
    where: dict[str, str]
    asks: str
    required: str
    confidence: float
    verdict: str
    failures: int
    trials: int
    failure_lower: float
    failure_upper: float


class _Line(_Strict, frozen=True):
    ninemarch: int
    kind: str
    suite: str
    release: str
    release_name: str
    date: str
    source: str
    run: str
    target: str
    release_key: str
    profile: str
    scenarios_hash: str
    checks_hash: str
    profile_hash: str
    seed: int | None
    seed_range: str
    first: int
    per_scenario: int
    effort: float | None
    effort_unit: str
    verdict: str
    counts: dict[str, int]
    rate: _Rate
    worth: tuple[float, float]
    gates: list[_Gate]


_COUNTS = ("planned", "passed", "loud", "silent", "assisted", "unscored", "errors", "void", "missing")
_PLAIN = (
    "release", "release_name", "date", "source", "run", "target", "release_key", "seed", "seed_range", "first",
    "per_scenario", "effort", "effort_unit",
)  # fmt: skip


def march_path(suite: str, root: Path | None = None) -> Path:
    """Return where the record of a suite's releases lies.

    Args:
        suite: name of the suite.
        root: folder that holds ``reports``; here by default.
    """
    return suite_folder(suite, root) / "march.jsonl"


def load_march(suite: str, root: Path | None = None) -> Milestones:
    """Return the record of a suite's releases; an empty one where nothing was added yet.

    Args:
        suite: name of the suite.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the file cannot be read, was changed so that it contradicts itself, or is of another version.
    """
    path = march_path(suite, root)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Milestones(suite)
    except OSError as error:
        _refuse(path, 0, f"cannot be read: {error.strerror or error}")
    lines = []
    for number, raw in enumerate(content.split(b"\n"), 1):
        if raw.strip():
            lines.append(_read(path, number, raw, suite))
    record = Milestones(suite, tuple(lines))
    try:
        check_milestones(record)
    except UsageError as error:
        _refuse(path, 0, f"contradicts itself: {error}")
    return record


def _refuse(path: Path, line: int, what: str) -> NoReturn:
    where = f"{path}, line {line}," if line else f"{path}"
    msg = f"{where} {what}; bring the file back from git"
    raise UsageError(msg)


def _read(path: Path, number: int, raw: bytes, suite: str) -> Milestone:
    try:
        found = msgspec.json.decode(raw, type=_Line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = " (a merge was left unfinished: keep the lines of both sides)" if raw[:4] in {b"<<<<", b">>>>"} else ""
        _refuse(path, number, f"is no milestone{hint} ({error})")
    if (found.ninemarch, found.kind) != (FORMAT, "milestone"):
        _refuse(path, number, f"is {found.kind} of version {found.ninemarch}, not a milestone of version {FORMAT}")
    if found.suite != scrub(suite):
        _refuse(path, number, f"is of suite '{excerpt(found.suite, 60)}', not '{excerpt(suite, 60)}'")
    try:
        made = _milestone(found)
        problem = next(chain(_problems(made), _misplaced(made)), "")
    except (TypeError, ValueError, NinemarchError) as error:
        problem = str(error)
    if problem:
        _refuse(path, number, f"does not add up: {problem}")
    return made


def _milestone(found: _Line) -> Milestone:
    rate = msgspec.structs.asdict(found.rate)
    return Milestone(
        **{name: getattr(found, name) for name in _PLAIN},
        population=Population(found.scenarios_hash, found.checks_hash, found.profile, found.profile_hash),
        verdict=GateVerdict(found.verdict),
        counts=Counts(**found.counts),
        rate=Rate(**rate, lower=1.0 - found.rate.failure_upper, upper=1.0 - found.rate.failure_lower),
        worth=found.worth,
        gates=tuple(
            GateMark(**{**msgspec.structs.asdict(gate), "verdict": GateVerdict(gate.verdict)}) for gate in found.gates
        ),
    )


def _problems(line: Milestone) -> Iterator[str]:
    """What no run could have shown."""
    counts, rate, (failures, trials) = line.counts, line.rate, line.worth
    if min(getattr(counts, name) for name in _COUNTS) < 0 or counts.missing:
        yield "a count below 0, or trials that are missing"
    if (rate.failures, rate.trials) != (counts.failed + counts.assisted, counts.scored) or not rate.trials:
        yield f"the rate is of {rate.failures} in {rate.trials}, the counts of {counts.failed + counts.assisted}"
    if not (0 <= rate.failure_lower <= rate.failure_upper <= 1 and 0 <= rate.estimate <= 1):
        yield "the rate or its limits are no rates"
    if not (0 < rate.confidence < 1 and 0 <= rate.uncovered <= 1 and 1 <= rate.units <= rate.trials):
        yield "the rate's confidence, uncovered weight or number of units is out of range"
    if not 0 <= failures <= trials or trials <= 0:
        yield f"it is worth {failures:g} failures in {trials:g} trials"
    for gate in line.gates:
        if not (0 <= gate.failures <= gate.trials and 0 <= gate.failure_lower <= gate.failure_upper <= 1):
            yield f"gate {excerpt(gate.id, 40)}"


def _misplaced(line: Milestone) -> Iterator[str]:
    """What says wrongly where a line is from."""
    if line.effort is not None and not (math.isfinite(line.effort) and line.effort >= 0):
        yield f"effort={line.effort}"
    if line.source not in SOURCES or bool(line.run) == (line.source == "import") or not line.release:
        yield f"source='{excerpt(line.source, 20)}', run='{excerpt(line.run, 20)}'"
    if line.date and not _DATE.fullmatch(line.date):
        yield f"date='{excerpt(line.date, 40)}'; allowed: 2026-11-25, or a UTC time in ISO 8601"


def check_milestones(record: Milestones) -> None:
    """Refuse lines that contradict each other.

    Raises:
        UsageError: a run that stands twice, a release of two efforts, effort in two units (none said is the march's
            own), or imported counts of one release and population twice.
    """
    runs: set[object] = set()
    efforts: dict[str, float] = {}
    for line in record.lines:
        one = line.run or (line.release, line.population)
        if one in runs:
            what = f"run {excerpt(line.run, 40)}" if line.run else f"the counts of {excerpt(line.release, 40)}"
            msg = f"{what} would stand twice; leave out the second"
            raise UsageError(msg)
        runs.add(one)
        if line.effort is None:
            continue
        if efforts.setdefault(line.release, line.effort) != line.effort:
            msg = (
                f"release {excerpt(line.release, 40)} would have two efforts, {efforts[line.release]:g} and "
                f"{line.effort:g}; give the one it has, or none"
            )
            raise UsageError(msg)
        unit = record.effort_unit
        if line.effort_unit not in {"", unit}:
            msg = (
                f"effort of {excerpt(line.release, 40)} is in '{excerpt(line.effort_unit, 40)}', this march counts "
                f"in '{excerpt(unit, 40)}'; give it in that unit"
            )
            raise UsageError(msg)


def march_bytes(record: Milestones) -> bytes:
    """Return the file of a record: JSON, one line a milestone."""
    return "".join(_json(_fields(record.suite, line)) + "\n" for line in record.lines).encode()


def _fields(suite: str, line: Milestone) -> dict[str, Any]:
    fields: dict[str, Any] = {"ninemarch": FORMAT, "kind": "milestone", "suite": suite}
    fields |= {name: getattr(line, name) for name in _PLAIN} | line.population._asdict()
    fields |= {"verdict": str(line.verdict), "counts": {name: getattr(line.counts, name) for name in _COUNTS}}
    fields["rate"] = {name: getattr(line.rate, name) for name in _Rate.__struct_fields__}
    return fields | {"worth": list(line.worth), "gates": _gates(line.gates)}


def _gates(gates: Sequence[GateMark]) -> list[dict[str, Any]]:
    names = _Gate.__struct_fields__
    return [{name: getattr(gate, name) for name in names} | {"verdict": str(gate.verdict)} for gate in gates]


def _json(value: Any) -> str:
    return scrub(json.dumps(value, ensure_ascii=False, default=dict, allow_nan=False))
