"""``ninemarch mine``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.cli.shrink import Each, shrink_each, tell_shrunk

if TYPE_CHECKING:
    from ninemarch.mining.result import MiningResult

NamerUrl = Annotated[
    str, typer.Option("--namer", help="OpenAI-compatible server that names clusters: http://HOST/v1; sends examples.")
]
Keep = Annotated[
    bool, typer.Option("--keep", help="Record the kinds, and confirmed slices, in reports/<suite>/, for git.")
]
Confirm = Annotated[
    int,
    typer.Option("--confirm", min=0, max=10**7, help="Run so many fresh trials at most to test the slices."),
]
Audit = Annotated[bool, typer.Option("--audit", help="Look for failures that are the suite's own mistake.")]
Promote = Annotated[
    str, typer.Option("--promote", help="Add the failures to this .jsonl file, a regression set for the suite.")
]
Credit = Annotated[
    int,
    typer.Option("--credit", min=0, max=10**6, help="Run so many failures again at most: which step is to blame."),
]
NamerModel = Annotated[str, typer.Option("--namer-model", help="Model of the namer.")]


def mine(
    run: RunArgument = "latest",
    top: Annotated[int, typer.Option("--top", min=1, max=10_000, help="Clusters and slices shown at most.")] = 10,
    since: Annotated[str, typer.Option("--since", help="An earlier run on the same scenarios: what was fixed.")] = "",
    keep: Keep = False,
    confirm: Confirm = 0,
    audit: Audit = False,
    promote: Promote = "",
    credit: Credit = 0,
    namer: NamerUrl = "",
    model: NamerModel = "default",
    shrink: Each = 0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document, with all that was found.")
    ] = False,
) -> None:
    """Say where failures concentrate, what they have in common, which few fixes buy the next nine."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.mining_document import audit_document, mining_document
    from ninemarch.report.shrink_document import shrink_document
    from ninemarch.report.terminal_clusters import print_audit
    from ninemarch.report.terminal_credit import credit_document, print_credit
    from ninemarch.report.terminal_mining import print_mining

    server = workflow.Namer(namer, model) if namer else None
    found = workflow.mine(run, since=since)
    found = workflow.name_clusters(found, server, top=top) if server else found
    found = _confirmed(found, confirm, top) if confirm else found
    path = workflow.keep_clusters(found) if keep else None
    promoted = _promoted(found, promote) if promote else ""
    with console.foreign():
        doubts = workflow.audit(run) if audit else None
        credited = workflow.step_credit(run, most=credit) if credit else None
    first = [cluster.exemplars[0].number for cluster in found.clusters[:top]] if shrink else []
    shrunk = shrink_each(found.plan.run, first, budget=shrink, quiet=as_json)
    with console.printing():
        if as_json:
            more: dict[str, Any] = {"audit": audit_document(doubts)} if doubts else {}
            more |= {"credit": credit_document(credited)} if credited else {}
            more |= {"shrunk": [shrink_document(each) for each in shrunk]} if shrink else {}
            console.print_json(mining_document(found) | more)
        else:
            print_mining(console.stdout(), found, top=top)
            if doubts:
                print_audit(console.stdout(), doubts, found.plan.run, top=top)
            if credited:
                print_credit(console.stdout(), credited, top=top)
            tell_shrunk(shrunk)
    if confirm and not found.confirmation:
        console.say("nothing to confirm: no slice was found")
    if path:
        console.say(f"kept in {path}: commit it")
        _keep_slices(found)
    if promoted:
        console.say(promoted)


def _keep_slices(found: MiningResult) -> None:
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.numbers import count_text

    done = workflow.keep_slices(found)
    if not done:
        return
    parts = [f"{count_text(done.kept, 'confirmed slice')} in {done.path}: gates with confirmed: true read them"]
    parts += [f"{done.dropped:,} taken out, refuted by fresh trials"] if done.dropped else []
    parts += [f"{done.unnamed:,} left out: no gate can name a range of numbers"] if done.unnamed else []
    console.say("; ".join(parts))


def _confirmed(found: MiningResult, trials: int, top: int) -> MiningResult:
    from ninemarch import workflow
    from ninemarch.cli import console

    with console.watching() as show, console.foreign():
        return workflow.confirm_slices(found, trials=trials, top=top, watch=show)


def _promoted(found: MiningResult, file: str) -> str:
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.numbers import count_text

    with console.foreign():
        done = workflow.promote(found, Path(file))
    parts = [f"{count_text(done.added, 'scenario')} of {count_text(done.clusters, 'cluster')} added to {done.path}"]
    parts += [f"{done.there:,} were there already"] if done.there else []
    parts += [f"{done.left_out:,} more failures of large clusters left out"] if done.left_out else []
    parts += [f"{done.unread:,} could not be made again"] if done.unread else []
    return f"{'; '.join(parts)}\nin the suite: scenarios: - {{subset: regressions, file: {done.path.name}}}"
