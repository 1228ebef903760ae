"""``ninemarch shrink``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ninemarch.cli.inspect import RunArgument


def shrink(
    run: RunArgument,
    trial: Annotated[str, typer.Argument(help="Number of a failed trial, or a scenario's id.")],
    budget: Annotated[int, typer.Option("--budget", min=1, max=1_000_000, help="Trials at most.")] = 2000,
    tight: Annotated[
        bool, typer.Option("--tight", help="Keep nearly the whole failure rate: twice the trials, for many causes.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The scenario's .jsonl file; .ninemarch/shrunk by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Find the smallest scenario that still fails as one trial did, also where it fails only sometimes."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.shrink_document import shrink_document
    from ninemarch.report.terminal_shrink import print_shrunk

    with console.watching(quiet=quiet or as_json) as show, console.foreign():
        found = workflow.shrink_trial(
            run,
            trial,
            budget=budget,
            tight=tight,
            output=output,
            watch=lambda progress: show("shrink", progress),
        )
    if found.changed:
        console.say(f"note: {found.changed}")
    with console.printing():
        if as_json:
            console.print_json(shrink_document(found))
        else:
            print_shrunk(console.stdout(), found)
