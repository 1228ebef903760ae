"""Where failures concentrate, on a terminal of 80 columns: one line a slice, and what the run could have shown.

Covers layout and wording; foreign text passes ``clean`` before it is shown. Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.slices import FoundSlice, SliceReport
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["failing_interval", "failing_text", "print_slices", "slices_sentence"]

_HEAD = ("", "failed", "trials", "found", "at least", "per 10,000")
# Sizes of a slice, as shares of the trials, for which it is said what would have been found.
_TOLD = (0.01, 0.05, 0.2)


def print_slices(console: Console, report: SliceReport, *, top: int = 10) -> None:
    """Print where failures concentrate.

    Args:
        console: where to.
        report: what the search found.
        top: slices shown at most; what is left out is said.
    """
    if not report.overall.failures:
        return
    say(console, Text())
    say(console, Text(slices_sentence(report), style="bold"), hang=2)
    if report.slices:
        _table(console, report, top)
        if len(report.slices) > top:
            say(console, Text(f"{len(report.slices) - top:,} more slices are in the JSON"), indent=2)
        sure = n.one_sided_text(round(1 - report.options.level, 12))
        at_least = f"'at least' holds for all {report.candidates:,} slices looked at together, at {sure} confidence"
        say(console, Text(f"{report.caution}; {at_least}", style="dim"), indent=2)
    for line in _could(report):
        say(console, Text(line, style="dim"), indent=2)


def failing_text(failure: float, rounding: n.Rounding = "nearest") -> str:
    """Return a failure rate as a percentage that crosses no nine: ``31.2%``, ``0.52%``.

    Args:
        failure: in [0, 1].
        rounding: ``floor`` for lower bounds, ``ceil`` for upper bounds, ``nearest`` for measured rates.

    Examples:
        >>> failing_text(0.31249, "floor"), failing_text(0.00996, "ceil"), failing_text(1.0)
        ('31.2%', '0.996%', 'all')
        >>> failing_text(0.0)
        'none'
    """
    if failure >= 1 or failure <= 0:
        return "all" if failure > 0 else "none"
    return n.percent(Fraction(repr(failure)), rounding, [1 - nine for nine in n.NINES], 1 if failure >= 0.1 else 2)


def failing_interval(lower: float, upper: float) -> str:
    """Return both ends of a failure rate.

    Examples:
        >>> failing_interval(0.01404, 0.0305), failing_interval(0.0, 0.83)
        ('1.40–3.05%', '0–83.0%')
    """
    low, high = failing_text(lower, "floor"), failing_text(min(upper, 1.0), "ceil")
    return f"{'0' if lower <= 0 else low.removesuffix('%')}–{high}"


def slices_sentence(report: SliceReport) -> str:
    """Return the finding on slices, in a sentence."""
    if not report.searched:
        return "Where they concentrate: the scenarios have no attribute to look into"
    if not report.slices:
        looked = n.count_text(report.candidates, "slice")
        return f"No slice fails more often beyond chance: {looked} looked at, p {n.p_value_text(report.best_p)}"
    held = report.overall.failures - report.rest.failures
    many = n.count_text(len(report.slices), "slice")
    holds = "holds" if len(report.slices) == 1 else "hold"
    share = n.share_text(report.overall.trials - report.rest.trials, report.overall.trials)
    what = f"{many} {holds} {held:,} of {report.overall.failures:,} failures in {share} of the trials"
    rest = report.rate_of(report.rest)
    if rest is None:
        return what
    fail = f"{failing_text(1 - rest.estimate)} fail" if rest.failures else "none fails"
    between = failing_interval(rest.failure_lower, rest.failure_upper)
    return f"{what}; elsewhere {fail} ({n.two_sided_text(rest.confidence)} interval {between})"


def _table(console: Console, report: SliceReport, top: int) -> None:
    slices = report.slices[:top]
    rows = [_HEAD, *(_row(place, each, report) for place, each in enumerate(slices, 1))]
    names = ["slice", *(clean(each.label) for each in slices)]
    wide = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEAD))]
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        line = "  ".join(cell.rjust(room) for cell, room in zip(row, wide, strict=True)) + "  "
        say(console, Text(line).append(name, style="bold" if at else ""), hang=len(line))


def _row(place: int, each: FoundSlice, report: SliceReport) -> tuple[str, ...]:
    inside, found, alone = each.inside, report.rate_of(each.inside), report.rate_of(each.alone)
    return (
        f"{place}",
        f"{inside.failures:,}",
        f"{inside.trials:,}",
        failing_text(1 - found.estimate) if found else "-",
        failing_text(each.at_least, "floor"),
        n.per_10k_measured(alone) if alone else "-",
    )


def _could(report: SliceReport) -> Iterator[str]:
    """What would have been found, had it been there."""
    parts = [
        f"{each.share:.0%} of the trials if {failing_text(each.failure_rate, 'ceil')} of them fail"
        for each in report.detectable
        if each.share in _TOLD and each.failure_rate
    ]
    if parts:
        yield f"would be found 4 times in 5: a slice with {', with '.join(parts)}"
