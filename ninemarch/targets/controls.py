"""Targets with known truth: null (answers nothing useful), oracle (always right), coin (right with probability p).

Covers the experimental controls that tell whether a suite can tell right from wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ninemarch.errors import SuiteError, UsageError, nearest
from ninemarch.model import Scenario, Suite, TargetSpec
from ninemarch.suite import resolve
from ninemarch.targets.base import Kind, Mode, Target
from ninemarch.text import excerpt

NAMES = ("null", "oracle", "coin")
# What the null control answers: an empty text is an answer that no sound check accepts.
NOTHING = ""


def control(name: str, suite: Suite, p: float = 0.9) -> Callable[[Scenario], Any]:
    """Return the control of that name.

    Args:
        name: ``null``, ``oracle`` or ``coin``.
        suite: the oracle answers with the scenario's expectation, or by the suite's own ``oracle`` function.
        p: the coin's probability of answering as the oracle does, in [0, 1]; the same scenario and repeat
            group always fall the same way.

    Raises:
        UsageError: unknown name, or p outside [0, 1].
    """
    if name not in NAMES:
        msg = f"control={name} is not known{nearest(name, NAMES)}; allowed: {', '.join(NAMES)}"
        raise UsageError(msg)
    if isinstance(p, bool) or not isinstance(p, int | float) or not 0 <= p <= 1:
        msg = f"control coin: p={excerpt(p, 40)}; allowed: 0 to 1"
        raise UsageError(msg)
    answer: Callable[[Scenario], Any] = resolve(suite.oracle, suite.folder) if suite.oracle else _expectation
    if not callable(answer):
        msg = f"oracle: python: {suite.oracle} is not callable; give a function of the scenario"
        raise UsageError(msg)
    if name == "null":
        return _nothing
    if name == "oracle":
        return answer
    return lambda scenario: answer(scenario) if _share(scenario.id) < p else NOTHING


def _nothing(scenario: Scenario) -> str:  # noqa: ARG001 - every control takes the scenario
    return NOTHING


def _expectation(scenario: Scenario) -> Any:
    return scenario.expect


def _share(name: str) -> float:
    """A number in [0, 1) that depends on the name alone, evenly spread."""
    digest = hashlib.blake2b(f"coin|{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


def _parse(ref: str) -> TargetSpec | None:
    name, _, p = ref.partition(":")
    try:
        return TargetSpec("control", name, {"p": float(p)} if p else {}) if name else None
    except ValueError as error:
        msg = f"--target control:{excerpt(ref, 80)}: p={excerpt(p, 40)} is not a number; write control:coin:0.99"
        raise UsageError(msg) from error


def _open(spec: TargetSpec, suite: Suite) -> Target:
    unknown = [name for name in spec.params if name != "p"]
    if unknown:
        msg = f"control {spec.ref}: unknown parameter '{excerpt(unknown[0], 40)}'; allowed: p, of the coin"
        raise SuiteError(msg)
    function = control(spec.ref, suite, **spec.params)
    return Target(Mode.SYNC, function, control=function)


KIND = Kind("control", "control:null|oracle|coin:0.99", _parse, _open)
