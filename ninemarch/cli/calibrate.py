"""``ninemarch calibrate``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ninemarch.cli.plan import Stop
from ninemarch.cli.rates import asked_rate, rates
from ninemarch.cli.run import Profile, Release, SuiteName, Trials, size_of
from ninemarch.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from ninemarch.model import Calibration


def calibrate(
    suite: SuiteName = "",
    release: Release = "",
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
    repeats: Annotated[
        int, typer.Option("--repeats", min=1, max=10_000, help="Without a suite: trials of each scenario.")
    ] = 1,
    correlation: Annotated[
        float, typer.Option("--correlation", min=0, max=0.99, help="Of the trials of one scenario or group.")
    ] = 0.5,
    at: Annotated[str, typer.Option("--at", help="True success rates to try, as 99.99%,0.9995.")] = "",
    sims: Annotated[
        int, typer.Option("--sims", min=100, max=1_000_000, help="Simulated runs a rate, where trials share groups.")
    ] = 2000,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="Seed of the simulation.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Try gates on coins below, at and above the threshold: their real error rates; calls no target.

    Exact for independent trials; trials that share groups are simulated. Exit code 4: a gate breaks its promise.
    """
    from ninemarch.model import Coins
    from ninemarch.workflow import calibrate_rate

    truths = [float(1 - value) for value in rates("--at", at)]
    options = {"coins": Coins(correlation, sims, seed), "truths": truths}
    asked = asked_rate(nines, success)
    if bool(suite) == (asked is not None):
        msg = "give a suite, or a rate with --nines or --success, not both; e.g. ninemarch calibrate --nines 3"
        raise UsageError(msg)
    if suite:
        if repeats > 1:
            msg = "--repeats is the suite's own (trials: per_scenario); leave it out"
            raise UsageError(msg)
        chosen = {"release": release, "trials": trials, "profile": profile}
        found = _of_suite(suite, chosen, {**options, "stop": stop or ""})
    else:
        if release or profile:
            msg = "--release and --profile need a suite; give it first, e.g. ninemarch calibrate dates"
            raise UsageError(msg)
        own = {"confidence": confidence, "trials": trials or 0, "stop": stop or "fixed", "repeats": repeats}
        found = (calibrate_rate(asked, **own, **options),)  # type: ignore[arg-type]
    _print(found, as_json=as_json)
    if not all(each.holds for each in found):
        raise typer.Exit(int(ExitCode.INVALID))


def _print(found: Sequence[Calibration], *, as_json: bool) -> None:
    from ninemarch.cli import console
    from ninemarch.report.calibration_document import calibration_document
    from ninemarch.report.terminal_calibrate import print_calibrations

    with console.printing():
        if as_json:
            console.print_json(calibration_document(found))
        else:
            print_calibrations(console.stdout(), found)


def _of_suite(name: str, chosen: dict[str, Any], options: dict[str, Any]) -> tuple[Calibration, ...]:
    from ninemarch import workflow
    from ninemarch.cli import console
    from ninemarch.engine import Selection
    from ninemarch.suite import load

    with console.foreign():
        suite = load(name)
        selection = Selection(**{**chosen, **size_of(suite, {**chosen, "stop": options["stop"]})})
        return workflow.calibrate_suite(suite, selection, **{**options, "stop": selection.stop})
