"""Combinations of levels that cannot occur: which rows break one, and whether a part of a row can be completed.

Covers forbidden combinations of any size over any attributes, and what they forbid together: a pair
that no whole row can hold is impossible although no combination names it. Attributes and levels are numbers here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError

__all__ = ["Forbidden", "Rows"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Forbidden:
    """Forbidden combinations.

    Args:
        levels: number of levels of each attribute, each >= 1.
        combinations: attribute -> level; a row that agrees with all of one is impossible.

    Raises:
        UsageError: a combination is empty, or names an attribute or a level that does not exist.

    Examples:
        >>> never = Forbidden((2, 2), ({0: 1, 1: 1}, {0: 0}))
        >>> never.complete({0: 1}), never.complete({1: 1})
        ([1, 0], None)
    """

    levels: tuple[int, ...]
    combinations: tuple[Mapping[int, int], ...] = ()

    def __post_init__(self) -> None:
        for combination in self.combinations:
            if not combination or any(
                not (0 <= attribute < len(self.levels) and 0 <= level < self.levels[attribute])
                for attribute, level in combination.items()
            ):
                msg = (
                    f"forbidden combination {dict(combination)}; allowed: at least one pair of an attribute below "
                    f"{len(self.levels)} and one of its levels; correct or leave it out"
                )
                raise UsageError(msg)

    def broken(self, rows: Rows) -> NDArray[np.bool_]:
        """Which rows hold a forbidden combination."""
        found = np.zeros(len(rows), dtype=np.bool_)
        for combination in self.combinations:
            found |= self._agrees(rows, combination)
        return found

    def allowed(self, rows: Rows, attribute: int) -> NDArray[np.bool_]:
        """Which levels ``attribute`` may take in each row, the other attributes as they are: rows x levels."""
        may = np.ones((len(rows), self.levels[attribute]), dtype=np.bool_)
        for combination in self.combinations:
            if attribute in combination:
                others = {a: level for a, level in combination.items() if a != attribute}
                may[self._agrees(rows, others), combination[attribute]] = False
        return may

    def complete(self, part: Mapping[int, int], prefer: Sequence[int] | Rows | None = None) -> list[int] | None:
        """Return a whole row that agrees with ``part``, or None where there is none.

        Args:
            part: attribute -> level.
            prefer: a row whose levels are tried first; level 0 of every attribute by default.
        """
        wish = [0] * len(self.levels) if prefer is None else [int(level) for level in prefer]
        open_ = dict.fromkeys(a for c in self.combinations for a in c if a not in part)
        found = self._search(dict(part), list(open_), wish)
        if found is None:
            return None
        return [found.get(attribute, wish[attribute]) for attribute in range(len(self.levels))]

    @staticmethod
    def _agrees(rows: Rows, combination: Mapping[int, int]) -> NDArray[np.bool_]:
        found = np.ones(len(rows), dtype=np.bool_)
        for attribute, level in combination.items():
            found &= rows[:, attribute] == level
        return found

    def _search(self, part: dict[int, int], open_: list[int], wish: Sequence[int]) -> dict[int, int] | None:
        """Backtrack over the open attributes, the one with the fewest levels left first."""
        left = self._left(part, open_)
        if left is None:
            return None
        if not open_:
            return part
        attribute = min(open_, key=lambda a: len(left[a]))
        rest = [a for a in open_ if a != attribute]
        for level in sorted(left[attribute], key=lambda value: (value != wish[attribute], value)):
            found = self._search({**part, attribute: level}, rest, wish)
            if found is not None:
                return found
        return None

    def _left(self, part: Mapping[int, int], open_: Sequence[int]) -> dict[int, set[int]] | None:
        """The levels that ``part`` leaves to each open attribute; None where ``part`` itself is impossible."""
        left = {a: set(range(self.levels[a])) for a in open_}
        for combination in self.combinations:
            undecided = [a for a in combination if a not in part]
            if any(part[a] != level for a, level in combination.items() if a in part) or len(undecided) > 1:
                continue
            if not undecided:
                return None
            left[undecided[0]].discard(combination[undecided[0]])
        return left
