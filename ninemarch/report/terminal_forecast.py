"""A forecast on a terminal of 80 columns: what a nine costs, whether that changes, when the next one comes.

Covers wording; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Cone, ConePoint, MarchForecast, Pace, PaceVerdict, Shape
from ninemarch.report.compose import clean
from ninemarch.report.effort import about_text
from ninemarch.report.terminal_line import say

__all__ = ["AS_BEFORE", "evidence_text", "pace_text", "per_nine_text", "print_forecast", "reached_text"]

AS_BEFORE = "if work goes on as before"
_HANG = 16
_FAR = 100  # times all effort before: beyond, a factor tells nobody more
_TITLES = {
    "line": "a line",
    "log": "a line in log effort",
    "newest": "a line through the newest half",
}


def print_forecast(console: Console, found: MarchForecast) -> None:
    """Print a forecast with the evidence it rests on."""
    last = found.releases[-1]
    unit = _unit(found)
    head = Text(clean(found.suite, 60), style="bold")
    span = f"  {n.count_text(len(found.releases), 'release')} over {about_text(last.effort)}{unit}"
    say(console, head.append(span, style="not bold"))
    for title, words in _rows(found):
        say(console, Text(f"{title:<{_HANG}}{words}"), hang=_HANG)
    if found.cone:
        _print_cone(console, found, found.cone)
    else:
        say(console, Text(f"{'cone':<{_HANG}}none: {found.no_cone}"), hang=_HANG)
    say(console, Text(f"{'evidence':<{_HANG}}{evidence_text(found)}"), hang=_HANG)
    for note in found.notes:
        say(console, Text(clean(note), style="dim"), indent=2, hang=2)


def _unit(found: MarchForecast) -> str:
    return f" {clean(found.effort_unit, 40)}" if found.effort_unit else ""


def _rows(found: MarchForecast) -> Iterator[tuple[str, str]]:
    """The titled lines between the heading and the cone."""
    for place, shape in enumerate(found.shapes):
        yield "" if place else "a nine costs", per_nine_text(found, shape)
    yield "pace", pace_text(found)
    for place, shape in enumerate(found.shapes):
        title = "" if place else f"{n.nine_text(found.nine)} reached"
        yield title, f"{_TITLES[shape.name]}: {reached_text(found, shape)}"
    if found.growth:
        model = found.growth
        upper = about_text(model.upper, "ceil") if model.upper < math.inf else "no limit"
        ends = f"{about_text(model.lower, 'floor')} to {upper}"
        growth = "growth" if model.upper < 1 else "no growth proven"
        said = f"beta {about_text(model.beta)} ({ends}), {growth}; next trial {n.success_text(model.next_rate)}"
        yield "Crow-AMSAA", f"{said}. Ties growth to the number of test trials, not to effort"


def per_nine_text(found: MarchForecast, shape: Shape) -> str:
    """Return what a nine costs by one shape, with its limits."""
    title, unit = _TITLES[shape.name], _unit(found)
    if math.isnan(shape.per_nine):
        return f"{title}: the failures allow no fit"
    chosen = ", fits best" if found.chosen == shape.name else ""
    if math.isinf(shape.upper):
        at_least = "" if math.isinf(shape.lower) else f"; at least {_cost(shape, shape.lower, 'floor', unit)}"
        return f"{title}: no improvement is proven{at_least}{chosen}"
    far = shape.name == "log" and shape.upper >= _FAR
    upper = f"more than {_FAR}" if far else about_text(shape.upper, "ceil")
    ends = f"{about_text(shape.lower, 'floor')} to {upper}"
    return f"{title}: {_cost(shape, shape.per_nine, 'nearest', unit)} ({ends}){chosen}"


def _cost(shape: Shape, amount: float, rounding: n.Rounding, unit: str) -> str:
    said = about_text(amount, rounding) if amount < _FAR or shape.name != "log" else f"more than {_FAR}"
    return f"{said} times all effort before" if shape.name == "log" else f"{said}{unit}"


def pace_text(found: MarchForecast) -> str:
    """Return whether each nine takes the same work, as far as the releases tell."""
    pace = found.pace
    if pace is None or math.isnan(pace.p_value):
        return f"open: {n.count_text(len(found.releases), 'release')} cannot tell whether nines get dearer"
    words = {
        PaceVerdict.STEADY: "steady: each nine takes about the same work",
        PaceVerdict.SLOWING: "slowing: each nine takes more work than the one before",
        PaceVerdict.SPEEDING_UP: "speeding up: each nine takes less work than the one before",
        PaceVerdict.OPEN: "open: these releases cannot tell whether nines get dearer",
    }
    return f"{words[pace.verdict]}; {_ratio(pace)}p {n.p_value_text(pace.p_value)}"


def _ratio(pace: Pace) -> str:
    if math.isinf(pace.lower) or math.isinf(pace.upper):
        return ""
    ends = (about_text(pace.lower, "floor"), about_text(pace.upper, "ceil"))
    return f"now {about_text(pace.ratio)} times that at the start ({ends[0]} to {ends[1]}), "


def reached_text(found: MarchForecast, shape: Shape) -> str:
    """Return when the next nine is reached by one shape."""
    if not shape.in_sight:
        return "not reached in sight"
    when, low, high = shape.reached
    last = found.releases[-1].effort
    if high <= last:
        return f"reached already, at {about_text(when)}{_unit(found)}"
    ends = f"{about_text(low, 'floor')} to {about_text(high, 'ceil')}"
    return f"at {about_text(when)}{_unit(found)} ({ends})"


def evidence_text(found: MarchForecast) -> str:
    """Return what the frontier of the march rests on, and that reaching is not proving."""
    last = found.releases[-1]
    failures = "1 failure" if last.failures == 1 else f"{about_text(last.failures)} failures"
    counts = f"{failures} in {about_text(last.trials)} trials"
    prove = f"to prove {n.nine_text(found.nine)} takes {n.count_text(found.to_prove)} clean trials"
    return f"the newest release, {clean(last.release, 40)}, has {counts}; {prove}"


def _print_cone(console: Console, found: MarchForecast, cone: Cone) -> None:
    sure = n.one_sided_text(cone.confidence)
    said = f"success of a release, {sure} range, {AS_BEFORE}"
    say(console, Text(f"{'cone':<{_HANG}}{said}"), hang=_HANG)
    steps = cone.points[:: max(1, (len(cone.points) - 1) // 4)]
    for point in steps:
        say(console, Text(f"{about_text(point.effort) + _unit(found):>{_HANG + 12}}  {_range(point)}"))


def _range(point: ConePoint) -> str:
    low, high = n.success_text(point.upper, "floor"), n.success_text(point.lower, "ceil")
    return f"{low.removesuffix('%')}–{high}"
