"""A baseline, and a run beside it, on a terminal of 80 columns.

Covers layout; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Baseline, Comparison, Difference, PairedScenario, PairedSlice, Results
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = [
    "difference_sentence",
    "difference_text",
    "label_of",
    "print_baseline",
    "print_comparison",
    "print_hidden",
    "slice_text",
]

MOST_SCENARIOS = 20
MOST_SLICES = 10
MOST_HIDDEN = 3


def print_baseline(console: Console, baseline: Baseline) -> None:
    """Print what a baseline is of."""
    head = Text(f"baseline {baseline.name}", style="bold")
    say(console, head.append(f"  {_what(baseline)}", style="not bold"), hang=2)
    say(console, Text(f"accepted {baseline.accepted[:10]}, suite hash {baseline.hash}", style="dim"), indent=2)
    say(console, Text(baseline.counts.line(), style="dim"), indent=2)
    failing = sum(1 for share in baseline.failed.values() if share > 0)
    scenarios = n.count_text(len(baseline.results), "scenario")
    say(console, Text(f"{scenarios}, {failing:,} of them failed or handed off"), indent=2)


def _what(baseline: Baseline) -> str:
    release = f"{baseline.release} {baseline.release_name}".strip()
    return clean(f"{baseline.suite}, {release}, profile {baseline.profile}, run {baseline.run}")


def print_comparison(console: Console, found: Comparison) -> None:
    """Print how a run differs from its baseline: how much first, then the scenarios, worst news first."""
    say(console, Text(difference_sentence(found), style="bold"))
    release = clean(f"{found.plan.release or found.plan.target} {found.plan.release_name}".strip(), 80)
    say(console, Text(f"now   {release}, run {clean(found.plan.run, 60)}", style="dim"), indent=2, hang=6)
    say(console, Text(f"then  {_what(found.baseline)}", style="dim"), indent=2, hang=6)
    where = "on the baseline" if found.baseline.name else "then"
    alone = f"{found.only_then:,} {where} alone, {found.only_now:,} in this run alone"
    say(console, Text(f"{n.count_text(found.paired, 'scenario')} paired; {alone}"), indent=2)
    if found.difference:
        say(console, Text(difference_text(found.difference)), indent=2, hang=2)
    for each in found.slices[:MOST_SLICES]:
        say(console, Text(slice_text(found, each)), indent=2, hang=2)
    for change in found.changes:
        say(console, Text(f"note: {clean(change)}"), indent=2, hang=6)
    _scenarios(console, "newly failing", found.worse, found.plan.run, style="bold red")
    _scenarios(console, "newly passing", found.better, "", style="bold green")


def print_hidden(console: Console, found: Comparison) -> None:
    """Print, in a few lines, where a release is worse than the one before though it is not on the whole."""
    plan = found.plan
    say(console, Text(f"{clean(f'{plan.release} {plan.release_name}'.strip(), 80)}: {_lower(found)}", style="bold"))
    for each in found.hidden[:MOST_HIDDEN]:
        say(console, Text(slice_text(found, each)), indent=2, hang=2)
    command = f"ninemarch compare {clean(found.baseline.run, 60)} {clean(plan.run, 60)}"
    say(console, Text(command), indent=2, whole=True)


def _lower(found: Comparison) -> str:
    sentence = difference_sentence(found)
    return sentence[0].lower() + sentence[1:]


def difference_sentence(found: Comparison) -> str:
    """Return what the comparison says, in a line: proven worse, proven better, or neither."""
    difference = found.difference
    if difference is None:
        return "Not compared: " + ("no scenario is common to both" if not found.paired else "the scenarios changed")
    counted = f"{len(found.worse):,} newly failing, {len(found.better):,} newly passing"
    then = "the baseline" if found.baseline.name else label_of(found.baseline)
    if difference.lower > 0:
        return f"Worse than {then}: {counted}"
    hidden = f", but worse in {n.count_text(len(found.hidden), 'slice')}" if found.hidden else ""
    better = difference.upper < 0
    return f"Better than {then}{hidden}: {counted}" if better else f"No difference is proven{hidden}: {counted}"


def label_of(baseline: Baseline) -> str:
    """Return what a baseline is of, in a few words: its release, or its target."""
    return clean(f"{baseline.release} {baseline.release_name}".strip(), 80)


def slice_text(found: Comparison, each: PairedSlice) -> str:
    """Return a slice in which two runs differ, with its evidence."""
    word = "worse" if each.worse > each.better else "better"
    return (
        f"{word} where {clean(each.attribute, 40)}={clean(each.level, 60)}: {each.worse:,} newly failing, "
        f"{each.better:,} newly passing of {n.count_text(each.paired, 'scenario')} (p {n.p_value_text(each.p_value)} "
        f"for all {n.count_text(found.looked, 'slice')} looked at)"
    )


def difference_text(difference: Difference) -> str:
    """Return the difference with its evidence: estimate, interval, confidence, method, p-value."""
    ends = f"{n.points_text(difference.lower, 'floor')} to {n.points_text(difference.upper, 'ceil')}"
    text = (
        f"failure rate {n.points_text(difference.estimate)} percentage points, "
        f"{n.two_sided_text(difference.confidence)} interval {ends} ({difference.method})"
    )
    if difference.p_value is not None:
        return f"{text}; McNemar mid-P {n.p_value_text(difference.p_value)}"
    return f"{text}, over {n.count_text(difference.units, 'group')}"


def _scenarios(console: Console, title: str, pairs: Sequence[PairedScenario], run: str, *, style: str) -> None:
    for pair in pairs[:MOST_SCENARIOS]:
        line = Text(title, style=style).append(f"  {clean(pair.id, 100)}", style="not bold default")
        if pair.then.scored > 1 or pair.now.scored > 1:
            line.append(f"  {_share(pair.then)} then, {_share(pair.now)} now", style="dim")
        say(console, line, indent=2, hang=15)
    if len(pairs) > MOST_SCENARIOS:
        say(console, Text(f"{len(pairs) - MOST_SCENARIOS:,} more {title} are in the JSON"), indent=2)
    if pairs and run:
        say(console, Text(f"ninemarch replay {clean(run, 60)} {clean(pairs[0].id, 200)}"), indent=2, whole=True)


def _share(seen: Results) -> str:
    return f"{seen.failed + seen.assisted:,} of {seen.scored:,} failed"
