"""``ninemarch baseline accept|show|diff``."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.cli.suite import SuiteArgument

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Baselines: accept, show, diff.")
Name = Annotated[str, typer.Option("--name", help="Name of the baseline.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def accept(run: RunArgument, name: Name = "main", as_json: Json = False) -> None:
    """Make a run the baseline of its suite: a small text file under reports/ for git."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.comparison_document import baseline_document
    from ninemarch.report.terminal_compare import print_baseline

    baseline, path = workflow.accept_baseline(run, name=name)
    with console.printing():
        if as_json:
            console.print_json({**baseline_document(baseline), "path": str(path)})
            return
        print_baseline(console.stdout(), baseline)
        console.echo(f"  {path} ({path.stat().st_size:,} bytes): commit it")


@app.command()
def show(suite: SuiteArgument, name: Name = "main", as_json: Json = False) -> None:
    """Show what a suite's baseline is of."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.comparison_document import baseline_document
    from ninemarch.report.terminal_compare import print_baseline
    from ninemarch.suite import load

    with console.foreign():
        loaded = load(suite)
    baseline = workflow.named_baseline(loaded.name, name)
    with console.printing():
        if as_json:
            console.print_json(baseline_document(baseline))
        else:
            print_baseline(console.stdout(), baseline)


@app.command()
def diff(run: RunArgument = "latest", name: Name = "main", as_json: Json = False) -> None:
    """Compare a run with its suite's baseline, scenario by scenario; decides nothing (a gate with max_drop does)."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.comparison_document import comparison_document
    from ninemarch.report.terminal_compare import print_comparison

    found = workflow.compare_with_baseline(run, name=name)
    with console.printing():
        if as_json:
            console.print_json(comparison_document(found))
        else:
            print_comparison(console.stdout(), found)
