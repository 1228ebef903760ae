"""Outcomes that others recorded, on a terminal of 80 columns: the rate, the gates, a line a slice.

Covers layout and wording; foreign text passes ``clean`` before it is shown. Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.claims import thresholds
from ninemarch.model import Analysis, Counts, SliceRate
from ninemarch.report.compose import clean, decision_view
from ninemarch.report.terminal import STYLE, print_gates
from ninemarch.report.terminal_line import say

__all__ = ["print_analysis"]

_LONGEST = 40


def print_analysis(console: Console, analysis: Analysis, *, top: int = 20) -> None:
    """Print an analysis.

    Args:
        console: where to.
        analysis: what the files show.
        top: slices shown at most of each kind, the worst; what is left out is said.
    """
    shown = decision_view(analysis.decision)
    head = Text(f"{shown.hero.symbol} {shown.hero.verdict}", style=STYLE[shown.hero.tone])
    say(console, head.append(f"  {shown.hero.sentence}", style="bold"))
    place = f"{n.count_text(analysis.files, 'file')}, column {clean(analysis.columns.success, 60)}"
    say(console, Text(place, style="dim"), indent=2)
    for line in _headline(analysis):
        say(console, Text(line), indent=2)
    print_gates(console, shown.gates)
    if shown.gates_left_out:
        say(console, Text(f"{shown.gates_left_out:,} more gates are in the JSON"), indent=2)
    say(console, Text(_accounting(analysis.overall.part.counts), style="dim"), indent=2)
    for names, parts in analysis.slices.items():
        _table(console, analysis, names, parts, top)
    for note in (*shown.notes, *analysis.notes):
        say(console, Text(f"note: {clean(note)}"), indent=2, hang=6)


def _headline(analysis: Analysis) -> Iterator[str]:
    against = thresholds(analysis.decision)
    rate, overall = analysis.overall.rate, analysis.overall
    if rate is None:
        return
    yield f"{n.estimate_text(rate, against)} measured success; {n.failures_text(rate)}{_worth(overall)}"
    yield f"≥ {n.lower_text(rate, against)} proven at {n.one_sided_text(rate.confidence)} confidence"
    yield f"{n.interval_text(rate, against)} is the {n.two_sided_text(rate.confidence)} interval ({rate.method})"
    for reading, said in zip(analysis.decision.readings or (), ("failed", "passed"), strict=False):
        yield f"{n.interval_text(reading, against)} if every row without a verdict had {said}"


def _worth(each: SliceRate) -> str:
    """What grouped or weighted rows are worth; empty where each is one."""
    rate = each.rate
    if rate is None or (rate.units == rate.trials and not rate.method.startswith("weighted")):
        return ""
    groups = f" in {n.count_text(rate.units, 'group')}" if rate.units != rate.trials else ""
    return f"{groups}, worth {_rounded(each.effective)} independent ones"


def _rounded(effective: float) -> str:
    return f"{effective:,.0f}" if effective >= 10 else f"{effective:.1f}"


def _accounting(counts: Counts) -> str:
    """Where every row went."""
    parts = {"pass": counts.passed, "fail": counts.failed}
    more = {"assisted": counts.assisted, "unscored": counts.unscored, "error": counts.errors, "void": counts.void}
    parts |= {name: many for name, many in more.items() if many}
    return f"{counts.recorded:,} rows = " + " + ".join(f"{many:,} {name}" for name, many in parts.items())


def _table(console: Console, analysis: Analysis, names: Sequence[str], parts: Sequence[SliceRate], top: int) -> None:
    order = sorted(range(len(parts)), key=lambda at: (_measured(parts[at]), -parts[at].part.counts.scored, at))
    worst = [parts[at] for at in order[:top]]
    say(console, Text())
    by = ", ".join(clean(name, 60) for name in names)
    left = f"; the {len(worst):,} with the lowest measured rates" if len(parts) > len(worst) else ""
    say(console, Text(f"{n.count_text(len(parts), 'slice')} by {by}{left}", style="bold"))
    valued = any(_worth(each) for each in parts)
    head = ("success", "interval", "failed", "trials", *(("worth",) if valued else ()), "")
    rows = [head, *(_row(each, analysis, valued=valued) for each in worst)]
    wide = [max(cell_len(row[at]) for row in rows) for at in range(len(head))]
    for at, row in enumerate(rows):
        cells = [cell.rjust(room) for cell, room in zip(row[:-1], wide, strict=False)]
        line = "  ".join(cells) + "  "
        say(console, Text(line).append(row[-1], style="bold" if at else ""), indent=2, hang=len(line))


def _measured(each: SliceRate) -> float:
    return 2.0 if each.rate is None else each.rate.estimate


def _row(each: SliceRate, analysis: Analysis, *, valued: bool) -> tuple[str, ...]:
    against, counts = thresholds(analysis.decision), each.part.counts
    label = ", ".join(clean(level, _LONGEST) for level in each.part.where.values())
    open_ = counts.unscored + counts.errors
    label += f" ({open_:,} without a verdict)" if open_ else ""
    if each.rate is None:
        return ("–", "–", "0", "0", *(("0",) if valued else ()), label)
    return (
        n.estimate_text(each.rate, against),
        n.interval_text(each.rate, against),
        f"{each.rate.failures:,}",
        f"{each.rate.trials:,}",
        *((_rounded(each.effective),) if valued else ()),
        label,
    )
