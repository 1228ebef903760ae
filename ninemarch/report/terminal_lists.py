"""The terminal's smaller pages: the runs here, a replay, a suite.

Covers layout only; foreign text passes ``printable`` before it is shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ninemarch.claims import required
from ninemarch.mining.diversity import Diversity
from ninemarch.mining.steps import Clue, read_steps
from ninemarch.model import Failure, Profile, RunPlan, Scenario, Suite, Trial, Verdict
from ninemarch.numbers import count_text
from ninemarch.report.terminal_diversity import print_diversity
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_steps import print_divergence
from ninemarch.text import excerpt, json_text, printable

__all__ = ["print_replay", "print_runs", "print_suite"]

_LEVELS_SHOWN = 6


def print_runs(console: Console, plans: Sequence[RunPlan]) -> None:
    """Print one line a run, oldest first."""
    for plan in plans:
        what = plan.release or str(plan.target)
        where = plan.subset or plan.profile
        head = Text(plan.run, style="bold").append(f"  {plan.created[:16].replace('T', ' ')}  ", style="not bold")
        say(
            console,
            head.append(printable(f"{plan.suite} {what} {where}, {count_text(plan.planned, 'trial')}"), "not bold"),
        )
    if not plans:
        say(console, Text("no run here yet; make one with 'ninemarch run SUITE' or 'ninemarch demo'"))


def print_replay(
    console: Console, recorded: Failure, trials: Sequence[Trial], run: str, clues: Sequence[Clue] = ()
) -> None:
    """Print what was recorded and what the replays gave, and where the record departs from replays that passed."""
    say(
        console,
        Text(f"trial {recorded.number} of run {printable(run)}: {printable(recorded.scenario)}", style="bold"),
    )
    for name, value in (("input", trials[0].input), ("expect", trials[0].expect)):
        say(console, Text(f"  {name:<9}").append(excerpt(value, 2000)), hang=11)
    say(
        console,
        Text("  recorded ")
        .append(recorded.verdict, style="bold")
        .append(f"  {excerpt(_one_line(recorded.output), 400)}"),
        hang=11,
    )
    same = sum(trial.verdict.value == recorded.verdict for trial in trials)
    shown = trials if len(trials) <= 3 else trials[:1]
    for trial in shown:
        line = Text("  replayed ").append(trial.verdict.value, style="bold").append(f"  {excerpt(trial.output, 400)}")
        say(console, line, hang=11)
        if trial.reason:
            say(console, Text(f"           {excerpt(trial.reason, 300)}"), hang=11)
        for line_text in trial.detail.splitlines():
            say(console, Text(f"    {printable(line_text)}", style="dim"))
    passed = sum(trial.verdict is Verdict.PASS and trial.steps is not None for trial in trials)
    print_divergence(console, read_steps(recorded.steps), clues, passed)
    say(console, Text(f"  {same} of {count_text(len(trials), 'replay')} gave the recorded verdict"))


def _one_line(stored: str) -> str:
    """A recorded value as a replayed one is shown: on one line, a text without its quotes."""
    try:
        return json_text(json.loads(stored))
    except (ValueError, RecursionError):  # it was cut, or nothing was kept
        return stored


def print_suite(
    console: Console, suite: Suite, examples: Sequence[Scenario], diversity: Diversity | None = None
) -> None:
    """Print what a suite holds: sources, profiles, releases, gates, how different its scenarios are, and a few."""
    say(
        console,
        Text(suite.name, style="bold").append(printable(f" {suite.version}  {suite.title}"), style="not bold"),
    )
    say(console, Text(f"hash {suite.hash}", style="dim"))
    for source in suite.sources:
        what = "generator" if source.generator else count_text(len(source.scenarios), "listed scenario")
        say(console, Text(f"scenarios  {what}{f' (subset {printable(source.subset)})' if source.subset else ''}"))
    for name, (first, last) in (("development", suite.seeds.development), ("held-out", suite.seeds.held_out)):
        say(console, Text(f"seeds      {name} {first} to {last}"))
    for profile in suite.profiles.values():
        default = " (default)" if profile.name == suite.default_profile else ""
        say(console, Text(f"profile    {printable(profile.name)}{default}", style="bold"))
        _print_levels(console, profile)
    for release in suite.releases:
        say(console, Text(f"release    {printable(release.id)}  {printable(release.name)}"), hang=11)
    for gate in suite.gates:
        slices = [f"{k}={v}" for k, v in gate.where.items()] + [f"each {name}" for name in gate.each]
        where = ", ".join(slices + ["each confirmed slice"] * gate.confirmed)
        words = f"gate       {gate.id}: {required(gate)} at {gate.confidence:.0%} confidence"
        say(console, Text(printable(words + (f", {where}" if where else ""))), hang=11)
    if diversity:
        print_diversity(console, diversity)
    for scenario in examples:
        levels = " ".join(f"{k}={v}" for k, v in scenario.attributes.items())
        say(
            console,
            Text(f"\nscenario   {printable(scenario.id)}", style="bold").append(f"  {printable(levels)}", "not bold"),
        )
        say(console, Text(f"  input    {excerpt(scenario.input, 400)}"), hang=11)
        say(console, Text(f"  expect   {excerpt(scenario.expect, 400)}"), hang=11)


def _print_levels(console: Console, profile: Profile) -> None:
    for attribute, levels in profile.attributes.items():
        ranked = sorted(levels.items(), key=lambda item: -item[1])
        shown = ", ".join(f"{printable(level)} {weight:.3g}" for level, weight in ranked[:_LEVELS_SHOWN])
        more = f", {len(ranked) - _LEVELS_SHOWN} more" if len(ranked) > _LEVELS_SHOWN else ""
        say(console, Text(f"{printable(attribute)}: {shown}{more}"), indent=11, hang=2)
