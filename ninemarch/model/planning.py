"""What a plan can be expected to do, said before anything is run.

Covers frozen types only. The chances are computed on the gate floor, the shares of a suite's slices in the workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ninemarch.model.gate import Gate
from ninemarch.model.tally import Look

__all__ = ["Course", "GatePlan", "Needs", "Sized", "SuitePlan", "TrialCost"]


@dataclass(frozen=True, slots=True)
class Course:
    """What a plan does at one true failure rate: its chances and how long it takes.

    Args:
        failure_rate: what the system's failure rate really is, in [0, 1].
        passes: chance of PASS; so are the next two of FAIL and of NOT PROVEN. They sum to 1.
        mean_trials: mean number of trials.
        spread: trials by which 10%, 50% and 90% of such runs have ended.
    """

    failure_rate: float
    passes: float
    fails: float
    undecided: float
    mean_trials: float
    spread: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Sized:
    """The plans that suit one true failure rate.

    Args:
        share: the true failure rate as a share of what the gate allows.
        failure_rate: the true failure rate.
        trials: trials of the smallest fixed plan that passes with the chance asked for.
        failures: failures with which it still passes.
        chance: its exact chance to pass.
        sequential: what a plan that stops when it is decided does instead.
    """

    share: Fraction
    failure_rate: float
    trials: int
    failures: int
    chance: float
    sequential: Course


@dataclass(frozen=True, slots=True)
class Needs:
    """What a success rate takes to be proven.

    Args:
        success: the rate, exact.
        confidence: one-sided.
        fixed: trials of a fixed plan that prove it with 0, 1, 2, ... failures among them.
        sequential: likewise of a plan that may stop at any trial.
        sized: plans for true rates that are better than the rate asked for.
        budget: trials that the sequential plans in ``sized`` may use at most.
    """

    success: Fraction
    confidence: float
    fixed: tuple[int, ...]
    sequential: tuple[int, ...]
    sized: tuple[Sized, ...] = ()
    budget: int = 0


@dataclass(frozen=True, slots=True)
class GatePlan:
    """What a suite's plan does for one gate on one slice.

    Args:
        gate: the requirement; ``required`` says it in words.
        where: the slice; empty for all scenarios.
        share: the slice's expected share of the trials, in [0, 1].
        trials: trials expected on the slice.
        worth: independent trials that they are worth; fewer where trials share fate or weigh unlike.
        unit: what is counted as one independent trial: ``trials``, ``groups`` or ``weights``.
        passes_with: failures with which a fixed plan still passes, -1 when it never can; None for other plans and
            where it depends on which trials fail.
        fails_from: failures from which on a fixed plan fails; likewise.
        courses: what the plan does at several true rates; empty for gates that compare with a baseline.
        notices: the smallest fall noticed, in words.
        pass_table: trials at which k failures pass at once, by k; of a sequential plan.
        fail_table: trials up to which failure k fails at once, by k; 0 for never.
        warnings: what these trials cannot prove, and why.
    """

    gate: Gate
    where: Mapping[str, str]
    required: str
    share: float
    trials: int
    worth: int
    unit: str = "trials"
    passes_with: int | None = None
    fails_from: int | None = None
    courses: tuple[Course, ...] = ()
    notices: str = ""
    pass_table: tuple[int, ...] = ()
    fail_table: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name for people: the gate's id and its slice."""
        where = ", ".join(f"{k}={v}" for k, v in self.where.items())
        return f"{self.gate.id} ({where})" if where else self.gate.id


@dataclass(frozen=True, slots=True)
class TrialCost:
    """What one trial costs on average, as far as anybody knows.

    Args:
        seconds: the target's own time; None where unknown.
        usd: US dollars; None where unknown.
        source: where the figures come from, in words.
    """

    seconds: float | None = None
    usd: float | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class SuitePlan:
    """What a run of a suite would do; nothing was run.

    Args:
        suite: name of the suite.
        release: the release, or the target, that would be run.
        profile: name of the operational profile.
        planned: trials; with a sequential plan, its budget.
        per_scenario: trials of each scenario.
        stop: ``fixed`` or ``sequential``.
        look: the declared checkpoint, if any.
        gates: one entry for each gate and slice.
        needs: what each rate asked for takes, strictest last.
        cost: of one trial.
        warnings: about the plan as a whole.
    """

    suite: str
    release: str
    profile: str
    planned: int
    per_scenario: int
    stop: str
    look: Look | None
    gates: tuple[GatePlan, ...]
    needs: tuple[Needs, ...]
    cost: TrialCost = field(default_factory=TrialCost)
    warnings: tuple[str, ...] = ()
