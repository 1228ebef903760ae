"""What can be mended in a failed trial of this suite: each fault that struck, then each step of the agent.

Covers the counterfactuals of step credit. The world is deterministic, so a trial can be played again without one of
its faults; and after any number of its steps who knows the truth can take over. The last step before which that still
succeeds is the one that nobody could make good.

A fault that is mended saves the agent a retry. Were later faults to keep their call numbers, they would meet other
calls than they did, and a harmless fault could take the blame of a later one. So a mended call is left out with its
number: its retry is the first, and meets whatever the retry met.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desk_suite.boundary import Over, World
from desk_suite.faults import Kind
from desk_suite.tools import READS, WRITES
from ninemarch.model import Scenario

__all__ = ["mends"]

# The caller has an answer that it can read; it asks again at once, if at all.
_READABLE = {Kind.STALE.value, Kind.INJECTION.value, Kind.DUPLICATE.value}


@dataclass(frozen=True, slots=True)
class _Struck:
    """A planned fault that struck: its place among the planned ones, the call and the step that it struck."""

    place: int
    call: int
    step: int
    readable: bool


def mends(scenario: Scenario, steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, Any]]:
    """Yield what can be mended: (step, what, the input with it mended); faults first, in the order they struck.

    Args:
        scenario: the scenario.
        steps: the steps of the failed trial, as it recorded them.
    """
    scene = scenario.input
    struck = list(_struck(scene, steps))
    calls = list(_asked(steps))
    for fault in struck:
        retry = _retry(fault, calls)
        left_out = {each.place for each in struck if fault.call < each.call < retry} | {fault.place}
        faults = [each for place, each in enumerate(scene["faults"]) if place not in left_out]
        skips = [[fault.call, retry - fault.call]]
        yield fault.step, f"fault {scene['faults'][fault.place]['kind']}", {**scene, "faults": faults, "skips": skips}
    for taken in range(len(steps), -1, -1):
        over = {"steps": list(steps[:taken]), "truth": scenario.expect}
        what = "it ended too early" if taken == len(steps) else ""
        yield min(taken, len(steps) - 1), what, {**scene, "replay": over}


def _asked(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str, str]]:
    """What each call asks for, whatever its key: sentences said before it, tool, arguments."""
    said = 0
    for step in steps:
        said += step["name"] == "say"
        if step["name"] in READS or step["name"] in WRITES:
            given = sorted((name, value) for name, value in step["input"].items() if name != "key")
            yield said, step["name"], str(given)


def _retry(fault: _Struck, calls: Sequence[tuple[int, str, str]]) -> int:
    """The number of the call that asks again for the same; its own where there is none.

    Nothing is said between; readings may lie between, but not where the spoilt answer could be read.
    """
    for number in range(fault.call + 1, len(calls)):
        if calls[number] == calls[fault.call]:
            return number
        if fault.readable or calls[number][0] != calls[fault.call][0] or calls[number][1] not in READS:
            break
    return fault.call


def _struck(scene: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Iterator[_Struck]:
    """The planned faults that struck, in that order."""
    world = World(scene)
    with contextlib.suppress(Over):
        world.again(steps)
    world.close()
    planned = [(each["at"], each["kind"]) for each in scene["faults"]]
    for receipt in world.receipts:
        key = receipt["at"], receipt["fault"]
        if key in planned:
            place = planned.index(key)
            planned[place] = (-1, "")  # what lasts strikes again: it is the same fault
            yield _Struck(place, receipt["call"], receipt["step"], receipt["fault"] in _READABLE)
