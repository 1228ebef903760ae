"""What a gate says of coins, on a terminal of 80 columns.

Covers layout only.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.model import Calibration, Tried
from ninemarch.report.compose import clean
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_plan import print_rows

__all__ = ["print_calibrations"]


def print_calibrations(console: Console, found: Sequence[Calibration]) -> None:
    """Print the error rates of every gate that was tried."""
    for each in found:
        head = Text(f"gate {clean(each.gate.id)} asks {clean(each.required)}", style="bold")
        what = f"not tried: {clean(each.skipped)}" if each.skipped else _plan(each)
        say(console, head.append(f": {what}", "not bold"), hang=2)
        if each.skipped:
            continue
        heads = ["true rate", "PASS", "FAIL", "NOT PROVEN", *(["mean trials"] if _varies(each) else [])]
        print_rows(console, [heads, *(_row(each, tried) for tried in each.tried)])
        say(console, Text(_sentence(each), style="bold" if each.holds else "bold red"), indent=2, hang=2)


def _plan(each: Calibration) -> str:
    trials = n.count_text(each.trials, "trial")
    said = [f"at most {trials}, stopping when decided" if each.stop == "sequential" else trials]
    if each.coins:
        said.append(f"{n.count_text(each.units, 'group')}, correlation {each.coins.correlation:g}")
    if each.look:
        said.append(f"a look after {each.look.at:,}")
    said.append(f"{n.count_text(each.coins.sims, 'simulated run')} a rate" if each.coins else "exact")
    return "; ".join(said)


def _row(each: Calibration, tried: Tried) -> list[str]:
    course = tried.course
    truth = n.success_text(course.failure_rate, against=(each.gate.success,))
    cells = [
        n.chance_text(chance) + (f" ({_end(ends[0])} to {_end(ends[1])})" if each.coins else "")
        for chance, ends in (
            (course.passes, tried.passes),
            (course.fails, tried.fails),
            (course.undecided, tried.undecided),
        )
    ]
    return [truth, *cells, *([f"{course.mean_trials:,.0f}"] if _varies(each) else [])]


def _varies(each: Calibration) -> bool:
    return each.stop == "sequential" or each.look is not None


def _end(chance: float) -> str:
    return n.chance_text(chance).removesuffix("%")


def _sentence(each: Calibration) -> str:
    allowed, promised = each.gate.allowed, n.chance_text(each.nominal)
    passing = [t.course.passes for t in each.tried if t.course.failure_rate >= allowed]
    failing = [t.course.fails for t in each.tried if t.course.failure_rate <= allowed]
    said = []
    if passing:
        said.append(f"false PASS {n.chance_text(max(passing))}")
    if failing:
        said.append(f"false FAIL {n.chance_text(max(failing))}")
    verdict = (
        f"promised: at most {promised} each" if each.holds else f"MORE THAN THE PROMISED {promised}: please report it"
    )
    return f"{', '.join(said)}; {verdict}"
