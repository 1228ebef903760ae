"""A suite's scenario as the shrinker sees it: the levels a generator was given, then the input itself.

Covers shape only. Whoever knows what is right hands in functions that make a smaller scenario, or say that they
cannot; so a shrunk scenario is never judged by a truth that was guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ninemarch.mining.shrink.levels import Ranks, levels_size, reduce_levels
from ninemarch.mining.shrink.pieces import json_size
from ninemarch.mining.shrink.reduce import Lens, reduce_json
from ninemarch.mining.shrink.search import Search
from ninemarch.mining.shrink.shrinker import Shape, Shrunk
from ninemarch.mining.shrink.trials import json_key
from ninemarch.model import Failure, RunPlan, Scenario
from ninemarch.text import plain

__all__ = ["Candidate", "ShrunkTrial", "scenario_shape"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scenario on its way to a smaller one.

    Args:
        scenario: the scenario.
        levels: the levels that its generator was given; empty where none made it.
    """

    scenario: Scenario
    levels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShrunkTrial:
    """A recorded failure and the smallest scenario found that still fails as it did.

    Args:
        plan: of the run that recorded the failure.
        recorded: the failure.
        found: the result.
        defaults: attribute -> its default, the most common level of the profile; of those that a generator is given.
        path: the file that holds the scenario; None where nothing smaller was found.
        limits: what could not be tried, and why; empty where all was.
        changed: why it may differ from the run, when the suite has changed since; else empty.
    """

    plan: RunPlan
    recorded: Failure
    found: Shrunk[Candidate]
    defaults: Mapping[str, str]
    path: Path | None
    limits: str = ""
    changed: str = ""


def scenario_shape(
    *,
    ranks: Ranks,
    at_levels: Callable[[Mapping[str, str]], Scenario | None] | None = None,
    with_input: Callable[[Scenario, Any], Scenario | None] | None = None,
) -> Shape[Candidate]:
    """Return what a smaller scenario of a suite is.

    Args:
        ranks: attribute -> its levels, the most common first.
        at_levels: makes the scenario at other levels; None where there is none. None if levels cannot be chosen.
        with_input: makes the scenario with another input and what is right for it; None where nobody knows. None if
            inputs cannot be changed.
    """

    def put_levels(_: Candidate, levels: Mapping[str, str]) -> Candidate | None:
        made = at_levels(levels) if at_levels else None
        return None if made is None or made.void else Candidate(made, levels)

    def put_input(state: Candidate, new: Any) -> Candidate | None:
        made = with_input(state.scenario, new) if with_input else None
        return None if made is None else replace(state, scenario=made)

    levels_lens: Lens[Candidate] = Lens(lambda state: state.levels, put_levels)
    input_lens: Lens[Candidate] = Lens(lambda state: state.scenario.input, put_input)

    def reduce(search: Search[Candidate]) -> None:
        if at_levels:
            reduce_levels(search, levels_lens, ranks)
        if with_input:
            reduce_json(search, input_lens)

    def size(state: Candidate) -> Any:
        return levels_size(state.levels, ranks), json_size(plain(state.scenario.input))

    return Shape(reduce, size, lambda state: json_key(plain([state.scenario.input, state.scenario.expect])))
