"""``ninemarch merge``."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.cli import ci
from ninemarch.settings import read_settings

Runs = Annotated[list[str], typer.Argument(help="Runs made with --shard: ids or folders.", metavar="RUN...")]


def merge(
    runs: Runs,
    junit: ci.Junit = "",
    junit_skip: ci.JunitSkip = None,
    github: ci.Github = None,
    page: Annotated[str, typer.Option("--report", help="Write the HTML page to this file too.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print the verdict line only.")] = False,
) -> None:
    """Put the shards of one plan together, decide on what they show, and exit with the decision's code."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.cli.inspect import tell

    outputs = ci.Outputs(read_settings(), junit=junit, junit_skip=junit_skip, github=github)
    merged = workflow.merge(runs)
    for note in merged.notes:
        console.say(note)
    tell(merged.finished, as_json=as_json, quiet=quiet, page=page)
    outputs.deliver(merged.finished.decision)
    raise typer.Exit(int(merged.finished.decision.exit_code))
