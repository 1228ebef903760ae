"""How far a judge's verdicts can be trusted, as people's labels show it.

Covers plain frozen data: labels, counts of a gold set, and what they tell. The formulas are in ``ninemarch.stats``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ninemarch.model.ceiling import Ceiling

__all__ = ["GoldCounts", "JudgeCalibration", "RunLabels", "Share"]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with both of its one-sided limits; the estimate is nan where nothing tells."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class RunLabels:
    """What people say of trials that an audit drew.

    Args:
        suite: name of the suite.
        run: id of the run.
        labels: number of a trial -> ``pass``, ``fail`` or ``unsure``.
    """

    suite: str
    run: str
    labels: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class GoldCounts:
    """A judge's verdicts on answers that people had labelled.

    Args:
        suite: name of the suite.
        judge: its key: a hash of model, rubric, votes and the form of the question.
        label: what people call it.
        failures: answers that are wrong.
        caught: of those, failed by the judge.
        passes: answers that are right.
        accepted: of those, passed by it.
        undecided: further answers without a verdict.
    """

    suite: str
    judge: str
    label: str
    failures: int
    caught: int
    passes: int
    accepted: int
    undecided: int = 0


@dataclass(frozen=True, slots=True)
class JudgeCalibration:
    """What a calibration shows.

    Args:
        suite: name of the suite.
        basis: ``two-phase audit`` or ``gold set``.
        run: id of the run whose rate it corrects; empty for a gold set alone.
        confidence: one-sided, of each limit.
        sensitivity: share of wrong answers that the judge fails.
        specificity: share of right answers that it passes.
        success: corrected success rate; None without a run.
        judged: success rate as the judge says; None without a run.
        best: highest success rate that labels as many as these could have shown; None without a run.
        counts: what was counted, in words.
        method: of ``success``.
        ceiling: what it lets a gate prove; None without a run.
    """

    suite: str
    basis: str
    run: str
    confidence: float
    sensitivity: Share
    specificity: Share
    success: Share | None
    judged: float | None
    best: float | None
    counts: str
    method: str
    ceiling: Ceiling | None
