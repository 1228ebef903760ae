"""``ninemarch judge audit|calibrate``."""

from __future__ import annotations

from typing import Annotated

import typer

from ninemarch.cli.suite import SuiteArgument

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="A model that judges: audit.")
Check = Annotated[str, typer.Option("--check", help="Id of the check; the only judge by default.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_SHARE = {"min": 0.001, "max": 0.5}


@app.command()
def audit(
    suite: SuiteArgument,
    check: Check = "",
    run: Annotated[str, typer.Option("--run", help="Use this run's answers; the newest run's by default.")] = "",
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=10_000, help="Scenarios for each probe.")] = 60,
    accept_max: Annotated[
        float, typer.Option("--accept-max", **_SHARE, help="Share of wrong answers that it may accept.")
    ] = 0.05,
    reject_max: Annotated[
        float, typer.Option("--reject-max", **_SHARE, help="Share of right answers that it may reject.")
    ] = 0.2,
    bare: Annotated[bool, typer.Option("--bare", help="Without the guards that stand before the judge.")] = False,
    as_json: Json = False,
) -> None:
    """Does the judge accept what it must not? Wrong answers made from real ones, right ones beside them.

    Exit code 0: shown that it does not; 3: too few answers to tell; 4: it is fooled.
    """
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.judge_audit_document import judge_audit_document
    from ninemarch.report.terminal_judge_audit import print_judge_audit
    from ninemarch.suite import load

    options = workflow.AuditOptions(
        check=check, run=run, count=count, accept_max=accept_max, reject_max=reject_max, bare=bare
    )
    with console.foreign():
        found = workflow.audit_judge(load(suite), options)
    with console.printing():
        if as_json:
            console.print_json(judge_audit_document(found))
        else:
            print_judge_audit(console.stdout(), found)
    if found.exit_code:
        raise typer.Exit(int(found.exit_code))
