"""``ninemarch clusters show|merge|split|rename``: the catalogue of a suite's failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.cli.suite import SuiteArgument

if TYPE_CHECKING:
    from collections.abc import Callable

    from ninemarch.model import Catalogue

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Known failures: show, merge, split, rename.")
Cluster = Annotated[str, typer.Argument(metavar="ID", help="Id of a cluster, or its beginning.", show_default=False)]


@app.command()
def show(
    suite: SuiteArgument,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the clusters that kept runs of a suite have shown (ninemarch mine RUN --keep records one)."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.mining_document import catalogue_document
    from ninemarch.report.terminal_clusters import print_catalogue

    found = workflow.known_clusters(_name(suite))
    with console.printing():
        if as_json:
            console.print_json(catalogue_document(found))
        else:
            print_catalogue(console.stdout(), found)


@app.command()
def merge(
    suite: SuiteArgument,
    cluster: Cluster,
    into: Annotated[str, typer.Argument(help="The cluster that stays.", show_default=False)],
) -> None:
    """Make two clusters one: later failures of either belong to INTO."""
    from ninemarch.mining import known

    _edit(suite, lambda catalogue: known.merge(catalogue, cluster, into))


@app.command()
def split(
    suite: SuiteArgument,
    cluster: Cluster,
    part: Annotated[
        str, typer.Argument(help="attribute=level, or the id of a kind that was merged.", show_default=False)
    ],
) -> None:
    """Make a part of a cluster a cluster of its own: later failures of that part belong to it."""
    from ninemarch.mining import known

    name, equals, level = part.partition("=")
    _edit(suite, lambda catalogue: known.split(catalogue, cluster, (name, level) if equals and name else part))


@app.command()
def rename(
    suite: SuiteArgument,
    cluster: Cluster,
    name: Annotated[str, typer.Argument(help="What goes wrong, in a few words.", show_default=False)],
) -> None:
    """Give a cluster another name."""
    from ninemarch.mining import known

    _edit(suite, lambda catalogue: known.rename(catalogue, cluster, name))


def _edit(suite: str, change: Callable[[Catalogue], Catalogue]) -> None:
    from ninemarch import workflow
    from ninemarch.cli import console

    path = workflow.edit_clusters(_name(suite), change)
    console.echo(f"{path}: changed, commit it")


def _name(suite: str) -> str:
    from ninemarch.cli import console
    from ninemarch.suite import load

    with console.foreign():
        return load(suite).name
