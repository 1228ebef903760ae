"""``ninemarch judge audit|calibrate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.cli.inspect import RunArgument
from ninemarch.cli.suite import SuiteArgument
from ninemarch.errors import UsageError

if TYPE_CHECKING:
    from ninemarch.model import JudgeCalibration

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="A model that judges: audit, calibrate.")
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


@app.command()
def calibrate(
    run: RunArgument = "latest",
    labels: Annotated[int, typer.Option("--labels", min=10, max=100_000, help="Answers for people to label.")] = 300,
    sheet: Annotated[str, typer.Option("--sheet", help="Write them to this .jsonl or .csv file.")] = "",
    read: Annotated[str, typer.Option("--read", help="Take in this sheet, filled in.")] = "",
    gold: Annotated[str, typer.Option("--gold", metavar="SUITE", help="Try the judge on its gold set.")] = "",
    check: Check = "",
    as_json: Json = False,
) -> None:
    """How far can the judge be trusted? People label a few of its verdicts; that corrects the rate of the run.

    Without --read it draws the answers and writes the sheet, or shows what a sheet taken in before tells.
    """
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.suite import load

    if gold:
        if read or sheet:
            msg = "--gold tries a gold set, --read and --sheet are for a run; give one of them"
            raise UsageError(msg)
        with console.foreign():
            found, path = workflow.calibrate_gold(load(gold), check=check)
        console.say(f"kept in {path}: commit it")
        _print(found, as_json=as_json)
        return
    if read:
        path = workflow.read_sheet(run, Path(read))
        console.say(f"kept in {path}: commit it")
    told = workflow.calibrate_run(run) if not sheet else None
    if told is not None:
        _print(told, as_json=as_json)
        return
    path, many = workflow.draw_sheet(run, labels=labels, sheet=Path(sheet) if sheet else None)
    if as_json:
        console.print_json({"ninemarch": 1, "kind": "judge-sheet", "file": str(path), "rows": many})
        return
    console.echo(f"{path}: {many:,} answers to label pass, fail or unsure; then")
    console.echo(f"  ninemarch judge calibrate {run} --read {path}")


def _print(found: JudgeCalibration, *, as_json: bool) -> None:
    from ninemarch.cli import console
    from ninemarch.report.judge_calibration_document import judge_calibration_document
    from ninemarch.report.terminal_judge_calibration import print_judge_calibration

    with console.printing():
        if as_json:
            console.print_json(judge_calibration_document(found))
        else:
            print_judge_calibration(console.stdout(), found)
