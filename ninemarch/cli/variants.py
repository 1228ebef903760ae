"""``ninemarch variants``."""

from __future__ import annotations

from typing import Annotated

import typer


def variants(
    suite: Annotated[str, typer.Argument(help="Suite file, folder, or shipped suite's name.", show_default=False)],
    release: Annotated[
        str, typer.Option("--release", help="Release of the suite's ladder; the last by default.")
    ] = "",
    target: Annotated[str, typer.Option("--target", help="The target in place of a release, as for run.")] = "",
    trials: Annotated[int, typer.Option("-n", "--trials", min=1, max=100_000, help="Scenarios drawn.")] = 200,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only this kind of variant, e.g. typos; repeatable.")
    ] = None,
    profile: Annotated[str, typer.Option("--profile", help="Profile to draw from.")] = "",
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed; the first held-out one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress.")] = False,
) -> None:
    """Try scenarios said otherwise beside the scenarios themselves: what was memorised breaks first. Exits 0."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.engine import Selection
    from ninemarch.report.terminal_variants import print_variants
    from ninemarch.report.variants_document import variants_document
    from ninemarch.suite import load
    from ninemarch.targets import parse_target

    def watch(kind: str, place: int, kinds: int) -> None:
        if not (quiet or as_json):
            console.say(f"{kind} ({place + 1} of {kinds})")

    chosen = parse_target(target) if target else None
    selection = Selection(release=release, target=chosen, profile=profile, seed=seed, trials=trials)
    with console.foreign():
        found = workflow.try_variants(load(suite), selection, only=only or (), watch=watch)
    with console.printing():
        if as_json:
            console.print_json(variants_document(found))
        else:
            print_variants(console.stdout(), found)
