"""``ninemarch compare``."""

from __future__ import annotations

from typing import Annotated

import typer


def compare(
    then: Annotated[str, typer.Argument(metavar="THEN", help="The earlier run, or the other target's.")],
    now: Annotated[str, typer.Argument(metavar="NOW", help="The later run, the latest by default.")] = "latest",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare two runs on the same scenarios, one by one; says where one is worse though not on the whole."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.comparison_document import comparison_document
    from ninemarch.report.terminal_compare import print_comparison

    found = workflow.compare_runs(then, now)
    with console.printing():
        if as_json:
            console.print_json(comparison_document(found))
        else:
            print_comparison(console.stdout(), found)
