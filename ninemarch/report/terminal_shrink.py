"""A shrunk failure on the terminal: the smallest scenario that still fails, how often, and the command that shows it.

Covers layout only; foreign text passes ``excerpt`` or ``printable`` before it is shown.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.shrink import Measured, ShrunkTrial
from ninemarch.report.record import replay_command
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_slices import failing_interval, failing_text
from ninemarch.text import excerpt, json_text, printable

__all__ = ["print_shrunk", "shrunk_sentence"]

_HANG = 12


def shrunk_sentence(done: ShrunkTrial) -> str:
    """Return what a shrink found in a line."""
    found = done.found
    used = f"{n.count_text(found.trials, 'trial')} of {found.budget:,}"
    if not found.reproduced:
        return f"not smaller: {found.stopped} (in the way it is recorded)"
    if not found.changes:
        return f"not smaller: nothing could be taken away ({used})"
    start, left = found.original, found.scenario
    parts = []
    if done.defaults:
        off = [sum(state.levels.get(a) != level for a, level in done.defaults.items()) for state in (start, left)]
        unusual = n.count_text(off[0], "attribute")
        parts += [f"{unusual} off the default became {off[1]:,}"] if off[0] != off[1] else []
        parts += ["more common levels"] if off[0] == off[1] and start.levels != left.levels else []
    sizes = [len(json_text(state.scenario.input)) for state in (start, left)]
    shorter = sizes[1] < sizes[0] and not done.limits  # a generator's input is another one, not a part of it
    parts += [f"an input of {sizes[0]:,} characters became {sizes[1]:,}"] if shorter else []
    return f"smaller: {', '.join(parts) or 'simpler values'} ({used})"


def print_shrunk(console: Console, done: ShrunkTrial) -> None:
    """Print what a shrink found."""
    found, run, recorded = done.found, done.plan.run, done.recorded
    head = Text(f"trial {recorded.number} of run {printable(run)}: {excerpt(recorded.scenario, 100)}", style="bold")
    say(console, head)
    say(console, Text(f"  {excerpt(shrunk_sentence(done), 400)}"), hang=2)
    if found.changes:
        _scenario(console, done)
    for name, measured, what in _rates(done):
        say(console, Text(f"  {name:<10}").append(measured_text(measured), style="bold").append(what), hang=_HANG)
    for name, text in (("stopped", found.stopped if found.reproduced else ""), ("note", done.limits)):
        if text:
            say(console, Text(f"  {name:<10}{excerpt(text, 300)}"), hang=_HANG)
    path = str(done.path) if done.path else ""
    say(console, Text(f"  {replay_command(run, recorded.number, path)}", style="bold"), whole=True)
    if done.path:
        source = f"scenarios: - {{subset: shrunk, file: {printable(done.path.name)}}}"
        say(console, Text(f"  written to {printable(path)}; in a suite beside it: {source}"), hang=2)


def _scenario(console: Console, done: ShrunkTrial) -> None:
    state = done.found.scenario
    for name, value in (("input", state.scenario.input), ("expect", state.scenario.expect)):
        say(console, Text(f"  {name:<10}").append(excerpt(value, 2000), style="bold"), hang=_HANG)
    if not state.levels:
        return
    off = {name: level for name, level in state.levels.items() if level != done.defaults.get(name)}
    usual = [f"{name}={level}" for name, level in state.levels.items() if name not in off]
    words = " ".join(f"{excerpt(name, 40)}={excerpt(level, 60)}" for name, level in off.items()) or "none unusual"
    say(console, Text(f"  {'attributes':<10}").append(f" {words}", style="bold"), hang=_HANG + 1)
    if usual:
        say(console, Text(f"  {'':<10} at the default: {excerpt(' '.join(usual), 300)}", style="dim"), hang=_HANG + 1)


def _rates(done: ShrunkTrial) -> list[tuple[str, Measured, str]]:
    found = done.found
    if not found.changes:
        return [("fails", found.original_measured, "")]
    return [("fails", found.measured, ", on fresh trials"), ("before", found.original_measured, "")]


def measured_text(measured: Measured) -> str:
    """Return a failure rate with its evidence: ``12 of 40, 30.0% (90% interval 17.1–46.2%)``."""
    if not measured.trials:
        return "not measured"
    between = failing_interval(measured.interval.lower, measured.interval.upper)
    rate = failing_text(measured.rate)
    confidence = n.one_sided_text(measured.interval.confidence)
    return f"{measured.failures:,} of {measured.trials:,}, {rate} ({confidence} interval {between})"
