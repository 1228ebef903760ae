"""The same scenario said otherwise, and what that changes.

Covers frozen types: which variants a suite has, and the paired results. How a variant is made is ``mining.variants``'
job. Variants never enter a rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Broken", "Robustness", "VariantResult", "VariantSpec"]


@dataclass(frozen=True, slots=True)
class VariantSpec:
    """One way of saying a scenario otherwise, with the same right answer.

    Args:
        kind: ``typos``, ``case``, ``unicode``, ``distractor``, ``paraphrase``, ``rename``, ``options``.
        fields: keys of the input whose texts are changed; where empty, the input itself, or all its texts of several
            words.
        params: the kind's own parameters.
    """

    kind: str
    fields: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broken:
    """One scenario that passed, and whose variant did not. All of it comes from outside: hostile."""

    scenario: str
    original: str
    variant: str
    reason: str


@dataclass(frozen=True, slots=True)
class VariantResult:
    """Scenarios beside one kind of variant of them.

    Args:
        kind: the kind; ``again`` is the same input once more: what the target's own chance does.
        pairs: scenarios of which both have a verdict.
        unchanged: scenarios that the variant leaves as they are: nothing to compare.
        undecided: scenarios one of whose two trials is an error or unscored.
        passed: pairs whose original passed.
        passed_changed: pairs whose variant passed.
        broke: pairs whose original passed and whose variant did not.
        mended: the other way round.
        estimate: failure rate of the variants minus that of the originals, in [-1, 1]; None without a pair.
        lower: lower limit of it; together with ``upper`` and those of all other kinds at ``Robustness.confidence``.
        upper: upper limit.
        p_value: mid-P value of McNemar's two-sided test; None where scenarios share fate.
        units: independent groups compared.
        examples: a few that broke.
    """

    kind: str
    pairs: int
    unchanged: int = 0
    undecided: int = 0
    passed: int = 0
    passed_changed: int = 0
    broke: int = 0
    mended: int = 0
    estimate: float | None = None
    lower: float = -1.0
    upper: float = 1.0
    p_value: float | None = None
    units: int = 0
    examples: tuple[Broken, ...] = ()


@dataclass(frozen=True, slots=True)
class Robustness:
    """How a target does on variants of the scenarios, beside the scenarios themselves.

    Args:
        suite: name of the suite; ``hash`` is its content hash.
        target: what was tried, as ``--target`` takes it.
        profile: profile that the scenarios were drawn from, with ``seed``.
        scenarios: scenarios drawn.
        confidence: of all intervals together.
        results: one a kind.
    """

    suite: str
    hash: str
    target: str
    release: str
    profile: str
    seed: int
    scenarios: int
    confidence: float
    results: tuple[VariantResult, ...]
