"""The ``spent`` check: what one trial may take in time, money, tokens and steps.

Covers limits on a single outcome; gates put them on a share of all trials, ``limits`` on the run.
"""

from __future__ import annotations

from ninemarch.checks.base import PASSED, Check, Finding
from ninemarch.model import CheckSpec, Outcome, Scenario, Suite, Verdict

__all__ = ["compile_spent"]

_UNITS = {"latency": " s", "cost_usd": " USD", "tokens": " tokens", "steps": " steps"}


def compile_spent(spec: CheckSpec, suite: Suite) -> Check:  # noqa: ARG001 - every compiler takes the suite
    """Return the check of the limits in ``spec``; an amount that the target did not say is unscored."""
    limits = {name: most for name, most in spec.params.items() if most is not None}

    def check(scenario: Scenario, outcome: Outcome) -> Finding:  # noqa: ARG001 - the limit is the expectation
        unknown = ""
        for name, most in limits.items():
            spent = _spent(name, outcome)
            if spent is None:
                unknown = unknown or f"the target did not say its {name}"
            elif spent > most:
                return Verdict.FAIL, f"{name} {spent:g}{_UNITS[name]}; at most {most:g} allowed"
        return (Verdict.UNSCORED, unknown) if unknown else PASSED

    return check


def _spent(name: str, outcome: Outcome) -> float | None:
    if name == "steps":
        return len(outcome.steps) if isinstance(outcome.steps, list | tuple) else None
    if name == "latency":
        return outcome.seconds
    return outcome.cost_usd if name == "cost_usd" else outcome.tokens
