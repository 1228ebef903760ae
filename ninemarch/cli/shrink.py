"""``ninemarch shrink``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.errors import UsageError

if TYPE_CHECKING:
    from ninemarch.mining.shrink import ShrunkTrial

Each = Annotated[
    int,
    typer.Option("--shrink", min=0, max=1_000_000, help="Shrink a failure of each kind, in so many trials at most."),
]


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


def shrink_each(run: str, trials: Iterable[int], *, budget: int, quiet: bool = False) -> list[ShrunkTrial]:
    """Shrink several failures of a run or hunt; why one cannot be made smaller is said on stderr."""
    from ninemarch import workflow
    from ninemarch.cli import console

    done = []
    for trial in trials:
        try:
            with console.watching(quiet=quiet) as show, console.foreign():
                watch = partial(show, f"shrink {trial}")
                done.append(workflow.shrink_trial(run, str(trial), budget=budget, watch=watch))
        except UsageError as error:
            console.say(f"trial {trial} was not shrunk: {error}")
    return done


def tell_shrunk(done: Iterable[ShrunkTrial]) -> None:
    """Print several shrunk failures."""
    from ninemarch.cli import console
    from ninemarch.report.terminal_shrink import print_shrunk

    out = console.stdout()
    for each in done:
        console.echo("")
        print_shrunk(out, each)
