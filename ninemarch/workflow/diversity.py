"""How different the scenarios are that a suite lists or draws."""

from __future__ import annotations

from ninemarch.mining.diversity import Diversity, diversity_of
from ninemarch.model import Scenario, Suite
from ninemarch.suite import Schedule
from ninemarch.suite.draw import profile_of

__all__ = ["suite_diversity"]


def suite_diversity(suite: Suite, *, count: int, profile: str = "", seed: int | None = None) -> Diversity | None:
    """Return how different the first ``count`` scenarios of a suite are, void ones left out; None for fewer than two.

    Args:
        suite: the suite.
        count: scenarios at most, >= 0; repeats of one count once.
        profile: profile to draw from; the default one.
        seed: seed of the draw; the first development seed by default.

    Raises:
        UsageError: no such profile.
    """
    if count < 2 or all(source.subset for source in suite.sources):
        return None
    start = suite.seeds.development[0] if seed is None else seed
    planned = count * max(1, suite.trials.per_scenario)
    schedule = Schedule(suite, profile=profile, seed=start, planned=planned)
    scenarios = [item for _, repeat, item in schedule if repeat == 0 and isinstance(item, Scenario) and not item.void]
    return diversity_of(scenarios, profile_of(suite, profile)) if len(scenarios) > 1 else None
