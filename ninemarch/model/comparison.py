"""Two runs on the same scenarios: what fails now that did not then.

Covers frozen types. How runs are paired is the evidence floor's job.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.model.baseline import Baseline, Results
from ninemarch.model.evidence import Counts
from ninemarch.model.run import RunPlan

__all__ = ["Comparison", "Difference", "PairedScenario"]


@dataclass(frozen=True, slots=True)
class PairedScenario:
    """One scenario's results on the baseline and now."""

    id: str
    then: Results
    now: Results


@dataclass(frozen=True, slots=True)
class Difference:
    """Failure rate now minus then, on the scenarios that both tried; above 0 is worse. All in [-1, 1].

    Args:
        estimate: mean difference over the independent groups.
        lower: one-sided lower bound at ``confidence``.
        upper: one-sided upper bound at ``confidence``.
        p_value: mid-P value of McNemar's two-sided test of no difference; None where trials share fate.
        units: independent groups compared.
        method: name of the interval's method.
    """

    estimate: float
    lower: float
    upper: float
    confidence: float
    units: int
    method: str
    p_value: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside a baseline.

    Args:
        plan: the run's plan; ``counts`` is where its trials went.
        changes: what else differs between the two, in words: suite, checks, profile, seed.
        paired: scenarios scored in both.
        only_then: scenarios scored on the baseline alone.
        only_now: scenarios scored in the run alone.
        worse: paired scenarios that fail now and did not then, or fail more often.
        better: the other way round.
        difference: how much; None without a common scenario, or when the scenarios themselves have changed.
    """

    baseline: Baseline
    plan: RunPlan
    counts: Counts
    changes: tuple[str, ...]
    paired: int
    only_then: int
    only_now: int
    worse: tuple[PairedScenario, ...]
    better: tuple[PairedScenario, ...]
    difference: Difference | None
