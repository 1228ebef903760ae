"""The ``tools`` check: which tools an agent must call, must never call, and how often at most.

Covers the steps that a target reports (``Answer.steps``), in our own form and as chat messages with ``tool_calls``.
A target that reports no steps is unscored: nobody knows what it did.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ninemarch.checks.base import PASSED, Check, Finding
from ninemarch.checks.compare import same
from ninemarch.model import CheckSpec, Outcome, Scenario, Suite, Verdict
from ninemarch.text import excerpt

__all__ = ["ToolCall", "compile_tools", "tool_calls"]

_KEYS = ("must", "never", "at_most")
_NAMES = ("tool", "name", "function")
_INPUTS = ("input", "arguments", "args")
_TURNS = frozenset({"model", "http"})  # steps of our own targets that call no tool: an answer, a reply


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call of a tool: its name, and what it was given (None where that was not reported)."""

    name: str
    input: Any = None


def compile_tools(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check of the calls; without rules of its own it takes those of the scenario's expectation."""
    own = {key: value for key, value in spec.params.items() if value}

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        rules = own or scenario.expect
        if not isinstance(rules, Mapping) or not rules or set(rules) - set(_KEYS):
            msg = f"the scenario expects {excerpt(rules, 60)}; allowed: a mapping of {', '.join(_KEYS)}"
            raise TypeError(msg)
        if not isinstance(outcome.steps, list | tuple):
            return Verdict.UNSCORED, "the target did not report its steps"
        reason = _broken(rules, list(tool_calls(outcome.steps)))
        return PASSED if reason is None else (Verdict.FAIL, reason)

    return check


def _broken(rules: Mapping[str, Any], calls: Sequence[ToolCall]) -> str | None:
    called = ", ".join(excerpt(call.name, 40) for call in calls[:10]) or "nothing"
    for each in rules.get("must", ()):
        wanted = ToolCall(each["name"], each.get("input")) if isinstance(each, Mapping) else ToolCall(each)
        if not any(_answers(call, wanted) for call in calls):
            how = "" if wanted.input is None else f" with {excerpt(wanted.input, 80)}"
            return f"did not call {excerpt(wanted.name, 60)}{how}; called {called}"
    for name in rules.get("never", ()):
        if any(call.name == name for call in calls):
            return f"called {excerpt(name, 60)}"
    for name, most in rules.get("at_most", {}).items():
        count = len(calls) if name == "*" else sum(call.name == name for call in calls)
        if count > most:
            what = "tools" if name == "*" else excerpt(name, 60)
            return f"called {what} {count} times; at most {most} allowed"
    return None


def _answers(call: ToolCall, wanted: ToolCall) -> bool:
    """Whether a call is the wanted one: same name, and every wanted input given so."""
    if call.name != wanted.name:
        return False
    if not isinstance(wanted.input, Mapping):
        return wanted.input is None or same(wanted.input, call.input)
    return isinstance(call.input, Mapping) and all(
        key in call.input and same(value, call.input[key]) for key, value in wanted.input.items()
    )


def tool_calls(steps: Sequence[Any]) -> Iterator[ToolCall]:
    """Yield the calls in reported steps; what is no call (messages, results) is left out.

    Examples:
        >>> [call.name for call in tool_calls([{"name": "look_up"}, {"role": "tool", "name": "look_up"}])]
        ['look_up']
    """
    for step in steps:
        if not isinstance(step, Mapping):
            continue
        inside = step.get("tool_calls")
        if isinstance(inside, list | tuple):
            yield from tool_calls(inside)
        elif step.get("role") != "tool":
            name, holder = _named(step)
            if name is not None and name not in _TURNS:
                yield ToolCall(name, _given(holder))


def _named(step: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
    for key in _NAMES:
        found = step.get(key)
        if isinstance(found, str):
            return found, step
        if isinstance(found, Mapping) and isinstance(found.get("name"), str):
            return found["name"], found  # {"function": {"name": ..., "arguments": "{...}"}}
    return None, step


def _given(step: Mapping[str, Any]) -> Any:
    found = next((step[key] for key in _INPUTS if key in step), None)
    if isinstance(found, str):
        try:
            return json.loads(found)  # chat models give their arguments as JSON text
        except (ValueError, RecursionError):
            return found
    return found
