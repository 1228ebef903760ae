"""Gates above what the measuring itself can show.

Covers turning their PASS into NOT PROVEN. Counts, rates and intervals stay as measured: what they would mean is what
is in doubt. Of a judge that nobody has checked neither PASS nor FAIL is believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from ninemarch import claims
from ninemarch.claims import limited_at
from ninemarch.model import Asks, Ceiling, GateResult, GateVerdict, Rate

__all__ = ["ceiling_notes", "under_ceilings", "under_judge"]

_RATES = frozenset({Asks.SUCCESS, Asks.ALL_TRIALS})
_MEASURED = frozenset({Asks.LATENCY, Asks.COST})  # no check has a say in these
_DECIDED = frozenset({GateVerdict.PASS, GateVerdict.PASS_WITH_WAIVERS, GateVerdict.FAIL})


def under_ceilings(results: Sequence[GateResult], ceilings: Sequence[Ceiling]) -> tuple[GateResult, ...]:
    """Return the results; a gate on a success rate above a ceiling does not pass."""
    lowest = min(ceilings, key=lambda each: each.success, default=None)
    return tuple(results if lowest is None else (_under(result, lowest) for result in results))


def _under(result: GateResult, ceiling: Ceiling) -> GateResult:
    asks = result.gate.asks if result.gate else Asks.SUCCESS
    if ceiling.by == "judge" and asks not in _MEASURED:
        return _judged(result, ceiling)
    if asks not in _RATES or not result.verdict.holds or result.success <= Fraction(ceiling.success):
        return result
    return _open(result, ceiling, limited_at(ceiling, (result.success,)))


def _judged(result: GateResult, ceiling: Ceiling) -> GateResult:
    """A gate on verdicts that a judge gave: it proves nothing beyond what people checked, nor of a slice of it."""
    known = ceiling.success > 0
    if known and result.gate and result.gate.asks not in _RATES:
        return result
    if not known:
        what = f"; as it says: {result.reason}"
        return _open(result, ceiling, limited_at(ceiling) + what) if result.verdict in _DECIDED else result
    if not result.verdict.holds:
        return result
    if result.where:
        return _open(
            result, ceiling, "judge-limited: people checked its verdicts on all scenarios, not on this slice"
        )
    above = result.success > Fraction(ceiling.success)
    return _open(result, ceiling, limited_at(ceiling, (result.success,))) if above else result


def _open(result: GateResult, ceiling: Ceiling, reason: str) -> GateResult:
    rate = under_judge(result.rate, [ceiling])
    interval = result.interval if rate is None or result.gate is None else claims.interval(result.gate, rate)
    return replace(
        result,
        verdict=GateVerdict.NOT_PROVEN,
        rate=rate,
        interval=interval,
        reason=reason,
        more_clean=None,
        ceiling=ceiling,
    )


def under_judge(rate: Rate | None, ceilings: Sequence[Ceiling]) -> Rate | None:
    """Return the headline rate, of which no more is proven than what people's checks of a judge show."""
    lowest = min((each.success for each in ceilings if each.by == "judge"), default=None)
    if rate is None or lowest is None or rate.lower <= lowest:
        return rate
    upper = 1.0 if lowest == 0 else rate.upper
    method = f"{rate.method} of a judge's verdicts, judge-limited"
    return replace(
        rate,
        lower=lowest,
        failure_upper=1 - lowest,
        upper=upper,
        failure_lower=1 - upper if lowest == 0 else rate.failure_lower,
        method=method,
    )


def ceiling_notes(ceilings: Sequence[Ceiling]) -> Iterator[str]:
    """Yield what a reader of the rate must know of every ceiling."""
    for ceiling in ceilings:
        yield limited_at(ceiling)
