"""One judge of all checks of a suite: outcome in, verdict out.

Covers the merge by the worst, what an outcome without an answer is worth, and what happens when a check itself
breaks (an error of ours, never a pass and never the target's failure).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ninemarch.checks.compare import Compare, exact, json_schema, number
from ninemarch.errors import SuiteError
from ninemarch.model import CheckSpec, Ended, NoVerdict, Outcome, Scenario, Severity, Suite, Verdict
from ninemarch.suite import resolve
from ninemarch.text import excerpt, fault

_SEVERITY_ORDER = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


class Ruling(msgspec.Struct, frozen=True):
    """What a trial is worth, how bad a failure is, why, in a line, and the ids of the checks that said so."""

    verdict: Verdict
    severity: Severity
    reason: str = ""
    check: str = ""


Check = Callable[[Scenario, Any], tuple[Verdict, str]]
Judge = Callable[[Scenario, Outcome], Ruling]


def compile_checks(suite: Suite) -> Judge:
    """Return the judge of ``suite``.

    Raises:
        SuiteError: a check's code cannot be had or its schema is not valid.
    """
    checks = [(_compile(spec, suite), spec) for spec in suite.checks]

    def judge(scenario: Scenario, outcome: Outcome) -> Ruling:
        if outcome.ended is Ended.HANDED_OFF:
            return Ruling(Verdict.ASSISTED, scenario.severity, f"handed off: {excerpt(outcome.detail, 200)}")
        if outcome.ended is Ended.ERROR:
            return Ruling(Verdict.ERROR, scenario.severity, _last_line(outcome))
        if outcome.ended is not Ended.ANSWERED:
            return Ruling(Verdict.FAIL, scenario.severity, _last_line(outcome))
        return _rule(checks, scenario, outcome.output)

    return judge


def _last_line(outcome: Outcome) -> str:
    lines = outcome.detail.strip().splitlines() or [""]
    return excerpt(f"{outcome.ended.value}: {lines[-1]}", 300)


def _rule(checks: Sequence[tuple[Check, CheckSpec]], scenario: Scenario, output: Any) -> Ruling:
    verdict, severity, reasons = Verdict.PASS, scenario.severity, []
    said: list[tuple[Verdict, CheckSpec]] = []
    for check, spec in checks:
        found, reason = check(scenario, output)
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


def _compile(spec: CheckSpec, suite: Suite) -> Check:
    if spec.function is not None:
        return _python(spec.function)
    if spec.kind == "exact":
        return _compared(exact(spec.params.get("fold", ())))
    if spec.kind == "number":
        return _compared(number(spec.params.get("abs", 0.0), spec.params.get("rel", 0.0)))
    if spec.kind == "json_schema":
        return _compared(json_schema(spec.params["schema"]))
    if spec.kind == "python":
        function = resolve(spec.params["python"], suite.folder)
        if not callable(function):
            msg = f"check python: {spec.params['python']} is not callable; give a function of (scenario, output)"
            raise SuiteError(msg)
        return _python(function)
    msg = f"check kind '{spec.kind}' is not known; allowed: exact, number, json_schema, python"
    raise SuiteError(msg)


def _compared(compare: Compare) -> Check:
    def check(scenario: Scenario, output: Any) -> tuple[Verdict, str]:
        try:
            reason = compare(scenario.expect, output)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a check that breaks is our error, whatever broke
            return _broken(error)
        return (Verdict.PASS, "") if reason is None else (Verdict.FAIL, reason)

    return check


def _python(function: Callable[[Scenario, Any], Any]) -> Check:
    def check(scenario: Scenario, output: Any) -> tuple[Verdict, str]:
        try:
            found = function(scenario, output)
        except NoVerdict as error:
            return Verdict.UNSCORED, f"no verdict: {fault(error, 200).removeprefix('NoVerdict').removeprefix(': ')}"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
            return _broken(error)
        reason = ""
        if isinstance(found, tuple) and len(found) == 2 and isinstance(found[1], str):
            found, reason = found[0], excerpt(found[1], 300)
        if isinstance(found, bool):
            found = Verdict.PASS if found else Verdict.FAIL
        if not isinstance(found, Verdict) or found is Verdict.VOID:
            return (
                Verdict.ERROR,
                f"the check returned {excerpt(found, 60)}; allowed: bool, Verdict, or (either, reason)",
            )
        if found is Verdict.FAIL and not reason:
            reason = f"expected {excerpt(scenario.expect, 80)}, got {excerpt(output, 80)}"
        return found, reason

    return check


def _broken(error: BaseException) -> tuple[Verdict, str]:
    return Verdict.ERROR, f"the check failed: {fault(error, 200)}"
