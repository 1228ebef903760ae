"""What the engine knows of a target, and what this package knows of a kind of target.

Covers the types only. A target sees a scenario's input, never its expectation; controls are the exception.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from ninemarch.model import Scenario, Suite, TargetSpec

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
        timeout: seconds a trial may take where the suite sets no limit; None for no limit.
        leave: for ASYNC: awaited on an event loop before it closes.
    """

    mode: Mode
    call: Call
    batch: int = 1
    control: Callable[[Scenario], Any] | None = None
    close: Callable[[], None] | None = None
    timeout: float | None = None
    leave: Callable[[], Coroutine[Any, Any, None]] | None = None

    def __enter__(self) -> Target:
        return self

    def __exit__(self, *_: object) -> None:
        if self.close is not None:
            self.close()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of target: how ``--target`` names it, and how it is opened. Kinds are listed in ``open.KINDS``.

    Args:
        name: its key in the suite file, and what stands before the first colon of ``--target``.
        form: how ``--target`` names one, for messages.
        parse: from what stands behind that colon to a spec; None where it has another form.
        open: from a spec to a target; raises SuiteError where it cannot be had.
        check: raises SuiteError where a spec names what cannot be had, running as little of it as possible;
            ``open`` by default.
    """

    name: str
    form: str
    parse: Callable[[str], TargetSpec | None]
    open: Callable[[TargetSpec, Suite], Target]
    check: Callable[[TargetSpec, Suite], object] | None = None
