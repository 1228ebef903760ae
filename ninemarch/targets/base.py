"""What the engine knows of a target: how it is called, and nothing else.

Covers the type only. A target sees a scenario's input, never its expectation; controls are the exception.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ninemarch.model import Scenario

Call = Callable[..., Any]


class Mode(enum.Enum):
    """How a target is called."""

    SYNC = "sync"
    ASYNC = "async"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Target:
    """An opened target.

    Args:
        mode: SYNC and ASYNC take one input, BATCH a list of inputs and returns a list as long.
        call: the callable.
        batch: inputs a batch call is fed at once, >= 1.
        control: for a control: a function of the whole scenario, used in place of ``call``.
        close: gives back what opening it took (a server, a process, a session); None where there is nothing.
    """

    mode: Mode
    call: Call
    batch: int = 1
    control: Callable[[Scenario], Any] | None = None
    close: Callable[[], None] | None = None

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *_: object) -> None:
        if self.close is not None:
            self.close()
