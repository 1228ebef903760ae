"""Every gate on every slice it speaks about, judged together.

Covers which slices a gate has, the correction for their number, and what a run leaves to later runs of the same
release. One gate on one slice is judged in ``judge_gate``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ninemarch import claims
from ninemarch.evidence import p_beyond
from ninemarch.gate.continued import earlier_wheres, join, spent_by
from ninemarch.gate.judge_gate import judge_gate
from ninemarch.model import Asks, Counts, Earlier, Evidence, Gate, GateResult, GateVerdict, Slice, Tally

__all__ = ["judge_all", "looks"]


def judge_all(evidence: Evidence, gates: Sequence[Gate]) -> tuple[GateResult, ...]:
    """Return the results of all gates; a FAIL among several slices is corrected for their number."""
    return _corrected(list(_judged(evidence, gates)))


def _judged(evidence: Evidence, gates: Sequence[Gate]) -> Iterator[tuple[GateResult, Slice]]:
    plan = evidence.plan
    whole = max(evidence.overall.counts.scored, 1)
    for gate in gates:
        outside = [name for name, level in plan.where.items() if gate.where.get(name) != level]
        if outside and outside != list(gate.each):
            continue  # a filtered run says nothing on scenarios outside its filter
        own = slices_of(evidence, gate)
        parts = [part for part in own if part.counts.scored >= gate.min_share * whole]
        parts += earlier_wheres(plan, gate, own)
        if gate.asks is Asks.MAX_DROP and not own:
            yield _no_baseline(gate), _nothing(gate)
            continue
        for part in parts or [_nothing(gate)]:
            joined, runs = join(part, plan, gate.id)
            share = part.counts.scored / whole
            # A part of the plan for a part of the trials; earlier runs have made theirs.
            planned = round(plan.planned * (share if part.where else 1.0)) + joined.scored.trials - part.scored.trials
            yield judge_gate(gate, joined, share, runs=runs, planned=planned), joined


def slices_of(evidence: Evidence, gate: Gate) -> Sequence[Slice]:
    """Return the slices that a gate speaks about, scored as it asks; none where its baseline is missing."""
    if gate.asks is not Asks.SUCCESS:
        return evidence.measures.get(gate.id, ())
    if gate.each:
        return [part for name in gate.each for part in evidence.levels.get(name, ())]
    if gate.where:
        return [part for part in evidence.slices if part.where == gate.where][:1]
    return [evidence.overall]


def _nothing(gate: Gate) -> Slice:
    """The slice of a gate that no trial falls into: it never passes."""
    empty = Tally(groups=())
    where = gate.where or dict.fromkeys(gate.each, "any level")
    return Slice(where=where, counts=Counts(), scored=empty, acting=empty, worst=empty, best=empty)


def _no_baseline(gate: Gate) -> GateResult:
    return GateResult(
        id=gate.id,
        where=dict(gate.where),
        success=gate.success,
        confidence=gate.confidence,
        verdict=GateVerdict.NOT_PROVEN,
        rate=None,
        reason=f"no baseline '{gate.baseline}' of these scenarios and checks: not evaluated; accept one with "
        f"'ninemarch baseline accept RUN --name {gate.baseline}'",
        more_clean=None,
        blocking=gate.blocking,
        share=1.0,
        gate=gate,
        required=claims.required(gate),
    )


def _corrected(judged: Sequence[tuple[GateResult, Slice]]) -> tuple[GateResult, ...]:
    """Holm's step-down over all slices: the i-th smallest p-value fails its slice up to alpha / (slices - i).

    Source: S. Holm (1979), Scandinavian Journal of Statistics 6:65-70.
    """
    results = [result for result, _ in judged]
    for blocking in (True, False):  # what only warns is a family of its own
        slices = [place for place, result in enumerate(results) if result.where and result.blocking is blocking]
        _step_down(results, slices, [part for _, part in judged])
    return tuple(results)


def _step_down(results: list[GateResult], slices: Sequence[int], parts: Sequence[Slice]) -> None:
    """Correct one family of slices in place."""
    tested = len(slices)
    failing = {
        place: p_beyond(parts[place].scored, result.gate.allowed)
        for place in slices
        for result in [results[place]]
        if tested > 1 and result.verdict is GateVerdict.FAIL and result.gate and result.gate.max_failures is None
    }
    holds = True
    for i, place in enumerate(sorted(failing, key=lambda at: failing[at])):
        holds = holds and failing[place] * (tested - i) <= 1 - results[place].confidence
        if not holds:
            reason = f"below the gate alone, not proven among {tested} slices: {results[place].reason}"
            results[place] = replace(results[place], verdict=GateVerdict.NOT_PROVEN, reason=reason)
    for place in slices:
        results[place] = replace(results[place], tested=tested)


def looks(evidence: Evidence, gates: Sequence[Gate]) -> tuple[Earlier, ...]:
    """Return what later runs of the same release must know of this one: its own tallies and what it spent.

    Empty for a run that makes no rate. The entry without a gate is the headline rate's.
    """
    plan = evidence.plan
    if not plan.counts_in_a_rate:
        return ()
    verdicts = {(r.id, frozenset(r.where.items())): r.verdict.value for r in judge_all(evidence, gates)}
    found = []
    for gate in gates:
        for part in slices_of(evidence, gate):
            verdict = verdicts.get((gate.id, frozenset(part.where.items())), "")
            found.append(_earlier(plan.run, gate.id, part, spent_by(plan, gate, part.scored), verdict))
    return (_earlier(plan.run, "", evidence.overall, 0.0, ""), *found)


def _earlier(run: str, gate: str, part: Slice, spent: float, verdict: str) -> Earlier:
    return Earlier(
        run=run,
        gate=gate,
        where=dict(part.where),
        scored=part.scored,
        acting=part.acting,
        worst=part.worst,
        best=part.best,
        spent=spent,
        verdict=verdict,
    )
