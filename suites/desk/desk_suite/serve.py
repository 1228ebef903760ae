"""Runs an agent in a scenario's world and returns what it came to: the target of every release.

Covers the trial: world, agent, final state, steps. The agent is handed its side of the desk and the customer's first
words; the script, the faults and the database stay here, and the truth is not in the input at all.

An agent that raises has stopped. Where nothing was changed that is a loud failure (an abstention); where something
was, the state is judged as it is.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from desk_suite.boundary import Desk, World
from desk_suite.oracle import answer_of, take_over
from ninemarch.model import Abstain, Answer

__all__ = ["Agent", "play", "release"]

Agent = Callable[[Desk, str], None]


def release(agent: str) -> Callable[[Mapping[str, Any]], Answer]:
    """Return the target of a release.

    Args:
        agent: module under ``desk_suite.releases`` that has a function ``serve``.
    """
    serve: Agent = importlib.import_module(f"desk_suite.releases.{agent}").serve
    return lambda scene: play(scene, serve)


def play(scene: Mapping[str, Any], agent: Agent) -> Answer:
    """Play one scenario.

    Args:
        scene: a scenario's input. With ``replay`` in it (``steps`` and the ``truth``), a counterfactual: those steps
            are taken again, and who knows the truth takes over from there.
        agent: called with its side of the desk and the customer's first words.
    """
    world = World(scene)
    try:
        stopped = ""
        try:
            if "replay" in scene:
                world.again(scene["replay"]["steps"])
                take_over(world, scene["replay"]["truth"])
            else:
                agent(world.desk(), scene["customer"]["opening"])
        except Exception as error:  # noqa: BLE001 - whatever an agent raises ends its part
            stopped = f"{type(error).__name__} {error}".strip()
        answer = answer_of(world)
        if stopped and not (answer["changes"] or answer["closed"] or answer["person"]):
            return Answer(Abstain(f"stopped: {stopped}"), steps=world.steps)
        return Answer({**answer, "stopped": stopped} if stopped else answer, steps=world.steps)
    finally:
        world.close()
