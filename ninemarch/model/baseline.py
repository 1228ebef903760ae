"""Baselines: what an accepted run showed, scenario by scenario, so that later runs can be paired with it.

Covers the frozen type. Reading and writing its file is the job of ``kept``, comparing two runs that of ``evidence``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ninemarch.model.evidence import Counts

__all__ = ["Baseline", "Results"]


class Results(NamedTuple):
    """How often one scenario was recorded with each verdict."""

    passed: int = 0
    failed: int = 0
    assisted: int = 0
    unscored: int = 0
    errors: int = 0
    void: int = 0

    @property
    def scored(self) -> int:
        """Trials that count in the headline rate."""
        return self.passed + self.failed + self.assisted

    @property
    def share(self) -> float | None:
        """Share of the scored trials that failed or were handed off, in [0, 1]; None without a scored trial."""
        return (self.failed + self.assisted) / self.scored if self.scored else None


# Not in slots: ``failed`` is worked out once, and only where someone pairs.
@dataclass(frozen=True)
class Baseline:
    """An accepted run, as git keeps it.

    Args:
        name: name of the baseline.
        suite: name of the suite; with the two hashes it says which scenarios and checks these are.
        run: id of the accepted run; ``created`` is when it was planned, ``accepted`` when it became the baseline
            (UTC times in ISO 8601).
        release: what was run: id of a release, or the target.
        counts: where every planned trial went.
        results: scenario id -> how often it got each verdict.
    """

    name: str
    suite: str
    suite_version: str
    scenarios_hash: str
    checks_hash: str
    profile: str
    seed: int
    per_scenario: int
    run: str
    release: str
    release_name: str
    created: str
    accepted: str
    counts: Counts
    results: Mapping[str, Results]

    @cached_property
    def failed(self) -> Mapping[str, float]:
        """Scenario id -> share of its scored trials that failed or were handed off; without the unscored ones."""
        return {name: share for name, seen in self.results.items() if (share := seen.share) is not None}

    @property
    def hash(self) -> str:
        """The suite's content hash, as ``Suite.hash`` gives it."""
        return f"{self.scenarios_hash[:12]}-{self.checks_hash[:12]}"
