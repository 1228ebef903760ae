"""``ninemarch hunt``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.cli.shrink import Each, shrink_each, tell_shrunk
from ninemarch.errors import UsageError

if TYPE_CHECKING:
    from ninemarch.mining.hunting import Hunted
    from ninemarch.mining.shrink import ShrunkTrial

_SHRUNK = 10  # modes of which one failure is shrunk, the most frequent first
Policy = Annotated[
    str, typer.Option("--policy", help="mutation (default), cross-entropy, covering, uniform, profile or strategy.")
]
Share = Annotated[
    float,
    typer.Option("--share", help="Share of drawn trials that a search leaves to the profile: finds or estimates."),
]
Forbid = Annotated[
    list[str] | None, typer.Option("--forbid", help="Leave out attribute=level,attribute=level; repeatable.")
]
Adversary = Annotated[
    str, typer.Option("--adversary", help="A target that is shown failures and proposes scenarios, as --target.")
]


def hunt(
    suite: Annotated[str, typer.Argument(help="Suite file, folder, or shipped suite's name.", show_default=False)],
    release: Annotated[
        str, typer.Option("--release", help="Release of the suite's ladder; the last by default.")
    ] = "",
    target: Annotated[str, typer.Option("--target", help="The target in place of a release, as for run.")] = "",
    policy: Policy = "",
    trials: Annotated[int, typer.Option("-n", "--trials", min=1, max=100_000, help="Trials at most.")] = 1000,
    profile: Annotated[str, typer.Option("--profile", help="Profile whose use counts as nominal.")] = "",
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed; the first development one.")
    ] = None,
    strength: Annotated[int, typer.Option("--strength", min=1, max=4, help="Ways of the covering array.")] = 2,
    share: Share = 0.25,
    forbid: Forbid = None,
    adversary: Adversary = "",
    shrink: Each = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress; one line.")] = False,
) -> None:
    """Search for failures off the profile's beaten path; nothing found enters a rate, finding exits 0."""
    from ninemarch import workflow
    from ninemarch.cli.console import foreign, watching
    from ninemarch.engine import Selection
    from ninemarch.suite import load
    from ninemarch.targets import parse_target

    if policy and adversary:
        msg = "--policy and --adversary were both given; an adversary takes the place of a policy"
        raise UsageError(msg)
    options = workflow.HuntOptions(
        policy=policy,
        trials=trials,
        strength=strength,
        share=share,
        forbid=[_pairs(text) for text in forbid or []],
        adversary=parse_target(adversary) if adversary else None,
    )
    selection = Selection(
        release=release, target=parse_target(target) if target else None, profile=profile, seed=seed
    )
    with watching(quiet=quiet or as_json) as show, foreign():
        loaded = load(suite)
        hunted = workflow.hunt(loaded, selection, options, watch=lambda progress: show(loaded.name, progress))
    first = [mode.first for mode in hunted.found.modes[:_SHRUNK]] if shrink else []
    shrunk = shrink_each(hunted.run.run, first, budget=shrink, quiet=quiet or as_json)
    tell_hunt(hunted, shrunk if shrink else None, as_json=as_json, quiet=quiet)


def tell_hunt(hunted: Hunted, shrunk: list[ShrunkTrial] | None = None, *, as_json: bool, quiet: bool = False) -> None:
    """Print what a hunt found."""
    from ninemarch.cli import console
    from ninemarch.report.hunt_document import hunt_document, hunt_sentence
    from ninemarch.report.shrink_document import shrink_document
    from ninemarch.report.terminal_hunt import print_hunt

    with console.printing():
        if as_json:
            more = {} if shrunk is None else {"shrunk": [shrink_document(each) for each in shrunk]}
            console.print_json(hunt_document(hunted) | more)
        elif quiet:
            console.echo(f"{hunt_sentence(hunted)} (hunt {hunted.run.run})")
        else:
            print_hunt(console.stdout(), hunted)
            tell_shrunk(shrunk or ())


def _pairs(text: str) -> dict[str, str]:
    """``a=x,b=y`` as a mapping."""
    pairs: dict[str, str] = {}
    for part in text.split(","):
        name, equals, level = part.partition("=")
        if not (name and equals) or name in pairs:
            msg = f"--forbid {text} is not understood; write --forbid attribute=level,attribute=level, each once"
            raise UsageError(msg)
        pairs[name] = level
    return pairs
