"""A forecast: what a nine has cost so far, whether that changes, and where the march leads if work goes on as before.

Covers frozen types. How they come about is the march floor's job; rates in them are failure rates, in [0, 1].
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = ["Cone", "ConePoint", "DiscreteGrowth", "MarchForecast", "Observed", "Pace", "PaceVerdict", "Shape"]


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of one release on the newest population.

    Args:
        effort: work up to and including it, or its number among the releases.
        failures: of a plain sample that would tell as much as its looks together; need not be whole.
        trials: likewise, above 0.
        looks: runs that are summed.
    """

    release: str
    effort: float
    failures: float
    trials: float
    looks: int


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of the march, fitted.

    Args:
        name: ``line`` (each nine costs the same), ``log`` (each costs a factor more), or ``newest`` (a line through
            the newest half of the releases).
        per_nine: effort that a nine costs; for ``log`` the factor by which all effort grows; inf where the rate does
            not fall, nan where nothing can be fitted.
        lower: lower limit of it.
        upper: upper limit of it; inf where no improvement is proven.
        release_noise: variance between releases on the log scale beyond chance.
        aic: to choose among shapes fitted to the same releases; the smaller the better.
        reached: effort at which the next nine is reached: estimate, lower and upper limit; inf where not in sight.
        in_sight: whether the limits of ``reached`` are bounded.
    """

    name: str
    per_nine: float
    lower: float
    upper: float
    release_noise: float
    aic: float
    reached: tuple[float, float, float]
    in_sight: bool


class PaceVerdict(enum.StrEnum):
    """Whether each nine takes the same amount of work."""

    STEADY = "steady"
    SLOWING = "slowing"
    SPEEDING_UP = "speeding up"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Pace:
    """The test of the march's claim; see ``stats.PaceChange`` for the numbers.

    Args:
        verdict: ``steady`` only where the limits of the ratio lie between 1/2 and 2.
        ratio: nines per effort at the last release over those at the first; nan where unknown.
        lower: lower limit of it; -inf where unknown.
        upper: upper limit of it; inf where unknown.
        p_value: two-sided, of "the pace did not change"; nan where unknown.
    """

    verdict: PaceVerdict
    ratio: float
    lower: float
    upper: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ConePoint:
    """Between which failure rates a release at this effort is expected."""

    effort: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Cone:
    """Where the next releases are expected if work goes on as before: the union of the shapes.

    Args:
        points: from the newest release to the end, effort increasing.
        shapes: names of the shapes united.
        confidence: of each shape's range, two-sided.
    """

    points: tuple[ConePoint, ...]
    shapes: tuple[str, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class DiscreteGrowth:
    """Crow-AMSAA's model of one-shot trials; see ``stats.CrowAmsaa``.

    Args:
        beta: below 1 means growth; with its limits.
        scale: lambda of the handbooks.
        rates: fitted failure rate of each release.
        next_rate: failure rate expected of the next trial after all that were made.
    """

    beta: float
    lower: float
    upper: float
    scale: float
    rates: tuple[float, ...]
    next_rate: float


@dataclass(frozen=True, slots=True)
class MarchForecast:
    """A forecast with everything it rests on.

    Args:
        effort_unit: what effort is counted in; empty when unknown.
        by_effort: whether effort is known of every release; else releases are numbered.
        releases: of the newest population, in order.
        confidence: of all limits, two-sided.
        nine: the next nine asked for.
        shapes: the shapes fitted to all releases.
        chosen: name of the shape with the smaller AIC; empty below six releases, where nobody can choose.
        pace: the test of the claim; None below four releases.
        cone: None below five releases; ``no_cone`` says why.
        to_prove: clean trials that would prove the next nine, as a 95% gate asks.
        growth: Crow-AMSAA's model, where it was asked for.
        notes: what a reader must know.
    """

    suite: str
    effort_unit: str
    by_effort: bool
    releases: tuple[Observed, ...]
    confidence: float
    nine: int
    shapes: tuple[Shape, ...]
    chosen: str
    pace: Pace | None
    cone: Cone | None
    no_cone: str
    to_prove: int
    growth: DiscreteGrowth | None = None
    notes: tuple[str, ...] = ()
