"""The decision in words: notes, one sentence, what to do next.

Covers text computed from the decided gates; it decides nothing.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from datetime import date

from ninemarch.model import Asks, Decision, Evidence, Gate, GateResult, GateVerdict, RunPlan, WaiverUse
from ninemarch.numbers import count_text, estimate_text, lower_text, nine_text

__all__ = ["action_of", "notes", "sentence_of"]

_ORDER = list(GateVerdict)


def notes(
    evidence: Evidence, results: Sequence[GateResult], gates: Sequence[Gate], runs: Sequence[str]
) -> Iterator[str]:
    """Yield what a reader must know: selection, early stop, errors, void trials, earlier runs, slices tested."""
    yield from _selection_notes(evidence.plan)
    yield from _history_notes(evidence.plan, runs)
    yield from map(_waiver_note, evidence.uses)
    counts = evidence.overall.counts
    if evidence.stopped:
        limited = any(result.ceiling is not None for result in results)
        yield evidence.stopped + (" by the trials alone" if limited and evidence.stopped.endswith("proven") else "")
    elif counts.missing:
        run = evidence.plan.run
        yield f"{count_text(counts.missing, 'planned trial')} missing: go on with 'ninemarch run --resume {run}'"
    if counts.errors or counts.unscored:
        yield (
            f"{count_text(counts.errors, 'error')} and {count_text(counts.unscored, 'unscored trial')} are outside "
            "the rate; a verdict that depends on how they are read is not given"
        )
    if counts.void:
        yield f"{count_text(counts.void, 'void scenario')} outside the rate (ambiguous in themselves, listed)"
    tested = max((result.tested for result in results), default=1)
    if tested > 1 and any(result.where and result.below for result in results):
        yield f"{tested} slices were tested; a FAIL among them is corrected for their number (Holm), a PASS needs all"
    if gates and not results and evidence.plan.counts_in_a_rate:
        yield "no gate applies to this selection"


def _waiver_note(use: WaiverUse) -> str:
    """What one entry did; one that did nothing is said too."""
    waiver = use.waiver
    what = f"{waiver.name} ({waiver.issue}, {waiver.owner})"
    if not use.in_force:
        return f"{what} has no effect: it is in force from {waiver.created} to {waiver.expires}"
    refused = f"; {count_text(use.critical, 'critical failure')} cannot be waived" if use.critical else ""
    if not use.trials:
        return f"{what} covers {'no trial' if waiver.quarantine else 'no failure'} of this run{refused}"
    if waiver.quarantine:
        return f"{count_text(use.trials, 'trial')} void until {waiver.expires} by {what}: {waiver.reason}"
    covered = count_text(use.trials, "failure")
    return f"{covered} waived until {waiver.expires} by {what}, counted all the same: {waiver.reason}{refused}"


def _history_notes(plan: RunPlan, runs: Sequence[str]) -> Iterator[str]:
    if plan.regression_of:
        yield f"the same scenarios as run {plan.regression_of}: a check for regressions, no further evidence"
    elif runs:
        yield f"continues the evidence of {count_text(len(runs), 'earlier run')} of this release: {', '.join(runs)}"


def _selection_notes(plan: RunPlan) -> Iterator[str]:
    if plan.subset:
        yield f"subset '{plan.subset}' is hand-picked: shown as counts, never as a rate"
    elif plan.ids:
        yield "chosen scenarios are not a sample: shown as counts, never as a rate"
    elif plan.stress:
        yield f"profile '{plan.profile}' is for stress: shown as counts, never as a rate"
    if plan.where:
        picked = ", ".join(f"{name}={level}" for name, level in plan.where.items())
        yield f"only {picked}: gates on other scenarios were not evaluated"
    if plan.seed_range == "undeclared" and not plan.subset:
        yield f"seed {plan.seed} is in neither seed range of the suite: releases may have been made on it"
    if plan.seed_range == "development" and not plan.subset:
        yield f"seed {plan.seed} is a development seed: releases may have been made on these scenarios"


def sentence_of(decision: Decision, invalid: str) -> str:
    """Return what the run says, in one sentence; ``invalid`` is why nobody may judge it, if so."""
    blocking = [result for result in decision.gates if result.blocking]
    missed = [result for result in blocking if not result.verdict.holds]
    if decision.verdict is GateVerdict.INVALID:
        return f"This run cannot be judged: {invalid}"
    if decision.rate is None:
        what = (
            f"trials of the stress profile '{decision.plan.profile}'" if decision.plan.stress else "chosen scenarios"
        )
        chosen = f"{decision.counts.passed:,} of {decision.counts.scored:,} {what} passed"
        return "No trial has been scored yet" if decision.plan.counts_in_a_rate else chosen
    if decision.verdict is GateVerdict.NO_GATE:
        return f"{estimate_text(decision.rate)} measured, at least {lower_text(decision.rate)} proven"
    if decision.verdict.holds:
        return _passed(decision, blocking)
    worst = next(result for result in missed if result.verdict is decision.verdict)
    failed = decision.verdict is GateVerdict.FAIL
    if len(blocking) == 1 and failed:
        return f"{_claim(worst)} is missed: {worst.measured} measured"
    if len(blocking) == 1:
        return f"{_claim(worst)} is not proven yet"
    same = [result for result in missed if result.verdict is decision.verdict]
    how_many = f"{len(same)} of {len(blocking)} gates {'failed' if failed else 'lack proof'}"
    return f"{how_many}: {worst.label} asks {worst.required}"


def _passed(decision: Decision, blocking: Sequence[GateResult]) -> str:
    """What is proven, and what passes only with waivers, apart."""
    if decision.verdict is GateVerdict.PASS:
        return f"All {len(blocking)} gates are proven" if len(blocking) > 1 else f"{_claim(blocking[0])} is proven"
    waived = count_text(decision.waived, "waived failure")
    if len(blocking) == 1:
        return f"{_claim(blocking[0])} is not proven; it passes with {waived}"
    proven = sum(result.verdict is GateVerdict.PASS for result in blocking)
    rest = len(blocking) - proven
    return (
        f"{proven} of {len(blocking)} gates are proven; {rest} {'passes' if rest == 1 else 'pass'} only with {waived}"
    )


def _claim(result: GateResult) -> str:
    """What the gate claims, and of which slice: ``99.9% for language=de``."""
    of_what = "" if result.gate is None or result.gate.asks is Asks.SUCCESS else f" ({result.id})"
    slice_of = ", ".join(f"{name}={level}" for name, level in result.where.items())
    return result.required + of_what + (f" for {slice_of}" if slice_of else "")


def _further_run(result: GateResult, plan: RunPlan) -> tuple[str, str]:
    """A run that could prove what this one did not."""
    seen, failures = (result.rate.trials, result.rate.failures) if result.rate else (0, 0)
    more = result.more_clean or 0
    if plan.stop == "sequential":
        needed = count_text(round(more / max(result.share, 1e-9)) if result.where else more, "further trial")
        return f"Run on: the evidence of this release is continued; about {needed} would pass if clean", _again(plan)
    trials = round((seen + more) / max(result.share, 1e-9)) if result.where else 0
    trials = trials or seen + more
    allowed = count_text(failures, "failure") if failures else "no failure"
    return f"For the next release, plan about {trials:,} trials on a held-out seed; with {allowed} it would pass", ""


def _again(plan: RunPlan) -> str:
    return shlex.join(["ninemarch", "run", plan.origin, *plan.choice]) if plan.origin else ""


def action_of(decision: Decision, invalid: str) -> tuple[str, str]:
    """Return what to do next, and the command for it (empty where there is none)."""
    plan, nine = decision.plan, decision.next_nine
    look = f"ninemarch show {plan.run} --failures"
    if invalid:
        return "Look at the errors and void scenarios first", look
    if decision.counts.missing:
        return "Finish the plan", f"ninemarch run --resume {plan.run}"
    if decision.rate is None:
        left_out = "the stress profile" if plan.stress else "the subset or the scenario ids"
        return f"Run the population for a rate: leave out {left_out}", ""
    missed = [r for r in decision.gates if r.blocking and not r.verdict.holds]
    if decision.verdict is GateVerdict.PASS_WITH_WAIVERS:
        return f"Fix what is waived: the first waiver ends on {_first_expiry(decision)}", look
    if not missed:
        if nine is None or nine.clean_trials is None:
            return "Look at what remains", look
        trials = nine.clean_trials + decision.rate.trials
        bad = f"at most {count_text(decision.rate.failures, 'failure')}" if decision.rate.failures else "no failure"
        return f"For {nine_text(nine.target)}: a plan of about {trials:,} trials, with {bad}", ""
    return _missed_action(max(missed, key=lambda result: _ORDER.index(result.verdict)), decision, look)


def _first_expiry(decision: Decision) -> date:
    """The day on which the first waiver ends that covers a failure."""
    return min(use.waiver.expires for use in decision.waivers if use.trials and not use.waiver.quarantine)


def _missed_action(worst: GateResult, decision: Decision, look: str) -> tuple[str, str]:
    """What to do about the worst gate that did not pass."""
    if worst.gate is not None and worst.gate.baseline and worst.rate is None:
        accept = f"ninemarch baseline accept RUN --name {worst.gate.baseline}"
        return f"Accept a run of the release to compare with as baseline '{worst.gate.baseline}'", accept
    if worst.ceiling is not None and worst.ceiling.by == "judge":
        labels = "Have people label" if worst.ceiling.success == 0 else "Have people label more of"
        return f"{labels} what the judge decided: it is the limit", f"ninemarch judge calibrate {decision.plan.run}"
    if worst.ceiling is not None:
        origin = decision.plan.origin
        command = shlex.join(["ninemarch", "suite", "verify", origin]) if origin else ""
        return "Mend what judges: the check, not the target, is the limit", command
    if worst.more_clean:
        return _further_run(worst, decision.plan)
    if worst.verdict is GateVerdict.NOT_PROVEN and decision.counts.errors + decision.counts.unscored:
        return "Mend the errors and run again", look
    if worst.rate is not None and worst.verdict is GateVerdict.NOT_PROVEN and not worst.below:
        return "Run more trials where the profile is thinly covered, in a fresh plan", look
    return "Fix failures first, more trials will not help", look
