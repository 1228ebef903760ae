"""How different the scenarios of a set are: how many they are worth, near-copies, which levels they combine.

Covers any set, listed or drawn. Words are compared, not meaning: a set of paraphrases looks diverse here. A set that
has collapsed (one text with changed names) proves less than its number says, for near-copies share fate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from ninemarch.mining.copies import near_copies
from ninemarch.mining.domain import Domain, domain_of
from ninemarch.mining.tway import TwayCoverage, coverages
from ninemarch.model import Profile, Scenario

__all__ = ["COLLAPSED", "MOST_SCENARIOS", "Diversity", "Wording", "diversity_of", "vendi"]

MOST_SCENARIOS = 20_000
COLLAPSED = 0.3
"""Effective share of the units below which a set has collapsed."""

# Scenarios compared each with each. Always about so many: real texts share words, so the more there are, the smaller
# the share of them that counts as wholly different, and 0.3 would not mean the same for a small and a large set.
_COMPARED = 200
_LONGEST = 20_000  # characters of a scenario that are read
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """How different the words of scenarios are.

    Attributes:
        scenarios: those with words, in so many ``groups``: what an interval counts.
        copies: scenarios with a near-copy.
        apart: groups that are left when those that share a near-copy count as one.
        example: ids of two near-copies in different groups; None without.
        compared: scenarios, evenly spread, that were compared each with each, in so many ``compared_groups``.
        effective: how many wholly different scenarios the compared ones are worth (Vendi score).
        nearest: median likeness (cosine) of a compared scenario to the one most like it.
    """

    scenarios: int
    groups: int
    copies: int
    apart: int
    example: tuple[str, str] | None
    compared: int
    compared_groups: int
    effective: float
    nearest: float

    @property
    def collapsed(self) -> bool:
        """Whether the set is worth far less than the groups it counts."""
        return self.effective < COLLAPSED * self.compared_groups or self.apart < COLLAPSED * self.groups


@dataclass(frozen=True, slots=True)
class Diversity:
    """How different the scenarios of a set are.

    Attributes:
        scenarios: how many were looked at.
        domain: the attributes whose levels were combined; None without attributes.
        coverage: pairs and triples of levels that at least one scenario holds, counted one by one.
        wording: None where fewer than two inputs hold words.
    """

    scenarios: int
    domain: Domain | None
    coverage: tuple[TwayCoverage, ...]
    wording: Wording | None


def diversity_of(scenarios: Sequence[Scenario], profile: Profile) -> Diversity:
    """Return how different ``scenarios`` are.

    Args:
        scenarios: the set, each scenario once; at most ``MOST_SCENARIOS`` are looked at.
        profile: the profile it stands for; without attributes, those of the scenarios are taken.

    Examples:
        >>> cities = ["Rome", "Bonn", "Oslo"]
        >>> found = diversity_of([Scenario(id=c, input=f"Weather in {c}?") for c in cities], Profile("all", {}))
        >>> 1 < found.wording.effective < 3, found.coverage
        (True, ())
    """
    scenarios = scenarios[:MOST_SCENARIOS]
    domain = _domain(scenarios, profile)
    rows = {row for each in scenarios if domain and (row := domain.row(each.attributes)) is not None}
    coverage = coverages(sorted(rows), domain.sizes, shares=domain.shares) if domain and rows else ()
    return Diversity(len(scenarios), domain, coverage, _wording(scenarios))


def _domain(scenarios: Sequence[Scenario], profile: Profile) -> Domain | None:
    """The profile's attributes; else those that all scenarios have, each level as often as it is met."""
    if profile.attributes:
        return domain_of(profile)
    names = [name for name in (scenarios[0].attributes if scenarios else ()) if _in_all(name, scenarios)]
    met = {name: Counter(each.attributes[name] for each in scenarios) for name in names}
    shares = {name: {level: many / len(scenarios) for level, many in sorted(met[name].items())} for name in names}
    return domain_of(Profile(profile.name, shares)) if names else None


def _in_all(name: str, scenarios: Sequence[Scenario]) -> bool:
    return all(name in each.attributes for each in scenarios)


