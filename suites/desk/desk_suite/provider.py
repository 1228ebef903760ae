"""The desk for a chat model: the same world behind tools, the same customer behind its texts.

Covers what ``tools: {python: "desk_suite.provider:DeskTools"}`` of a chat target takes (``docs/targets.md``); any
other loop can use it too: ``tools``, ``call``, ``reply`` and ``result`` are all there is. What goes wrong with a call
is told to the model as it arrived; the final state goes to the suite's own checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk_suite.boundary import CallFailed, Over, World
from desk_suite.oracle import answer_of
from desk_suite.tools import schemas

__all__ = ["DeskTools"]

_OVER = "No, that is all"
_WAIT = {
    "name": "wait",
    "description": "Let some time pass.",
    "parameters": {
        "type": "object",
        "properties": {"seconds": {"type": "number", "description": "How long, 0 to 60."}},
        "required": ["seconds"],
        "additionalProperties": False,
    },
}


class DeskTools:
    """One trial: made from the scenario's input, asked for its final state at the end.

    Args:
        scene: a scenario's input.
    """

    def __init__(self, scene: Mapping[str, Any]) -> None:
        self.tools = [*schemas(), _WAIT]
        self.opening = str(scene["customer"]["opening"])
        self._world = World(scene)
        self._leaving = False

    def call(self, name: str, arguments: Mapping[str, Any]) -> Any:
        """Make a call; return the text that arrived, or what is known of one that brought none."""
        try:
            if name == "wait":
                self._world.wait(min(float(arguments.get("seconds", 1)), 60.0))
                return "ok"
            response = self._world.request(name, arguments)
        except CallFailed as error:
            return {"error": type(error).__name__, "note": "no answer came; whether the call was done is not known"}
        except Over:
            return {"error": "the conversation has gone on for too long"}
        except (TypeError, ValueError):
            return {"error": "seconds must be a number"}
        if response.status == 200:
            return response.text
        after = {} if response.retry_after is None else {"retry_after_seconds": round(response.retry_after, 1)}
        return {"status": response.status, "body": response.text, **after}

    def reply(self, text: str) -> str | None:
        """The customer's answer to a text of the model; None after their goodbye, or once a person has taken over."""
        if self._leaving:
            return None
        try:
            found = self._world.say(text)
        except Over:
            return None
        self._leaving = found is not None and found.startswith(_OVER)
        return found

    def result(self, text: str) -> dict[str, Any]:
        """The trial's output: the final state of the database, the receipts, and the last words."""
        try:
            return {**answer_of(self._world), "said": text}
        finally:
            self._world.close()
