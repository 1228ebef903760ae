"""How much nonsense do a suite's own checks accept?

Covers trying the null targets (``targets.nulls``) against the checks, the share that passes with its interval, and
the ceiling that this puts on what the checks can certify.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from ninemarch import stats
from ninemarch.checks import compile_checks
from ninemarch.checks.compare import same
from ninemarch.model import (
    Accepted,
    Answer,
    Asks,
    Ceiling,
    CheckSpec,
    Ended,
    NullAudit,
    Outcome,
    Scenario,
    Severity,
    Suite,
    Verdict,
)
from ninemarch.numbers import percent
from ninemarch.suite import Schedule
from ninemarch.targets.controls import control
from ninemarch.targets.nulls import null_targets

__all__ = ["audit_checks", "check_ceiling", "quick_ceilings", "try_nulls"]

_CONFIDENCE = 0.95
_RATES = frozenset({Asks.SUCCESS, Asks.ALL_TRIALS})
_QUICK = 200  # scenarios tried before a run
# Their answer is the expectation itself: what passes them is no noise, and need not be tried before every run.
_TELLING = frozenset({"exact", "number"})
# Functions, commands and judges may cost money or do something: only ``suite verify`` tries them.
_FOREIGN = frozenset({"python", "command", "judge"})


def audit_checks(suite: Suite, *, trials: int = 300, profile: str = "", seed: int | None = None) -> NullAudit:
    """Return what the checks of ``suite`` make of nonsense, and which of its gates lie above what that allows.

    Args:
        suite: the suite.
        trials: scenarios each null target is tried on, >= 1.
        profile: profile to draw from; the default one.
        seed: seed of the draw; the first development seed by default.

    Raises:
        UsageError: the suite has no scenario, or a check cannot be had.
    """
    found = try_nulls(suite, _drawn(suite, trials, profile, seed))
    ceiling = check_ceiling(found)
    above = (
        () if ceiling is None else tuple(g for g in suite.gates if g.asks in _RATES and g.success > ceiling.success)
    )
    return NullAudit(found, ceiling, above)


def _drawn(suite: Suite, trials: int, profile: str, seed: int | None) -> list[Scenario]:
    start = suite.seeds.development[0] if seed is None else seed
    schedule = Schedule(suite, profile=profile, seed=start, planned=trials)
    return [item for _, repeat, item in schedule if isinstance(item, Scenario) and not item.void and repeat == 0]


def try_nulls(suite: Suite, scenarios: Sequence[Scenario]) -> tuple[Accepted, ...]:
    """Return what the suite's checks accept of each null target on ``scenarios``.

    A scenario whose right answer (``expect``, or the suite's oracle) is that very answer is left out.

    Raises:
        SuiteError: a check or the oracle cannot be had.
    """
    judge = compile_checks(suite)
    right = control("oracle", suite)
    answers = [(scenario, _right(right, scenario)) for scenario in scenarios]
    found = []
    for null in null_targets(scenarios):
        passed = tried = 0
        for scenario, answer in answers:
            output = null.answer(scenario)
            if same(output, answer):
                continue
            outcome = Outcome(Ended.ANSWERED, output, cost_usd=0.0, tokens=null.tokens, steps=())
            tried += 1
            passed += judge(scenario, outcome).verdict is Verdict.PASS
        interval = stats.clopper_pearson(passed, tried, confidence=_CONFIDENCE)
        lower, upper = float(interval.lower), float(interval.upper)
        found.append(Accepted(null.name, null.says, passed, tried, lower, upper, null.limits))
    return tuple(found)


def _right(oracle: Callable[[Scenario], Any], scenario: Scenario) -> Any:
    try:
        answer = oracle(scenario)
    except Exception:  # noqa: BLE001 - that the oracle breaks is the oracle control's finding
        return None
    return answer.output if isinstance(answer, Answer) else answer


def check_ceiling(found: Sequence[Accepted]) -> Ceiling | None:
    """Return what the checks can certify at most: 1 - f, where f of some nonsense has been shown to pass.

    f is the largest lower limit over the null targets, each at 95% divided by their number (Bonferroni): only what
    was shown limits. None where nothing was shown to pass.
    """
    limiting = [each for each in found if each.limits and each.passed]
    if not limiting:
        return None
    share = 1 - (1 - _CONFIDENCE) / len([each for each in found if each.limits])
    shown = {
        each.name: float(stats.clopper_pearson(each.passed, each.tried, confidence=share, side="lower").lower)
        for each in limiting
    }
    worst = max(limiting, key=lambda each: (shown[each.name], each.passed))
    why = (
        f"the suite's own checks accept {worst.says} on {worst.passed:,} of {worst.tried:,} scenarios, at least "
        f"{percent(Fraction(shown[worst.name]), 'floor')} of all"
    )
    return Ceiling(1 - shown[worst.name], "check", why)


def quick_ceilings(suite: Suite) -> tuple[Ceiling, ...]:
    """Return the ceiling of checks that are cheap to try and may accept noise; empty for any other.

    Run before a run with a gate on a success rate, so that nobody has to ask for it.
    """
    asked = any(gate.asks in _RATES for gate in suite.gates)
    counted = [check for check in suite.checks if check.severity is not Severity.MINOR]
    if not asked or any(check.kind in _TELLING for check in counted) or any(map(_foreign, counted)):
        return ()
    ceiling = check_ceiling(try_nulls(suite, _drawn(suite, _QUICK, "", None)))
    return () if ceiling is None else (ceiling,)


def _foreign(check: CheckSpec) -> bool:
    return check.function is not None or check.kind in _FOREIGN or any(map(_foreign, check.parts))
