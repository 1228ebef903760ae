"""``ninemarch demo``."""

from __future__ import annotations

from typing import Annotated

import typer


def demo(
    suite: Annotated[
        str, typer.Option("--suite", help="A shipped suite: adder, dates, desk, digits or llm_json.")
    ] = "dates",
    quick: Annotated[bool, typer.Option("--quick", help="Fewer trials: under half a minute.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """The whole story offline on real data: several releases, gate, report.

    Runs every release of a shipped suite against held-out scenarios, prints the march, and writes one HTML page
    under reports/. The exit code is 0 when the demo ran; the verdict on the last release is part of its story.
    """
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report import march_document
    from ninemarch.report.terminal import print_decision, print_march
    from ninemarch.report.terminal_compare import print_hidden

    with console.watching(quiet=quiet or as_json) as show, console.foreign():
        result = workflow.demo(
            suite,
            quick=quick,
            announce=lambda release, profile, progress: show(f"{release.id} {release.name} / {profile}", progress),
        )
    if as_json:
        console.print_json({**march_document(result.march), "page": str(result.page)})
        return
    out = console.stdout()
    print_march(out, result.march)
    out.print()
    print_decision(out, result.last.decision)
    out.print()
    for each in result.hidden:
        print_hidden(out, each)
    if result.example:
        run, trial = result.example
        console.echo(f"one failure again    ninemarch replay {run} {trial}")
        console.echo(f"all of that release  ninemarch show {run} --failures")
    console.echo(f"the page             {result.page}")
