"""``ninemarch mine``."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.cli.inspect import RunArgument


def mine(
    run: RunArgument = "latest",
    top: Annotated[int, typer.Option("--top", min=1, max=10_000, help="Clusters shown at most.")] = 10,
    since: Annotated[str, typer.Option("--since", help="An earlier run on the same scenarios: what was fixed.")] = "",
    keep: Annotated[
        bool, typer.Option("--keep", help="Record the run in reports/<suite>/clusters.json, for git.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document; it holds every cluster.")] = False,
) -> None:
    """Say what failures have in common and which few fixes buy the next nine; runs nothing."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.mining_document import mining_document
    from ninemarch.report.terminal_mining import print_mining

    found = workflow.mine(run, since=since)
    path = workflow.keep_clusters(found) if keep else None
    with console.printing():
        if as_json:
            console.print_json(mining_document(found))
        else:
            print_mining(console.stdout(), found, top=top)
    if path:
        console.say(f"kept in {path}: commit it")
