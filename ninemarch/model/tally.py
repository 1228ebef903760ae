"""Tallies: enough to compute any interval of one rate, and what earlier looks at the same claim saw.

Covers sufficient statistics as frozen data. Which interval fits which tally is the evidence floor's job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Earlier", "Look", "Tally", "Weighted"]


@dataclass(frozen=True, slots=True)
class Look:
    """The one declared checkpoint of a fixed plan.

    Args:
        at: trials after which the engine looks once, >= 1.
        stop_at: failures seen by then at which the run stops, >= 1.
    """

    at: int
    stop_at: int


@dataclass(frozen=True, slots=True)
class Weighted:
    """Sufficient statistics of a profile-weighted failure rate (``stats.weighted_gamma``).

    Args:
        y: weighted failure rate, the sum of the contributions.
        v: sum of the squared contributions.
        m: largest contribution one group could make.
        uncovered: weight of profile cells without a scored trial, in [0, 1]; unknown, never success.
        pooled: the weights are not a profile's but the sizes of groups (the rate is the pooled one).
    """

    y: float
    v: float
    m: float
    uncovered: float
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Enough to compute any interval of one rate.

    Args:
        groups: distinct (failures in the group, trials in the group, number of such groups).
        weighted: present when the sample does not follow the profile.
        look: the plan's checkpoint, with the trials planned, when it changes the interval.
        planned: trials the plan called for at most (with ``look``).
        anytime: the plan may stop at any trial, so the interval must hold at any look.
        scores: for a score that is no share of failed trials, distinct (score of a unit, number of such units);
            empty where the score of a group is its share of failed trials.
        spent: error probability that earlier looks at the same claim have used up, in [0, 1).
    """

    groups: tuple[tuple[int, int, int], ...]
    weighted: Weighted | None = None
    look: Look | None = None
    planned: int = 0
    anytime: bool = False
    scores: tuple[tuple[float, int], ...] = ()
    spent: float = 0.0

    @property
    def failures(self) -> int:
        """Failed trials."""
        return sum(k * c for k, _, c in self.groups)

    @property
    def trials(self) -> int:
        """Trials counted."""
        return sum(n * c for _, n, c in self.groups)

    @property
    def units(self) -> int:
        """Independent groups; equal to the trials when no two trials share fate."""
        return sum(c for _, _, c in self.groups)

    @property
    def independent(self) -> bool:
        """Whether every group is a single trial."""
        return all(n == 1 for _, n, _ in self.groups)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier run of the same release showed on one gate's claim, read in every way a decision needs.

    Args:
        run: id of that run.
        gate: id of the gate; empty for the headline rate.
        where: the slice; empty for all scenarios.
        scored: as in ``Slice``, of that run alone, like the next three.
        acting: likewise.
        worst: likewise.
        best: likewise.
        spent: error probability that its decision could use up: 0 for a sequential plan, the exact level of a fixed
            one, in [0, 1).
        verdict: what that run's decision said of the gate, such as ``PASS``.
    """

    run: str
    gate: str
    where: Mapping[str, str]
    scored: Tally
    acting: Tally
    worst: Tally
    best: Tally
    spent: float = 0.0
    verdict: str = ""
