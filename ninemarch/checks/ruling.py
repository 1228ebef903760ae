"""One judge of all checks of a suite: outcome in, verdict out.

Covers the merge by the worst and what an outcome without an answer is worth. What a single check finds, and what
happens when it breaks, is the business of ``table`` and of the families of checks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from ninemarch.checks.base import Check
from ninemarch.checks.judging import judge_specs
from ninemarch.checks.meter import metered
from ninemarch.checks.table import compile_check
from ninemarch.model import CheckSpec, Ended, JudgeUse, Outcome, Scenario, Severity, Suite, Verdict
from ninemarch.text import excerpt

_SEVERITY_ORDER = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


class Ruling(msgspec.Struct, frozen=True):
    """What a trial is worth, how bad a failure is, why, in a line, and the ids of the checks that said so.

    ``judge`` is what that took of judges; None where none had a say.
    """

    verdict: Verdict
    severity: Severity
    reason: str = ""
    check: str = ""
    judge: JudgeUse | None = None


Judge = Callable[[Scenario, Outcome], Ruling]


def compile_checks(suite: Suite) -> Judge:
    """Return the judge of ``suite``.

    Raises:
        SuiteError: a check's code or module cannot be had, or its parameters are not valid.
    """
    checks = [(compile_check(spec, suite), spec) for spec in suite.checks]
    asks = bool(judge_specs(suite.checks))

    def judge(scenario: Scenario, outcome: Outcome) -> Ruling:
        if outcome.ended is Ended.HANDED_OFF:
            return Ruling(Verdict.ASSISTED, scenario.severity, f"handed off: {excerpt(outcome.detail, 200)}")
        if outcome.ended is Ended.ERROR:
            return Ruling(Verdict.ERROR, scenario.severity, _last_line(outcome))
        if outcome.ended is not Ended.ANSWERED:
            return Ruling(Verdict.FAIL, scenario.severity, _last_line(outcome))
        if not asks:
            return _rule(checks, scenario, outcome)
        with metered() as used:
            ruling = _rule(checks, scenario, outcome)
        return msgspec.structs.replace(ruling, judge=sum(used[1:], used[0])) if used else ruling

    return judge


def _last_line(outcome: Outcome) -> str:
    lines = outcome.detail.strip().splitlines() or [""]
    return excerpt(f"{outcome.ended.value}: {lines[-1]}", 300)


def _rule(checks: Sequence[tuple[Check, CheckSpec]], scenario: Scenario, outcome: Outcome) -> Ruling:
    verdict, severity, reasons = Verdict.PASS, scenario.severity, []
    said: list[tuple[Verdict, CheckSpec]] = []
    for check, spec in checks:
        found, reason = check(scenario, outcome)
        if found is Verdict.PASS:
            continue
        if spec.severity is Severity.MINOR:
            reasons.append(f"minor: {reason}")
            continue
        reasons.append(reason)
        said.append((found, spec))
        verdict = Verdict.worst([verdict, found])
        severity = max(severity, spec.severity, key=_SEVERITY_ORDER.index)
    if not said:
        return Ruling(verdict, severity, "; ".join(reasons))
    deciding = [spec for found, spec in said if found is verdict]
    deciding.sort(key=lambda spec: _SEVERITY_ORDER.index(spec.severity), reverse=True)
    return Ruling(verdict, severity, "; ".join(reasons), ", ".join(s.id or s.kind for s in deciding))
