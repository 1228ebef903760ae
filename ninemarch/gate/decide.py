"""All gates of a run, and the one verdict.

Covers which gates apply, when a run is invalid, the sentence, and what to do next. Single gates are judged in
``judge_gate``. Every number comes from the evidence; nothing is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ninemarch import stats
from ninemarch.evidence import estimate, extra_clean_trials
from ninemarch.gate.judge_gate import judge_gate
from ninemarch.model import Counts, Decision, Evidence, Gate, GateResult, GateVerdict, NextNine, RunPlan, Slice, Tally
from ninemarch.numbers import count_text, estimate_text, lower_text, nine_text, threshold_text

DEFAULT_CONFIDENCE = 0.95
# Above this share of void scenarios the suite measures its author, not the target.
VOID_MAX = 0.02
_ORDER = list(GateVerdict)


def decide(evidence: Evidence, gates: Sequence[Gate] = ()) -> Decision:
    """Return the decision on a run.

    Args:
        evidence: what the run shows, gathered for the same gates.
        gates: the requirements; without one the verdict is NO GATE.
    """
    plan, part = evidence.plan, evidence.overall
    results = tuple(_results(evidence, gates)) if plan.counts_in_a_rate else ()
    confidence = gates[0].confidence if gates else DEFAULT_CONFIDENCE
    rate = estimate(part.scored, confidence) if plan.counts_in_a_rate else None
    acting = estimate(part.acting, confidence) if rate is not None and part.counts.assisted else None
    invalid = _invalid(evidence)
    verdicts = [result.verdict for result in results if result.blocking]
    verdicts += [GateVerdict.INVALID] if invalid else []
    verdict = max(verdicts, key=_ORDER.index, default=GateVerdict.NO_GATE)
    if verdict is GateVerdict.INVALID:
        # What cannot be judged must not read as proven anywhere.
        rate = acting = None
        results = tuple(
            replace(r, verdict=verdict, rate=None, reason="the run is invalid", more_clean=None) for r in results
        )
    decision = Decision(
        plan=plan,
        verdict=verdict,
        sentence="",
        action="",
        counts=part.counts,
        rate=rate,
        acting=acting,
        assisted_share=part.counts.assisted / max(part.counts.scored, 1),
        gates=results,
        next_nine=_next_nine(part, confidence) if rate is not None and not part.counts.missing else None,
        notes=tuple(_notes(evidence, results, gates)),
        stopped=evidence.stopped,
    )
    return _worded(decision, invalid)


def _results(evidence: Evidence, gates: Sequence[Gate]) -> Iterator[GateResult]:
    whole = max(evidence.overall.counts.scored, 1)
    for gate in gates:
        outside = [name for name, level in evidence.plan.where.items() if gate.where.get(name) != level]
        if outside and outside != list(gate.each):
            continue  # a filtered run says nothing on scenarios outside its filter
        parts = [part for part in _parts(evidence, gate) if part.counts.scored >= gate.min_share * whole]
        for part in parts or [_nothing(gate)]:
            yield judge_gate(gate, part, part.counts.scored / whole)


def _nothing(gate: Gate) -> Slice:
    """The slice of a gate that no trial falls into: it never passes."""
    empty = Tally(groups=())
    where = gate.where or dict.fromkeys(gate.each, "any level")
    return Slice(where=where, counts=Counts(), scored=empty, acting=empty, worst=empty, best=empty)


def _parts(evidence: Evidence, gate: Gate) -> Sequence[Slice]:
    if gate.each:
        return [part for name in gate.each for part in evidence.levels.get(name, ())]
    if gate.where:
        return [part for part in evidence.slices if part.where == gate.where][:1]
    return [evidence.overall]


def _invalid(evidence: Evidence) -> str:
    """Why nobody may judge this run; empty when it may be judged."""
    counts = evidence.overall.counts
    broken = counts.errors / max(counts.recorded, 1)
    if broken > evidence.plan.errors_max:
        return f"{counts.errors:,} of {counts.recorded:,} trials are errors of the suite or harness, not verdicts"
    if evidence.void_weight > VOID_MAX:
        return f"{counts.void:,} of {counts.recorded:,} scenarios are void: the suite itself is in doubt"
    if counts.scored == 0 and counts.missing == 0:
        return "no trial was scored"
    return ""


def _next_nine(part: Slice, confidence: float) -> NextNine | None:
    rate = estimate(part.scored, confidence)
    if rate is None:
        return None
    proven = stats.nines_proven(rate.failure_upper)
    target = proven + 1
    return NextNine(
        held=stats.nines(rate.failures, rate.trials),
        proven=proven,
        target=target,
        confidence=confidence,
        clean_trials=extra_clean_trials(part.scored, float(f"1e-{target}"), confidence),
        allowed=_allowed(part.scored, float(f"1e-{target}"), confidence),
    )


def _allowed(tally: Tally, failure_rate: float, confidence: float) -> int | None:
    """Failures with which as many trials would prove the nine; None where it depends on which trials fail."""
    if tally.weighted is not None or not tally.independent:
        return None
    return stats.failures_allowed(tally.trials, failure_rate, confidence=confidence)


def _notes(evidence: Evidence, results: Sequence[GateResult], gates: Sequence[Gate]) -> Iterator[str]:
    yield from _selection_notes(evidence.plan)
    counts = evidence.overall.counts
    if evidence.stopped:
        yield evidence.stopped
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
    levels = [result.verdict for result in results if result.where]
    if len(levels) > 1 and GateVerdict.FAIL in levels:
        yield f"{len(levels)} slices were tested; a FAIL among them is not corrected for their number"
    if gates and not results and evidence.plan.counts_in_a_rate:
        yield "no gate applies to this selection"


def _selection_notes(plan: RunPlan) -> Iterator[str]:
    if plan.subset:
        yield f"subset '{plan.subset}' is hand-picked: shown as counts, never as a rate"
    elif plan.ids:
        yield "chosen scenarios are not a sample: shown as counts, never as a rate"
    if plan.where:
        picked = ", ".join(f"{name}={level}" for name, level in plan.where.items())
        yield f"only {picked}: gates on other scenarios were not evaluated"
    if plan.seed_range == "undeclared" and not plan.subset:
        yield f"seed {plan.seed} is in neither seed range of the suite: releases may have been made on it"
    if plan.seed_range == "development" and not plan.subset:
        yield f"seed {plan.seed} is a development seed: releases may have been made on these scenarios"


def _worded(decision: Decision, invalid: str) -> Decision:
    action, command = _action(decision, invalid)
    return replace(decision, sentence=_sentence(decision, invalid), action=action, command=command)


def _sentence(decision: Decision, invalid: str) -> str:
    blocking = [result for result in decision.gates if result.blocking]
    missed = [result for result in blocking if result.verdict is not GateVerdict.PASS]
    if decision.verdict is GateVerdict.INVALID:
        return f"This run cannot be judged: {invalid}"
    if decision.rate is None:
        chosen = f"{decision.counts.passed:,} of {decision.counts.scored:,} chosen scenarios passed"
        return "No trial has been scored yet" if decision.plan.counts_in_a_rate else chosen
    if decision.verdict is GateVerdict.NO_GATE:
        return f"{estimate_text(decision.rate)} measured, at least {lower_text(decision.rate)} proven"
    if decision.verdict is GateVerdict.PASS:
        if len(blocking) > 1:
            return f"All {len(blocking)} gates are proven"
        slice_of = ", ".join(f"{name}={level}" for name, level in blocking[0].where.items())
        return f"{threshold_text(blocking[0].success)} is proven" + (f" for {slice_of}" if slice_of else "")
    worst = next(result for result in missed if result.verdict is decision.verdict)
    asked = threshold_text(worst.success)
    failed = decision.verdict is GateVerdict.FAIL
    if len(blocking) == 1 and failed:
        return f"{asked} is missed: {estimate_text(worst.rate or decision.rate, (worst.success,))} measured"
    if len(blocking) == 1:
        return f"{asked} is not proven yet"
    same = [result for result in missed if result.verdict is decision.verdict]
    return f"{len(same)} of {len(blocking)} gates {'failed' if failed else 'lack proof'}: {worst.label} asks {asked}"


def _fresh_run(result: GateResult) -> str:
    """A plan that could prove what this run did not; evidence of a plan that has ended cannot be topped up."""
    seen, failures = (result.rate.trials, result.rate.failures) if result.rate else (0, 0)
    trials = round((seen + (result.more_clean or 0)) / max(result.share, 1e-9)) if result.where else 0
    trials = trials or seen + (result.more_clean or 0)
    allowed = count_text(failures, "failure") if failures else "no failure"
    return f"Plan a fresh run of about {trials:,} trials on another held-out seed; with {allowed} it would pass"


def _action(decision: Decision, invalid: str) -> tuple[str, str]:
    """What to do next, and the command for it."""
    plan, nine = decision.plan, decision.next_nine
    look = f"ninemarch show {plan.run} --failures"
    if invalid:
        return "Look at the errors and void scenarios first", look
    if decision.counts.missing:
        return "Finish the plan", f"ninemarch run --resume {plan.run}"
    if decision.rate is None:
        return "Run the population for a rate: leave out the subset or the scenario ids", ""
    missed = [r for r in decision.gates if r.blocking and r.verdict is not GateVerdict.PASS]
    if not missed:
        if nine is None or nine.clean_trials is None:
            return "Look at what remains", look
        trials = nine.clean_trials + decision.rate.trials
        bad = f"at most {count_text(decision.rate.failures, 'failure')}" if decision.rate.failures else "no failure"
        return f"For {nine_text(nine.target)}: a plan of about {trials:,} trials, with {bad}", ""
    return _missed_action(max(missed, key=lambda result: _ORDER.index(result.verdict)), decision, look)


def _missed_action(worst: GateResult, decision: Decision, look: str) -> tuple[str, str]:
    """What to do about the worst gate that did not pass."""
    if worst.more_clean:
        return _fresh_run(worst), ""
    if worst.verdict is GateVerdict.NOT_PROVEN and decision.counts.errors + decision.counts.unscored:
        return "Mend the errors and run again", look
    if worst.rate is not None and worst.verdict is GateVerdict.NOT_PROVEN and not worst.below:
        return "Run more trials where the profile is thinly covered, in a fresh plan", look
    return "Fix failures first, more trials will not help", look
