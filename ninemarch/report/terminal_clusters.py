"""What surrounds a run's clusters, in 80 columns: the suite's catalogue, earlier runs, the audit of the oracle.

Covers layout and wording; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.audit import Audit
from ninemarch.mining.clusters import id_of
from ninemarch.mining.since import Fate, Outcome, Since
from ninemarch.mining.trends import Change, Trend, Trends
from ninemarch.model import Catalogue, KeptRun, KnownCluster, Rate
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_audit", "print_catalogue", "print_since", "print_trends"]

_STYLE = {
    Change.NEW: "bold red",
    Change.BACK: "bold red",
    Change.APART: "",
    Change.GROWING: "bold red",
    Change.STEADY: "",
    Change.SHRINKING: "bold green",
    Change.GONE: "bold green",
}
_FATE = {
    Outcome.FIXED: "bold green",
    Outcome.FEWER: "bold green",
    Outcome.UNPROVEN: "",
    Outcome.MORE: "bold red",
}
_TOLD = {Change.NEW, Change.BACK, Change.APART}
_MOST_UNSURE = 5
_MOST_RUNS = 5


def print_trends(console: Console, trends: Trends, *, top: int) -> None:
    """Print what became of each cluster; what is steady, or gone and may be back by chance, is counted alone."""
    say(console, Text())
    before = f"{trends.before.release} {trends.before.release_name}".strip()
    say(console, Text(clean(f"since {before}, run {trends.before.run}: {_counted(trends.clusters)}"), style="bold"))
    told = [each for each in trends.clusters if each.proven or each.change in _TOLD]
    for each in told[:top]:
        line = Text(f"{each.change:<9}", style=_STYLE[each.change]).append(f" {clean(each.name, 200)}")
        say(console, line.append(f"  {each.id}", style="dim"), indent=2, hang=10)
        say(console, Text(_evidence(each, trends), style="dim"), indent=12)
    if len(told) > top:
        say(console, Text(f"{len(told) - top:,} more changes are in the JSON"), indent=2)
    gone = sum(each.change is Change.GONE and not each.proven for each in trends.clusters)
    if gone:
        say(console, Text(f"that {gone:,} of those gone were not seen may be chance", style="dim"), indent=2)


def print_since(console: Console, since: Since, now: Rate | None) -> None:
    """Print what a release did to each cluster of an earlier run, and whether it bought what was promised."""
    say(console, Text())
    before = f"{since.plan.release or since.plan.target} {since.plan.release_name}".strip()
    pairs = n.count_text(since.pairs, "trial") + (
        f" of {n.count_text(since.units, 'group')}" if since.units != since.pairs else ""
    )
    say(console, Text(clean(f"since {before}, run {since.plan.run}, on the same {pairs}"), style="bold"))
    if since.promised and now:
        text = f"without the fixed ones it had {n.estimate_text(since.promised)} ({n.interval_text(since.promised)})"
        say(console, Text(f"{text}; now it has {n.estimate_text(now)} ({n.interval_text(now)})"), indent=2)
    sure = [fate for fate in since.clusters if fate.outcome is not Outcome.UNPROVEN]
    unsure = [fate for fate in since.clusters if fate.outcome is Outcome.UNPROVEN]
    for fate in sure + unsure[:_MOST_UNSURE]:
        line = Text(f"{fate.outcome:<10}", style=_FATE[fate.outcome]).append(f" {clean(fate.name, 200)}")
        say(console, line.append(f"  {fate.id}", style="dim"), indent=2, hang=11)
        say(console, Text(_fate(fate), style="dim"), indent=13)
    if len(unsure) > _MOST_UNSURE:
        say(
            console,
            Text(f"{len(unsure) - _MOST_UNSURE:,} more with too few failures to tell are in the JSON"),
            indent=2,
        )
    if not since.clusters:
        say(console, Text("no failure then or now"), indent=2)
    for change in since.changes:
        say(console, Text(f"note: {clean(change)}"), indent=2, hang=6)


def _fate(fate: Fate) -> str:
    parts = ((fate.gone, "gone"), (fate.otherwise, "failing in another way"), (fate.came, "came"))
    moved = ", ".join(f"{many:,} {what}" for many, what in parts if many) or "nothing moved"
    test = f"p {n.p_value_text(fate.p_value)}" if fate.p_value < 1 else "may be chance"
    return f"{fate.then:,} then, {fate.now:,} now: {moved}; {test}"


def _counted(clusters: Sequence[Trend]) -> str:
    many = {change: sum(each.change is change for each in clusters) for change in Change}
    return ", ".join(f"{count:,} {change}" for change, count in many.items() if count) or "no failure then or now"


def _evidence(each: Trend, trends: Trends) -> str:
    if each.change is Change.APART:
        return f"{each.now:,} of {trends.units:,} now; told apart for the first time, not new"
    seen = f"{each.then:,} of {trends.before.units:,} then, {each.now:,} of {trends.units:,} now"
    return f"{seen}; " + (f"p {n.p_value_text(each.p_value)}" if each.proven else "may be chance")


def print_audit(console: Console, found: Audit, run: str, *, top: int) -> None:
    """Print which failures may be the suite's own mistake, the strongest evidence first."""
    say(console, Text())
    doubted = f"{found.trials:,} of {n.count_text(found.failures, 'failure')} may be the suite's own mistake"
    say(console, Text(f"oracle audit: {doubted}" if found.doubts else _no_doubt(found), style="bold"), hang=2)
    for doubt in found.doubts[:top]:
        line = Text(f"{doubt.ground}", style="bold yellow").append(
            f"  {clean(doubt.evidence, 300)}", style="not bold"
        )
        say(console, line.append(f"  {clean(doubt.scenario, 80)}", style="dim"), indent=2, hang=2)
        say(console, Text(f"ninemarch show {clean(run, 60)} {doubt.trial}"), indent=4, whole=True)
    if len(found.doubts) > top:
        say(console, Text(f"{len(found.doubts) - top:,} more doubts are in the JSON"), indent=2)
    if found.doubts:
        advice = "nothing was changed: where you agree, write void: WHY into the scenario, or mend the check"
        say(console, Text(advice, style="dim"), indent=2)


def _no_doubt(found: Audit) -> str:
    beside = f", beside {n.count_text(len(found.releases), 'other release')}" if found.releases else ""
    return f"oracle audit: no sign of a mistake of the suite in {n.count_text(found.failures, 'failure')}{beside}"


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