def _wording(scenarios: Sequence[Scenario]) -> Wording | None:
    worded = [(each, text) for each in scenarios if (text := _text(each.input))]
    if len(worded) < 2:
        return None
    groups = [each.group or each.id for each, _ in worded]
    pairs = near_copies([text for _, text in worded])
    apart = [(one, other) for one, other in pairs if groups[one] != groups[other]]
    chosen = np.unique(np.linspace(0, len(worded) - 1, min(len(worded), _COMPARED)).astype(int)).tolist()
    weights = _tf_idf([worded[at][1] for at in chosen])
    return Wording(
        scenarios=len(worded),
        groups=len(set(groups)),
        copies=len({at for pair in pairs for at in pair}),
        apart=_joined(groups, apart),
        example=(worded[apart[0][0]][0].id, worded[apart[0][1]][0].id) if apart else None,
        compared=len(chosen),
        compared_groups=len({groups[at] for at in chosen}),
        effective=vendi(weights),
        nearest=_nearest(weights),
    )


def _joined(groups: Sequence[str], pairs: Sequence[tuple[int, int]]) -> int:
    """How many groups are left when those of each pair count as one."""
    number = {group: at for at, group in enumerate(dict.fromkeys(groups))}
    ends = np.asarray([[number[groups[one]], number[groups[other]]] for one, other in pairs], dtype=np.int64)
    one, other = ends.reshape(-1, 2).T
    graph = sparse.coo_array((np.ones(len(pairs)), (one, other)), shape=(len(number), len(number)))
    return int(csgraph.connected_components(graph, directed=False, return_labels=False))


def _text(value: Any) -> str:
    """What an input says in words and numbers; empty where no text is in it that holds a letter."""
    parts = list(_leaves(value))
    words = any(isinstance(part, str) and any(map(str.isalpha, part)) for part in parts)
    return " ".join(map(str, parts))[:_LONGEST] if words else ""


def _leaves(value: Any) -> Iterator[str | int | float]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _leaves(each)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield value


def _tf_idf(texts: Sequence[str]) -> sparse.csr_array:
    """Words of each text by weight: how often here, times how rare elsewhere; each row of length 1.

    Source: G. Salton and C. Buckley (1988), Information Processing and Management 24:513-523, with the smoothed
    inverse frequency ln((1 + n) / (1 + texts with the word)) + 1.
    """
    found = [Counter(_WORD.findall(text.casefold())) for text in texts]
    column: dict[str, int] = {}
    columns = [column.setdefault(word, len(column)) for words in found for word in words]
    many = np.asarray([number for words in found for number in words.values()], dtype=np.float64)
    starts = np.cumsum([0, *map(len, found)])
    texts_with = np.bincount(columns, minlength=len(column))
    weights = many * (np.log((1 + len(texts)) / (1 + texts_with)) + 1)[columns]
    rows = np.repeat(np.arange(len(texts)), np.diff(starts))
    length = np.sqrt(np.bincount(rows, weights**2, minlength=len(texts)))
    made = (weights / length[rows], np.asarray(columns, dtype=np.int64), starts)
    return sparse.csr_array(made, shape=(len(texts), max(1, len(column))))


def vendi(weights: sparse.csr_array | NDArray[np.float64]) -> float:
    """Return how many wholly different rows a set is worth: 1 when all are alike, all when none shares a feature.

    Args:
        weights: rows x features, each row of length 1.

    Source: D. Friedman and A. B. Dieng (2023), Trans. Machine Learning Research, definition 3.1: the exponential of
    the entropy of the eigenvalues of K / n. Those of K = X X' are those of X' X, smaller with fewer features.

    Examples:
        >>> import numpy as np
        >>> round(vendi(np.eye(4)), 9), round(vendi(np.ones((7, 1))), 9)
        (4.0, 1.0)
    """
    rows, features = weights.shape
    matrix = sparse.csr_array(weights)
    product = matrix.T @ matrix if features < rows else matrix @ matrix.T
    values = np.linalg.eigvalsh(product.toarray() / rows)
    values = values[values > 1e-12]
    return float(np.exp(-(values * np.log(values)).sum()))


def _nearest(weights: sparse.csr_array) -> float:
    likeness = (weights @ weights.T).toarray()
    np.fill_diagonal(likeness, -1.0)
    return float(np.median(likeness.max(axis=1)))
