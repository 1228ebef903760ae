"""Brings attributes of an operational profile towards their defaults: the most common level of each.

Covers the order in which levels are tried. The scenario itself is made again at the new levels by whoever drew it,
so that what is right stays known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from ninemarch.mining.shrink.reduce import Lens
from ninemarch.mining.shrink.search import Search

__all__ = ["Ranks", "levels_size", "reduce_levels"]

T = TypeVar("T")
Ranks = Mapping[str, Sequence[str]]


def levels_size(levels: Mapping[str, str], ranks: Ranks) -> tuple[int, int]:
    """Return how far levels are from the defaults: attributes off their default, and the ranks of their levels.

    Args:
        levels: attribute -> level.
        ranks: attribute -> its levels, the most common first; others count as rarer than all of them.

    Examples:
        >>> levels_size({"noise": "swap", "size": "large"}, {"noise": ["none", "lower", "swap"], "size": ["large"]})
        (1, 2)
    """
    ranked = [_rank(level, ranks.get(name, ())) for name, level in levels.items()]
    return sum(map(bool, ranked)), sum(ranked)


def _rank(level: str, ranking: Sequence[str]) -> int:
    return ranking.index(level) if level in ranking else len(ranking)


def reduce_levels(search: Search[T], lens: Lens[T], ranks: Ranks) -> None:
    """Put as many attributes as the failure allows to their default, then the others to more common levels.

    Args:
        search: what holds the scenario.
        lens: the levels inside a scenario, and the scenario made again at other levels.
        ranks: attribute -> its levels, the most common first; attributes without ranks stay as they are.

    Raises:
        OutOfTrials: what was accepted so far stays.
    """
    start, levels = search.current, dict(lens.get(search.current))
    # Taken out in this order; a rare level is the likeliest cause, so it comes last.
    rank = {name: _rank(level, ranks[name]) for name, level in levels.items() if name in ranks}
    off = sorted((name for name in rank if rank[name]), key=rank.__getitem__)

    def keep(kept: Sequence[int]) -> T | None:
        gone = {*off} - {off[place] for place in kept}
        return lens.put(start, {n: ranks[n][0] if n in gone else level for n, level in levels.items()})

    search.cut("attributes off their default", len(off), keep)
    for name in off:
        now: Mapping[str, str] = lens.get(search.current)
        here = search.current
        commoner = ranks[name][1 : _rank(now[name], ranks[name])]
        search.first(f"attribute {name}", (lens.put(here, {**now, name: level}) for level in commoner))
