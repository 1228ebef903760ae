"""The calibration of a judge on a terminal of 80 columns.

Covers layout only.
"""

from __future__ import annotations

import math
from fractions import Fraction

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.claims import limited_at
from ninemarch.model import JudgeCalibration, Share
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say

__all__ = ["print_judge_calibration"]


def print_judge_calibration(console: Console, found: JudgeCalibration) -> None:
    """Print what the labels show: the corrected rate, the judge's own shares, and what it lets a gate prove."""
    place = f"{clean(found.suite, 60)}" + (f", run {clean(found.run, 60)}" if found.run else "")
    say(console, Text(f"{found.basis}", style="bold").append(f"  {place}", style="not bold dim"))
    say(console, Text(clean(found.counts, 300)), indent=2, hang=2)
    if found.success is not None:
        head = Text(f"success {_text(found.success)}", style="bold")
        judged = "" if found.judged is None else f"; as the judge says: {_seen(found.judged, 'no failure')}"
        say(console, head.append(f"  {found.method}{judged}", style="not bold"), indent=2, hang=2)
    say(console, Text(f"wrong answers that it fails (sensitivity)  {_text(found.sensitivity)}"), indent=2, hang=2)
    say(console, Text(f"right answers that it passes (specificity) {_text(found.specificity)}"), indent=2, hang=2)
    if found.ceiling is not None:
        say(console, Text(limited_at(found.ceiling), style="bold"), indent=2, hang=2)
    if found.best is not None:
        best = n.percent(Fraction(found.best), "floor")
        say(console, Text(f"labels as many as these cannot show more than {best}", style="dim"), indent=2)
    say(console, Text(f"each limit holds at {n.one_sided_text(found.confidence)}", style="dim"), indent=2)


def _text(share: Share) -> str:
    lower = n.percent(Fraction(share.lower), "floor")
    if math.isnan(share.estimate):
        return f"unknown, at least {lower}"
    upper = "" if share.upper >= 1 else f", at most {n.percent(Fraction(share.upper), 'ceil')}"
    return f"{_seen(share.estimate, 'no mistake seen')}, at least {lower}{upper}"


def _seen(share: float, whole: str) -> str:
    return whole if share >= 1 else n.percent(Fraction(share), "nearest")
