"""``ninemarch analyze``: rates of outcomes that others recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.errors import UsageError
from ninemarch.text import excerpt

if TYPE_CHECKING:
    from ninemarch.model import Gate, OutcomeColumns


def analyze(
    files: Annotated[
        list[str], typer.Argument(metavar="FILES...", help="Parquet files, patterns in quotes, or folders of them.")
    ],
    success: Annotated[
        str, typer.Option("--success", help="Column of the outcome: true and false; null is unscored.")
    ] = "verdict",
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help="Rates by the levels of this column; A,B by every combination. Repeatable."),
    ] = None,
    group: Annotated[
        str, typer.Option("--group", help="Column whose equal values belong together, as tries of one item.")
    ] = "",
    weight: Annotated[str, typer.Option("--weight", help="Column of the use that a row stands for.")] = "",
    where: Annotated[
        list[str] | None, typer.Option("--where", help="COLUMN=VALUE: only these rows. Repeatable.")
    ] = None,
    gates: Annotated[
        list[str] | None,
        typer.Option("--gate", help="Rate asked of the whole, as 0.999; or COLUMN=RATE of every slice by it."),
    ] = None,
    confidence: Annotated[float, typer.Option("--confidence", help="Of each end of an interval, one-sided.")] = 0.95,
    top: Annotated[int, typer.Option("--top", min=1, max=100_000, help="Slices shown at most of each kind.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, with every slice.")] = False,
) -> None:
    """Say what Parquet files of outcomes show, read where they lie: rates by slice, intervals, gates."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.analysis_document import analysis_document
    from ninemarch.report.terminal_analysis import print_analysis

    columns = _columns(success, by or [], group, weight, where or [])
    if not 0.5 <= confidence < 1:
        msg = f"--confidence {confidence:g}; allowed: from 0.5 to below 1, as 0.95"
        raise UsageError(msg)
    asked = [_gate(text, columns, confidence) for text in gates or []]
    found = workflow.analyze(files, columns, gates=asked, confidence=confidence)
    with console.printing():
        if as_json:
            console.print_json(analysis_document(found))
        else:
            print_analysis(console.stdout(), found, top=top)
    raise typer.Exit(int(found.decision.exit_code))


def _columns(success: str, by: list[str], group: str, weight: str, where: list[str]) -> OutcomeColumns:
    from ninemarch.model import OutcomeColumns

    split = dict.fromkeys(tuple(filter(None, map(str.strip, text.split(",")))) for text in by)
    return OutcomeColumns(success, tuple(filter(None, split)), group, weight, dict(map(_pair, where)))


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found or not name:
        msg = f"--where {excerpt(text, 60)}; allowed: COLUMN=VALUE, as region=eu"
        raise UsageError(msg)
    return name, value


def _gate(text: str, columns: OutcomeColumns, confidence: float) -> Gate:
    """The gate that ``0.999`` or ``region=0.99`` asks for."""
    from ninemarch.cli.rates import asked_rate
    from ninemarch.model import Gate

    name, found, asked = text.rpartition("=")
    success = asked_rate(None, asked)
    names = ",".join(filter(None, map(str.strip, name.split(","))))
    known = {",".join(each) for each in columns.by}
    if success is None or (found and names not in known):
        msg = f"--gate {excerpt(text, 60)}; allowed: a rate, as 0.999, or {_allowed(known)}"
        raise UsageError(msg)
    return Gate(f"each {names}" if found else "overall", success, confidence, each=(names,) if found else ())


def _allowed(known: set[str]) -> str:
    if not known:
        return "COLUMN=RATE for a column that --by names too"
    return " or ".join(f"{excerpt(names, 40)}=0.99" for names in sorted(known))
