"""``ninemarch plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ninemarch.cli.rates import asked_rate, rates
from ninemarch.cli.run import Profile, Release, SuiteName, Target, Trials, size_of
from ninemarch.errors import UsageError

if TYPE_CHECKING:
    from ninemarch.model import SuitePlan

Stop = Literal["fixed", "sequential"]


def plan(
    suite: SuiteName = "",
    release: Release = "",
    target: Target = "",
    trials: Trials = None,
    profile: Profile = "",
    stop: Annotated[
        Stop | None, typer.Option("--stop", help="fixed: decided at the end; sequential: as soon as it can be.")
    ] = None,
    nines: Annotated[int | None, typer.Option("--nines", min=1, max=9, help="Without a suite: a nine.")] = None,
    success: Annotated[str, typer.Option("--success", help="Without a suite: a rate, as 0.995 or 99.5%.")] = "",
    confidence: Annotated[
        float, typer.Option("--confidence", min=0.5, max=0.999999, help="Without a suite: one-sided confidence.")
    ] = 0.95,
    at: Annotated[str, typer.Option("--at", help="True success rates to try, as 99.99%,0.9995.")] = "",
    seconds: Annotated[
        float | None, typer.Option("--seconds-per-trial", min=0, help="By default what recorded runs took.")
    ] = None,
    usd: Annotated[
        float | None, typer.Option("--usd-per-trial", min=0, help="By default what recorded runs cost.")
    ] = None,
    tables: Annotated[
        bool, typer.Option("--tables", help="Print the PASS and FAIL tables of a sequential plan.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Trials, chances and cost of a suite's plan, or of a nine, before it is run; calls nothing."""
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.model import TrialCost
    from ninemarch.report.plan_document import plan_document
    from ninemarch.report.terminal_plan import print_plan

    asked = asked_rate(nines, success)
    truths = [float(1 - value) for value in rates("--at", at)]
    given = seconds is not None or usd is not None
    cost = TrialCost(seconds, usd, "as given") if given else None
    if suite:
        if asked is not None:
            msg = "--nines and --success plan a rate without a suite; the gates of a suite ask for their own"
            raise UsageError(msg)
        chosen = {"release": release, "target": target, "trials": trials, "profile": profile}
        found = _of_suite(suite, chosen, stop=stop or "", truths=truths, cost=cost)
    else:
        if release or target or profile:
            msg = "--release, --target and --profile need a suite; give it first, e.g. ninemarch plan dates"
            raise UsageError(msg)
        found = workflow.plan_rates(
            asked, confidence=confidence, trials=trials or 0, stop=stop or "fixed", truths=truths, cost=cost
        )
    with console.printing():
        if as_json:
            console.print_json(plan_document(found))
        else:
            print_plan(console.stdout(), found, tables=tables)


def _of_suite(name: str, chosen: dict[str, Any], **options: Any) -> SuitePlan:
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.engine import Selection
    from ninemarch.suite import load
    from ninemarch.targets import parse_target

    target = parse_target(chosen["target"]) if chosen["target"] else None
    with console.foreign():
        suite = load(name)
        size = size_of(suite, {**chosen, "stop": options["stop"]})
        selection = Selection(**{**chosen, **size, "target": target})
        return workflow.plan_suite(suite, selection, **{**options, "stop": selection.stop})
