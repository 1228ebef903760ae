"""``ninemarch march add|show|forecast|import|rebase``: the record of a suite's releases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.cli.run import Effort as EffortOption
from ninemarch.cli.run import EffortFrom, Trials
from ninemarch.cli.suite import SuiteArgument

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Releases over time: add, show, forecast, import, rebase."
)
Suite = Annotated[str, typer.Argument(metavar="SUITE", help="Suite, or the name its march has under reports/.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command()
def add(
    run: RunArgument = "latest",
    release: Annotated[str, typer.Option("--release", help="What the release is called, if the run does not.")] = "",
    effort: EffortOption = "",
    effort_from: EffortFrom = "",
    as_json: Json = False,
) -> None:
    """Add a run to the record of its suite's releases: a line of text under reports/ for git."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.cli.effort import given_effort
    from ninemarch.report.document import FORMAT
    from ninemarch.report.milestone_document import milestone_document
    from ninemarch.report.terminal_milestones import print_milestone

    given = given_effort(effort, effort_from)
    made, path = workflow.add_milestone(run, release=release, effort=given)
    with console.printing():
        if as_json:
            head = {"ninemarch": FORMAT, "kind": "milestone"}
            console.print_json({**head, **milestone_document(made), "path": str(path)})
            return
        print_milestone(console.stdout(), made)
        console.echo(f"  {path}: commit it")


@app.command()
def show(suite: Suite, as_json: Json = False) -> None:
    """Show the releases in order: effort, counts, rate, nines, what broke the line, which drops are real."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.milestone_document import milestones_document
    from ninemarch.report.terminal_milestones import print_milestones

    found = workflow.milestone_table(_name(suite))
    with console.printing():
        if as_json:
            console.print_json(milestones_document(found))
        else:
            print_milestones(console.stdout(), found)


@app.command()
def forecast(
    suite: Suite,
    nine: Annotated[
        int, typer.Option("--nine", min=0, max=9, help="The nine to reach; the next one by default.")
    ] = 0,
    confidence: Annotated[
        float, typer.Option("--confidence", min=0.5, max=0.99, help="Of all limits, two-sided.")
    ] = 0.9,
    crow_amsaa: Annotated[
        bool, typer.Option("--crow-amsaa", help="Growth over the number of trials too (MIL-HDBK-189).")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a nine costs, whether that changes, and when the next one comes if work goes on as before."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.forecast_document import forecast_document
    from ninemarch.report.terminal_forecast import print_forecast

    found = workflow.forecast_march(_name(suite), nine=nine, confidence=confidence, discrete=crow_amsaa)
    with console.printing():
        if as_json:
            console.print_json(forecast_document(found))
        else:
            print_forecast(console.stdout(), found)


@app.command("import")
def import_(
    suite: Suite,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV of release, failures, trials, ...")],
    effort_unit: Annotated[str, typer.Option("--effort-unit", help="What the column effort counts.")] = "",
) -> None:
    """Add counts measured before or elsewhere: a CSV file with the columns release, failures, trials.

    Further columns: name, date (2026-11-25), effort (a number), profile. Counts are taken as independent trials.
    """
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.terminal_milestones import print_milestone

    added, path = workflow.import_milestones(_name(suite, known=False), file, effort_unit=effort_unit)
    with console.printing():
        for line in added.lines:
            print_milestone(console.stdout(), line)
        console.echo(f"  {path}: commit it")


@app.command()
def rebase(
    suite: SuiteArgument,
    release: Annotated[
        list[str] | None, typer.Option("--release", help="Only this release; repeatable; all by default.")
    ] = None,
    trials: Trials = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run; run nothing.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Run old releases again on the suite as it is now, where their code is still here, so that one line joins them.

    Their lines of older days stay on record. The exit code is 0 also where a release is not here any more.
    """
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.terminal_milestones import print_rebased
    from ninemarch.suite import load

    with console.watching(quiet=quiet) as show, console.foreign():
        found = list(
            workflow.rebase_march(load(suite), releases=release or (), trials=trials, dry=dry_run, announce=show)
        )
    with console.printing():
        print_rebased(console.stdout(), found)


def _name(text: str, *, known: bool = True) -> str:
    """The name of a suite, or of a march without one: counts from elsewhere may have no suite here."""
    from ninemarch.cli import console
    from ninemarch.errors import SuiteError
    from ninemarch.kept import NAME, march_path
    from ninemarch.suite import load

    named = NAME.fullmatch(text) is not None and not Path(text).exists()
    if named and march_path(text).is_file():
        return text
    try:
        with console.foreign():
            return load(text).name
    except SuiteError:
        if known or not named:
            raise
        return text
