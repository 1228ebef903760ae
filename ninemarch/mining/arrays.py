"""Covering arrays: few rows that together hold every combination of t levels.

Covers strengths 1 to 4 and more, attributes of unlike size, forbidden combinations, and rows that exist already.
Rows are made one by one, each a local optimum of what it newly covers; then rows are taken out one by one and what
only they covered is worked into the others. Every array is verified by ``tway_coverage``, which shares nothing with
the making.

Source: row by row, D. M. Cohen et al. (1997), IEEE Trans. Software Engineering 23:437-444 (AETG); taking rows out,
K. J. Nurmela (2004), Discrete Applied Mathematics 138:143-152 (tabu search; one uncovered combination a move).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError
from ninemarch.mining.forbidden import Forbidden, Rows
from ninemarch.mining.places import Places
from ninemarch.mining.tway import TwayCoverage, check_strength, tway_coverage

__all__ = ["CoveringArray", "covering_array"]

# Rows tried for each row taken, and moves spent on taking rows out: a second of CPU for 60 attributes.
CANDIDATES = 20
MOVES = 3000
_TABU = 6  # moves for which a changed cell stays as it is, so that a search does not go in circles
_PASSES = 3
_NEVER = 1 << 40  # count of a combination that cannot occur: neither missing nor held by one row alone


@dataclass(frozen=True, slots=True)
class CoveringArray:
    """Rows and what they were verified to cover.

    Attributes:
        rows: rows x attributes; the given rows first.
        given: how many rows were given.
        coverage: counted anew from the rows.
    """

    rows: Rows
    given: int
    coverage: TwayCoverage


def covering_array(
    levels: Sequence[int],
    strength: int = 2,
    *,
    forbidden: Sequence[Mapping[int, int]] = (),
    given: Sequence[Sequence[int]] = (),
    seed: int = 0,
    most: int | None = None,
    moves: int = MOVES,
) -> CoveringArray:
    """Return rows that hold every possible combination of ``strength`` levels.

    Args:
        levels: number of levels of each attribute, each >= 1.
        strength: levels in a combination, 1 to 4.
        forbidden: combinations that cannot occur, attribute -> level.
        given: rows that exist already; they are kept and the others add what they lack.
        seed: of the choices among equals; the same seed gives the same rows.
        most: stop after so many rows, given ones included; the coverage says what they cover.
        moves: moves spent on taking rows out; 0 for none.

    Returns:
        The array; complete unless ``most`` rows were too few.

    Raises:
        UsageError: a number is out of range, a given row holds a forbidden combination, or there are too many
            combinations.

    Examples:
        >>> made = covering_array([3, 3, 3, 3])
        >>> len(made.rows), made.coverage.complete
        (9, True)
    """
    _check(levels, strength, most)
    strength = check_strength(strength, levels)
    never = Forbidden(tuple(levels), tuple(forbidden))
    start = np.asarray(given, dtype=np.int64).reshape(-1, len(levels))
    _check_given(start, never)
    rng = np.random.default_rng(seed)
    maker = _Maker(Places(levels, strength), never, start, rng)
    whole = maker.grow(most)
    if whole and moves:
        maker.shrink(moves)
    rows = maker.rows
    coverage = tway_coverage(rows, levels, strength, forbidden=forbidden)
    if whole and not coverage.complete:
        msg = f"a covering array of {list(levels)} lacks {coverage.missing}"
        raise RuntimeError(msg)  # a bug of this module, never shown as coverage
    return CoveringArray(rows, len(start), coverage)


def _check(levels: Sequence[int], strength: int, most: int | None) -> None:
    if not levels or min(levels) < 1:
        msg = f"levels={list(levels)[:20]}; allowed: at least one attribute, each of at least one level; give them"
        raise UsageError(msg)
    if not 1 <= strength <= 4 or (most is not None and most < 1):
        msg = f"strength={strength}, most={most}; allowed: a strength of 1 to 4, at least one row; change it"
        raise UsageError(msg)


def _check_given(rows: Rows, never: Forbidden) -> None:
    if rows.size and (rows.min() < 0 or (rows >= np.asarray(never.levels)).any()):
        msg = f"given rows hold a level that is not one of levels={list(never.levels)[:20]}; count from 0"
        raise UsageError(msg)
    if never.broken(rows).any():
        first = int(never.broken(rows).argmax())
        msg = f"given row {first} ({rows[first].tolist()}) holds a forbidden combination; leave it out"
        raise UsageError(msg)
    if never.complete({}) is None:
        msg = "the forbidden combinations leave no row at all; leave some out"
        raise UsageError(msg)


class _Maker:
    """An array in the making: its rows, and how many of them hold each combination."""

    def __init__(self, places: Places, never: Forbidden, given: Rows, rng: np.random.Generator) -> None:
        self.rows = given
        self._given = len(given)
        self._places = places
        self._never = never
        self._rng = rng
        self._count = np.zeros(places.total, dtype=np.int64)
        np.add.at(self._count, places.codes(given).ravel(), 1)

    def grow(self, most: int | None) -> bool:
        """Add rows until nothing possible is missing; False where ``most`` rows came first."""
        rows = list(self.rows)
        while (missing := np.flatnonzero(self._count == 0)).size:
            if most is not None and len(rows) >= most:
                break
            row = self._best_row(missing)
            if row is not None:
                self._count[self._places.codes(row[None])[0]] += 1
                rows.append(row)
        self.rows = np.asarray(rows, dtype=np.int64).reshape(-1, len(self._never.levels))
        return not missing.size

    def _best_row(self, missing: Rows) -> Rows | None:
        """Of many rows, each around one missing combination, the one that newly covers most.

        None where the combinations looked at turned out to be impossible.
        """
        codes = self._rng.choice(missing, min(CANDIDATES, missing.size), replace=False)
        rows = (self._rng.random((len(codes), len(self._never.levels))) * self._never.levels).astype(np.int64)
        kept = []
        for number, (code, (attributes, wanted)) in enumerate(
            zip(codes, map(self._places.combination, codes), strict=True)
        ):
            rows[number, attributes] = wanted
            if not self._never.combinations:
                kept.append(number)
                continue
            found = self._never.complete(dict(zip(attributes, wanted, strict=True)), rows[number])
            if found is None:
                self._count[code] = _NEVER
            else:
                rows[number] = found
                kept.append(number)
        if not kept:
            return None
        rows = self._climbed(rows[kept])
        new = (self._count[self._places.codes(rows)] == 0).sum(axis=1)
        best: Rows = rows[int(new.argmax())]
        return best

    def _climbed(self, rows: Rows) -> Rows:
        """Change one level at a time, in every row at once, to what covers most; never to less than before."""
        for _ in range(_PASSES):
            before = rows.copy()
            for attribute in self._rng.permutation(len(self._never.levels)):
                codes = self._places.with_each_level(rows, attribute)
                gain = (self._count[codes] == 0).sum(axis=1) + self._rng.random((len(rows), codes.shape[2])) / 2
                gain[~self._never.allowed(rows, attribute)] = -1
                rows[:, attribute] = gain.argmax(axis=1)
            if (rows == before).all():
                break
        return rows

    def shrink(self, moves: int) -> None:
        """Take rows out, the least useful first, as long as the others can be made to cover what it covered."""
        least = self._places.least_rows if not self._never.combinations else 1
        while moves > 0 and len(self.rows) > max(least, self._given):
            rows, count = self.rows, self._count.copy()
            alone = (count[self._places.codes(rows[self._given :])] == 1).sum(axis=1)
            out = self._given + int(alone.argmin())
            gone = self._places.codes(rows[out : out + 1])[0]
            count[gone] -= 1
            mender = _Mender(self._places, self._never, self._given, self._rng)
            mended, moves = mender.mend(np.delete(rows, out, axis=0), count, gone[count[gone] == 0].tolist(), moves)
            if mended is None:
                return
            self.rows, self._count = mended, count


class _Mender:
    """Works missing combinations into rows that are there: one changed level a move, by tabu search."""

    def __init__(self, places: Places, never: Forbidden, given: int, rng: np.random.Generator) -> None:
        self._places = places
        self._never = never
        self._given = given
        self._rng = rng

    def mend(self, rows: Rows, count: Rows, missing: list[int], moves: int) -> tuple[Rows | None, int]:
        """Return the mended rows, None where the moves did not suffice, and the moves left; ``count`` stays true."""
        resting = np.full(rows.shape, _NEVER)  # a changed cell rests until so few moves are left
        movable = np.arange(len(rows)) >= self._given
        while (code := self._pick(missing, count)) is not None:
            if moves <= 0 or not movable.any():
                return None, 0
            moves -= 1
            attributes, wanted = self._places.combination(code)
            off = rows[:, attributes] != wanted
            free = movable & (off.sum(axis=1) == 1) & ~((moves > resting[:, attributes]) & off).any(axis=1)
            row = self._best_change(rows, count, attributes, wanted, off & free[:, None])
            if row is None:
                row = self._forced(rows, movable, attributes, wanted, off)
            number, new = row
            missing += self._replace(rows, count, number, new, resting, moves - _TABU)
        return rows, moves

    def _pick(self, missing: list[int], count: Rows) -> int | None:
        """A missing combination at random; those covered by now are dropped."""
        while missing:
            at = int(self._rng.integers(len(missing)))
            if count[missing[at]] == 0:
                return missing[at]
            missing[at] = missing[-1]
            missing.pop()
        return None

    def _best_change(
        self, rows: Rows, count: Rows, attributes: Rows, wanted: Rows, off: NDArray[np.bool_]
    ) -> tuple[int, Rows] | None:
        """The change of one level that covers the combination and loses least."""
        best, chosen = -np.inf, None
        for place, attribute in enumerate(attributes):
            near = np.flatnonzero(off[:, place])
            if not near.size:
                continue
            new = rows[near]
            new[:, attribute] = wanted[place]
            held, gained = (self._places.around(each, attribute) for each in (rows[near], new))
            worth = (count[gained] == 0).sum(axis=1) - (count[held] == 1).sum(axis=1)
            worth = np.where(self._never.broken(new), -np.inf, worth + self._rng.random(len(near)) / 2)
            if worth.max() > best:
                at = int(worth.argmax())
                best, chosen = float(worth[at]), (int(near[at]), new[at])
        return chosen

    def _forced(
        self, rows: Rows, movable: NDArray[np.bool_], attributes: Rows, wanted: Rows, off: NDArray[np.bool_]
    ) -> tuple[int, Rows]:
        """A row at random among those nearest to the combination, changed to hold it."""
        far = np.where(movable, off.sum(axis=1), len(attributes) + 1)
        number = int(self._rng.choice(np.flatnonzero(far == far.min())))
        new = rows[number].copy()
        new[attributes] = wanted
        if self._never.broken(new[None])[0]:
            part = dict(zip(attributes.tolist(), wanted.tolist(), strict=True))
            new = np.asarray(self._never.complete(part, new), dtype=np.int64)
        return number, new

    def _replace(self, rows: Rows, count: Rows, number: int, new: Rows, resting: Rows, until: int) -> list[int]:
        """Put ``new`` in place of a row; return what is missing now."""
        lost: list[int] = []
        for attribute in np.flatnonzero(rows[number] != new).tolist():
            held = self._places.around(rows[number : number + 1], attribute)[0]
            rows[number, attribute] = new[attribute]
            count[held] -= 1
            count[self._places.around(rows[number : number + 1], attribute)[0]] += 1
            lost += held[count[held] == 0].tolist()
            resting[number, attribute] = until
        return lost
