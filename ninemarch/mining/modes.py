"""Modes of failure as a hunt tells them apart: what went wrong, under which unusual condition.

Covers a finer grain than the signature alone, for a search that aims at difference: where answers are labels (few
right answers, each met again and again) the pair of labels counts, and so does the scenario's most unusual level.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ninemarch.mining.domain import Domain
from ninemarch.mining.signature import sign
from ninemarch.model import Ended, Failure

__all__ = ["USUAL", "Mode", "modes_of"]

USUAL = "usual levels"
# Answers are labels when there are at most so many right ones among the failures, each met so often on average.
_MOST_LABELS = 30
_OFTEN = 3
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode of failure. All text comes from outside: hostile.

    Attributes:
        key: what makes it the same mode inside one hunt.
        kind: what went wrong, in words.
        condition: the most unusual level of the scenario, ``attribute=level``; ``USUAL`` where none stands out.
    """

    key: str
    kind: str
    condition: str


def modes_of(failures: Sequence[Failure], domain: Domain | None) -> list[Mode]:
    """Return the mode of each failure, in order.

    Args:
        failures: failed trials of one hunt, in the order tried.
        domain: the ground hunted, for how unusual a level is; None where scenarios have no such levels.
    """
    labels = _are_labels(failures)
    out = []
    for failure, signature in zip(failures, sign(failures), strict=True):
        pair = f": {failure.expect} read as {failure.output}" if labels and _is_label(failure) else ""
        condition = _most_unusual(failure.attributes, domain) if domain else USUAL
        out.append(Mode(f"{signature.id}{pair}|{condition}", signature.name + pair, condition))
    return out


def _is_label(failure: Failure) -> bool:
    short = max(len(failure.expect), len(failure.output)) <= _LONGEST
    return failure.ended == Ended.ANSWERED.value and short and failure.expect[:1] not in {"{", "["}


def _are_labels(failures: Sequence[Failure]) -> bool:
    expected = Counter(failure.expect for failure in failures if _is_label(failure))
    return 0 < len(expected) <= _MOST_LABELS and expected.total() >= _OFTEN * len(expected)


def _most_unusual(attributes: Mapping[str, str], domain: Domain) -> str:
    """The level that surprises most, beyond what its attribute's levels do on average."""
    most, found = 0.0, USUAL
    for name, levels, shares in zip(domain.names, domain.levels, domain.shares, strict=True):
        level = attributes.get(name, "")
        share = shares[levels.index(level)] if level in levels else 0.0
        mean = -sum(s * math.log(s) for s in shares if s > 0)
        surprise = (-math.log(share) if share > 0 else math.inf) - mean
        if surprise > most and level:
            most, found = surprise, f"{name}={level}"
    return found
