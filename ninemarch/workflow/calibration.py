"""Gates tried on coins: do they keep the error rates that they promise?

Covers which gates of a suite are tried, with the groups that its scenarios form. The trying is the gate floor's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from ninemarch import claims, stats
from ninemarch.engine import Selection
from ninemarch.errors import UsageError
from ninemarch.evidence import expected_slices
from ninemarch.gate import calibrate
from ninemarch.model import Asks, Calibration, Coins, Gate, Suite, Tally
from ninemarch.workflow.planning import expected_run

__all__ = ["calibrate_rate", "calibrate_suite"]

_BUDGET = 30  # failures allowed in the budget of a sequential plan of no suite


def calibrate_suite(
    suite: Suite,
    selection: Selection,
    *,
    stop: str = "",
    coins: Coins | None = None,
    truths: Sequence[float] = (),
) -> tuple[Calibration, ...]:
    """Return what the gates of ``suite`` on all scenarios say of coins; no target is called.

    Args:
        suite: the suite.
        selection: what would be run.
        stop: ``fixed`` or ``sequential`` in place of the suite's own.
        coins: how they are tossed where trials share groups; ``Coins()`` by default.
        truths: true failure rates, in [0, 1]; by default shares of what each gate allows.

    Raises:
        UsageError: nothing is selected, a name is unknown, or the suite has no gate on all scenarios.
    """
    plan, _, drawn = expected_run(suite, selection, stop=stop)
    gates = [gate for gate in plan.gates if not gate.where and not gate.each]
    if not gates:
        msg = f"suite {suite.name} has no gate on all scenarios; give --success or --nines without a suite"
        raise UsageError(msg)
    slices = expected_slices(replace(plan, planned=len(drawn)), drawn, gates)
    found = []
    for gate in gates:
        tally = slices[gate.id][0].scored
        why = _not_tried(gate, tally)
        if why:
            skipped = Calibration(gate, claims.required(gate), tally.trials, tally.units, plan.stop, skipped=why)
            found.append(skipped)
            continue
        scale = plan.planned / len(drawn)
        sizes = [(trials, max(1, round(many * scale))) for _, trials, many in tally.groups]
        found.append(calibrate(gate, sizes, stop=plan.stop, look=plan.look, coins=coins, truths=truths))
    return tuple(found)


def _not_tried(gate: Gate, tally: Tally) -> str:
    if gate.asks in {Asks.MAX_DROP, Asks.MAX_FAILURES, Asks.ALL_TRIALS}:
        return "it asks for no plain rate, which is what a coin has"
    if tally.weighted is not None:
        return "scenarios are weighted to the profile; such settings are in benchmarks/grids.py"
    return "" if tally.trials else "no trial of the plan falls into it"


def calibrate_rate(
    success: Fraction,
    *,
    confidence: float = 0.95,
    trials: int = 0,
    stop: str = "fixed",
    repeats: int = 1,
    coins: Coins | None = None,
    truths: Sequence[float] = (),
) -> Calibration:
    """Return what a gate on a rate says of coins.

    Args:
        success: the rate, above 0 and below 1.
        confidence: one-sided.
        trials: trials of the plan; by default the fewest that can pass, or a budget in which 30 failures are allowed.
        stop: ``fixed`` or ``sequential``.
        repeats: trials of each scenario, at least 1.
        coins: how they are tossed where trials share groups; ``Coins()`` by default.
        truths: true failure rates, in [0, 1]; by default shares of what the rate allows.

    Raises:
        UsageError: fewer trials than repeats.
    """
    gate = Gate("rate", success=success, confidence=confidence)
    fewest = stats.trials_needed(gate.allowed, confidence=confidence)
    scenarios = fewest if stop == "fixed" else round(_BUDGET / gate.allowed)
    if trials:
        scenarios = trials // repeats
    if scenarios < 1:
        msg = f"--trials {trials} with --repeats {repeats} is not one whole scenario; give more trials"
        raise UsageError(msg)
    return calibrate(gate, ((repeats, scenarios),), stop=stop, coins=coins, truths=truths)
