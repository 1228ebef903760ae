"""Failures become a regression file: JSON lines that a suite's ``file:`` source reads.

Covers which failures, their provenance, and adding to a file that is there. A regression set is hand-picked: it is a
subset, never part of a rate.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.evidence import stream_failures
from ninemarch.journal import find_record
from ninemarch.mining.clusters import Cluster
from ninemarch.mining.result import MiningResult
from ninemarch.model import Failure, RunPlan, Scenario, Severity, Suite
from ninemarch.suite import find_scenario, load
from ninemarch.suite.sources import read_scenarios
from ninemarch.table import ensure
from ninemarch.text import plain, scrub
from ninemarch.workflow.hunt_record import is_hunt, scenario_again

__all__ = ["Promoted", "origin_text", "promote", "scenario_line"]

MOST = 20
"""Scenarios of one cluster that are promoted, the shortest ones: more of them test the same fix again."""


@dataclass(frozen=True, slots=True)
class Promoted:
    """What went into a regression file.

    Args:
        path: the file.
        added: scenarios added, of so many ``clusters``.
        there: scenarios with the same input and expectation that were there already.
        unread: failures whose record was cut and whose scenario cannot be made again.
        left_out: failures of clusters that have more than ``MOST``.
    """

    path: Path
    added: int
    clusters: int
    there: int
    unread: int
    left_out: int


def promote(found: MiningResult, path: Path, *, root: Path | None = None) -> Promoted:
    """Add the failures of a mined run to a regression file and return what went in.

    Each line is a scenario with its expected answer, its attributes, the id of its cluster as attribute ``cluster``
    (where it has none of that name), and where it comes from. Run it as a subset of the suite.

    Args:
        found: what mining found.
        path: the file, ``.jsonl``; made where there is none.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: the file has another ending, holds what is no scenario, or cannot be written.
    """
    if path.suffix.lower() != ".jsonl":
        msg = f"--promote {path}: the file must end in .jsonl, as a suite's 'file:' source does"
        raise UsageError(msg)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    before = read_scenarios(path) if path.is_file() else ()
    known = {_content(each.input, each.expect) for each in before}
    ids = {each.id for each in before}
    added = there = unread = 0
    clusters = set()
    for cluster, failure, scenario in _chosen(found, root):
        if scenario is None:
            unread += 1
        elif _content(scenario.input, scenario.expect) in known or f"{found.plan.run}-{failure.number}" in ids:
            there += 1
        else:
            known.add(_content(scenario.input, scenario.expect))
            lines.append(_line(found.plan, cluster, failure, scenario))
            clusters.add(cluster.id)
            added += 1
    if added:
        write_whole(path, ("\n".join(line for line in lines if line.strip()) + "\n").encode())
    left_out = sum(each.size - len(each.shortest) for each in found.clusters)
    return Promoted(path, added, len(clusters), there, unread, left_out)


def _chosen(found: MiningResult, root: Path | None) -> Iterator[tuple[Cluster, Failure, Scenario | None]]:
    """The failures to promote, each with its scenario; None where that cannot be had."""
    owner = {number: cluster for cluster in found.clusters for number in cluster.shortest}
    folder = find_record(found.plan.run, root)
    suite = _suite(found.plan)
    for failure in sorted(stream_failures(ensure(folder), trials=owner), key=lambda each: each.number):
        again = _hunted(folder, suite, failure) if is_hunt(folder) else _scenario(suite, failure)
        yield owner[failure.number], failure, again


def _suite(plan: RunPlan) -> Suite | None:
    """The suite of the run, if it can be had and its scenarios are what they were."""
    try:
        suite = load(plan.origin)
    except UsageError:
        return None
    return suite if suite.scenarios_hash == plan.scenarios_hash else None


def _hunted(folder: Path, suite: Suite | None, failure: Failure) -> Scenario | None:
    """The scenario of a hunt's failure made again; from the record where the suite has changed since."""
    try:
        return scenario_again(folder, suite, failure) if suite else _scenario(None, failure)
    except UsageError:
        return None


def _scenario(suite: Suite | None, failure: Failure) -> Scenario | None:
    """The failure's scenario made again; from the record, which may be cut, where the suite has changed since."""
    if suite is not None:
        return find_scenario(suite, failure.scenario)
    try:
        given, expect = (json.loads(text) if text else None for text in (failure.input, failure.expect))
    except (ValueError, RecursionError):
        return None
    return Scenario(failure.scenario, given, expect, attributes=failure.attributes, group=failure.group)


def _content(given: Any, expect: Any) -> str:
    return json.dumps(plain([given, expect]), sort_keys=True)


def _line(plan: RunPlan, cluster: Cluster, failure: Failure, scenario: Scenario) -> str:
    named = msgspec.structs.replace(
        scenario,
        id=f"{plan.run}-{failure.number}",
        attributes={"cluster": cluster.id} | dict(scenario.attributes),
        severity=Severity(failure.severity or scenario.severity),
    )
    return scenario_line(named, f"{origin_text(plan, failure)}; cluster {cluster.id}: {cluster.name}")


def origin_text(plan: RunPlan, failure: Failure) -> str:
    """Return where a scenario of a regression file comes from, in words."""
    release = f"{plan.release or plan.target} {plan.release_name}".strip()
    return f"run {plan.run}, trial {failure.number}, scenario {failure.scenario}, release {release}"


def scenario_line(scenario: Scenario, source: str) -> str:
    """Return a scenario as a line that a suite's ``file:`` source reads.

    Args:
        scenario: the scenario.
        source: where it comes from, in words.
    """
    row = {
        "id": scenario.id,
        "input": scenario.input,
        "expect": scenario.expect,
        "attributes": dict(scenario.attributes),
        "group": scenario.group,
        "severity": scenario.severity.value,
        "source": source,
    }
    return scrub(json.dumps(plain({key: value for key, value in row.items() if value != ""}), ensure_ascii=False))
