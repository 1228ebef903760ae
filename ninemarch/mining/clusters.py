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
from ninemarch.model import Ended, Failure, Kind, KnownCluster, Rate, Verdict

__all__ = ["CONFIDENCE", "Cluster", "Condition", "clusters_of", "id_of"]

CONFIDENCE = 0.95
_SHORTEST = 20
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
        kinds: what makes failures belong to it; several where clusters were merged by hand.
        shortest: numbers of the trials with the shortest texts, the shortest first, at most 20.
        exemplars: the first few of these, with their texts.
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
    kinds: tuple[Kind, ...]
    shortest: tuple[int, ...]
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
    """Trials of one kind."""

    signature: Signature
    condition: Condition | None
    numbers: frozenset[int]

    @property
    def kind(self) -> Kind:
        """What makes them one kind."""
        return Kind(self.signature.key, self.condition, self.signature.wording)

    @property
    def name(self) -> str:
        """The kind in words."""
        at = f", at {self.condition[0]}={self.condition[1]}" if self.condition else ""
        return self.signature.name + at


def id_of(kind: Kind) -> str:
    """Return the id of a kind that no catalogue knows: eight hexadecimal digits of a hash, the same in every run.

    Examples:
        >>> id_of(Kind(("timeout",)))
        '3b5c8255'
    """
    key = "\0".join((*kind.signature, *(kind.at or ())))
    return hashlib.blake2b(key.encode("utf-8", "backslashreplace"), digest_size=4).hexdigest()


def clusters_of(
    failed: FailedTrials, failures: Iterable[Failure], *, known: Sequence[KnownCluster] = ()
) -> tuple[Cluster, ...]:
    """Return the clusters, the most frequent first, without exemplars.

    Args:
        failed: the run's failed trials among all that were scored.
        failures: every one of them with its texts, in any order; read once, not held.
        known: clusters of earlier runs: failures of their kinds get their ids and names.

    Raises:
        RunInvalid: failures that are not those of ``failed``.
    """
    seen: list[_Seen] = []
    kinds = [kind for cluster in known for kind in cluster.kinds]
    signatures = sign(_noted(failures, seen), known=[kind.signature[-1] for kind in kinds if kind.wording])
    if {one.number for one in seen} != failed.numbers or len(seen) != len(failed.numbers):
        msg = f"{len(seen)} failures were read of {len(failed.numbers)} recorded; rebuild the table (show --rebuild)"
        raise RunInvalid(msg)
    by_signature: dict[Signature, list[int]] = {}
    for one, signature in zip(seen, signatures, strict=True):
        by_signature.setdefault(signature, []).append(one.number)
    owners = {(kind.signature, kind.at): cluster for cluster in known for kind in cluster.kinds}
    parts: dict[str, list[_Part]] = {}
    for signature, numbers in _by_key(by_signature).items():
        told = [kind.at for kind in kinds if kind.signature == signature.key and kind.at]
        for part in _split(failed, signature, frozenset(numbers), told):
            owner = owners.get((part.kind.signature, part.kind.at))
            parts.setdefault(owner.id if owner else id_of(part.kind), []).append(part)
    facts = {one.number: one for one in seen}
    names = {cluster.id: cluster.name for cluster in known}
    every = (_cluster(failed, id_, own, names.get(id_), facts) for id_, own in parts.items())
    return tuple(sorted(every, key=lambda each: (each.rate.estimate, -each.size, each.id)))


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


def _split(
    failed: FailedTrials, signature: Signature, numbers: frozenset[int], told: Iterable[Condition]
) -> Iterator[_Part]:
    """The failures of one signature: at each level told apart before, then at each that explains many of them."""
    conditions: list[Condition] = []
    wanted = iter(told)
    while numbers:
        condition = next(wanted, None) or _telling(failed, numbers, conditions)
        if condition is None:
            break
        inside = failed.at(numbers, *condition)
        if inside:
            yield _Part(signature, condition, inside)
        conditions.append(condition)
        numbers -= inside
    if numbers:
        yield _Part(signature, None, numbers)


def _telling(failed: FailedTrials, numbers: frozenset[int], without: Sequence[Condition]) -> Condition | None:
    """The most striking level, if it is beyond doubt and some failures are at other levels; None else."""
    for level in over_represented(failed.levels(numbers, without=without), level=_SPLIT_LEVEL, most=1):
        if level.lift >= _SPLIT_LIFT and _SPLIT_LEAST <= level.failures < len(numbers):
            return level.attribute, level.level
    return None


def _cluster(
    failed: FailedTrials, id_: str, parts: Sequence[_Part], name: str | None, facts: Mapping[int, _Seen]
) -> Cluster:
    """The cluster of these parts: one, or several that were merged by hand."""
    largest = max(parts, key=lambda part: (len(part.numbers), part.kind.signature))
    numbers = frozenset().union(*(part.numbers for part in parts))
    members = [facts[number] for number in sorted(numbers)]
    silent, assisted = sum(one.silent for one in members), sum(one.assisted for one in members)
    rate = estimate(failed.tally(numbers), CONFIDENCE)
    if rate is None:
        msg = "a failure without a scored trial; rebuild the table (show --rebuild)"
        raise RunInvalid(msg)
    start = largest.signature.key[0] if largest.signature.key else ""
    conditions = {part.condition for part in parts}
    return Cluster(
        id=id_,
        name=name or largest.name,
        kind=_KINDS.get(start, start or "failed"),
        wording=any(part.signature.wording for part in parts),
        condition=largest.condition if len(parts) == 1 else None,
        trials=tuple(one.number for one in members),
        silent=silent,
        loud=len(members) - silent - assisted,
        assisted=assisted,
        units=failed.units(numbers),
        failed=len(failed.numbers),
        rate=rate,
        levels=tuple(
            level
            for level in over_represented(failed.levels(numbers))
            if (level.attribute, level.level) not in conditions
        ),
        kinds=tuple(part.kind for part in parts),
        shortest=tuple(sorted(numbers, key=lambda number: (facts[number].length, number))[:_SHORTEST]),
    )
