"""What an audit of a judge draws from a run, and what its labels tell of the true success rate.

Covers the draw (at random among judged failures and among judged passes; one trial of a group), the weights of the
labelled trials, and the corrected rate. Trials that no judge decided count as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ninemarch import stats, table
from ninemarch.errors import RunInvalid, UsageError
from ninemarch.evidence.cells import Cells, weighs_unlike
from ninemarch.evidence.columns import Columns, Mask
from ninemarch.evidence.count import Counter
from ninemarch.evidence.estimate import estimate
from ninemarch.evidence.load import Wanted, read_columns
from ninemarch.model import Ceiling, JudgeCalibration, RunPlan, Share, Tally, Verdict
from ninemarch.numbers import count_text

__all__ = ["JudgedRun", "audited", "read_judged"]

_MOST_OF_FAILURES = 4  # a quarter of the labels at most goes to judged failures
Numbers = NDArray[np.int64]
Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRun:
    """The trials that an audit draws from, each kind in the order in which it draws them.

    Args:
        plan: of the run.
        failures: numbers of the trials that the judge failed.
        passes: of those that it passed.
        shares: what part of the rate each of them stands for, in the same two orders.
        sure: the same of the failures that no judge decided.
        sure_trials: trials that no judge decided.
        tally: of all verdicts as they are.
        uncovered: part of the rate that no trial stands for.
    """

    plan: RunPlan
    failures: Numbers
    passes: Numbers
    shares: tuple[Shares, Shares]
    sure: Shares
    sure_trials: int
    tally: Tally
    uncovered: float = 0.0

    def drawn(self, labels: int) -> tuple[Numbers, Numbers]:
        """Return the first judged failures and judged passes that so many labels are for."""
        of_failures = min(self.failures.size, max(labels // _MOST_OF_FAILURES, labels - self.passes.size))
        return self.failures[:of_failures], self.passes[: max(0, labels - of_failures)]


def read_judged(path: Path) -> JudgedRun:
    """Return what an audit of the run draws from; the order depends on the run's id alone.

    Args:
        path: the run's table.

    Raises:
        UsageError: no judge had a say, or the run makes no rate.
        RunInvalid: the table is damaged.
    """
    head = table.head(path)
    plan = head.plan
    columns = read_columns(path, head, Wanted(attributes=set(plan.weights), every=True))
    if not columns.once:
        msg = f"{path}: trials are recorded twice or are not in the plan; start a new run"
        raise RunInvalid(msg)
    if not plan.counts_in_a_rate or not columns.judged.any():
        why = "no judge had a say in it" if plan.counts_in_a_rate else "chosen scenarios are no sample"
        msg = f"run {plan.run} cannot be audited: {why}; give a run of a suite with a check of kind judge"
        raise UsageError(msg)
    order = np.random.default_rng(int(hashlib.sha256(plan.run.encode()).hexdigest()[:12], 16))
    place = order.permutation(columns.number.size)
    picked = _one_a_unit(columns, columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED), place)
    failed = columns.has(Verdict.FAIL, Verdict.ASSISTED)
    shares = _shares(plan, columns, picked)
    kinds = [place[(picked & columns.judged & kind)[place]] for kind in (failed, ~failed)]
    sure = picked & ~columns.judged
    return JudgedRun(
        plan=plan,
        failures=columns.number[kinds[0]],
        passes=columns.number[kinds[1]],
        shares=(shares[kinds[0]], shares[kinds[1]]),
        sure=shares[sure & failed],
        sure_trials=int(sure.sum()),
        tally=Counter(plan, columns, stopped=True).slice({}).scored,
        uncovered=max(0.0, 1 - float(shares.sum())) if plan.weights else 0.0,
    )


def _one_a_unit(columns: Columns, counted: Mask, place: Numbers) -> Mask:
    """One counted trial of every unit, the first in the order: labels of trials that share fate tell less."""
    if columns.unit is None:
        return counted
    inside = place[counted[place]]
    first = np.unique(columns.unit[inside], return_index=True)[1]
    picked = np.zeros_like(counted)
    picked[inside[first]] = True
    return picked


def _shares(plan: RunPlan, columns: Columns, picked: Mask) -> Shares:
    if plan.weights or weighs_unlike(columns):
        return Cells(plan, columns).shares(picked)
    return np.where(picked, 1.0 / max(int(picked.sum()), 1), 0.0)


def audited(run: JudgedRun, labels: Mapping[int, str], *, confidence: float = 0.95) -> JudgeCalibration:
    """Return what the labels of a run's drawn trials tell; an answer that nobody is sure of is read both ways.

    Args:
        run: what was drawn from.
        labels: number of a trial -> ``pass``, ``fail`` or ``unsure``, of all that were drawn and of no other.
        confidence: one-sided, of each limit.

    Raises:
        UsageError: the labels are not of the trials that an audit of this size draws.
    """
    drawn = run.drawn(len(labels))
    _refuse_others(run, drawn, labels)
    said = [[labels[int(number)] for number in kind] for kind in drawn]
    lower, _, seen, _ = _limits(run, said, ("fail",), confidence)
    _, upper, _, best = _limits(run, said, ("fail", "unsure"), confidence)
    bad = [sum(label != "pass" for label in kind) for kind in said]
    judged = run.failures.size, run.failures.size + run.passes.size
    accuracy = stats.judge_accuracy(*judged, **_counts(said, bad), confidence=2 * confidence - 1)
    sensitivity, specificity = (Share(each.estimate, each.lower, each.upper) for each in accuracy)
    counts = (
        f"{bad[0]:,} of {len(said[0]):,} judged failures and {bad[1]:,} of {len(said[1]):,} judged passes are wrong "
        f"answers, of {run.failures.size:,} and {run.passes.size:,}"
    )
    if run.sure_trials:
        counts += f"; {count_text(run.sure_trials, 'trial')} needed no judge"
    why = f"{len(labels):,} labels of run {run.plan.run} show at least this"
    whole = float(run.sure.sum() + run.shares[0].sum())
    return JudgeCalibration(
        suite=run.plan.suite,
        basis="two-phase audit",
        run=run.plan.run,
        confidence=confidence,
        sensitivity=sensitivity,
        specificity=specificity,
        success=Share(1 - seen, 1 - upper, 1 - lower),
        judged=1 - whole,
        best=1 - best,
        counts=counts,
        method="two-phase audit at any look (Bonferroni)" if _sequential(run) else "two-phase audit (Fay-Feuer)",
        ceiling=Ceiling(max(0.0, 1 - upper), "judge", why),
    )


def _refuse_others(run: JudgedRun, drawn: tuple[Numbers, Numbers], labels: Mapping[int, str]) -> None:
    wanted = {int(number) for kind in drawn for number in kind}
    if wanted != set(labels):
        other = min(set(labels) ^ wanted)
        which = "was not drawn" if other in labels else "was drawn and has no label"
        msg = (
            f"trial {other} of run {run.plan.run} {which} (an audit of {len(labels):,} labels); label exactly the "
            "rows that 'ninemarch judge calibrate' wrote, and leave none out"
        )
        raise UsageError(msg)


def _sequential(run: JudgedRun) -> bool:
    return run.tally.anytime and run.tally.weighted is None


def _counts(said: list[list[str]], bad: list[int]) -> dict[str, int]:
    return {
        "checked_failures": len(said[0]),
        "failed_of_failures": bad[0],
        "checked_passes": len(said[1]),
        "failed_of_passes": bad[1],
    }


def _limits(
    run: JudgedRun, said: list[list[str]], failed: tuple[str, ...], confidence: float
) -> tuple[float, float, float, float]:
    """Failure rate: lower and upper limit, estimate, and the lowest upper limit that clean labels could show."""
    parts = [run.sure]
    largest, unknown = float(run.sure.max(initial=0.0)), 0.0
    for labels, shares in zip(said, run.shares, strict=True):
        if not labels:
            unknown += float(shares.sum())
            continue
        each = shares * (shares.size / len(labels))
        largest = max(largest, float(each.max()))
        parts.append(each[: len(labels)][[label in failed for label in labels]])
    unknown += run.uncovered
    found = np.concatenate(parts)
    seen = float(found.sum())
    if _sequential(run):
        rate = estimate(run.tally, stats.part_of(confidence))
        ends = (rate.failure_lower, rate.failure_upper) if rate else (0.0, 1.0)
        bad = [sum(label in failed for label in kind) for kind in said]
        sure = run.sure_trials > 0
        low, high = stats.audited_within(ends, **_counts(said, bad), confidence=confidence, sure=sure)
        best = stats.audited_within((0.0, ends[1]), **_counts(said, [0, 0]), confidence=confidence, sure=sure)[1]
        return low, high, seen, best
    if not largest:
        return 0.0, 1.0, seen, 1.0
    options = {"max_contribution": largest, "uncovered": min(unknown, 1.0), "confidence": confidence}
    low = stats.contribution_gamma(found, **options, side="lower").lower
    high = stats.contribution_gamma(found, **options, side="upper").upper
    best = stats.contribution_gamma([], **options, side="upper").upper
    return low, high, seen, best
