"""``ninemarch run``."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def run(
    suite: Annotated[
        str, typer.Argument(help="Suite file, folder, or shipped suite's name.", show_default=False)
    ] = "",
    release: Annotated[
        str, typer.Option("--release", help="Release of the suite's ladder; the last by default.")
    ] = "",
    target: Annotated[
        str, typer.Option("--target", help="python:module:name, or control:null|oracle|coin:0.99.")
    ] = "",
    trials: Annotated[int | None, typer.Option("-n", "--trials", min=1, help="How many trials.")] = None,
    profile: Annotated[str, typer.Option("--profile", help="Operational profile to draw from.")] = "",
    subset: Annotated[str, typer.Option("--subset", help="Run a hand-picked subset; never a rate.")] = "",
    where: Annotated[
        list[str] | None, typer.Option("-w", "--where", help="Only attribute=level; repeatable.")
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help="Only this scenario id; repeatable.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Seed; the first held-out one by default.")
    ] = None,
    resume: Annotated[str, typer.Option("--resume", help="Run what is missing of this run.")] = "",
    label: Annotated[str, typer.Option("--label", help="Name of the release that --target is.")] = "",
    effort: Annotated[float | None, typer.Option("--effort", min=0, help="Work that release took.")] = None,
    page: Annotated[str, typer.Option("--report", help="Write the HTML page to this file too.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress; one line.")] = False,
) -> None:
    """Run a suite on a target; resumable; prints the decision and exits with its code."""
    from ninemarch import workflow
    from ninemarch.cli import console, inspect
    from ninemarch.engine import Selection
    from ninemarch.errors import UsageError
    from ninemarch.suite import load
    from ninemarch.targets import parse_target

    if bool(suite) == bool(resume):
        msg = "give a suite to run, or --resume RUN, not both; e.g. ninemarch run dates"
        raise UsageError(msg)
    if target and release:
        msg = "--target and --release were both given; a release of the ladder names its own target (use --label)"
        raise UsageError(msg)
    if resume:
        _refuse_with_resume(release=release, target=target, trials=trials, profile=profile, seed=seed, where=where)
        with console.watching(quiet=quiet or as_json) as show:
            finished = workflow.resume(resume, watch=lambda progress: show("resumed", progress))
    else:
        loaded = load(suite)
        selection = Selection(
            release=release,
            target=parse_target(target) if target else None,
            profile=profile,
            subset=subset,
            seed=seed,
            trials=trials,
            where=_pairs(where or []),
            ids=tuple(scenario or ()),
            label=label,
            effort=effort,
        )
        with console.watching(quiet=quiet or as_json) as show:
            finished = workflow.run(loaded, selection, watch=lambda progress: show(loaded.name, progress))
    inspect.tell(finished, as_json=as_json, quiet=quiet, page=page)
    raise typer.Exit(int(finished.decision.exit_code))


def _refuse_with_resume(**given: Any) -> None:
    from ninemarch.errors import UsageError

    named = [f"--{name}" for name, value in given.items() if value]
    if named:
        msg = f"--resume goes on with the plan as it was declared; leave out {', '.join(named)}, or start a new run"
        raise UsageError(msg)


def _pairs(where: list[str]) -> dict[str, str]:
    from ninemarch.errors import UsageError

    pairs: dict[str, str] = {}
    for text in where:
        name, equals, level = text.partition("=")
        if not (name and equals) or name in pairs:
            what = "stands twice" if name in pairs else "is not understood"
            msg = f"-w {text} {what}; write -w attribute=level, each attribute once"
            raise UsageError(msg)
        pairs[name] = level
    return pairs
