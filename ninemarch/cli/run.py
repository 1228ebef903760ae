"""``ninemarch run``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ninemarch.cli import ci
from ninemarch.errors import UsageError, nearest
from ninemarch.settings import read_settings

if TYPE_CHECKING:
    from ninemarch.model import Suite
    from ninemarch.workflow import Finished

SuiteName = Annotated[str, typer.Argument(help="Suite file, folder, or shipped suite's name.", show_default=False)]
Release = Annotated[
    str,
    typer.Option("--release", help="Release of the suite's ladder, the last by default; with no ladder, its name."),
]
Target = Annotated[str, typer.Option("--target", help="python:module:name, or control:null|oracle|coin:0.99.")]
Trials = Annotated[int | None, typer.Option("-n", "--trials", min=1, max=10**9, help="How many trials.")]
Profile = Annotated[str, typer.Option("--profile", help="Operational profile to draw from.")]
Subset = Annotated[str, typer.Option("--subset", help="Run a hand-picked subset; never a rate.")]
Where = Annotated[list[str] | None, typer.Option("-w", "--where", help="Only attribute=level; repeatable.")]
Scenario = Annotated[list[str] | None, typer.Option("--scenario", help="Only this scenario id; repeatable.")]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed; the first held-out one by default.")
]
Resume = Annotated[str, typer.Option("--resume", help="Run what is missing of this run.")]
Stop = Annotated[str, typer.Option("--stop", help="sequential or fixed, in place of the suite's own.")]
MaxUsd = Annotated[float | None, typer.Option("--max-usd", min=0, help="What the run may cost, in US dollars.")]
MaxSeconds = Annotated[float | None, typer.Option("--max-seconds", min=0, help="How long the run may take.")]
Record = Annotated[bool, typer.Option("--record", help="Remember this look under reports/ too, for git.")]
Effort = Annotated[str, typer.Option("--effort", help="Work the release took, as 3w, 2.5 days, '40 fixes'.")]
EffortFrom = Annotated[
    str, typer.Option("--effort-from", help="Work from git: git:TAG1..TAG2 (commits) or git-days:TAG1..TAG2.")
]
Executor = Annotated[
    str, typer.Option("--executor", help="Who makes the trials: in-process (the default), threads, processes, ray.")
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="How many threads, processes or actors.", show_default=False),
]
Address = Annotated[str, typer.Option("--address", help="Ray cluster; by default one is started here.")]
Shard = Annotated[str, typer.Option("--shard", help="Make one part of the trials, as 2/8; then 'ninemarch merge'.")]
March = Annotated[bool, typer.Option("--march", help="Add the run to reports/<suite>/march.jsonl.")]
Page = Annotated[str, typer.Option("--report", help="Write the HTML page to this file too.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="No progress; one line.")]

# Options that are handed on as they are.
_CHOSEN = ("release", "target", "trials", "profile", "subset", "seed", "stop", "max_usd", "max_seconds")


def run(
    suite: SuiteName = "",
    release: Release = "",
    target: Target = "",
    trials: Trials = None,
    profile: Profile = "",
    subset: Subset = "",
    where: Where = None,
    scenario: Scenario = None,
    seed: Seed = None,
    resume: Resume = "",
    stop: Stop = "",
    max_usd: MaxUsd = None,
    max_seconds: MaxSeconds = None,
    record: Record = False,
    effort: Effort = "",
    effort_from: EffortFrom = "",
    executor: Executor = "",
    workers: Workers = None,
    address: Address = "",
    shard: Shard = "",
    march: March = False,
    page: Page = "",
    junit: ci.Junit = "",
    junit_skip: ci.JunitSkip = None,
    github: ci.Github = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run a suite on a target; resumable; prints the decision and exits with its code."""
    given = locals()
    from ninemarch.cli.effort import given_effort
    from ninemarch.cli.inspect import tell

    settings = read_settings()
    suite = suite if resume else str(settings.find("suite", suite).value)
    page = str(settings.find("report", page).value)
    _check(suite, resume, stop=stop, page=page)
    outputs = ci.Outputs(settings, junit=junit, junit_skip=junit_skip, github=github)
    chosen = {name: given[name] for name in _CHOSEN} | ({"shard": _part(shard)} if shard else {})
    chosen |= {
        "where": _pairs(where or []),
        "ids": tuple(scenario or ()),
        "effort": given_effort(effort, effort_from),
    }
    still = quiet or as_json
    staff = {"executor": executor or "in-process", "workers": workers or 0, "address": address}
    with outputs.commands_stopped():
        finished = (
            _resumed(resume, chosen, still, staff)
            if resume
            else _started(suite, chosen, still, staff, march=march, record=record)
        )
    if _is_part(finished):
        raise typer.Exit
    tell(finished, as_json=as_json, quiet=quiet, page=page)
    outputs.deliver(finished.decision)
    if march:
        _add(finished)
    raise typer.Exit(int(finished.decision.exit_code))


