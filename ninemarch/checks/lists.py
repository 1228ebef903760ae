"""Checks of lists: ``set`` (the same elements in any order) and ``order`` (one after the other).

Covers lists of JSON values compared as ``exact`` compares them.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ninemarch.checks.base import Check, Compare, compared
from ninemarch.checks.compare import folded, same
from ninemarch.model import CheckSpec, Suite
from ninemarch.text import excerpt

__all__ = ["compile_order", "compile_set", "in_order", "same_set"]


def compile_set(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check of the same elements."""
    return compared(same_set(**spec.params))


def compile_order(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - as above
    """Return the check of elements in their order."""
    return compared(in_order(**spec.params))


def same_set(*, extra: bool = False, missing: bool = False, fold: Collection[str] = ()) -> Compare:
    """Return a check that output and expectation are lists of the same elements; how often does not matter.

    Args:
        extra: the output may hold more.
        missing: the output may hold less (of an empty answer that is true as well: add what it must hold).
        fold: what to ignore in texts, as in ``exact``.
    """

    def compare(expect: Any, output: Any) -> str | None:
        wanted, got = _lists(expect, output)
        if got is None:
            return f"expected a list, got {excerpt(output, 80)}"
        alike = [(folded(value, fold), value) for value in wanted]
        there = [(folded(value, fold), value) for value in got]
        if not missing:
            for value, shown in alike:
                if not any(same(value, other) for other, _ in there):
                    return f"{excerpt(shown, 80)} is missing in {excerpt(output, 120)}"
        if not extra:
            for value, shown in there:
                if not any(same(value, other) for other, _ in alike):
                    return f"{excerpt(shown, 80)} is not expected, in {excerpt(output, 120)}"
        return None

    return compare


def in_order(*, fold: Collection[str] = ()) -> Compare:
    """Return a check that the expected elements stand in the output in their order; others may stand between.

    Args:
        fold: what to ignore in texts, as in ``exact``.
    """

    def compare(expect: Any, output: Any) -> str | None:
        wanted, got = _lists(expect, output)
        if got is None:
            return f"expected a list, got {excerpt(output, 80)}"
        rest = iter([folded(value, fold) for value in got])
        for value in wanted:
            alike = folded(value, fold)
            if not any(same(alike, other) for other in rest):  # takes from ``rest`` up to the match
                return f"{excerpt(value, 80)} is missing, or too early, in {excerpt(output, 120)}"
        return None

    return compare


def _lists(expect: Any, output: Any) -> tuple[list[Any], list[Any] | None]:
    if not isinstance(expect, list | tuple):
        msg = f"the scenario expects {excerpt(expect, 60)}, which is not a list"
        raise TypeError(msg)
    return list(expect), list(output) if isinstance(output, list | tuple) else None
