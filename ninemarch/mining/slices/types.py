"""What the search for slices takes and returns: frozen types, no computation.

A slice here is a conjunction of conditions on attributes under which trials fail more often than elsewhere. It is
what was found, not what is proven: ``SliceReport.caution`` says so, and ``mining.confirm`` tests it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ninemarch.model import Rate, Tally

__all__ = ["Attribute", "Condition", "Detectable", "FoundSlice", "SearchOptions", "SliceReport"]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of every trial, coded.

    Args:
        name: the attribute.
        codes: one entry a trial: place of its level in ``words``; -1 where the trial lacks the attribute.
        words: the levels.
    """

    name: str
    codes: NDArray[np.integer]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One attribute with one level, within a range, or missing.

    Args:
        attribute: its name.
        level: the level; None where the condition is a range, or that the attribute is missing.
        span: numbers from the first (included) to the second (excluded); infinite where an end is open.

    Examples:
        >>> Condition("language", "de").holds({"language": "de"})
        True
        >>> str(Condition("size", span=(3.0, math.inf))), Condition("size", span=(3.0, 9.0)).holds({"size": "9"})
        ('size>=3', False)
        >>> str(Condition("region")), Condition("region").holds({})
        ('region missing', True)
    """

    attribute: str
    level: str | None = None
    span: tuple[float, float] | None = None

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether a scenario with these attributes meets the condition."""
        value = attributes.get(self.attribute)
        if self.span is None:
            return value == self.level
        number = as_number(value)
        return number is not None and self.span[0] <= number < self.span[1]

    def __str__(self) -> str:
        """The condition in words; names and levels as the suite has them, not yet made safe to print."""
        if self.span is None:
            return f"{self.attribute} missing" if self.level is None else f"{self.attribute}={self.level}"
        low, high = self.span
        if math.isinf(low):
            return f"{self.attribute}<{high:g}"
        return f"{self.attribute}>={low:g}" if math.isinf(high) else f"{low:g}<={self.attribute}<{high:g}"


def as_number(word: str | None) -> float | None:
    """Return the finite number that a level is; None for any other level.

    Examples:
        >>> as_number("-1.5e3"), as_number("nan"), as_number("1_000"), as_number(None)
        (-1500.0, None, None, None)
    """
    try:
        value = float(word) if word is not None and "_" not in word else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search.

    Args:
        depth: most conditions of a slice, 1 to 4.
        level: chance, at most, of any slice where there is none, in (0, 1).
        permutations: shuffles that the significance is judged by, >= 19; the smallest p-value is 1 / (this + 1).
        seed: of the shuffles.
        min_share: least share of the trials in a slice, in (0, 1).
        min_trials: least number of trials in a slice, >= 2.
        min_ratio: a slice fails at least so many times as often as the rest, >= 1.
        most: slices reported at most, >= 1.
        cuts: parts that a numeric attribute is cut into, >= 2.
        edges: attribute -> numbers at which it is cut instead.
        confidence: of each end of the intervals, one-sided.
    """

    depth: int = 3
    level: float = 0.05
    permutations: int = 199
    seed: int = 0
    min_share: float = 0.002
    min_trials: int = 10
    min_ratio: float = 1.5
    most: int = 20
    cuts: int = 5
    edges: Mapping[str, tuple[float, ...]] | None = None
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class FoundSlice:
    """A slice in its shortest form; slices are in the order in which they were found, the strongest first.

    Args:
        conditions: all of them hold in the slice, in the order of the attributes.
        inside: the slice's trials; their rate is too high, because the slice was chosen for its failures.
        outside: all other trials.
        at_least: lower bound of the slice's failure rate that holds for all slices looked at together, in [0, 1].
        p_value: chance of a slice at least this striking anywhere, if no attribute mattered.
        share: share of real use (of the trials where those are a sample of it), in (0, 1].
        new_failures: failures in none of the slices before.
        new_trials: trials in none of the slices before.
        alone: all trials, with ``new_failures`` as the only failures: what the slice costs; adds up over slices.
    """

    conditions: tuple[Condition, ...]
    inside: Tally
    outside: Tally
    at_least: float
    p_value: float
    share: float
    new_failures: int
    new_trials: int
    alone: Tally

    @property
    def label(self) -> str:
        """The slice in words: ``language=de, length>=20``."""
        return ", ".join(map(str, self.conditions))

    def holds(self, attributes: Mapping[str, str]) -> bool:
        """Whether a scenario with these attributes is in the slice."""
        return all(condition.holds(attributes) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest effect that the data could have shown in a slice of one size.

    Args:
        share: share of the trials in such a slice.
        trials: their number.
        failure_rate: a slice that truly fails this often would have been found 4 times in 5; None if no rate would.
    """

    share: float
    trials: int
    failure_rate: float | None


@dataclass(frozen=True, slots=True)
class SliceReport:
    """What a search found, and what it could have found.

    Args:
        slices: what was found, strongest first; empty is an answer too, read it with ``detectable``.
        overall: all trials.
        rest: the trials in no slice.
        candidates: slices with enough trials that were looked at.
        combinations: sets of attributes they came from.
        searched: attributes searched.
        skipped: attributes with nothing to search, and why.
        least_trials: trials a slice had to have.
        best_p: p-value of the most striking slice, found or not; 1.0 where there was nothing to look at.
        correlation: of the outcomes of two trials of one group; None where every trial stands alone.
        detectable: by size of the slice.
        options: how it was searched.
    """

    slices: tuple[FoundSlice, ...]
    overall: Tally
    rest: Tally
    candidates: int
    combinations: int
    searched: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    least_trials: int
    best_p: float
    correlation: float | None
    detectable: tuple[Detectable, ...]
    options: SearchOptions

    def rate_of(self, tally: Tally) -> Rate | None:
        """The success rate of one of the report's tallies with the interval that fits it; None without a trial."""
        from ninemarch.evidence import estimate  # noqa: PLC0415 - reads tables too: 40 MB that a search has no use for

        return estimate(tally, self.options.confidence)

    @property
    def caution(self) -> str:
        """What every reader must be told beside the figures."""
        return (
            "the failure rates found are too high, because slices were chosen for their failures: "
            "confirm them on fresh trials"
        )
