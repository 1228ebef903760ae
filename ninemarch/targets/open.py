"""From a target's spec to an opened target.

Covers ``python:`` callables (sync, async, batch, factory) and ``control:``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

from ninemarch.errors import SuiteError, UsageError
from ninemarch.model import Suite, TargetSpec
from ninemarch.suite import resolve
from ninemarch.targets.base import Mode, Target
from ninemarch.targets.controls import control
from ninemarch.text import excerpt, fault


def parse_target(text: str) -> TargetSpec:
    """Return the spec that ``--target`` names: ``python:module:name`` or ``control:null|oracle|coin[:p]``.

    Raises:
        UsageError: another form.

    Examples:
        >>> parse_target("control:coin:0.99").params
        {'p': 0.99}
    """
    kind, _, ref = text.partition(":")
    if kind == "python" and ref.count(":") == 1 and all(ref.split(":")):
        return TargetSpec("python", ref)
    if kind == "control" and ref:
        name, _, p = ref.partition(":")
        try:
            return TargetSpec("control", name, {"p": float(p)} if p else {})
        except ValueError as error:
            msg = f"--target {excerpt(text, 80)}: p={excerpt(p, 40)} is not a number; write control:coin:0.99"
            raise UsageError(msg) from error
    msg = f"--target {excerpt(text, 80)} is not understood; write python:module:name or control:null|oracle|coin:0.99"
    raise UsageError(msg)


def open_target(spec: TargetSpec, suite: Suite) -> Target:
    """Import, make and classify a target; its own set-up happens here, outside every trial's time.

    Close what comes back, or use it in a ``with`` block: what a factory made may hold a server or a process, and its
    method ``close`` is called then.

    Raises:
        SuiteError: the reference cannot be had, is not callable, or its factory fails.
    """
    if spec.kind == "control":
        unknown = [name for name in spec.params if name != "p"]
        if unknown:
            msg = f"control {spec.ref}: unknown parameter '{excerpt(unknown[0], 40)}'; allowed: p, of the coin"
            raise SuiteError(msg)
        function = control(spec.ref, suite, **spec.params)
        return Target(Mode.SYNC, function, control=function)
    call, close = target_code(spec, suite), None
    if spec.factory:
        call = _made(call, spec)
        if not callable(call):
            msg = f"python: {spec.ref}: the factory returned a {type(call).__name__}; it must return a callable"
            raise SuiteError(msg)
        close = _closing(call)
    elif spec.params:
        call = partial(call, **spec.params)
    if spec.batch:
        return Target(Mode.BATCH, call, batch=spec.batch, close=close)
    return Target(Mode.ASYNC if _is_async(call) else Mode.SYNC, call, close=close)


def target_code(spec: TargetSpec, suite: Suite) -> Callable[..., Any]:
    """Import what a Python target names, without calling a factory.

    Raises:
        SuiteError: the reference cannot be had, or is not callable.
    """
    found = resolve(spec.ref, suite.folder)
    if not callable(found):
        msg = f"python: {spec.ref} is not callable (it is a {type(found).__name__}); give module:name of a callable"
        raise SuiteError(msg)
    return found  # type: ignore[no-any-return]


def _made(factory: Callable[..., Any], spec: TargetSpec) -> Any:
    try:
        return factory(**spec.params)
    except (Exception, SystemExit) as error:
        msg = f"python: {spec.ref}: the factory failed: {fault(error)}"
        raise SuiteError(msg) from error


def _closing(made: Any) -> Callable[[], None] | None:
    """The method ``close`` of what a factory made, where it has one that can be called at once."""
    close = getattr(made, "close", None)
    return close if callable(close) and not inspect.iscoroutinefunction(close) else None


def _is_async(call: Any) -> bool:
    while isinstance(call, partial):
        call = call.func
    method = getattr(call, "__call__", None)  # noqa: B004 - an object with an async __call__ is asynchronous too
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(method)
