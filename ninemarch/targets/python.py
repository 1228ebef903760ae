"""Targets that are Python callables: sync, async, batch, or made by a factory.

A factory may also start what another kind of target reaches, such as a server: what it returns then has the attribute
``target``, a spec, and is closed with the target.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import Any

from ninemarch.errors import SuiteError
from ninemarch.model import Suite, TargetSpec
from ninemarch.suite import resolve
from ninemarch.targets.base import Kind, Mode, Target
from ninemarch.text import fault
from ninemarch.variables import expand_all


def _parse(ref: str) -> TargetSpec | None:
    return TargetSpec("python", ref) if ref.count(":") == 1 and all(ref.split(":")) else None


def _open(spec: TargetSpec, suite: Suite) -> Target:
    call, close = target_code(spec, suite), None
    if spec.factory:
        call = _made(call, spec)
        close = _closing(call)
        if isinstance(getattr(call, "target", None), TargetSpec):
            return _behind(call.target, suite, close)
        if not callable(call):
            msg = f"python: {spec.ref}: the factory returned a {type(call).__name__}; it must return a callable"
            raise SuiteError(msg)
    elif spec.params:
        call = partial(call, **_params(spec))
    if spec.batch:
        return Target(Mode.BATCH, call, batch=spec.batch, close=close)
    return Target(Mode.ASYNC if _is_async(call) else Mode.SYNC, call, close=close)


def _behind(spec: TargetSpec, suite: Suite, close: Callable[[], None] | None) -> Target:
    """The target that a factory says is reached so: it has started a server, say, and stops it when it is closed."""
    from ninemarch.targets.open import open_target  # noqa: PLC0415 - which lists this module among the kinds

    with ExitStack() as stack:
        if close is not None:
            stack.callback(close)
        opened = stack.enter_context(open_target(spec, suite))
        return replace(opened, close=stack.pop_all().close)


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


def _params(spec: TargetSpec) -> dict[str, Any]:
    found: dict[str, Any] = expand_all(dict(spec.params), f"target python: {spec.ref}: params")
    return found


def _made(factory: Callable[..., Any], spec: TargetSpec) -> Any:
    try:
        return factory(**_params(spec))
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


KIND = Kind("python", "python:module:name", _parse, _open, target_code)
