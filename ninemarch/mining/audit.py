"""Oracle audit: failures that may be the suite's own mistake, each with its evidence.

Covers what evidence counts, and how strong it is. Nothing is ever made void here: a person reads the evidence and
writes ``void`` into the scenario, or mends the check. A doubt is no proof; several releases may share one fault.
"""

from __future__ import annotations

import enum
import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ninemarch.mining.differences import differences
from ninemarch.model import Ended, Failure, Scenario
from ninemarch.text import excerpt, plain

__all__ = ["Audit", "Doubt", "Ground", "agreement", "contradictions", "near_miss"]

_MILD = {
    "upper and lower case": "upper and lower case only",
    "spaces": "spaces only",
    "punctuation": "punctuation only",
    "accents or form of characters": "accents or the form of characters only",
    "items in another order": "the order of items only",
}
_CLOSE = 1e-6  # relative difference of two numbers that rounding alone may make
_LEAST_RELEASES = 3


class Ground(enum.StrEnum):
    """Why a failure may be the suite's mistake, the strongest first."""

    CONTRADICTION = "contradiction"
    OWN_ANSWER = "own answer fails"
    AGREEMENT = "all releases agree"
    NEAR_MISS = "near miss"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One failed trial whose scenario or check is doubted. Text comes from outside: hostile.

    Args:
        trial: number of the trial.
        scenario: id of its scenario.
        ground: why.
        evidence: what was seen, in a line.
    """

    trial: int
    scenario: str
    ground: Ground
    evidence: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What the audit of a run's failures found.

    Args:
        failures: failures looked at.
        doubts: one entry a failure and ground, strongest ground first.
        releases: other releases whose recorded runs could be compared, by name.
        looked_at: scenarios of the run that were made again to look for contradictions.
    """

    failures: int
    doubts: tuple[Doubt, ...]
    releases: tuple[str, ...]
    looked_at: int

    @property
    def trials(self) -> int:
        """Failures with any doubt."""
        return len({doubt.trial for doubt in self.doubts})


def contradictions(scenarios: Iterable[Scenario], failed: Mapping[str, int]) -> Iterator[Doubt]:
    """Yield failed scenarios whose very input stands in another scenario with another expectation.

    Args:
        scenarios: all scenarios of the run.
        failed: id of a failed scenario -> number of its trial.
    """
    expects: dict[bytes, list[tuple[str, bytes, str]]] = {}
    for scenario in scenarios:
        if not scenario.void:
            own = (scenario.id, _digest(scenario.expect), excerpt(scenario.expect, 80))
            known = expects.setdefault(_digest(scenario.input), [])
            if all(own[1] != other[1] for other in known) or scenario.id in failed:
                known.append(own)
    for same in expects.values():
        for name, digest, _ in same:
            other = next((each for each in same if each[1] != digest), None)
            if name in failed and other:
                evidence = f"scenario {excerpt(other[0], 60)} has the same input and expects {other[2]}"
                yield Doubt(failed[name], name, Ground.CONTRADICTION, evidence)


def _digest(value: Any) -> bytes:
    text = json.dumps(plain(value), sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).digest()


def near_miss(failure: Failure) -> Doubt | None:
    """Return a doubt where the answer differs from the expectation by a trifle; None else."""
    try:
        expect, output = json.loads(failure.expect), json.loads(failure.output)
        found = differences(expect, output)
    except (ValueError, RecursionError):
        return None
    kinds = {kind for kind, _ in found}
    if kinds == {"another number"}:
        return (
            Doubt(*_of(failure), Ground.NEAR_MISS, "numbers off by rounding only") if _close(expect, output) else None
        )
    if not kinds or kinds - set(_MILD):
        return None
    return Doubt(*_of(failure), Ground.NEAR_MISS, f"differs by {'; '.join(_MILD[kind] for kind in sorted(kinds))}")


def _close(expect: Any, output: Any) -> bool:
    """Whether all numbers of two values of one shape are equal but for rounding."""
    if isinstance(expect, dict):
        return all(_close(value, output[key]) for key, value in expect.items())
    if isinstance(expect, list):
        return all(map(_close, expect, output))
    if isinstance(expect, int | float) and not isinstance(expect, bool):
        return math.isclose(expect, output, rel_tol=_CLOSE)
    return True


def agreement(failure: Failure, others: Sequence[tuple[str, Failure | None]]) -> Doubt | None:
    """Return a doubt where every release tried gave the same wrong answer; None else.

    Args:
        failure: of this run.
        others: (release, its failure on the same scenario, None for a pass) of each other release tried.
    """
    answers = [None if each is None else (each.ended, each.output) for _, each in others]
    same = Counter(answers).get((failure.ended, failure.output), 0)
    if failure.ended != Ended.ANSWERED.value or same != len(others) or same + 1 < _LEAST_RELEASES:
        return None
    names = ", ".join(excerpt(release, 30) for release, _ in others)
    evidence = (
        f"releases {names} answer {excerpt(failure.output, 80)} too; no release tried gives the expected answer"
    )
    return Doubt(*_of(failure), Ground.AGREEMENT, evidence)


def _of(failure: Failure) -> tuple[int, str]:
    return failure.number, failure.scenario
