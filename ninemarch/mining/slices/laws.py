"""How striking a slice is where trials share groups: the rate function of the groups' own failure law.

Covers the statistic for groups. A likelihood ratio of independent trials would call any slice striking that one
always failing scenario fell into. The rate function asks how unlikely the slice's failure rate is if its groups were
drawn at random from all groups, whatever the law of their failures is: P(mean of n groups >= x) is about
exp(-n I(x)). So small and large slices are held to one measure, and for groups of one trial the statistic is the
likelihood ratio of ``statistic``.

A slice may hold only some trials of a group. ``I`` is therefore tabulated for part groups of several sizes: the law
of the share that failed among that many random trials of a random group.

Source: H. Cramer (1938), Actualites scientifiques 736:5-23; I(x) = sup over t of t x - log E exp(t share).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.mining.slices.statistic import FloatArray, Number, Whole

__all__ = ["Grouped", "Laws", "laws_of"]

_FEW = 8  # sizes of part groups up to here each have a table, above one for each quarter more
_TILTS = np.sinh(np.linspace(-9, 9, 601)) / 100  # -40 to 40: exp(40) outweighs any number of groups
_POINTS = 600
_MOST_SHARES = 400
_MOST_PART = 64  # the law of larger part groups is next to that of these


@dataclass(frozen=True, slots=True)
class Laws:
    """Tables of the rate function.

    Args:
        sizes: trials of a part group, rising; one table each.
        points: failure rates at which the tables are given, 0 to 1.
        tables: shape (sizes, points), nats a part group.
        steepest: for each size the largest I(x) / (x - mean)^2 below and above the mean, shape (sizes, 2): a bound,
            but for the points next to the mean, where I is next to 0.
        mean: failure rate of all trials.
    """

    sizes: FloatArray
    points: FloatArray
    tables: FloatArray
    steepest: FloatArray
    mean: float

    def nearest(self, size: FloatArray) -> NDArray[np.int64]:
        """Return for each mean size of part groups the place of the table to use."""
        middles = np.sqrt(self.sizes[1:] * self.sizes[:-1])
        return np.searchsorted(middles, size)

    def rate(self, table: NDArray[np.int64], x: FloatArray) -> FloatArray:
        """Return I(x) by the given tables, linear between points."""
        right = np.clip(np.searchsorted(self.points, x), 1, self.points.size - 1)
        low, high = self.points[right - 1], self.points[right]
        part = (x - low) / (high - low)
        return np.asarray((1 - part) * self.tables[table, right - 1] + part * self.tables[table, right])


class Grouped:
    """The measure of slices where trials share groups, see ``statistic.Measure``."""

    def __init__(self, laws: Laws) -> None:
        self._laws = laws

    def statistic(self, failures: Number, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:
        """See ``statistic.Measure``."""
        k, n = np.asarray(failures, dtype=np.float64), np.asarray(trials, dtype=np.float64)
        x, rest = k / n, (whole.failures - k) / np.maximum(whole.trials - n, 1)
        table = self._laws.nearest(part)
        found = n * self._laws.rate(table, x) + (whole.trials - n) * self._laws.rate(table, rest)
        return np.asarray(np.where((x > rest) & (n < whole.trials), found / part, 0.0))

    def bound(self, trials: Number, whole: Whole, part: FloatArray) -> FloatArray:
        """See ``statistic.Measure``."""
        n = np.asarray(trials, dtype=np.float64)
        below, above = self._laws.steepest[self._laws.nearest(part)].T
        return np.asarray((above / n + below / np.maximum(whole.trials - n, 1)) / part)


def laws_of(failures: NDArray[np.int64], size: NDArray[np.int64]) -> Laws:
    """Return the tables for groups with so many failures of so many trials."""
    mean = float(failures.sum() / size.sum())
    pairs, many = np.unique(np.stack([failures, size]), axis=1, return_counts=True)
    failures, size = pairs
    largest = min(int(size.max()), _MOST_PART)
    sizes = [*range(1, min(_FEW, largest) + 1)]
    while sizes[-1] < largest:
        sizes.append(min(max(sizes[-1] * 5 // 4, sizes[-1] + 1), largest))
    points = np.unique([0.0, mean, *np.geomspace(mean / 50, 1.0, _POINTS)])
    tables = np.array([_table(part, failures, size, many * size, points) for part in sizes])
    away = (points - mean) ** 2
    ratio = np.divide(tables, away, out=np.zeros_like(tables), where=away > 0)
    steepest = np.stack([ratio[:, points < mean].max(axis=1), ratio[:, points > mean].max(axis=1)], axis=1)
    return Laws(np.array(sizes, dtype=np.float64), points, tables, steepest, mean)


def _table(
    part: int,
    failures: NDArray[np.int64],
    size: NDArray[np.int64],
    weight: NDArray[np.int64],
    points: FloatArray,
) -> FloatArray:
    """I at ``points`` for part groups of ``part`` trials, or the whole group where it is smaller."""
    drawn, log_factorial = np.minimum(part, size), _log_factorials(int(size.max()))

    def choose(n: NDArray[np.int64], k: NDArray[np.int64] | int) -> FloatArray:
        return np.asarray(log_factorial[n] - log_factorial[k] - log_factorial[n - k])

    shares, chances = [], []
    for many in range(part + 1):
        possible = (many <= drawn) & (many <= failures) & (drawn - many <= size - failures)
        f, m, d = failures[possible], size[possible], drawn[possible]
        log_chance = choose(f, many) + choose(m - f, d - many) - choose(m, d)
        shares.append(many / d)
        chances.append(weight[possible] / weight.sum() * np.exp(log_chance))
    values, chance = _gathered(np.concatenate(shares), np.concatenate(chances))
    exponent = np.multiply.outer(_TILTS, values) + np.log(chance)
    top = exponent.max(axis=1)
    log_mgf = top + np.log(np.exp(exponent - top[:, None]).sum(axis=1))
    x = (np.exp(exponent - log_mgf[:, None]) * values).sum(axis=1)
    rate = np.maximum(_TILTS * x - log_mgf, 0.0)
    inside = np.interp(points, x, rate)
    # Beyond the most tilted laws the steepest tangent goes on: finite, and steep enough.
    return np.asarray(
        inside + _TILTS[-1] * np.maximum(points - x[-1], 0.0) - _TILTS[0] * np.maximum(x[0] - points, 0.0)
    )


def _gathered(shares: FloatArray, chances: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Distinct shares and their chances; very many are spread over fewer, in pairs that keep the mean."""
    values, where = np.unique(shares, return_inverse=True)
    chance = np.bincount(where, weights=chances).astype(np.float64)
    if values.size > _MOST_SHARES:
        fewer = np.unique([0.0, *np.geomspace(values[values > 0].min(), 1.0, _MOST_SHARES)])
        right = np.clip(np.searchsorted(fewer, values), 1, fewer.size - 1)
        part = (values - fewer[right - 1]) / (fewer[right] - fewer[right - 1])
        down, up = chance * (1 - part), chance * part
        chance = np.bincount([*(right - 1), *right], [*down, *up], fewer.size).astype(np.float64)
        values = fewer
    return values[chance > 0], chance[chance > 0]


def _log_factorials(most: int) -> FloatArray:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
