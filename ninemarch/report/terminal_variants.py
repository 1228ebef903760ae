"""How a target does on variants, on a terminal of 80 columns.

Covers layout; foreign text passes ``clean`` before it is shown.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Robustness, VariantResult
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_variants", "variants_sentence"]


def print_variants(console: Console, found: Robustness) -> None:
    """Print what variants change: each kind's paired difference first, then a few scenarios that broke."""
    say(console, Text(variants_sentence(found), style="bold"))
    release = f", release {found.release}" if found.release else ""
    what = f"{found.suite}, {found.target}{release}, profile {found.profile}, seed {found.seed}"
    say(console, Text(clean(what, 200), style="dim"), indent=2)
    for each in found.results:
        say(console, Text(_line(each)), indent=2, hang=13)
    told = "failure rate in percentage points, variant minus original of the same scenario; "
    told += f"all intervals together at {n.one_sided_text(found.confidence)}. Not recorded, part of no rate"
    say(console, Text(told, style="dim"), indent=2)
    for each in found.results:
        _examples(console, each)


def variants_sentence(found: Robustness) -> str:
    """Return what the variants show, in a line: which kinds break the target beyond chance."""
    worse = [each.kind for each in found.results if each.estimate is not None and each.lower > 0]
    if worse:
        return f"Worse on variants: {', '.join(worse)}"
    if not any(each.pairs for each in found.results):
        return "Nothing to compare: no variant differs, or none was decided"
    return "No variant is worse beyond chance"


def _line(each: VariantResult) -> str:
    if each.estimate is None:
        return f"{each.kind:<11}  nothing to compare{_left_out(each)}"
    ends = f"{n.points_text(each.lower, 'floor')} to {n.points_text(each.upper, 'ceil')}"
    counts = f"{each.broke:,} broke and {each.mended:,} were mended of {each.pairs:,}"
    return f"{each.kind:<11}  {n.points_text(each.estimate)} ({ends}): {counts}{_left_out(each)}"


def _left_out(each: VariantResult) -> str:
    named = ((each.unchanged, "unchanged"), (each.undecided, "undecided"))
    return "".join(f", {count:,} {what}" for count, what in named if count)


def _examples(console: Console, each: VariantResult) -> None:
    if not each.examples:
        return
    say(console, Text(f"{each.kind}: {each.broke:,} of {each.passed:,} that passed broke", style="bold red"))
    for broken in each.examples:
        say(console, Text(clean(broken.scenario, 60)), indent=2)
        for label, text in (("was", broken.original), ("is", broken.variant), ("why", broken.reason)):
            say(console, Text(f"{label:<4} {clean(text, 200)}", style="dim"), indent=4, hang=5)
