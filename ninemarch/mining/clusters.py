"""Clusters: failures of one kind, and where one kind has several causes, of one kind at one level.

Covers grouping by signature, and the split of a kind whose failures stand at one level of an attribute far more
often than trials do: there the level tells causes apart that the answer alone does not. Clusters do not overlap.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ninemarch.errors import RunInvalid
from ninemarch.evidence import FailedTrials, estimate
from ninemarch.mining.levels import Level, over_represented
from ninemarch.mining.signature import Signature, sign
from ninemarch.model import Ended, Failure, Rate, Verdict

__all__ = ["Cluster", "Condition", "clusters_of"]

CONFIDENCE = 0.95
_EXEMPLARS = 3
# A level splits a kind only where that is beyond doubt: a split that comes and goes would hide what a release fixed.
_SPLIT_LEVEL = 0.01
_SPLIT_LIFT = 2.0
_SPLIT_LEAST = 3

_KINDS = {
    Ended.ANSWERED.value: "silently wrong",
    Ended.ABSTAINED.value: "refused",
    Ended.EXCEPTION.value: "exception",
    Ended.TIMEOUT.value: "timeout",
    Ended.HANDED_OFF.value: "handed off",
}
Condition = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Failures of one kind. Names and levels are made of text from outside: hostile.

    Args:
        id: eight hexadecimal digits, the same in every run that shows this kind.
        name: the kind in words, readable on its own.
        kind: what happened, in a word or two: ``silently wrong``, ``refused``, ``exception``, ``timeout``, ...
        wording: only similar wording of a message made it; wording is no cause.
        condition: attribute and level that tell it from other failures of its signature; None for no such level.
        trials: numbers of its trials, in planned order.
        silent: failures among them that answered, and wrongly.
        loud: failures that did not answer.
        assisted: trials handed off to a person.
        units: independent units (scenarios, groups) they belong to.
        failed: all trials that failed or were handed off, of every cluster.
        rate: success rate if only these trials had failed, with its interval.
        levels: attribute levels at which it stands too often, the most striking first.
        exemplars: a few of its trials, the shortest first.
    """

    id: str
    name: str
    kind: str
    wording: bool
    condition: Condition | None
    trials: tuple[int, ...]
    silent: int
    loud: int
    assisted: int
    units: int
    failed: int
    rate: Rate
    levels: tuple[Level, ...]
    exemplars: tuple[Failure, ...] = ()

    @property
    def size(self) -> int:
        """Trials in it."""
        return len(self.trials)

    @property
    def share(self) -> float:
        """Share of all failed and handed off trials, in (0, 1]."""
        return self.size / self.failed


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of a failure beside its signature."""

    number: int
    silent: bool
    assisted: bool
    length: int


@dataclass(frozen=True, slots=True)
class _Part:
    """Trials of one signature, at one level where it was split."""

    signature: Signature
    condition: Condition | None
    numbers: frozenset[int]

    @property
    def id(self) -> str:
        """The signature's id; of its own where a level belongs to it."""
        if self.condition is None:
            return self.signature.id
        key = "\0".join((*self.signature.key, *self.condition))
        return hashlib.blake2b(key.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()


def clusters_of(
    failed: FailedTrials, failures: Iterable[Failure]
) -> tuple[tuple[Cluster, ...], dict[str, list[int]]]:
    """Return the clusters, the largest first, and of each (by its id) the trials to show, the shortest first.

    Args:
        failed: the run's failed trials among all that were scored.
        failures: every one of them with its texts, in any order; read once, not held.

    Raises:
        RunInvalid: failures that are not those of ``failed``.
    """
    seen: list[_Seen] = []
    signatures = sign(_noted(failures, seen))
    if {one.number for one in seen} != failed.numbers or len(seen) != len(failed.numbers):
        msg = f"{len(seen)} failures were read of {len(failed.numbers)} recorded; rebuild the table (show --rebuild)"
        raise RunInvalid(msg)
    by_signature: dict[Signature, list[int]] = {}
    for one, signature in zip(seen, signatures, strict=True):
        by_signature.setdefault(signature, []).append(one.number)
    facts = {one.number: one for one in seen}
    parts = [
        part
        for signature, numbers in _by_key(by_signature).items()
        for part in _split(failed, signature, frozenset(numbers))
    ]
    found = sorted((_cluster(failed, part, facts) for part in parts), key=lambda each: (-each.size, each.id))
    shown = {each.id: sorted(each.trials, key=lambda n: (facts[n].length, n))[:_EXEMPLARS] for each in found}
    return tuple(found), shown


def _noted(failures: Iterable[Failure], seen: list[_Seen]) -> Iterator[Failure]:
    for failure in failures:
        length = len(failure.input) + len(failure.output) + len(failure.expect)
        seen.append(_Seen(failure.number, failure.silent, failure.verdict == Verdict.ASSISTED.value, length))
        yield failure


def _by_key(by_signature: Mapping[Signature, Sequence[int]]) -> dict[Signature, list[int]]:
    """Signatures of one key together: they may differ in where the answer is wrong."""
    first: dict[tuple[str, ...], Signature] = {}
    together: dict[Signature, list[int]] = {}
    for signature, numbers in by_signature.items():
        together.setdefault(first.setdefault(signature.key, signature), []).extend(numbers)
    return together


def _split(failed: FailedTrials, signature: Signature, numbers: frozenset[int]) -> Iterator[_Part]:
    """The failures of one signature, each level that explains many of them on its own."""
    conditions: list[Condition] = []
    while len(numbers) > _SPLIT_LEAST:
        level = _telling(failed, numbers, conditions)
        if level is None:
            break
        condition = (level.attribute, level.level)
        inside = failed.at(numbers, *condition)
        yield _Part(signature, condition, inside)
        conditions.append(condition)
        numbers -= inside
    if numbers:
        yield _Part(signature, None, numbers)


def _telling(failed: FailedTrials, numbers: frozenset[int], without: Sequence[Condition]) -> Level | None:
    """The most striking level, if it is beyond doubt and some failures are at other levels; None else."""
    for level in over_represented(failed.levels(numbers, without=without), level=_SPLIT_LEVEL, most=1):
        if level.lift >= _SPLIT_LIFT and _SPLIT_LEAST <= level.failures < len(numbers):
            return level
    return None


def _cluster(failed: FailedTrials, part: _Part, facts: Mapping[int, _Seen]) -> Cluster:
    members = [facts[number] for number in sorted(part.numbers)]
    silent, assisted = sum(one.silent for one in members), sum(one.assisted for one in members)
    rate = estimate(failed.tally(part.numbers), CONFIDENCE)
    if rate is None:
        msg = "a failure without a scored trial; rebuild the table (show --rebuild)"
        raise RunInvalid(msg)
    start = part.signature.key[0] if part.signature.key else ""
    at = f", at {part.condition[0]}={part.condition[1]}" if part.condition else ""
    levels = over_represented(failed.levels(part.numbers))
    return Cluster(
        id=part.id,
        name=part.signature.name + at,
        kind=_KINDS.get(start, start or "failed"),
        wording=part.signature.wording,
        condition=part.condition,
        trials=tuple(one.number for one in members),
        silent=silent,
        loud=len(members) - silent - assisted,
        assisted=assisted,
        units=failed.units(part.numbers),
        failed=len(failed.numbers),
        rate=rate,
        levels=tuple(level for level in levels if (level.attribute, level.level) != part.condition),
    )
