"""Runs made by hand: plans, trials and whole records on disk without a target that has to be called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from ninemarch import table
from ninemarch.evidence import gather
from ninemarch.gate import decide
from ninemarch.journal import Journal
from ninemarch.model import (
    Counts,
    Decision,
    Ended,
    Evidence,
    Gate,
    Look,
    RunPlan,
    Severity,
    Slice,
    Tally,
    TargetSpec,
    Trial,
    Verdict,
)

BASE = RunPlan(
    run="cafe0001",
    created="2026-01-02T03:04:05.678+00:00",
    suite="hand",
    suite_version="1",
    origin="",
    scenarios_hash="a" * 64,
    checks_hash="b" * 64,
    target=TargetSpec("control", "null"),
    profile="default",
    seed=1000,
    seed_range="held-out",
    planned=1,
)
P, F, A, U, E, V = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.ASSISTED,
    Verdict.UNSCORED,
    Verdict.ERROR,
    Verdict.VOID,
)


def plan_of(planned: int, **changes: Any) -> RunPlan:
    """A plan of that many trials."""
    return replace(BASE, planned=planned, **changes)


def trial(number: int, verdict: Verdict = P, attributes: Mapping[str, str] | None = None, **changes: Any) -> Trial:
    """A trial of its own scenario; a failure is silent unless it says otherwise."""
    fields: dict[str, Any] = {
        "number": number,
        "scenario": f"default:1000:{number}",
        "repeat": 0,
        "group": "",
        "attributes": dict(attributes or {}),
        "severity": Severity.MAJOR,
        "verdict": verdict,
        "ended": Ended.ANSWERED,
        "silent": verdict is F,
    }
    return Trial(**{**fields, **changes})


def trials_of(*verdicts: tuple[Verdict, int]) -> list[Trial]:
    """Trials with these verdicts, so many of each, in this order."""
    flat = [verdict for verdict, many in verdicts for _ in range(many)]
    return [trial(number, verdict) for number, verdict in enumerate(flat)]


def write_run(folder: Path, plan: RunPlan, trials: Iterable[Trial], *, stop: str = "", seal: bool = True) -> Path:
    """Write the record of a run into ``folder`` (made if need be) and return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with Journal.create(folder, plan) as journal:
        for each in trials:
            journal.append(each)
        if stop:
            journal.stop(stop)
        if seal:
            journal.seal()
    return folder


def evidence_of(folder: Path, plan: RunPlan, trials: Iterable[Trial], **how: Any) -> Evidence:
    """The evidence of a run made by hand, for the plan's own gates."""
    return gather(table.ensure(write_run(folder, plan, trials, **how)), plan.gates)


def decision_of(folder: Path, plan: RunPlan, trials: Iterable[Trial], **how: Any) -> Decision:
    """The decision on a run made by hand, under the plan's own gates."""
    return decide(evidence_of(folder, plan, trials, **how), plan.gates)


def gate(success: str = "0.999", **changes: Any) -> Gate:
    """A gate that asks for this success rate."""
    return Gate(**{"id": f"g{success}", "success": Fraction(success), **changes})


def tally(failures: int, trials: int, look: Look | None = None) -> Tally:
    """Independent trials, so many of them failures."""
    groups = tuple((k, 1, many) for k, many in ((0, trials - failures), (1, failures)) if many)
    return Tally(groups=groups, look=look, planned=trials if look else 0)


def slice_of(
    passed: int, silent: int = 0, *, where: Mapping[str, str] | None = None, look: Look | None = None, **counts: int
) -> Slice:
    """The slice with these counts: ``passed``, ``silent``, ``loud``, ``assisted``, ``unscored``, ``errors``, ...

    What is missing or open is read as the evidence floor reads it; without files, for many cases at once.
    """
    made = Counts(passed=passed, silent=silent, planned=passed + silent + sum(counts.values()), **counts)
    bad, open_ = made.failed + made.assisted, made.unscored + made.errors + made.missing
    return Slice(
        where=dict(where or {}),
        counts=made,
        scored=tally(bad, made.scored, look),
        acting=tally(made.failed, made.passed + made.failed),
        worst=tally(bad + open_, made.scored + open_, None if open_ else look),
        best=tally(bad, made.scored + open_, look),
    )


def evidence(overall: Slice, gates: Iterable[Gate] = (), levels: Iterable[Slice] = (), **changes: Any) -> Evidence:
    """Evidence of a finished run with this slice for the whole, and levels by their one attribute."""
    by_name: dict[str, tuple[Slice, ...]] = {}
    parts = tuple(levels)
    for part in parts:
        name = next(iter(part.where))
        by_name[name] = (*by_name.get(name, ()), part)
    fields: dict[str, Any] = {
        "plan": plan_of(overall.counts.planned, gates=tuple(gates), **changes),
        "overall": overall,
        "levels": by_name,
        "failures": (),
        "slices": parts,
        "void_weight": overall.counts.void / max(overall.counts.recorded, 1),
    }
    return Evidence(**fields)


def decided(overall: Slice, *gates: Gate, levels: Iterable[Slice] = (), **changes: Any) -> Decision:
    """The decision on ``evidence(...)`` under these gates."""
    return decide(evidence(overall, gates, levels, **changes), gates)


@cache
def five_gates() -> Decision:
    """PASS, FAIL, NOT PROVEN, two slices (one passes), and a gate that only warns and is missed."""
    gates = [
        gate("0.9", id="low"),
        gate("0.999", id="high"),
        gate("0.96", id="near"),
        gate("0.9", id="each", each=("tool",)),
        gate("0.9999", id="hope", blocking=False),
    ]
    levels = [slice_of(150, where={"tool": "a"}), slice_of(140, 10, where={"tool": "b"})]
    return decided(slice_of(290, 10), *gates, levels=levels)
