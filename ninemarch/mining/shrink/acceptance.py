"""Does a smaller scenario still fail often enough? Wald's sequential test against the original failure rate.

Covers the decision on one candidate from its own trials. The reference is the original's rate and never moves, so
that many small losses cannot add up unseen. Does not cover which candidates are tried.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ninemarch import stats
from ninemarch.errors import UsageError

__all__ = ["CERTAIN", "CONFIRM", "LOOSE", "TIGHT", "Acceptance", "Line"]

# A rate of 1 has no odds; one failure in a thousand trials less changes no decision here.
_SUREST = 0.999


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What it takes to accept a candidate.

    Args:
        low: share of the original failure rate at which the failure counts as lost, above 0.
        high: share at which it counts as kept, above ``low``, at most 1.
        slip: chance of accepting a candidate whose rate is at ``low``, above 0 and below 1.
        miss: chance of refusing a candidate whose rate is at ``high``, above 0 and below 1.
        patience: a candidate whose rate lies between the two can take for ever; it is refused after as many trials
            as the original needs for so many failures.
    """

    low: float
    high: float
    slip: float
    miss: float
    patience: float = 30

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high <= 1 or not 0 < self.slip < 1 or not 0 < self.miss < 1:
            msg = (
                f"acceptance low={self.low}, high={self.high}, slip={self.slip}, miss={self.miss} (in shrink); "
                "allowed: 0 < low < high <= 1, chances above 0 and below 1; take LOOSE or TIGHT"
            )
            raise UsageError(msg)

    def against(self, rate: float) -> Line:
        """Return the test of a candidate against an original that fails at ``rate``, above 0, at most 1.

        Source: A. Wald (1945), Annals of Mathematical Statistics 16:117-186.
        """
        high = min(self.high * rate, _SUREST)
        test = stats.sprt(high, min(self.low * rate, high * 0.999), alpha=self.miss, beta=self.slip)
        return Line(test.slope, test.fail_intercept, test.pass_intercept, math.ceil(self.patience / rate))


LOOSE = Acceptance(0.25, 0.75, 0.05, 0.20)
"""Accepts quickly; a candidate at half of the original rate may slip through."""

TIGHT = Acceptance(0.5, 0.9, 0.05, 0.10, patience=60)
"""Accepts what keeps nearly the whole rate; twice the trials of ``LOOSE`` and more."""

CERTAIN = Acceptance(0.25, 0.9, 0.05, 0.25)
"""For an original that failed every time: one pass refuses, three failures in a row accept."""

CONFIRM = Acceptance(0.5, 0.8, 0.02, 0.02, patience=200)
"""For the fresh trials at the end: at least half of the original rate is kept."""


@dataclass(frozen=True, slots=True)
class Line:
    """Two parallel lines of failures against trials; above the upper one a candidate is accepted.

    Args:
        slope: failures per trial of both lines.
        keep: failures where the accepting line starts, above 0.
        lose: failures where the refusing line starts, below 0.
        most: trials after which a candidate that is still between the lines is refused.
    """

    slope: float
    keep: float
    lose: float
    most: int

    def decide(self, failures: int, trials: int) -> bool | None:
        """Return whether the candidate is accepted; None while it is open.

        Examples:
            >>> line = CERTAIN.against(1.0)
            >>> line.decide(0, 1), line.decide(2, 2), line.decide(3, 3)
            (False, None, True)
        """
        if failures >= self.keep + self.slope * trials:
            return True
        return False if failures <= self.lose + self.slope * trials or trials >= self.most else None

    def least_more(self, failures: int, trials: int) -> int:
        """Return how many more trials at least come before a decision: so many can be run at once, none is wasted.

        Examples:
            >>> LOOSE.against(0.3).least_more(0, 0)
            3
        """
        gap = self.slope * trials - failures
        keeps = math.ceil((self.keep + gap) / (1 - self.slope) - 1e-9)
        loses = math.ceil(-(self.lose + gap) / self.slope - 1e-9)
        return max(1, min(keeps, loses, self.most - trials))
