"""Gates above what the measuring itself can show.

Covers turning their PASS into NOT PROVEN. Counts, rates and intervals stay as measured: what they would mean is what
is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ninemarch.claims import limited_at
from ninemarch.model import Asks, Ceiling, GateResult, GateVerdict

__all__ = ["ceiling_notes", "under_ceilings"]

_RATES = frozenset({Asks.SUCCESS, Asks.ALL_TRIALS})


def under_ceilings(results: Sequence[GateResult], ceilings: Sequence[Ceiling]) -> tuple[GateResult, ...]:
    """Return the results; a gate on a success rate above a ceiling does not pass."""
    lowest = min(ceilings, key=lambda each: each.success, default=None)
    return tuple(results if lowest is None else (_under(result, lowest) for result in results))


def _under(result: GateResult, ceiling: Ceiling) -> GateResult:
    asks = result.gate.asks if result.gate else Asks.SUCCESS
    if asks not in _RATES or not result.verdict.holds or result.success <= Fraction(ceiling.success):
        return result
    reason = limited_at(ceiling, (result.success,))
    return replace(result, verdict=GateVerdict.NOT_PROVEN, reason=reason, more_clean=None, ceiling=ceiling)


def ceiling_notes(ceilings: Sequence[Ceiling]) -> Iterator[str]:
    """Yield what a reader of the rate must know of every ceiling."""
    for ceiling in ceilings:
        yield limited_at(ceiling)
