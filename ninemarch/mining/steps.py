"""The first step that went wrong in a failed trial: evidence from the steps themselves and from trials that passed.

Covers reading recorded steps, the first divergence from passing trials of the same scenario, and rules that need no
label. It says where a trial departs and shows why; what is to blame is for people, or for a replay
(``step_credit``), to say.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ninemarch.text import excerpt, json_text, plain

__all__ = ["Clue", "Divergence", "Step", "clues_of", "divergence_text", "first_divergence", "read_steps"]

_RESULTS = ("output", "result", "observation", "response")
_NAMES = ("name", "tool", "action", "function", "type", "agent", "role")
# What differs from one trial to the next without anything being different.
_VOLATILE = frozenset(
    {"seconds", "time", "timestamp", "duration", "started", "ended", "id", "call_id", "cost_usd", "tokens"}
)
# Steps of these are what the world said; the step before it is the target's own.
_WORLD = frozenset({"tool", "environment", "observation", "computer_terminal"})
_SAYS_ERROR = re.compile(r"\s*(?:\w*(?:error|exception)\b|traceback \(most recent call last\))", re.IGNORECASE)
_EMPTY = ("", "null", "[]", "{}", '""')
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step that a target says it took. All text comes from outside: hostile.

    Args:
        name: what it was: a tool, an action, or who acted.
        action: all that was decided, as one text; equal for equal actions.
        result: what came back, as one text; None where the step says nothing of it.
        error: what the error says; empty where there was none.
        own: the target acted; else the world answered the step before.
    """

    name: str
    action: str
    result: str | None = None
    error: str = ""
    own: bool = True


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a failed trial first departs from the passing trials most like it.

    Args:
        step: place of the step, 0-based; the number of steps where the failed trial ended too early.
        what: ``does something else``, ``gets another result``, ``ends early`` or ``goes on``.
        instead: what passing trials have there, the most common first; hostile text.
        shared: passing trials that are like it up to there, of ``passed``.
    """

    step: int
    what: str
    instead: tuple[str, ...]
    shared: int
    passed: int


@dataclass(frozen=True, slots=True)
class Clue:
    """A step that may be the first wrong one.

    Args:
        step: its place, 0-based.
        rule: ``divergence``, ``error``, ``repeat`` or ``nothing came back``.
        says: the evidence in words; hostile text.
    """

    step: int
    rule: str
    says: str


def read_steps(recorded: Any) -> tuple[Step, ...]:
    """Return the steps of a trial.

    Args:
        recorded: what the target said, a list of mappings (``Trial.steps``), or its JSON text (``Failure.steps``);
            a text that was cut in the record gives no steps.

    Examples:
        >>> read_steps('[{"name": "look_up", "input": {"id": 7}, "output": null, "seconds": 0.2}]')
        (Step(name='look_up', action='{"input": {"id": 7}, "name": "look_up"}', result='null', error='', own=True),)
        >>> read_steps('[{"name": "look_'), read_steps(None)
        ((), ())
    """
    if isinstance(recorded, str):
        try:
            recorded = json.loads(recorded) if recorded else None
        except (ValueError, RecursionError):
            return ()
    value = plain(recorded)
    return tuple(map(_step, value)) if isinstance(value, list) else ()


def _step(value: Any) -> Step:
    if not isinstance(value, dict):
        return Step(excerpt(value, 60), _canonical(value))
    found = next((key for key in _RESULTS if key in value), None)
    action = {key: each for key, each in value.items() if key not in {*_VOLATILE, *_RESULTS, "error"}}
    result = None if found is None else _canonical(value[found])
    own = not (isinstance(value.get("role"), str) and value["role"].lower() in _WORLD)
    said = value.get(found) if found else value.get("content") if not own else None
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str) and value[key]), "step")
    return Step(name, _canonical(action), result, _error(value, said), own)


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _error(value: Mapping[str, Any], said: Any) -> str:
    if value.get("error"):
        return json_text(value["error"])
    for whole in (value, said if isinstance(said, dict) else {}):
        if whole.get("error"):
            return json_text(whole["error"])
        if any(whole.get(key) is False for key in ("ok", "success")):
            return "no success"
    return said if isinstance(said, str) and _SAYS_ERROR.match(said) else ""


def first_divergence(failed: Sequence[Step], passed: Sequence[Sequence[Step]]) -> Divergence | None:
    """Return where a failed trial first departs from every passing trial of its scenario.

    Passing trials that took another way earlier are set aside step by step: what even one passing trial did too is
    nothing wrong. Results differ where one is an error and the other none, or where all passing trials there agree on
    another one and there are at least two of them; else chance in the world would look like a mistake.

    Args:
        failed: steps of the failed trial.
        passed: steps of passing trials.

    Returns:
        None without passing trials, and where one of them took the same steps to the end.

    Examples:
        >>> search, pay, wait = (Step(name, name) for name in ("search", "pay", "wait"))
        >>> first_divergence([search, pay], [[search, wait, pay]])
        Divergence(step=1, what='does something else', instead=('wait',), shared=1, passed=1)
        >>> first_divergence([search, pay], [[search, pay]]) is None
        True
    """
    alike = list(passed)
    for place in range(len(failed) + 1):
        if not alike:
            return None
        going = [steps for steps in alike if place < len(steps)]
        if place == len(failed):
            return None if len(going) < len(alike) else _departs(place, "ends early", going, len(passed))
        same = [steps for steps in going if steps[place].action == failed[place].action]
        kept = [steps for steps in same if not _other_result(failed[place], steps[place], same, place)]
        if not kept:
            if same:
                return _departs(place, "gets another result", same, len(passed))
            what = "does something else" if going else "goes on"
            return _departs(place, what, alike, len(passed))
        alike = kept
    return None


def _other_result(step: Step, other: Step, same: Sequence[Sequence[Step]], place: int) -> bool:
    if bool(step.error) != bool(other.error):
        return True
    results = {steps[place].result for steps in same}
    return len(same) > 1 and len(results) == 1 and step.result not in results


def _departs(place: int, what: str, alike: Sequence[Sequence[Step]], passed: int) -> Divergence:
    there = Counter(_said(steps[place], what) if place < len(steps) else "the end" for steps in alike)
    return Divergence(place, what, tuple(text for text, _ in there.most_common(_SHOWN)), len(alike), passed)


def _said(step: Step, what: str) -> str:
    return step.error or step.result or "nothing" if what == "gets another result" else step.name


def clues_of(failed: Sequence[Step], passed: Sequence[Sequence[Step]] = ()) -> tuple[Clue, ...]:
    """Return the steps that may be the first wrong one, the strongest evidence first, each step once.

    The order: divergence from passing trials; the first error (of what the world answered, the target's step before
    it); the first step that repeats an earlier one with the same result; the first to which nothing came back. A
    divergence by a trial that ended early is at its last step.

    Args:
        failed: steps of the failed trial.
        passed: steps of passing trials of the same scenario, if there are any.

    Examples:
        >>> clues_of([Step("search", "search", "[]"), Step("pay", "pay", None, "card refused")])
        (Clue(step=1, rule='error', says='card refused'), Clue(step=0, rule='nothing came back', says='nothing'))
        >>> clues_of([])
        ()
    """
    found: dict[int, Clue] = {}
    for clue in _evidence(failed, passed):
        found.setdefault(clue.step, clue)
    return tuple(found.values())


def _evidence(failed: Sequence[Step], passed: Sequence[Sequence[Step]]) -> Iterator[Clue]:
    if not failed:
        return
    departs = first_divergence(failed, passed)
    if departs:
        at = min(departs.step, len(failed) - 1)
        yield Clue(at, "divergence", divergence_text(departs))
    wrong = next((place for place, step in enumerate(failed) if step.error), None)
    if wrong is not None:
        own = next((place for place in range(wrong, -1, -1) if failed[place].own), wrong)
        yield Clue(own, "error", failed[wrong].error)
    seen: dict[tuple[str, str | None], int] = {}
    for place, step in enumerate(failed):
        before = seen.setdefault((step.action, step.result), place)
        if before != place and step.own:
            yield Clue(place, "repeat", f"the same as step {before + 1}, with the same result")
            break
    empty = next((place for place, step in enumerate(failed) if step.result in _EMPTY), None)
    if empty is not None:
        yield Clue(empty, "nothing came back", "nothing")


def divergence_text(departs: Divergence) -> str:
    """Return a divergence in words: ``does something else, where 3 of 5 passing trials have: wait``.

    Examples:
        >>> divergence_text(Divergence(1, "ends early", ("pay",), 1, 2))
        'ends early, where 1 of 2 passing trials like it has: pay'
    """
    has = "has" if departs.shared == 1 else "have"
    those = ", or ".join(excerpt(text, 80) for text in departs.instead)
    many = f"{departs.shared:,} of {departs.passed:,} passing trials like it"
    return f"{departs.what}, where {many} {has}: {those}"
