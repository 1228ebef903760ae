"""A hunt on the terminal: distinct modes and cells first, then how many failures, then what was covered.

Covers layout only; foreign text passes ``printable`` before it is shown.
"""

from __future__ import annotations

from fractions import Fraction

from rich.console import Console
from rich.text import Text

from ninemarch.mining.hunting import FoundMode, Hunted, HuntFound, Unseen
from ninemarch.mining.modes import USUAL
from ninemarch.numbers import count_text, one_sided_text, percent, yield_text
from ninemarch.report.record import replay_command
from ninemarch.report.terminal_diversity import covered_text
from ninemarch.report.terminal_line import say
from ninemarch.text import excerpt, printable

__all__ = ["print_hunt"]

_SHOWN = 10


def print_hunt(console: Console, hunted: Hunted) -> None:
    """Print what a hunt found."""
    run, found = hunted.run, hunted.found
    what = f"release {run.release} {run.release_name}".strip() if run.release else str(run.target)
    head = Text(printable(f"{run.suite} {run.suite_version}"), style="bold")
    say(console, head.append(f"  hunt {run.run} of {excerpt(what, 100)}", style="not bold"))
    say(console, Text(printable(_how(hunted)), style="dim"))
    if hunted.stopped or not hunted.sealed:
        say(console, Text(excerpt(hunted.stopped or "cut off before its end; what is recorded is shown", 300)))
    _print_counts(console, found)
    _print_modes(console, found, run.run)
    _print_ground(console, hunted)


def _how(hunted: Hunted) -> str:
    run, plan = hunted.run, hunted.plan
    who = f"adversary {plan.adversary}" if plan.adversary else f"policy {plan.policy}"
    return f"{who}, profile {run.profile}, seed {plan.seed}"


def _print_counts(console: Console, found: HuntFound) -> None:
    kinds = f"of failure: {count_text(found.kinds, 'kind')}, each under its most unusual level"
    rows = [(count_text(len(found.modes), "mode"), kinds if found.cells_tried else "of failure")]
    if found.cells_tried:
        tried = f"failed of {count_text(found.cells_tried)} combinations of all levels tried"
        rows.append((count_text(found.cells_failed, "cell"), tried))
    met = f"in {count_text(found.called, 'trial')}: {yield_text(found.failures, found.called)}"
    rows += [(count_text(found.failures, "failure"), f"{met}, the yield of this search and no rate")]
    wide = max(len(number) for number, _ in rows)
    for number, words in rows:
        say(console, Text(f"  {number:<{wide}}  ", style="bold").append(words, style="not bold"), hang=wide + 4)


def _print_modes(console: Console, found: HuntFound, run: str) -> None:
    if not found.modes:
        return
    say(console, Text(""))
    for mode in found.modes[:_SHOWN]:
        say(console, Text(f"{mode.failures:>6,}  {_words(mode)}"), hang=8)
        say(console, Text(replay_command(run, mode.first), style="dim"), indent=8, whole=True)
    if len(found.modes) > _SHOWN:
        say(console, Text(f"{len(found.modes) - _SHOWN:>6,}  more modes; --json lists all", style="dim"))


def _words(mode: FoundMode) -> str:
    under = "" if mode.condition == USUAL else f"  ·  {excerpt(mode.condition, 60)}"
    return excerpt(mode.kind, 160) + under


def _print_ground(console: Console, hunted: Hunted) -> None:
    found = hunted.found
    lines = [("covered", f"{covered_text(found.coverage)}: verified")] if found.coverage else []
    if found.unseen is not None:
        lines.append(("unseen", _unseen(found.unseen)))
    lines.append(("weighted", _weighted(hunted)))
    lines.append(("accounts", _accounts(found)))
    say(console, Text(""))
    for name, words in lines:
        say(console, Text(f"  {name:<9} {words}"), hang=12)


def _unseen(unseen: Unseen) -> str:
    chance, most = Fraction(unseen.next_new.estimate), Fraction(unseen.next_new.upper)
    new = "each was of its own so far" if chance >= 1 else percent(chance, "nearest", digits=1)
    confidence = one_sided_text(unseen.next_new.confidence)
    bound = "" if most >= 1 else f" (at most {percent(most, 'ceil', digits=1)} at {confidence})"
    drawn = f"{count_text(unseen.failures, 'failure')} in {count_text(unseen.trials)} {unseen.sample} draws"
    least = count_text(round(unseen.at_least.lower), "mode")
    return f"next failure of a new mode: {new}{bound}; at least {least} in all; by {drawn}"


def _weighted(hunted: Hunted) -> str:
    weighted, why = hunted.found.weighted, hunted.found.why_unweighted
    if weighted is None:
        return f"no estimate: {why}"
    rate = weighted.failure
    success = percent(1 - Fraction(rate.estimate), "nearest") if weighted.failures else "no failure"
    lower, upper = percent(1 - Fraction(rate.upper), "floor"), percent(1 - Fraction(rate.lower), "ceil")
    ends = f"{lower.removesuffix('%')}–{upper}" if rate.lower > 0 else f"≥ {lower}"
    profile = excerpt(hunted.run.profile, 60)
    return (
        f"success {success}, {ends} at {rate.confidence:.0%}, on profile {profile}, by the propensities of "
        f"{count_text(weighted.trials, 'drawn trial')}; decides no gate"
    )


def _accounts(found: HuntFound) -> str:
    parts = [f"{many:,} {verdict}" for verdict, many in sorted(found.verdicts.items())]
    parts += [f"{found.missing:,} missing"] if found.missing else []
    return f"{found.planned:,} planned = {' + '.join(parts) or '0'}"
