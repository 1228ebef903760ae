"""The march: one suite's runs over successive releases.

Covers the frozen types that a page or table of several releases is drawn from. How they are put together,
and whether a release is proven worse, is the march floor's job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ninemarch.model.decision import Decision


@dataclass(frozen=True, slots=True)
class Step:
    """One release on the march.

    Args:
        release: id of the release.
        name: what is new in it.
        effort: work up to and including this release, in the suite's unit; None when any step's is unknown.
        decision: the decision on the headline profile.
        others: decisions of the same release on further profiles, by profile name.
        worse: its upper bound lies below the lower bound of an earlier release: proven worse.
    """

    release: str
    name: str
    effort: float | None
    decision: Decision
    others: Mapping[str, Decision] = field(default_factory=dict)
    worse: bool = False


@dataclass(frozen=True, slots=True)
class March:
    """Releases of one suite in order; the last one is what the verdict is about.

    Args:
        title: the suite's title in one line; may be empty.
        effort_unit: what effort is counted in, e.g. ``lines of code``; empty when unknown.
        profiles: names of the columns of ``Step.others`` in order.
    """

    suite: str
    title: str
    profile: str
    steps: tuple[Step, ...]
    profiles: tuple[str, ...] = ()
    effort_unit: str = ""

    @property
    def last(self) -> Step:
        """The newest release."""
        return self.steps[-1]
