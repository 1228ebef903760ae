"""What can be mended in a failed trial of this suite: each fault that struck, then each step of the agent.

Covers the counterfactuals of step credit. The world is deterministic, so a trial can be played again without one of
its faults; and after any number of its steps who knows the truth can take over. The last step before which that still
succeeds is the one that nobody could make good.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desk_suite.boundary import Over, World
from ninemarch.model import Scenario

__all__ = ["mends"]


def mends(scenario: Scenario, steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, Any]]:
    """Yield what can be mended: (step, what, the input with it mended); faults first, in the order they struck.

    Args:
        scenario: the scenario.
        steps: the steps of the failed trial, as it recorded them.
    """
    scene = scenario.input
    for step, place in _struck(scene, steps):
        faults = scene["faults"][:place] + scene["faults"][place + 1 :]
        yield step, f"fault {scene['faults'][place]['kind']}", {**scene, "faults": faults}
    for taken in range(len(steps), -1, -1):
        over = {"steps": list(steps[:taken]), "truth": scenario.expect}
        what = "it ended too early" if taken == len(steps) else ""
        yield min(taken, len(steps) - 1), what, {**scene, "replay": over}


def _struck(scene: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """The step at which each planned fault struck, and its place among the planned ones."""
    world = World(scene)
    try:
        world.again(steps)
    except Over:
        pass
    finally:
        world.close()
    planned = [(each["at"], each["kind"]) for each in scene["faults"]]
    for receipt in world.receipts:
        key = receipt["at"], receipt["fault"]
        if key in planned:
            place = planned.index(key)
            planned[place] = (-1, "")  # what lasts strikes again: it is the same fault
            yield receipt["step"], place
