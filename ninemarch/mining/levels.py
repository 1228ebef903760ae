"""Levels of attributes under which failures of one kind stand more often than trials do.

Covers one level at a time, by the first failure of each independent unit, with a correction for every level looked
at. Combinations of levels are the job of ``mining.slices``. What is found was searched for: a hint, no proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ninemarch.evidence import LevelCounts

__all__ = ["Level", "over_represented"]

LEVEL = 0.05
"""Chance, at most, of any level being named where attributes do not matter."""

_MOST = 4


@dataclass(frozen=True, slots=True)
class Level:
    """A level under which failures of a kind are too many. Names come from outside: hostile.

    Args:
        attribute: the attribute.
        level: its level.
        failures: failures of the kind with this level, of ``of`` whose scenario has the attribute.
        trials: scored trials with this level, of ``among`` that have the attribute.
        p_value: of so many failures by chance, corrected for all levels looked at, in [0, 1].
    """

    attribute: str
    level: str
    failures: int
    of: int
    trials: int
    among: int
    p_value: float

    @property
    def lift(self) -> float:
        """How many times as often failures have the level as trials have it."""
        return self.failures / self.of / (self.trials / self.among)


def over_represented(
    counts: Sequence[LevelCounts], *, level: float = LEVEL, most: int = _MOST, attributes: bool = True
) -> tuple[Level, ...]:
    """Return the levels with too many failures, the most striking first.

    Args:
        counts: one an attribute.
        level: largest corrected p-value.
        most: at most so many.
        attributes: of each attribute only its most striking level.

    Source: one-sided binomial test of the level's share among first failures against its share of the trials
    (conservative for drawing without replacement); O. J. Dunn (1961), JASA 56:52-64, for the correction.
    """
    looked_at = sum(int(np.count_nonzero(each.trials)) for each in counts)
    found = sorted(_tests(counts, looked_at), key=lambda one: (one.p_value, -one.failures, one.attribute, one.level))
    kept: list[Level] = []
    for one in found:
        if one.p_value > level or len(kept) == most:
            break
        if not (attributes and any(one.attribute == other.attribute for other in kept)):
            kept.append(one)
    return tuple(kept)


def _tests(counts: Sequence[LevelCounts], looked_at: int) -> Iterator[Level]:
    for each in counts:
        of, among, first = int(each.failures.sum()), int(each.trials.sum()), int(each.first.sum())
        for place in np.flatnonzero((each.first >= 2) & (each.trials < among)):
            share = each.trials[place] / among
            if each.first[place] <= share * first:
                continue
            p_value = special.betainc(each.first[place], first - each.first[place] + 1, share)
            yield Level(
                each.attribute,
                each.words[place],
                int(each.failures[place]),
                of,
                int(each.trials[place]),
                among,
                min(1.0, float(p_value) * looked_at),
            )
