"""``ninemarch march add|show``: the record of a suite's releases."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.cli.suite import SuiteArgument

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Releases over time: add, show.")
EffortOption = Annotated[str, typer.Option("--effort", help="Work the release took, as 3w, 2.5 days, '40 fixes'.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def add(
    run: RunArgument = "latest",
    release: Annotated[str, typer.Option("--release", help="What the release is called, if the run does not.")] = "",
    effort: EffortOption = "",
    as_json: Json = False,
) -> None:
    """Add a run to the record of its suite's releases: a line of text under reports/ for git."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.cli.effort import effort as parsed
    from ninemarch.report.document import FORMAT
    from ninemarch.report.milestone_document import milestone_document
    from ninemarch.report.terminal_milestones import print_milestone

    given = parsed("--effort", effort) if effort else None
    made, path = workflow.add_milestone(run, release=release, effort=given)
    with console.printing():
        if as_json:
            head = {"ninemarch": FORMAT, "kind": "milestone"}
            console.print_json({**head, **milestone_document(made), "path": str(path)})
            return
        print_milestone(console.stdout(), made)
        console.echo(f"  {path}: commit it")


@app.command()
def show(suite: SuiteArgument, as_json: Json = False) -> None:
    """Show the releases in order: effort, counts, rate, nines, what broke the line, which drops are real."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.milestone_document import milestones_document
    from ninemarch.report.terminal_milestones import print_milestones
    from ninemarch.suite import load

    with console.foreign():
        name = load(suite).name
    found = workflow.milestone_table(name)
    with console.printing():
        if as_json:
            console.print_json(milestones_document(found))
        else:
            print_milestones(console.stdout(), found)
