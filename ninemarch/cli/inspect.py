"""``ninemarch gate``, ``show``, ``replay`` and ``report``: everything that looks at recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ninemarch.cli import ci
from ninemarch.settings import read_settings

if TYPE_CHECKING:
    from ninemarch.workflow import Finished

RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Run id, a unique prefix of it, or latest.")]


def tell(finished: Finished, *, as_json: bool, quiet: bool = False, page: str = "") -> None:
    """Print a finished run's decision, and write its page when asked for."""
    from ninemarch import report as rendering
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.terminal import print_decision

    decision = finished.decision
    with console.printing():
        if as_json:
            console.print_json(rendering.decision_document(decision))
        elif quiet:
            console.echo(f"{decision.verdict.value}: {decision.sentence} (run {decision.plan.run})")
        else:
            print_decision(console.stdout(), decision)
    if page:
        path = workflow.write_report([finished], Path(page))
        console.say(f"page: {path}")


def gate(
    run: RunArgument = "latest",
    junit: ci.Junit = "",
    junit_skip: ci.JunitSkip = None,
    github: ci.Github = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Print the verdict line only.")] = False,
) -> None:
    """Decide again on recorded evidence and exit with the decision's code; runs nothing."""
    from ninemarch import workflow
    from ninemarch.journal import find_run

    outputs = ci.Outputs(read_settings(), junit=junit, junit_skip=junit_skip, github=github)
    finished = workflow.decide_run(find_run(run))
    tell(finished, as_json=as_json, quiet=quiet)
    outputs.deliver(finished.decision)
    raise typer.Exit(int(finished.decision.exit_code))


def show(
    run: RunArgument = "latest",
    trial: Annotated[str, typer.Argument(help="Number of a trial, or a scenario's id.", show_default=False)] = "",
    failures: Annotated[bool, typer.Option("--failures", help="List what is not a pass.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="List the runs here.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Derive the table anew from the journal.")] = False,
    credit: Annotated[
        bool, typer.Option("--credit", help="Run a failed trial again: which step is to blame.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a run or a hunt, what failed in it, or one trial in full."""
    from ninemarch import table, workflow
    from ninemarch.cli import console
    from ninemarch.cli.hunt import tell_hunt
    from ninemarch.journal import find_record, list_runs
    from ninemarch.report import terminal, terminal_lists
    from ninemarch.report.terminal_credit import blame_document, print_blame
    from ninemarch.report.trial_document import failures_document, trial_document
    from ninemarch.workflow.replay import find_trial

    out = console.stdout()
    if listing:
        with console.printing():
            terminal_lists.print_runs(out, [plan for _, plan in list_runs()])
        return
    folder = find_record(run)
    if rebuild:
        table.build(folder)
    if trial:
        found, plan = find_trial(run, trial)
        with console.foreign():
            blame = workflow.blame_trial(run, trial) if credit else None
        if as_json:
            more = {"blame": blame_document(blame)} if credit else {}
            console.print_json(trial_document(found, plan.run) | more)
        else:
            with console.printing():
                terminal.print_trial(out, found, plan.run)
                if credit:
                    print_blame(out, found, blame)
        return
    if not failures and workflow.is_hunt(folder):
        tell_hunt(workflow.read_hunt(folder), as_json=as_json)
        return
    finished = workflow.decide_run(folder)
    if failures:
        if as_json:
            console.print_json(failures_document(finished.evidence.failures, folder.name))
        else:
            with console.printing():
                terminal.print_failures(out, finished.evidence.failures, folder.name)
        return
    tell(finished, as_json=as_json)


def replay(
    run: RunArgument,
    trial: Annotated[str, typer.Argument(help="Number of a trial, or a scenario's id.")],
    times: Annotated[int, typer.Option("-n", "--times", min=1, max=100_000, help="How often.")] = 1,
    shrunk: Annotated[
        Path | None, typer.Option("--shrunk", help="Run the smaller scenario in this file of a shrink.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Run one recorded scenario again, on the same target; nothing is recorded."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.report.terminal_lists import print_replay
    from ninemarch.report.trial_document import replay_document

    with console.foreign():
        result = workflow.replay(run, trial, times=times, shrunk=shrunk)
    if result.changed:
        console.say(f"note: {result.changed}")
    if as_json:
        console.print_json(replay_document(result.recorded, result.trials, result.plan.run, result.clues))
    else:
        with console.printing():
            print_replay(console.stdout(), result.recorded, result.trials, result.plan.run, result.clues)


def report(
    runs: Annotated[list[str] | None, typer.Argument(metavar="RUN...", help="Runs in order of release.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The page's file, or folder.")] = None,
    audience: Annotated[
        str, typer.Option("--audience", help="everyone, or manager: the first chapters.")
    ] = "everyone",
    layout: Annotated[str, typer.Option("--layout", help="file, or folder: style and scripts apart.")] = "file",
    max_size: Annotated[int, typer.Option("--max-size", help="Largest page in bytes.")] = 1_500_000,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out what scenarios and targets say.")] = False,
    interactive: Annotated[bool, typer.Option(help="Carry plotly, for cards in charts.")] = True,
    monthly: Annotated[int, typer.Option("--monthly", min=0, help="Trials a month, for the error budget.")] = 0,
    theme: Annotated[Path | None, typer.Option("--theme", help="TOML file of colours and words.")] = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
) -> None:
    """Write one self-contained HTML page of a run, or of the march over several."""
    from ninemarch import report as rendering
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.journal import find_run

    options = rendering.PageOptions(
        audience=audience,
        most_bytes=max_size,
        redact=redact,
        interactive=interactive,
        monthly=monthly,
        theme=rendering.read_theme(theme) if theme else rendering.Theme(),
    )
    finished = [workflow.decide_run(find_run(name)) for name in runs or ["latest"]]
    path = workflow.write_report(finished, output, options=options, layout=layout)
    console.echo(str(path))
    if open_it:
        typer.launch(path.resolve().as_uri())
