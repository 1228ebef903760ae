"""What fresh trials say of slices that were found, on a terminal of 80 columns: the honest rate beside the found one.

Covers layout and wording; foreign text passes ``clean`` before it is shown. Computes no statistics.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.confirm import Confirmation, Confirmed, Finding
from ninemarch.mining.slices import FoundSlice
from ninemarch.model import Rate
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_slices import failing_text

__all__ = ["print_confirmed"]

_STYLE = {Finding.CONFIRMED: "bold red", Finding.REFUTED: "bold green", Finding.UNDECIDED: "bold yellow"}


def print_confirmed(console: Console, found: Confirmed) -> None:
    """Print what fresh trials say of each slice."""
    many = {finding: sum(told.finding is finding for _, told in found.slices) for finding in Finding}
    counted = ", ".join(f"{count:,} {finding}" for finding, count in many.items() if count)
    say(console, Text())
    say(console, Text(f"on fresh trials (seed {found.seed}): {counted}", style="bold"))
    for slice_, told in found.slices:
        head = Text(f"{told.finding:<9}", style=_STYLE[told.finding])
        say(console, head.append(f"  {clean(slice_.label)}", style="not bold default"), indent=2, hang=11)
        say(console, Text(_rates(slice_, told)), indent=13)
        say(console, Text(_evidence(told), style="dim"), indent=13)
    if found.undecided:
        left = n.count_text(found.undecided, "trial")
        say(console, Text(f"{left} without a verdict; their pairs were left out"), indent=2)
    say(console, Text("these trials enter no rate", style="dim"), indent=2)


def _rates(slice_: FoundSlice, told: Confirmation) -> str:
    found = failing_text(slice_.inside.failures / max(slice_.inside.trials, 1))
    if told.inside is None or told.outside is None:
        return f"{found} found; no fresh scenario in it"
    return f"{_failing(told.inside)} of fresh trials fail in it, {_failing(told.outside)} outside; {found} found"


def _failing(rate: Rate) -> str:
    high = failing_text(min(rate.failure_upper, 1.0), "ceil")
    if not rate.failures:
        return f"none of {rate.trials:,} (at most {high})"
    low = failing_text(rate.failure_lower, "floor").removesuffix("%")
    return f"{failing_text(1 - rate.estimate)} ({low}–{high})"


def _evidence(told: Confirmation) -> str:
    pairs = n.count_text(told.pairs, "pair")
    if told.finding is Finding.CONFIRMED:
        return f"it fails more often than the rest: e-value {min(told.e_value, 1e6):,.0f} after {pairs} (20 is proof)"
    if told.finding is Finding.REFUTED:
        return f"it fails less often than the {failing_text(told.claim, 'floor')} claimed, proven after {pairs}"
    return f"e-value {told.e_value:.2g} after {pairs} (20 is proof): more trials would tell"
