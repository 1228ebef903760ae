"""Counts what a page shows beside the rates: failures by severity, pairs of attributes, money.

Covers pointers to where failures are, each with its interval; none of them is corrected for how many were looked at
(that is mining's job), and the page says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ninemarch import table
from ninemarch.evidence.columns import Columns, Mask
from ninemarch.evidence.count import tally_of
from ninemarch.evidence.estimate import estimate
from ninemarch.evidence.load import Wanted, read_columns
from ninemarch.model import Breakdown, Cross, Rate, Verdict

__all__ = ["breakdown"]

MOST_LEVELS = 8
MOST_ATTRIBUTES = 4
_ALIKE = 0.95  # share of trials that the commonest partner of a level covers
_TOO_MANY = 60  # levels of an attribute that is more of a name than a dimension


def breakdown(path: Path, *, confidence: float = 0.95, broken: Collection[int] = ()) -> Breakdown:
    """Return the breakdown of the run whose table lies at ``path``.

    Args:
        path: the table.
        confidence: of each end of a cell's interval, one-sided.
        broken: trials of scenarios in quarantine, which are void.

    Raises:
        RunInvalid: the table is damaged.
    """
    head = table.head(path)
    columns = read_columns(path, head, Wanted(head.attributes, {"severity"}, void=broken))
    scored = columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)
    bad = columns.has(Verdict.FAIL, Verdict.ASSISTED)
    codes, words = columns.severity
    failed = _trials_of(columns, codes, words, columns.has(Verdict.FAIL))
    spent = columns.spending
    return Breakdown(
        severities={word: int(count) for word, count in zip(words, failed, strict=True) if count},
        crosses=tuple(_cross(columns, scored, bad, pair, confidence) for pair in _pairs(columns, scored, bad)),
        cost_usd=spent.cost_usd if spent and spent.priced else None,
        tokens=spent.tokens if spent and spent.metered else None,
        priced=spent.priced if spent else 0,
    )


def _pairs(columns: Columns, scored: Mask, bad: Mask) -> list[tuple[str, str]]:
    """Pairs of the attributes whose levels differ most (by the chi-square test), most different first."""
    strength = {}
    for name, (codes, words) in columns.levels.items():
        trials = _trials_of(columns, codes, words, scored)
        if not 2 <= np.count_nonzero(trials) <= _TOO_MANY:
            continue
        failures = _trials_of(columns, codes, words, scored & bad)
        strength[name] = _differ(failures[trials > 0], trials[trials > 0])
    names = sorted(strength, key=lambda name: (-strength[name], name))[:MOST_ATTRIBUTES]
    return [(a, b) for a, b in combinations(names, 2) if not _same(columns, (a, b), scored)]


def _trials_of(columns: Columns, codes: NDArray[np.int64], words: Sequence[str], mask: Mask) -> NDArray[np.int64]:
    """How many of these trials have each of the words."""
    mask = mask & (codes >= 0)
    return np.bincount(codes[mask], weights=columns.many[mask], minlength=len(words)).astype(np.int64)


def _same(columns: Columns, pair: tuple[str, str], scored: Mask) -> bool:
    """Whether one attribute all but determines the other, so that a table of both says what one says."""
    (a, a_words), (b, b_words) = (columns.levels[name] for name in pair)
    known = scored & (a >= 0) & (b >= 0)
    cells = _trials_of(columns, a * len(b_words) + b, [""] * (len(a_words) * len(b_words)), known)
    table_ = cells.reshape(len(a_words), len(b_words))
    most = max(table_.max(axis=0).sum(), table_.max(axis=1).sum())
    return bool(most >= _ALIKE * max(table_.sum(), 1) and min(table_.shape) > 1 and _spread(table_))


def _spread(table_: NDArray[np.int64]) -> bool:
    """Whether neither attribute is nearly always at one level, which would determine it by itself."""
    whole = table_.sum()
    return bool(max(table_.sum(axis=0).max(), table_.sum(axis=1).max()) < _ALIKE * whole)


def _differ(failures: NDArray[np.int64], trials: NDArray[np.int64]) -> float:
    """How surely the levels fail unlike, as -log10 of the chi-square p-value."""
    if failures.sum() in {0, trials.sum()}:
        return 0.0
    expected = trials * (failures.sum() / trials.sum())
    chi_square = ((failures - expected) ** 2 * (1 / expected + 1 / (trials - expected))).sum()
    # scipy.special alone: scipy.stats would cost every command 46 MB and a second.
    return float(-np.log10(max(special.chdtrc(failures.size - 1, chi_square), 1e-300)))


def _cross(columns: Columns, scored: Mask, bad: Mask, pair: tuple[str, str], confidence: float) -> Cross:
    levels = [_largest(columns, name, scored) for name in pair]
    shown = np.zeros(scored.shape, dtype=np.bool_)
    cells: list[tuple[Rate | None, ...]] = []
    for row in levels[0]:
        rates: list[Rate | None] = []
        for column in levels[1]:
            inside = scored & columns.where(pair[0], row) & columns.where(pair[1], column)
            shown |= inside
            rates.append(estimate(tally_of(columns, inside, bad), confidence))
        cells.append(tuple(rates))
    left = columns.total(scored) - columns.total(shown)
    return Cross(pair[0], pair[1], tuple(levels[0]), tuple(levels[1]), tuple(cells), left)


def _largest(columns: Columns, name: str, scored: Mask) -> list[str]:
    codes, words = columns.levels[name]
    trials = _trials_of(columns, codes, words, scored)
    order = sorted(range(len(words)), key=lambda code: (-trials[code], words[code]))
    return [words[code] for code in order[:MOST_LEVELS] if trials[code]]
