"""Two runs on the same scenarios: what fails now that did not then.

Covers frozen types. How runs are paired is the evidence floor's job.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.model.baseline import Baseline, Results
from ninemarch.model.evidence import Counts
from ninemarch.model.run import RunPlan

__all__ = ["Comparison", "Difference", "PairedScenario", "PairedSlice"]


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
class PairedSlice:
    """The scenarios that share one attribute value, where the two runs differ beyond chance.

    Args:
        attribute: its name.
        level: its value.
        paired: scenarios scored in both runs.
        worse: independent units (scenarios, or their groups) that fail now and did not then, or fail more often.
        better: the other way round.
        p_value: exact two-sided p-value of McNemar's test, adjusted for all slices looked at, in [0, 1].
    """

    attribute: str
    level: str
    paired: int
    worse: int
    better: int
    p_value: float


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
        slices: where it differs beyond chance, the most certain first; what an average may hide.
        looked: slices that were looked at.
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
    slices: tuple[PairedSlice, ...] = ()
    looked: int = 0

    @property
    def hidden(self) -> tuple[PairedSlice, ...]:
        """Slices that are worse though the whole is not."""
        if self.difference is not None and self.difference.lower > 0:
            return ()
        return tuple(each for each in self.slices if each.worse > each.better)
