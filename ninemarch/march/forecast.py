"""From the record of releases to a forecast, or to the words that there is none.

Covers what is fitted to what, how far ahead a forecast may look, and what is said of the pace. The formulas are in
``ninemarch.stats``. A forecast holds "if work goes on as before"; how often it held is in docs/march.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from ninemarch import stats
from ninemarch.errors import UsageError
from ninemarch.model import (
    Cone,
    ConePoint,
    DiscreteGrowth,
    MarchForecast,
    MilestoneTable,
    Observed,
    Pace,
    PaceVerdict,
    Shape,
)
from ninemarch.text import excerpt

__all__ = ["cone_of", "foresee", "observed", "pace_of"]

_FIT = 3  # releases for a line, four for the pace, five for a cone, six to choose a shape, eight for the newest half
_PACE, _CONE, _CHOOSE, _HALF, _NEWEST = 4, 5, 6, 8, 5
_STEADY = 2.0  # a pace that has at most doubled or halved is called steady
_POINTS = 25  # of the cone's grid
_MOST_NINES = 9
_GATE = 0.95  # one-sided confidence at which a nine is proven


def foresee(
    table: MilestoneTable, *, nine: int = 0, confidence: float = 0.9, discrete: bool = False
) -> MarchForecast:
    """Return the forecast of a march.

    Args:
        table: the releases in order.
        nine: the nine to reach; by default the first that the newest release does not hold by the fit.
        confidence: of all limits, two-sided, above 0 and below 1.
        discrete: whether Crow-AMSAA's model is fitted too.

    Raises:
        UsageError: fewer than three releases on the newest population, or a number out of range.
    """
    releases, by_effort = observed(table)
    if len(releases) < _FIT:
        msg = (
            f"releases={len(releases)} of {excerpt(table.suite, 60)} on the newest scenarios, checks and profile; a "
            f"forecast needs {_FIT}, its cone {_CONE}; add releases, or run old ones again"
        )
        raise UsageError(msg)
    fits = _fits(releases, confidence)
    goal = nine or _next_nine(releases, fits["line"])
    shapes = tuple(_shape(name, fit, releases, goal) for name, fit in fits.items())
    cone = cone_of(releases, confidence=confidence)
    few = f"a cone needs {_CONE} releases, there are {len(releases)}" if len(releases) < _CONE else ""
    return MarchForecast(
        suite=table.suite,
        effort_unit=table.effort_unit if by_effort else "releases",
        by_effort=by_effort,
        releases=releases,
        confidence=confidence,
        nine=goal,
        shapes=shapes,
        chosen=_chosen(shapes, len(releases)),
        pace=pace_of(releases, confidence=confidence),
        cone=cone,
        no_cone="" if cone else few or "the failures allow no fit",
        to_prove=stats.trials_needed(float(f"1e-{goal}"), confidence=_GATE),
        growth=_discrete(table) if discrete else None,
        notes=tuple(_notes(table, releases, by_effort=by_effort)),
    )


def observed(table: MilestoneTable) -> tuple[tuple[Observed, ...], bool]:
    """Return the releases on the newest population, and whether effort is known of all; else they are numbered.

    Looks at one release are summed where their scenarios differ; the same scenarios again are no further evidence.
    """
    main = [row for row in table.standings if row.on_line]
    efforts = [row.effort for row in main]
    known = [effort for effort in efforts if effort is not None]
    by_effort = len(known) == len(efforts) > 1 and known[-1] > known[0]
    found = []
    for number, row in enumerate(main, 1):
        look = row.milestone
        looks = {(look.seed, look.first): look}
        for other in table.standings:
            again = other.milestone
            if again.release == look.release and again.population == look.population:
                looks.setdefault((again.seed, again.first), again)
        failures, trials = (sum(each.worth[place] for each in looks.values()) for place in (0, 1))
        effort = row.effort if by_effort and row.effort is not None else float(number)
        found.append(Observed(look.release, effort, failures, trials, len(looks)))
    return tuple(found), by_effort


def _counts(releases: Sequence[Observed]) -> tuple[list[float], list[float], list[float]]:
    return [r.failures for r in releases], [r.trials for r in releases], [r.effort for r in releases]


def _fits(releases: Sequence[Observed], confidence: float) -> dict[str, stats.Growth]:
    """The line, and the line in the logarithm of effort where every effort has one."""
    scales: dict[str, stats.Scale] = {"line": "linear"}
    if min(release.effort for release in releases) > 0:
        scales["log"] = "log"
    return {
        name: stats.growth(*_counts(releases), scale=scale, confidence=confidence) for name, scale in scales.items()
    }


def _next_nine(releases: Sequence[Observed], line: stats.Growth) -> int:
    """The first whole nine that the newest release does not hold by the fit, or by its counts where there is none."""
    newest = releases[-1]
    rate = line.fitted[-1] if np.isfinite(line.slope) else (newest.failures + 0.5) / (newest.trials + 1)
    return min(max(math.floor(-math.log10(rate) + 1e-9) + 1, 1), _MOST_NINES)


def _shape(name: str, fit: stats.Growth, releases: Sequence[Observed], nine: int) -> Shape:
    goal = float(f"1e-{nine}")
    when = stats.forecast(*_counts(releases), failure_rate=goal, scale=fit.scale, confidence=fit.confidence)
    return Shape(
        name=name,
        per_nine=fit.effort_per_nine,
        lower=fit.lower,
        upper=fit.upper,
        release_noise=fit.release_noise,
        aic=fit.aic,
        reached=(when.estimate, when.lower, when.upper),
        in_sight=when.in_sight,
    )


def _chosen(shapes: Sequence[Shape], releases: int) -> str:
    fitted = [shape for shape in shapes if math.isfinite(shape.aic)]
    if releases < _CHOOSE or len(fitted) < 2:
        return ""
    return min(fitted, key=lambda shape: shape.aic).name


def pace_of(releases: Sequence[Observed], *, confidence: float = 0.9) -> Pace | None:
    """Return whether each nine takes the same work; None below four releases.

    Args:
        releases: in order.
        confidence: of the limits, two-sided; the pace has changed where the p-value is below 1 - confidence.
    """
    if len(releases) < _PACE:
        return None
    found = stats.pace_change(*_counts(releases), confidence=confidence)
    verdict = PaceVerdict.OPEN
    # The test, not the ratio's limits: those are infinite where the first pace is not clearly above 0.
    if found.p_value < 1 - confidence:
        verdict = PaceVerdict.SLOWING if found.last < found.first else PaceVerdict.SPEEDING_UP
    elif found.lower >= 1 / _STEADY and found.upper <= _STEADY:
        verdict = PaceVerdict.STEADY
    return Pace(verdict, found.ratio, found.lower, found.upper, found.p_value)


def cone_of(releases: Sequence[Observed], *, confidence: float = 0.9) -> Cone | None:
    """Return where the next releases are expected if work goes on as before; None where nobody can say.

    The union of a line, a line in log effort and, from eight releases on, a line through the newest half: no data of
    a march tell these apart. It ends as soon as one of them has gained a nine, and never further ahead than the
    releases lie behind.

    Args:
        releases: five or more, in order.
        confidence: of each shape's range, two-sided.
    """
    if len(releases) < _CONE:
        return None
    fits = dict(_fits(releases, confidence))
    if len(releases) >= _HALF:
        newest = releases[-max(_NEWEST, math.ceil(len(releases) / 2)) :]
        fits["newest"] = stats.growth(*_counts(newest), confidence=confidence)
    fits = {name: fit for name, fit in fits.items() if np.isfinite(fit.slope)}
    if not fits:
        return None
    last = max(release.effort for release in releases)
    end = min([2 * last - min(release.effort for release in releases), *(_a_nine_on(f, last) for f in fits.values())])
    efforts = np.linspace(last, end, _POINTS)
    ranges = [stats.expected_range(fit, efforts) for fit in fits.values()]
    lower = np.min([low for low, _ in ranges], axis=0)
    upper = np.max([high for _, high in ranges], axis=0)
    points = tuple(ConePoint(float(e), float(a), float(b)) for e, a, b in zip(efforts, lower, upper, strict=True))
    return Cone(points, tuple(fits), confidence)


def _a_nine_on(fit: stats.Growth, effort: float) -> float:
    """The effort at which a shape has gained one nine on what it says of ``effort``; inf where it gains none."""
    if not np.isfinite(fit.effort_per_nine):
        return math.inf
    return effort * fit.effort_per_nine if fit.scale == "log" else effort + fit.effort_per_nine


def _discrete(table: MilestoneTable) -> DiscreteGrowth | None:
    """Crow-AMSAA's model of the counts themselves; None without a failure, or where they fail in the last only."""
    looks = [row.milestone.rate for row in table.standings if row.on_line]
    try:
        found = stats.crow_amsaa([rate.failures for rate in looks], [rate.trials for rate in looks])
    except UsageError:
        return None
    return DiscreteGrowth(found.beta, found.lower, found.upper, found.scale, found.rates, found.intensity)


def _notes(table: MilestoneTable, releases: Sequence[Observed], *, by_effort: bool) -> Iterator[str]:
    if not by_effort:
        yield "effort is not known of every release: releases are counted instead, as if each took the same work"
    left = len({row.milestone.release for row in table.standings}) - len(releases)
    if left:
        many = "1 release was" if left == 1 else f"{left:,} releases were"
        yield f"{many} not run on the newest scenarios, checks and profile: left out"
    if any(release.looks > 1 for release in releases):
        yield "looks at one release on different scenarios are summed"
    yield from table.notes
