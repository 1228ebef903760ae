"""The nines scale that every chart shares: -log10(1 - success), labelled in percent.

Covers range, ticks and where a value stands. The scale draws only the rungs 90%, 99%, 99.9% ...; between them
stand light labels, dropped where they would touch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10

from ninemarch.numbers import nine_text, threshold_text

__all__ = ["Scale", "Tick", "round_steps", "scale_over"]

Marks = tuple[float | None, float, float | None]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place of the scale; a rung is a whole number of nines."""

    nines: float
    label: str
    rung: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A range of the nines scale, ``low < high``."""

    low: float
    high: float

    def share(self, nines: float) -> float:
        """Where a value stands between the ends, cut to [0, 1]."""
        return min(1.0, max(0.0, (nines - self.low) / (self.high - self.low)))

    def holds(self, nines: float) -> bool:
        """Whether a value lies between the ends."""
        return self.low <= nines <= self.high

    def ticks(self, spacing: float) -> list[Tick]:
        """Return the ticks, at least ``spacing`` of the whole range apart; rungs go before light ticks."""
        rungs = [Tick(float(k), nine_text(k), rung=True) for k in range(max(1, ceil(self.low)), floor(self.high) + 1)]
        kept = rungs
        for decade in range(floor(self.low), ceil(self.high) + 1):
            for lead in (5, 2):
                failure = Fraction(lead, 10 ** (decade + 1))
                place = -log10(float(failure))
                near = any(abs(place - tick.nines) < spacing * (self.high - self.low) for tick in kept)
                if self.holds(place) and not near:
                    kept = [*kept, Tick(place, threshold_text(1 - failure), rung=False)]
        return sorted(kept, key=lambda tick: tick.nines)


def scale_over(marks: Iterable[Marks | None], gates: Iterable[float]) -> Scale:
    """Return the scale that shows every measured rate, every lower bound and every gate.

    An upper bound far above what was measured says little and would squeeze the rest: it runs to the edge.
    """
    known = [mark for mark in marks if mark is not None]
    solid = [value for measured, lower, _ in known for value in (measured, lower) if value is not None]
    solid += list(gates)
    if not solid:
        return Scale(0.0, 3.0)
    top = max(solid)
    far = [upper for _, _, upper in known if upper is not None and upper <= top + 0.8]
    clean = [lower + 0.45 for _, lower, upper in known if upper is None]
    high = max([top + 0.15, *[value + 0.05 for value in far], *clean])
    # Room below for the name of the lowest release; the scale itself ends at 0, a success rate of 0.
    low = min(solid) - 0.09 * (high - min(solid))
    return _with_a_rung(Scale(low, max(high, low + 0.6)))


def _with_a_rung(scale: Scale) -> Scale:
    """The scale, widened to the nearest rung where it holds none: a picture without one says nothing of nines."""
    above = max(1, ceil(scale.low))
    if above <= scale.high:
        return scale
    below = ceil(scale.low) - 1
    if below >= 1 and scale.low - below < above - scale.high:
        return Scale(below - 0.04, scale.high)
    return Scale(scale.low, above + 0.04)


def round_steps(low: float, high: float, most: int) -> list[float]:
    """Return round numbers from ``low`` to ``high``, at most about ``most`` of them.

    Examples:
        >>> round_steps(40, 560, 6)
        [100.0, 200.0, 300.0, 400.0, 500.0]
    """
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** floor(log10(rough))
    step = next(lead * power for lead in (1, 2, 5, 10) if lead * power >= rough)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
