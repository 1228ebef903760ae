"""The catalogue of a suite's failures, and what became of clusters since the run kept before, in 80 columns.

Covers layout and wording; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.clusters import id_of
from ninemarch.mining.trends import Change, Trend, Trends
from ninemarch.model import Catalogue, KeptRun, KnownCluster
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_catalogue", "print_trends"]

_STYLE = {
    Change.NEW: "bold red",
    Change.BACK: "bold red",
    Change.GROWING: "bold red",
    Change.STEADY: "",
    Change.SHRINKING: "bold green",
    Change.GONE: "bold green",
}
_MOST_RUNS = 5


def print_trends(console: Console, trends: Trends, *, top: int) -> None:
    """Print what became of each cluster; clusters that are steady are counted, not listed."""
    say(console, Text())
    before = f"{trends.before.release} {trends.before.release_name}".strip()
    say(console, Text(clean(f"since {before}, run {trends.before.run}: {_counted(trends.clusters)}"), style="bold"))
    told = [each for each in trends.clusters if each.change is not Change.STEADY]
    for each in told[:top]:
        line = Text(f"{each.change:<9}", style=_STYLE[each.change]).append(f" {clean(each.name, 200)}")
        say(console, line.append(f"  {each.id}", style="dim"), indent=2, hang=10)
        say(console, Text(_evidence(each, trends), style="dim"), indent=12)
    if len(told) > top:
        say(console, Text(f"{len(told) - top:,} more changes are in the JSON"), indent=2)


def _counted(clusters: Sequence[Trend]) -> str:
    many = {change: sum(each.change is change for each in clusters) for change in Change}
    return ", ".join(f"{count:,} {change}" for change, count in many.items() if count) or "no failure then or now"


def _evidence(each: Trend, trends: Trends) -> str:
    seen = f"{each.then:,} of {trends.before.units:,} then, {each.now:,} of {trends.units:,} now"
    p_value = n.p_value_text(each.p_value)
    return f"{seen}; p {p_value}, {'beyond chance' if each.proven else 'may be chance'}"


def print_catalogue(console: Console, catalogue: Catalogue) -> None:
    """Print every known cluster with the kinds that belong to it and where it was seen."""
    head = f"{n.count_text(len(catalogue.clusters), 'cluster')} in {n.count_text(len(catalogue.runs), 'kept run')}"
    say(console, Text(clean(f"{catalogue.suite}: {head}"), style="bold"))
    for cluster in catalogue.clusters:
        say(
            console, Text(cluster.id, style="bold").append(f"  {clean(cluster.name, 300)}", style="not bold"), hang=10
        )
        say(console, Text(_seen(cluster, catalogue.runs), style="dim"), indent=10)
        if len(cluster.kinds) > 1:
            kinds = ", ".join(id_of(kind) for kind in cluster.kinds)
            say(console, Text(f"merged by hand from the kinds {kinds}", style="dim"), indent=10)


def _seen(cluster: KnownCluster, runs: Sequence[KeptRun]) -> str:
    last = [run for run in runs if run.run in cluster.seen]
    if not last:
        return "in no kept run"
    parts = [
        f"{clean(run.release, 40)}: {cluster.seen[run.run].trials:,} of {run.trials:,}" for run in last[-_MOST_RUNS:]
    ]
    more = f"{len(last) - _MOST_RUNS:,} earlier runs; " if len(last) > _MOST_RUNS else ""
    return f"{more}{'; '.join(parts)}"
