"""Checks made of checks: ``any``, ``all`` and ``not``.

Covers their truth tables. What could not be decided (unscored, error) stays undecided: it is never turned into a
pass, and into a failure only where no other answer was possible.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ninemarch.checks.base import PASSED, Check, Finding
from ninemarch.model import Outcome, Scenario, Verdict

__all__ = ["Combiner", "all_of", "any_of", "not_of"]

Combiner = Callable[[Sequence[Check]], Check]


def any_of(checks: Sequence[Check]) -> Check:
    """Return the check that passes when one of ``checks`` does, asked in their order; else the best verdict counts.

    A part is not asked once another has passed: a costly one (a model) stands last.
    """

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        found: list[Finding] = []
        for part in checks:
            finding = part(scenario, outcome)
            if finding[0] is Verdict.PASS:
                return PASSED
            found.append(finding)
        return _merged(found, Verdict.best([verdict for verdict, _ in found]), " and ")

    return check


def all_of(checks: Sequence[Check]) -> Check:
    """Return the check that passes when all ``checks`` do; else the worst verdict counts."""

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        found = [part(scenario, outcome) for part in checks]
        return _merged(found, Verdict.worst([verdict for verdict, _ in found]), "; ")

    return check


def not_of(checks: Sequence[Check]) -> Check:
    """Return the check that passes when the one in ``checks`` fails; what is undecided stays so."""
    (part,) = checks

    def check(scenario: Scenario, outcome: Outcome) -> Finding:
        verdict, reason = part(scenario, outcome)
        if verdict is Verdict.FAIL:
            return PASSED
        return (Verdict.FAIL, "what must not hold does") if verdict is Verdict.PASS else (verdict, reason)

    return check


def _merged(found: Sequence[Finding], verdict: Verdict, between: str) -> Finding:
    if verdict is Verdict.PASS:
        return PASSED
    # The reasons of failures say what was wrong; where nothing failed outright, what could not be decided does.
    return verdict, between.join(reason for _, reason in found if reason)