def _part(text: str) -> tuple[int, int]:
    part, slash, parts = text.partition("/")
    if not (slash and part.isdecimal() and parts.isdecimal() and len(text) < 20):
        msg = f"--shard {text} is not understood; write --shard 2/8 for the second of eight parts"
        raise UsageError(msg)
    return int(part), int(parts)


def _is_part(finished: Finished) -> bool:
    """Say where a shard lies; it decides nothing by itself."""
    from ninemarch.cli import console

    plan, counts = finished.decision.plan, finished.decision.counts
    if plan.shard[1] == 1:
        return False
    part, parts = plan.shard
    console.echo(f"shard {part} of {parts}: {counts.recorded:,} of its {plan.share:,} trials in {finished.folder}")
    console.say(
        "a part decides nothing by itself; bring the folders of all parts together, then: ninemarch merge RUN..."
    )
    return True


def _check(suite: str, resume: str, *, stop: str, page: str) -> None:
    """Refuse options that cannot stand together, and a page that could not be written."""
    if bool(suite) == bool(resume):
        msg = "give a suite to run, or --resume RUN, not both; e.g. ninemarch run dates"
        raise UsageError(msg)
    if stop not in {"", "sequential", "fixed"}:
        msg = f"--stop {stop} is unknown{nearest(stop, ('sequential', 'fixed'))}; allowed: sequential, fixed"
        raise UsageError(msg)
    if page:
        from ninemarch.durable import check_file

        check_file(Path(page))


def _add(finished: Finished) -> None:
    """Add a run to the march; the exit code stays the decision's, so what keeps it out is only said."""
    from ninemarch import workflow
    from ninemarch.cli import console

    try:
        _, path = workflow.add_milestone(finished.folder.name)
    except UsageError as error:
        console.say(f"not added to the march: {error}")
    else:
        console.say(f"added to {path}: commit it")


def _started(
    name: str, chosen: dict[str, Any], quiet: bool, staff: dict[str, Any], *, march: bool, record: bool
) -> Finished:
    from ninemarch import workflow
    from ninemarch.cli.console import foreign, say, watching
    from ninemarch.engine import Selection, Staff
    from ninemarch.suite import load
    from ninemarch.targets import parse_target

    target = parse_target(chosen["target"]) if chosen["target"] else None
    with watching(quiet=quiet) as show, foreign():
        suite = load(name)
        for idle in workflow.idle_gates(suite):
            say(f"note: {idle}")
        if march:
            workflow.check_effort(suite.name, chosen["effort"])
        amount, unit = chosen["effort"] or (None, "")
        work = {"effort": amount, "effort_unit": unit}
        selection = Selection(**{**chosen, **size_of(suite, chosen), **work, "target": target})
        return workflow.run(
            suite,
            selection,
            watch=lambda progress: show(suite.name, progress),
            record=record,
            staff=Staff(**staff),
        )


def size_of(suite: Suite, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Trials and stop rule where they were said outside of the suite; nothing where its own hold."""
    own: dict[str, int | str] = {"trials": suite.trials.max, "stop": suite.trials.stop}
    settings = read_settings()
    found = {
        name: settings.find(name, chosen.get(name), value if name in suite.declared else None)
        for name, value in own.items()
    }
    return {name: setting.value for name, setting in found.items() if setting.outside}


def _resumed(name: str, chosen: dict[str, Any], quiet: bool, staff: dict[str, Any]) -> Finished:
    from ninemarch import workflow
    from ninemarch.cli.console import foreign, watching
    from ninemarch.engine import Staff

    given = [f"--{option}" for option, value in chosen.items() if value not in (None, "", (), {})]
    if given:
        msg = f"--resume goes on with the plan as it was declared; leave out {', '.join(given)}, or start a new run"
        raise UsageError(msg)
    with watching(quiet=quiet) as show, foreign():
        return workflow.resume(name, watch=lambda progress: show("resumed", progress), staff=Staff(**staff))


def _pairs(where: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in where:
        name, equals, level = text.partition("=")
        if not (name and equals) or name in pairs:
            what = "stands twice" if name in pairs else "is not understood"
            msg = f"-w {text} {what}; write -w attribute=level, each attribute once"
            raise UsageError(msg)
        pairs[name] = level
    return pairs
