"""The steps of a trial on the terminal, the first wrong one marked, with the evidence for it.

Covers layout only; foreign text passes ``excerpt`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch.mining.steps import Clue, Step
from ninemarch.report.terminal_line import say
from ninemarch.text import excerpt

__all__ = ["print_divergence", "print_steps"]

_SHOWN = 60  # steps listed; of more, those around the clues
_AROUND = 3


def print_steps(console: Console, steps: Sequence[Step], clues: Sequence[Clue]) -> None:
    """Print numbered steps; ``>`` marks the first wrong one as far as the evidence goes, ``?`` other clues."""
    says = {clue.step: clue for clue in clues}
    last = -1
    say(console, Text("  steps", style="bold"))
    for place, step in enumerate(steps):
        near = any(abs(place - clue.step) <= _AROUND for clue in clues) or place >= len(steps) - _AROUND
        if len(steps) > _SHOWN and place >= _SHOWN // 2 and not near:
            continue
        if place - last > 1:
            say(console, Text(f"    … {place - last - 1:,} more", style="dim"))
        last = place
        clue = says.get(place)
        mark = " " if clue is None else ">" if clue is clues[0] else "?"
        style = {" ": "", ">": "bold red", "?": "bold yellow"}[mark]
        came = f" -> {step.error or step.result}" if step.error or step.result else ""
        line = Text(f"  {mark} {place + 1:>3}  ", style=style).append(excerpt(step.name, 60), style=style)
        say(console, line.append(excerpt(f"  {step.action}{came}", 220), style="not bold"), hang=9)
        if clue is not None:
            what = "first wrong step" if mark == ">" else "also"
            say(console, Text(f"         {what}, by {clue.rule}: {excerpt(clue.says, 300)}", style=style), hang=11)
    if not clues:
        say(console, Text("    no step shows by itself that it went wrong", style="dim"))


def print_divergence(console: Console, steps: Sequence[Step], clues: Sequence[Clue], passed: int) -> None:
    """Print where the recorded trial first departs from replays that passed; nothing without them."""
    first = next((clue for clue in clues if clue.rule == "divergence"), None)
    if not steps or not passed:
        return
    if first is None:
        say(console, Text("  steps     a replay that passed took the same steps"), hang=12)
        return
    words = f"first divergence from what passed: step {first.step + 1} of {len(steps):,}, {steps[first.step].name}: "
    say(console, Text("  steps     ").append(excerpt(words + first.says, 400), style="bold"), hang=12)
