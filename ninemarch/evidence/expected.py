"""The evidence that a clean run of a plan would leave, before anything is run.

Covers how a plan's scenarios fall into slices, groups and profile cells: the same sums as those of a real run, over
scenarios that all pass. It calls no target.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ninemarch.evidence.columns import ORDER, Columns
from ninemarch.evidence.count import Counter
from ninemarch.model import Gate, RunPlan, Scenario, Slice, Verdict

__all__ = ["expected_slices"]

_Word = TypeVar("_Word", bound=Hashable)


def expected_slices(
    plan: RunPlan, scenarios: Sequence[Scenario | None], gates: Sequence[Gate]
) -> dict[str, tuple[Slice, ...]]:
    """Return the slices of every gate as a clean run would leave them, by the gate's id.

    Args:
        plan: the plan; ``planned`` must be the number of scenarios given.
        scenarios: the scenario of each trial in planned order; None where none could be made.
        gates: the gates whose slices are wanted.
    """
    attributes = {name for gate in gates for name in (*gate.where, *gate.each)} | set(plan.weights)
    counter = Counter(plan, _columns(plan, scenarios, sorted(attributes)), stopped=False)
    found = {}
    for gate in gates:
        wheres = [where for name in gate.each for where in counter.levels(name)] if gate.each else [gate.where]
        found[gate.id] = tuple(counter.slice(where) for where in wheres)
    return found


def _columns(plan: RunPlan, scenarios: Sequence[Scenario | None], attributes: Sequence[str]) -> Columns:
    size = len(scenarios)
    verdict = [Verdict.ERROR if s is None else Verdict.VOID if s.void else Verdict.PASS for s in scenarios]
    grouped = plan.per_scenario > 1 or any(s.group for s in scenarios if s)
    # A group may have the name of a scenario, and is another unit all the same.
    names = [("group", s.group) if s and s.group else ("", s.id if s else str(n)) for n, s in enumerate(scenarios)]
    return Columns(
        many=np.ones(size, dtype=np.int64),
        number=np.arange(size),
        verdict=np.array([ORDER.index(each) for each in verdict]),
        silent=np.zeros(size, dtype=np.bool_),
        weight=np.array([s.weight if s else 1.0 for s in scenarios]),
        early=np.arange(size) < plan.look.at if plan.look else np.zeros(size, dtype=np.bool_),
        judged=np.zeros(size, dtype=np.bool_),
        seconds=np.empty(0),
        cost=np.empty(0),
        severity=(np.empty(0, dtype=np.int64), []),
        check=(np.empty(0, dtype=np.int64), []),
        scenario=(np.empty(0, dtype=np.int64), []),
        unit=_coded(names)[0] if grouped else None,
        levels={name: _coded([s.attributes.get(name) if s else None for s in scenarios]) for name in attributes},
    )


def _coded(values: Sequence[_Word | None]) -> tuple[NDArray[np.int64], list[_Word]]:
    known = {word: code for code, word in enumerate(dict.fromkeys(v for v in values if v is not None))}
    return np.array([-1 if v is None else known[v] for v in values], dtype=np.int64), list(known)
