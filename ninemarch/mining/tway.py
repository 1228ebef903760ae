"""Which combinations of levels have been tried: t-way coverage, verified by looking at every combination.

Covers counting, for any rows: those that a covering array planned, those that really ran, those of a given scenario
set. Written apart from the generator of covering arrays, and used to verify it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError
from ninemarch.mining.forbidden import Forbidden, Rows

__all__ = ["TwayCoverage", "check_strength", "coverages", "tway_coverage"]

# Sets of attributes looked at: 100 attributes three by three. More takes minutes, and says little.
MOST_SETS = 200_000
# Combinations of one set of attributes: what an array of booleans of 50 MB holds.
MOST_CELLS = 50_000_000
_LOOKED_UP = 20_000  # sets of attributes of which the coverage is shown unasked: a second
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class TwayCoverage:
    """How many of the possible combinations of ``strength`` levels some rows hold.

    Attributes:
        strength: levels in a combination.
        covered: combinations held by at least one row.
        possible: combinations that at least one whole row can hold.
        impossible: combinations that the forbidden ones rule out.
        weight: share of real use that is covered, mean over the sets of attributes; None without shares.
        missing: a few that are possible and not covered, as (attribute, level) pairs.
    """

    strength: int
    covered: int
    possible: int
    impossible: int
    weight: float | None
    missing: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def complete(self) -> bool:
        """Whether every possible combination is covered."""
        return self.covered == self.possible


def tway_coverage(
    rows: Rows,
    levels: Sequence[int],
    strength: int,
    *,
    forbidden: Sequence[Mapping[int, int]] = (),
    shares: Sequence[Sequence[float]] | None = None,
) -> TwayCoverage:
    """Count the combinations of ``strength`` levels in ``rows``, each looked for.

    Args:
        rows: rows x attributes, each entry a level of its attribute, from 0.
        levels: number of levels of each attribute.
        strength: levels in a combination, at least 1; no more than there are attributes are used.
        forbidden: combinations that cannot occur, attribute -> level.
        shares: share of real use of every level of every attribute, for the weighted coverage.

    Raises:
        UsageError: an entry is no level, or there are too many sets of attributes to look at.

    Examples:
        >>> found = tway_coverage(np.array([[0, 0], [1, 1]]), [2, 2], 2, shares=[[0.9, 0.1], [0.5, 0.5]])
        >>> found.covered, found.possible, found.missing[0], found.weight
        (2, 4, ((0, 0), (1, 1)), 0.5)
    """
    strength = check_strength(strength, levels)
    rows = np.asarray(rows, dtype=np.int64).reshape(-1, len(levels))
    if rows.size and (rows.min() < 0 or (rows >= np.asarray(levels)).any()):
        msg = f"rows hold a level that is not one of levels={list(levels)[:20]}; count each attribute's levels from 0"
        raise UsageError(msg)
    never = Forbidden(tuple(levels), tuple(forbidden))
    constrained = {attribute for combination in forbidden for attribute in combination}
    covered = possible = impossible = 0
    weights: list[float] = []
    missing: list[tuple[tuple[int, int], ...]] = []
    for chosen in combinations(range(len(levels)), strength):
        sizes = [levels[attribute] for attribute in chosen]
        seen = np.zeros(sizes, dtype=np.bool_)
        seen[tuple(rows[:, attribute] for attribute in chosen)] = True
        may = np.ones(sizes, dtype=np.bool_)
        if constrained.intersection(chosen):
            for place in np.argwhere(~seen):
                pairs = {a: int(level) for a, level in zip(chosen, place, strict=True)}
                may[tuple(place)] = never.complete(pairs) is not None
        covered += int(seen.sum())
        possible += int(may.sum())
        impossible += int((~may).sum())
        missing += [
            tuple((a, int(level)) for a, level in zip(chosen, place, strict=True))
            for place in np.argwhere(may & ~seen)[: _EXAMPLES - len(missing)]
        ]
        if shares is not None:
            weights.append(_weight([shares[a] for a in chosen], seen, may))
    weight = float(np.mean(weights)) if weights else None
    return TwayCoverage(strength, covered, possible, impossible, weight, tuple(missing))


def _weight(shares: Sequence[Sequence[float]], seen: NDArray[np.bool_], may: NDArray[np.bool_]) -> float:
    """Share of the possible combinations' use that is seen; use is a product, for attributes are drawn apart."""
    use = np.ones(())
    for share in shares:
        use = np.multiply.outer(use, np.asarray(share, dtype=np.float64))
    whole = float(use[may].sum())
    # From what is missing, so that it is 1 exactly where use meets none of it.
    return 1.0 - float(use[may & ~seen].sum()) / whole if whole > 0 else 1.0


def coverages(
    rows: Sequence[Sequence[int]],
    levels: Sequence[int],
    *,
    forbidden: Sequence[Mapping[int, int]] = (),
    shares: Sequence[Sequence[float]] | None = None,
) -> tuple[TwayCoverage, ...]:
    """Return the coverage of pairs and of triples; without those that would take long to look up.

    Args, Raises: as for ``tway_coverage``; ``rows`` at least one.
    """
    many, largest = len(levels), sorted(levels)
    return tuple(
        tway_coverage(np.asarray(rows), levels, t, forbidden=forbidden, shares=shares)
        for t in (2, 3)
        if t <= many and comb(many, t) <= _LOOKED_UP and prod(largest[-t:]) <= MOST_CELLS
    )


def check_strength(strength: int, levels: Sequence[int]) -> int:
    """Return the strength to use with these attributes: no more than there are.

    Raises:
        UsageError: below 1, or too many combinations to look at.
    """
    strength = min(strength, len(levels))
    sets, cells = comb(len(levels), max(strength, 0)), prod(sorted(levels)[len(levels) - max(strength, 0) :])
    if strength < 1 or sets > MOST_SETS or cells > MOST_CELLS:
        msg = (
            f"strength={strength} with {len(levels)} attributes of up to {max(levels, default=0)} levels; allowed: "
            f"at least 1, at most {MOST_SETS:,} sets of attributes and {MOST_CELLS:,} combinations in one; take fewer"
        )
        raise UsageError(msg)
    return strength
