"""Fresh trials decide whether a slice that was found is real: inside it, and outside it as control, pair by pair.

Covers the sequential decision, valid after every pair, and the honest rates. Whoever runs targets hands in a function
that makes pairs. The trials that found the slice play no part: it was chosen for them.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ninemarch import stats
from ninemarch.evidence import estimate
from ninemarch.mining.slices import FoundSlice
from ninemarch.model import Rate, Tally

__all__ = ["Confirmation", "Confirmed", "Finding", "Pairs", "confirm"]

LEVEL = 0.05
"""Chance, at most, that a slice which fails no more often than the rest is confirmed."""

_FIRST = 10  # pairs of the first look; each further look comes after a quarter more
_MOST_LOG = 700.0  # of an e-value, near the end of a double
_LEAST = 30  # pairs made at least, so that the honest rate says something


class Finding(enum.StrEnum):
    """What fresh trials say of a slice."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


Pairs = Callable[[int], Sequence[tuple[bool, bool]]]
"""Makes up to so many independent pairs of fresh trials: (failed inside the slice, failed outside it)."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What fresh trials showed of one slice.

    Args:
        finding: ``confirmed`` where it fails more often than the rest, ``refuted`` where it fails less often than the
            least that was claimed, each at 95% whenever one looks; ``undecided`` where the trials ran out.
        pairs: pairs made.
        inside: success rate of the fresh trials inside, with an interval that holds at any look; None without one.
        outside: likewise outside.
        e_value: evidence against "it fails no more often than the rest"; 20 is proof at 95%.
        claim: the least failure rate that was claimed.
    """

    finding: Finding
    pairs: int
    inside: Rate | None
    outside: Rate | None
    e_value: float
    claim: float


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What fresh trials say of the slices of a run, in the order in which mining found them.

    Args:
        seed: of the fresh scenarios.
        slices: each slice with what was found of it.
        undecided: trials without a verdict; their pairs were left out.
    """

    seed: int
    slices: tuple[tuple[FoundSlice, Confirmation], ...]
    undecided: int


def confirm(make: Pairs, *, claim: float, most: int) -> Confirmation:
    """Make pairs until the slice is confirmed or refuted, or there are no more.

    Args:
        make: makes pairs; fewer than asked for where it has no more.
        claim: the least failure rate that was claimed of the slice, in [0, 1].
        most: pairs at most, >= 1.

    Source: ``stats.paired_log_e`` (J. Ville 1939) on the pairs of which only one failed; refuted by
    ``stats.log_e_pass`` against the claim. What has been decided stays so: both hold at every look at once.
    """
    inside = outside = only_inside = only_outside = made = 0
    finding, best = Finding.UNDECIDED, 0.0
    while made < most:
        wanted = min(max(_FIRST, made // 4), most - made)
        pairs = make(wanted)
        for bad_inside, bad_outside in pairs:
            inside += bad_inside
            outside += bad_outside
            only_inside += bad_inside and not bad_outside
            only_outside += bad_outside and not bad_inside
        made += len(pairs)
        best = max(best, stats.paired_log_e(only_inside, only_outside))
        if finding is Finding.UNDECIDED:
            finding = _finding(inside, made, best, claim)
        if len(pairs) < wanted or (finding is not Finding.UNDECIDED and made >= min(_LEAST, most)):
            break
    e_value = math.exp(min(best, _MOST_LOG))
    return Confirmation(finding, made, _rate(inside, made), _rate(outside, made), e_value, claim)


def _finding(inside: int, made: int, log_e: float, claim: float) -> Finding:
    if log_e >= -math.log(LEVEL):
        return Finding.CONFIRMED
    if made and 0 < claim < 1 and float(stats.log_e_pass(inside, made, claim)) >= -math.log(LEVEL):
        return Finding.REFUTED
    return Finding.UNDECIDED


def _rate(failures: int, trials: int) -> Rate | None:
    groups = ((0, 1, trials - failures), (1, 1, failures))
    return estimate(Tally(tuple(group for group in groups if group[2]), anytime=True), 1 - LEVEL)
