"""Logs with known truth: attributes of many kinds, slices planted in them, trials that share fate.

Covers what the tests of mining and the benchmarks behind them measure against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices import Attribute, FoundSlice

# Levels of the twelve attributes; the last two follow the third and the fifth.
LEVELS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 4, 6)
FOLLOWS = {10: 2, 11: 4}
_FAITHFUL = 0.85  # how often an attribute that follows another one has its level
BASE = 0.01

Slice = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Log:
    """A log and its truth.

    Args:
        codes: attributes, one row a trial and one column an attribute.
        failed: one entry a trial.
        units: group of each trial; None where all stand alone.
        rate: true failure rate of each trial given its attributes.
        planted: (attribute, level) pairs of each planted slice.
    """

    codes: NDArray[np.int32]
    failed: NDArray[np.bool_]
    units: NDArray[np.int64] | None
    rate: NDArray[np.float64]
    planted: tuple[Slice, ...]

    @property
    def attributes(self) -> list[Attribute]:
        """The attributes as a search takes them: ``a0``, ``a1``, ... with levels ``v0``, ``v1``, ..."""
        return [
            Attribute(f"a{i}", np.ascontiguousarray(self.codes[:, i]), tuple(f"v{level}" for level in range(levels)))
            for i, levels in enumerate(LEVELS)
        ]

    def judge(self, found: Sequence[FoundSlice]) -> tuple[int, int, int]:
        """How many found slices are exactly planted ones, say again or roughly what is true, and are false.

        False: the trials that no slice before it has truly fail less than 1.5 times as often as those in no slice.
        """
        exact = roughly = 0
        seen = np.zeros(self.failed.size, dtype=bool)
        for each in found:
            which = tuple((int(c.attribute[1:]), int((c.level or "v-1")[1:])) for c in each.conditions)
            new = self.inside(which) & ~seen
            seen |= new
            rest = self.rate[~seen].mean()
            if which in self.planted:
                exact += 1
            elif new.any() and self.rate[new].mean() >= 1.5 * rest:
                roughly += 1
        return exact, roughly, len(found) - exact - roughly

    def inside(self, which: Slice) -> NDArray[np.bool_]:
        """The trials of a slice."""
        return np.all([self.codes[:, attribute] == level for attribute, level in which], axis=0)


def draw_codes(rng: np.random.Generator, rows: int) -> NDArray[np.int32]:
    """Return rows of attributes with uneven shares, two of which follow others."""
    codes = np.empty((rows, len(LEVELS)), dtype=np.int32)
    for attribute, levels in enumerate(LEVELS):
        shares = rng.dirichlet(np.full(levels, 3.0))
        codes[:, attribute] = rng.choice(levels, rows, p=shares)
        if attribute in FOLLOWS:
            same = rng.random(rows) < _FAITHFUL
            codes[same, attribute] = codes[same, FOLLOWS[attribute]]
    return codes


def plant(rng: np.random.Generator, codes: NDArray[np.int32], many: int) -> tuple[Slice, ...]:
    """Return slices of one to three conditions with 0.5% to 2% of the rows, hardly overlapping."""
    found: list[Slice] = []
    taken = np.zeros(len(codes), dtype=bool)
    while len(found) < many:
        size = int(rng.integers(1, 4))
        attributes = sorted(rng.choice(len(LEVELS), size, replace=False).tolist())
        if any(attribute in attributes and other in attributes for attribute, other in FOLLOWS.items()):
            continue  # one of the two conditions would say next to nothing
        which = tuple((attribute, int(rng.integers(LEVELS[attribute]))) for attribute in attributes)
        inside = np.all([codes[:, attribute] == level for attribute, level in which], axis=0)
        if 0.005 <= inside.mean() <= 0.02 and (inside & taken).sum() <= 0.1 * inside.sum():
            found.append(which)
            taken |= inside
    return tuple(found)


def make_log(
    seed: int,
    scenarios: int,
    *,
    planted: int = 3,
    success: float = 0.7,
    base: float = BASE,
    repeats: int | str = 1,
    correlation: float = 0.0,
) -> Log:
    """Return a log.

    Args:
        seed: of everything.
        scenarios: rows of attributes.
        planted: planted slices.
        success: success rate in them.
        base: failure rate elsewhere.
        repeats: trials of each scenario; ``uneven`` for 1 to 60, mostly few, more where attribute 0 is 1.
        correlation: of two trials of one scenario with the same rate; 0 for independent ones.
    """
    rng = np.random.default_rng(seed)
    codes = draw_codes(rng, scenarios)
    slices = plant(rng, codes, planted)
    rate = np.full(scenarios, base)
    for which in slices:
        inside = np.all([codes[:, attribute] == level for attribute, level in which], axis=0)
        rate[inside] = np.maximum(rate[inside], 1 - success)
    if repeats == "uneven":
        many = np.minimum(rng.geometric(np.where(codes[:, 0] == 1, 0.15, 0.3)), 60)
    else:
        many = np.full(scenarios, int(repeats))
    own = rate
    if correlation:
        spread = (1 - correlation) / correlation  # beta law with this correlation between two draws
        own = rng.beta(rate * spread, (1 - rate) * spread)
    rows = np.repeat(np.arange(scenarios), many)
    failed = rng.random(rows.size) < own[rows]
    units = rows if (many > 1).any() else None
    return Log(codes[rows], failed, units, rate[rows], slices)
