"""All gates of a run, and the one verdict.

Covers the verdict of the whole run, when it is invalid, and what the next nine asks for. Gates are judged in
``results``, the words are found in ``story``. Every number comes from the evidence; nothing is written by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ninemarch import stats
from ninemarch.evidence import estimate, extra_clean_trials, misses, proves_within
from ninemarch.gate.ceilings import ceiling_notes, under_ceilings, under_judge
from ninemarch.gate.continued import join
from ninemarch.gate.story import action_of, notes, sentence_of
from ninemarch.gate.waived import with_waivers
from ninemarch.model import (
    Ceiling,
    Decision,
    Evidence,
    Gate,
    GateVerdict,
    Grouping,
    NextNine,
    Rate,
    Rung,
    Slice,
    Tally,
)

DEFAULT_CONFIDENCE = 0.95
# Above this share of void scenarios the suite measures its author, not the target.
VOID_MAX = 0.02
_MOST_NINES = 9  # as a gate may ask for
_ORDER = list(GateVerdict)


def decide(
    evidence: Evidence,
    gates: Sequence[Gate] = (),
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    ceilings: Sequence[Ceiling] = (),
) -> Decision:
    """Return the decision on a run.

    Args:
        evidence: what the run shows, gathered for the same gates.
        gates: the requirements; without one the verdict is NO GATE.
        confidence: of the headline rate where no gate says one.
        ceilings: what the measuring can show at most, beside the ceilings of the plan.
    """
    plan = evidence.plan
    ceilings = (*plan.ceilings, *ceilings)
    part, runs = join(evidence.overall, plan)
    results = under_ceilings(with_waivers(evidence, gates) if plan.counts_in_a_rate else (), ceilings)
    confidence = gates[0].confidence if gates else confidence
    rate = estimate(part.scored, confidence) if plan.counts_in_a_rate else None
    measured, rate = rate, under_judge(rate, ceilings)
    whole = rate is measured  # nothing that judges says less than the trials do
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
        next_nine=_next_nine(part, confidence) if rate is not None and whole and not part.counts.missing else None,
        notes=(*(ceiling_notes(ceilings) if rate is not None else ()), *notes(evidence, results, gates, runs)),
        stopped=evidence.stopped,
        ladder=_ladder(part, confidence) if rate is not None and whole else (),
        readings=_readings(part, confidence) if rate is not None else None,
        grouping=_grouping(part.scored) if rate is not None else None,
        spending=evidence.spending,
        waived=evidence.waived,
        waivers=evidence.uses,
    )
    sentence, (action, command) = sentence_of(decision, invalid), action_of(decision, invalid)
    return replace(decision, sentence=sentence, action=action, command=command)


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


def _ladder(part: Slice, confidence: float) -> tuple[Rung, ...]:
    """The nines from 90% to one beyond the next."""
    rungs: list[Rung] = []
    for nine in range(1, _MOST_NINES + 1):
        allowed = float(f"1e-{nine}")
        proven = proves_within(part.scored, allowed, confidence)
        clean = 0 if proven else extra_clean_trials(part.scored, allowed, confidence)
        rungs.append(Rung(nine, held=not misses(part.scored, allowed), proven=proven, clean_trials=clean))
        if len(rungs) > 2 and not proven and not rungs[-2].proven:
            break
    return tuple(rungs)


def _readings(part: Slice, confidence: float) -> tuple[Rate, Rate] | None:
    """The rate with every undecided trial read as a failure, and as a pass."""
    if part.worst is part.scored:
        return None
    worst, best = estimate(part.worst, confidence), estimate(part.best, confidence)
    return None if worst is None or best is None else (worst, best)


def _grouping(tally: Tally) -> Grouping | None:
    if tally.independent:
        return None
    failures, trials, many = (np.array(column) for column in zip(*tally.groups, strict=True))
    found = stats.group_summary(np.repeat(failures, many), np.repeat(trials, many))
    return Grouping(found.groups, found.flaky, found.always_failing, found.correlation, found.effective_trials)


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
    if tally.weighted is not None or not tally.independent or tally.scores:
        return None
    most = 20
    while tally.anytime:
        table = stats.pass_table(failure_rate, max_failures=most, budget=tally.trials, confidence=confidence)
        if len(table) <= most:
            return len(table) - 1
        most *= 2
    return stats.failures_allowed(tally.trials, failure_rate, confidence=confidence)
