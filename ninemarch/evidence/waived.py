"""Which trials of a run are waived, and which belong to quarantined scenarios.

Covers matching. A critical failure is never waived; a trial that is void is neither a failure nor waived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.model import Failure, Match, Severity, Verdict, Waiver, WaiverUse

__all__ = ["Marks", "Waived", "mark"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Waived:
    """What people decided.

    Args:
        waivers: the entries for the run's suite.
        today: the day on which they are in force or not.
        kinds: trial -> id of the cluster of failures that it belongs to, where an entry asks for one.
    """

    waivers: Sequence[Waiver]
    today: date
    kinds: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Marks:
    """What the entries cover.

    Args:
        waived: failed trial -> the entry that waives it, by its place among ``uses``.
        broken: trial of a quarantined scenario -> its entry, likewise.
        uses: what each entry did.
    """

    waived: Mapping[int, int]
    broken: Mapping[int, int]
    uses: tuple[WaiverUse, ...] = ()

    def on(self, failures: Sequence[Failure]) -> tuple[Failure, ...]:
        """Return the failures with what is waived said, and what is quarantined void."""
        return tuple(map(self._on, failures)) if self.waived or self.broken else tuple(failures)

    def _on(self, failure: Failure) -> Failure:
        if failure.number in self.broken:
            waiver = self.uses[self.broken[failure.number]].waiver
            reason = f"quarantined until {waiver.expires}: {waiver.reason}"
            return replace(failure, verdict=Verdict.VOID.value, silent=False, reason=reason)
        if failure.number in self.waived:
            waiver = self.uses[self.waived[failure.number]].waiver
            return replace(failure, waived=f"until {waiver.expires} ({waiver.issue}): {waiver.reason}")
        return failure


def mark(path: Path, said: Waived) -> Marks:
    """Return which trials of the run whose table lies at ``path`` are covered.

    Raises:
        RunInvalid: the table is damaged.
    """
    waivers = said.waivers
    live = {place: waiver for place, waiver in enumerate(waivers) if waiver.in_force(said.today)}
    broken: dict[int, int] = {}
    many = dict.fromkeys(range(len(waivers)), 0)
    for place, waiver in live.items():
        if waiver.quarantine:
            found = _of_scenarios(path, waiver.match)
            many[place] = found.size
            broken |= dict.fromkeys(found.tolist(), place)
    waived: dict[int, int] = {}
    critical = dict.fromkeys(range(len(waivers)), 0)
    tests = {place: _test(waiver.match, said.kinds) for place, waiver in live.items() if not waiver.quarantine}
    for row in _failed(path) if tests else ():
        for place, test in tests.items():
            if row["trial"] in broken or not test(row):
                continue
            if row["severity"] == Severity.CRITICAL.value:
                critical[place] += 1
                continue
            many[place] += 1
            waived.setdefault(row["trial"], place)
    uses = (
        WaiverUse(waiver, many[place], in_force=place in live, critical=critical[place])
        for place, waiver in enumerate(waivers)
    )
    return Marks(waived, broken, tuple(uses))


def _pattern(scenario: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", scenario))), re.DOTALL)


def _of_scenarios(path: Path, match: Match) -> Numbers:
    """Numbers of the trials of the scenarios that match."""
    pattern = _pattern(match.scenario)
    found = [np.empty(0, np.int64)]
    for batch in table.stream(path, ["trial", "scenario"]):
        meant = [pattern.fullmatch(word) is not None for word in batch["scenario"].to_pylist()]
        found.append(batch["trial"].to_numpy()[np.array(meant, np.bool_)])
    return np.concatenate(found)


def _failed(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield what entries can ask about, of every failed trial."""
    columns = table.column_names(table.head(path).attributes)
    facts = ("trial", "scenario", "severity", "silent", "ended", "check", "reason", "verdict")
    for batch in table.stream(path, [*facts, *columns]):
        keep = pa.compute.equal(batch["verdict"].cast(pa.string()), Verdict.FAIL.value)
        yield from batch.filter(keep).to_pylist()


def _test(match: Match, clusters: Mapping[int, str]) -> Callable[[Mapping[str, Any]], bool]:
    """The function of a trial's facts that says whether it is meant."""
    pattern = _pattern(match.scenario) if match.scenario else None
    levels = {f"{table.ATTRIBUTE}{name}": level for name, level in match.attributes.items()}

    def test(row: Mapping[str, Any]) -> bool:
        kinds = ("silent" if row["silent"] else "loud", row["ended"], clusters.get(row["trial"]))
        return (
            (pattern is None or pattern.fullmatch(row["scenario"]) is not None)
            and all(row.get(name) == level for name, level in levels.items())
            and (not match.check or match.check in (row["check"] or "").split(", "))
            and (not match.kind or match.kind in kinds)
            and match.text in (row["reason"] or "")
        )

    return test
