"""A gate tried on coins: how often it is wrong, and what it used.

Covers frozen types. The gate floor tosses the coins.
"""

from __future__ import annotations

from dataclasses import dataclass

from ninemarch.model.gate import Gate
from ninemarch.model.planning import Course
from ninemarch.model.tally import Look

__all__ = ["Calibration", "Coins", "Tried"]


@dataclass(frozen=True, slots=True)
class Coins:
    """How coins are tossed where the trials of a group share fate.

    Args:
        correlation: of the trials of one group, in [0, 1).
        sims: simulated runs at each true rate, at least 1.
        seed: of the simulation.
    """

    correlation: float = 0.5
    sims: int = 2000
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Tried:
    """The verdicts on coins with one true failure rate.

    Args:
        course: the chances, and trials used; by simulation, the shares seen.
        passes: 95% interval of the chance of PASS; its two ends are equal where it was computed exactly.
        fails: likewise of FAIL.
        undecided: likewise of NOT PROVEN.
    """

    course: Course
    passes: tuple[float, float]
    fails: tuple[float, float]
    undecided: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A gate's own error rates on coins.

    Args:
        gate: the requirement; ``required`` says it in words.
        trials: trials of the plan; of a sequential one, its budget.
        units: independent units among them.
        stop: ``fixed`` or ``sequential``.
        look: the declared checkpoint, if any.
        coins: how they were tossed; None where the chances are exact.
        tried: one entry for each true failure rate, in increasing order.
        skipped: why the gate was not tried; empty where it was.
    """

    gate: Gate
    required: str
    trials: int
    units: int
    stop: str
    look: Look | None = None
    coins: Coins | None = None
    tried: tuple[Tried, ...] = ()
    skipped: str = ""

    @property
    def nominal(self) -> float:
        """The error rate that the gate promises for each verdict."""
        return 1 - self.gate.confidence

    @property
    def holds(self) -> bool:
        """Whether no error rate is proven to be above the promised one."""
        slack = 1 + 1e-9
        passing = [each.passes[0] for each in self.tried if each.course.failure_rate >= self.gate.allowed]
        failing = [each.fails[0] for each in self.tried if each.course.failure_rate <= self.gate.allowed]
        return max([*passing, *failing], default=0.0) <= self.nominal * slack
