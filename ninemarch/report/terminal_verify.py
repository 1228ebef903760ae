"""Controls and null targets of a suite as lines.

Covers how they look; ``verify_document`` says the same to machines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from ninemarch.claims import limited_at
from ninemarch.model import Accepted, Control, NullAudit
from ninemarch.numbers import percent, threshold_text

__all__ = ["verify_lines"]


def verify_lines(controls: Sequence[Control], audit: NullAudit) -> Iterator[str]:
    """Yield a line for each control, for each null target, and for what they limit."""
    for control in controls:
        yield f"{'✓' if control.holds else '✗'} {control.name:<10} {control.says}"
    for each in audit.accepted:
        yield f"{_mark(each)} {each.name:<10} {each.says}: {_share(each)}"
    tried = [each for each in audit.accepted if each.limits and each.tried]
    if audit.ceiling is None:
        most = percent(Fraction(max((each.upper for each in tried), default=1.0)), "ceil")
        yield f"✓ {'limit':<10} no nonsense was seen to pass; that up to {most} of it does is not ruled out"
        return
    gates = ", ".join(f"{gate.id} ({threshold_text(gate.success)})" for gate in audit.above)
    against = tuple(gate.success for gate in audit.above)
    yield f"{'✗' if gates else '!'} {'limit':<10} {limited_at(audit.ceiling, against)}"
    if gates:
        yield f"✗ {'gates':<10} no run can prove {gates}: let the checks refuse it, see docs/checks.md"


def _mark(each: Accepted) -> str:
    if not each.passed:
        return "✓"
    return "!" if each.limits else "·"


def _share(each: Accepted) -> str:
    """``105 of 300 pass, 35.00% (29.61 to 40.70%)``, or the one limit that says something."""
    if not each.tried:
        return "the right answer everywhere"
    counted = f"{each.passed:,} of {each.tried:,} pass"
    lower, upper = (percent(Fraction(each.lower), "floor"), percent(Fraction(each.upper), "ceil"))
    if not each.passed:
        return f"{counted}, at most {upper}"
    if each.passed == each.tried:
        return f"{counted}, at least {lower}"
    return f"{counted}, {percent(Fraction(each.passed, each.tried), 'nearest')} ({lower[:-1]} to {upper})"
