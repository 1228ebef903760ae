"""Who knows the truth: reaches the right end from wherever a conversation stands, over the same boundary.

Covers the oracle of the suite and the one who takes over in a counterfactual replay. It reads the database itself to
see what is done, which no agent can; all it does goes through the tools, faults included.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk_suite.boundary import CallFailed, Over, World
from ninemarch.model import Scenario

__all__ = ["answer_of", "oracle", "take_over"]

_TRIES = 8
_TOOL: Mapping[str, tuple[str, str]] = {
    "cancel": ("cancel", ""),
    "return": ("return", ""),
    "money": ("refund", "amount_cents"),
    "address": ("change_address", "address"),
    "status": ("status", ""),
}


def oracle(scenario: Scenario) -> dict[str, Any]:
    """Return the right answer to a scenario, reached through the tools."""
    world = World(scenario.input)
    try:
        take_over(world, scenario.expect)
        return answer_of(world)
    finally:
        world.close()


def answer_of(world: World) -> dict[str, Any]:
    """Return what a trial in ``world`` came to: the final state, and the receipts of the faults on the way."""
    return {**world.state(), "receipts": list(world.receipts)}


def take_over(world: World, truth: Mapping[str, Any]) -> None:
    """Do all that is still missing from the truth; hand off where the tools do not let it."""
    try:
        _read(world)
        # A cancellation pays by itself, so what is paid comes last.
        for change in sorted(truth["changes"], key=lambda change: change[0] == "money"):
            if not _done(world, change):
                return
        if truth["person"] and not world.state()["person"]:
            world.call("hand_off", reason="the policy asks for a person")
        for request, result in truth["closed"]:
            if [request, result] not in world.state()["closed"]:
                world.call("close", request=request, result=result)
    except Over:
        return


def _read(world: World) -> None:
    """Look an order up until a readable answer comes, as an agent would: what strikes reads strikes here too."""
    number = world.visitor.order
    for _ in range(_TRIES):
        try:
            response = world.call("look_up_order", order_id=number)
        except CallFailed:
            continue
        if response.retry_after:
            world.wait(response.retry_after)
        elif response.status == 200:
            return


def _done(world: World, change: list[Any]) -> bool:
    kind, number, value = change
    tool, name = _TOOL[kind]
    more = {name: value} if name else {}
    for attempt in range(_TRIES):
        if change in world.state()["changes"]:
            return True
        try:
            response = world.call(tool, order_id=number, key=f"oracle-{kind}-{number}", **more)
        except CallFailed:
            continue
        if response.retry_after:
            world.wait(response.retry_after)
        elif response.status >= 500 and attempt:
            world.wait(1.0)
    if change not in world.state()["changes"]:
        world.call("hand_off", reason="the tools do not answer")
        return False
    return True
