"""``ninemarch suite list|show|validate|verify|schema``."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Suites: list, show, validate, verify, schema.")
SuiteArgument = Annotated[str, typer.Argument(metavar="SUITE", help="Suite file, folder, or shipped suite's name.")]


@app.command("list")
def list_() -> None:
    """List the suites that ship with ninemarch."""
    from ninemarch.cli import console
    from ninemarch.errors import SuiteError
    from ninemarch.suite import load, shipped_names

    for name in shipped_names():
        try:
            with console.foreign():
                title = load(name).title
            console.echo(f"{name:<10} {title}")
        except SuiteError as error:
            console.say(f"{name}: {error}")


@app.command()
def show(
    suite: SuiteArgument,
    examples: Annotated[int, typer.Option("-n", "--examples", min=0, max=10_000, help="Scenarios to show.")] = 3,
    profile: Annotated[str, typer.Option("--profile", help="Profile to draw them from.")] = "",
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed; the first development one.")
    ] = None,
    compare: Annotated[
        int,
        typer.Option("--compare", min=0, max=20_000, help="Scenarios compared with each other; 0 for none."),
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show what a suite holds, with a few scenarios, and how different its scenarios are."""
    from ninemarch.cli import console
    from ninemarch.report.terminal_diversity import diversity_warnings
    from ninemarch.report.terminal_lists import print_suite
    from ninemarch.report.trial_document import suite_document
    from ninemarch.suite import load
    from ninemarch.workflow import example_scenarios, suite_diversity

    with console.foreign():
        loaded = load(suite)
        drawn = example_scenarios(loaded, count=examples, profile=profile, seed=seed)
        diversity = suite_diversity(loaded, count=compare, profile=profile, seed=seed)
    if as_json:
        console.print_json(suite_document(loaded, drawn, diversity))
    else:
        with console.printing():
            print_suite(console.stdout(), loaded, drawn, diversity)
    for warning in diversity_warnings(diversity):
        console.say(f"warning: {warning}")


@app.command()
def validate(
    suite: SuiteArgument,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are errors (exit 2).")] = False,
) -> None:
    """Check a suite file and everything it names; warn about what is unwise."""
    from ninemarch.cli import console
    from ninemarch.errors import ExitCode
    from ninemarch.suite import load
    from ninemarch.workflow import check_code, review

    with console.foreign():
        loaded = load(suite)
        check_code(loaded)
    warnings = list(review(loaded))
    for warning in warnings:
        console.say(f"warning: {warning}")
    if strict and warnings:
        raise typer.Exit(int(ExitCode.USAGE))
    console.echo(f"{loaded.name} {loaded.version} is valid ({loaded.hash})")


@app.command()
def verify(
    suite: SuiteArgument,
    trials: Annotated[
        int, typer.Option("-n", "--trials", min=1, max=1_000_000, help="Scenarios for each control.")
    ] = 300,
    profile: Annotated[str, typer.Option("--profile", help="Profile to draw from.")] = "",
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed; the first development one.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run the controls, and nonsense that no sound check accepts: what passes it limits what a run can prove."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.errors import ExitCode
    from ninemarch.report.terminal_verify import verify_lines
    from ninemarch.report.verify_document import verify_document
    from ninemarch.suite import load

    with console.foreign():
        loaded = load(suite)
        controls = workflow.verify(loaded, trials=trials, profile=profile, seed=seed)
        audit = workflow.audit_checks(loaded, trials=trials, profile=profile, seed=seed)
    if as_json:
        console.print_json(verify_document(loaded, controls, audit))
    else:
        for line in verify_lines(controls, audit):
            console.echo(line)
    if audit.above or not all(control.holds for control in controls):
        raise typer.Exit(int(ExitCode.INVALID))


@app.command()
def schema() -> None:
    """Print the JSON schema of suite files, for editors."""
    from ninemarch.cli import console
    from ninemarch.suite.schema import json_schema

    console.print_json(json_schema())
