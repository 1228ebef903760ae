"""Which few fixes buy the next nine: failures by cluster, the most frequent first, and what would be left after each.

Covers what the run measured, less the optimism of choosing the largest clusters by the counts that measure them:
clusters look large partly by luck. It takes for granted that a fix removes its cluster whole and breaks nothing; only
the next release's run proves that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice

from ninemarch import stats
from ninemarch.evidence import FailedTrials, estimate, misses, proves_within
from ninemarch.mining.clusters import CONFIDENCE, Cluster
from ninemarch.model import Asks, Rate, RunPlan, Tally

__all__ = ["Fix", "Goal", "Waterfall", "stays", "waterfall_of"]

_MOST_NINES = 9


@dataclass(frozen=True, slots=True)
class Fix:
    """One cluster gone, and all before it.

    Args:
        cluster: its id.
        fixed: failures of it and all before it.
        left: success rate then, with its interval; one unit of each fixed cluster counts as left, see ``stays``.
        confirm: fresh trials without this cluster that prove it has become rarer, >= 1.
    """

    cluster: str
    fixed: int
    left: Rate
    confirm: int


@dataclass(frozen=True, slots=True)
class Goal:
    """A success rate to reach.

    Args:
        success: the rate, exact.
        measured_after: fixes after which the run's own trials measure it; None where all of them do not.
        proven_after: fixes after which they would prove it; None likewise.
    """

    success: Fraction
    measured_after: int | None
    proven_after: int | None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From the measured rate down to what no known fix removes.

    Args:
        now: the run's success rate.
        fixes: clusters seen in more than one unit, the most frequent first.
        once: clusters seen in one unit only; they stay: the next trials show others of their sort.
        goals: the next nine above what was measured, and what the gates ask of all scenarios; ascending.
    """

    now: Rate
    fixes: tuple[Fix, ...]
    once: int
    goals: tuple[Goal, ...]

    @property
    def best(self) -> Rate:
        """The success rate once every known cluster is fixed."""
        return self.fixes[-1].left if self.fixes else self.now


def waterfall_of(failed: FailedTrials, clusters: Sequence[Cluster]) -> Waterfall | None:
    """Return the waterfall of a run; None without a scored trial.

    Args:
        failed: the run's failed trials.
        clusters: its clusters, the most frequent first.
    """
    whole = failed.tally(failed.numbers)
    now = estimate(whole, CONFIDENCE)
    if now is None:
        return None
    fixable = [cluster for cluster in clusters if cluster.units > 1]
    fixes, tallies = [], [whole]
    for place, left in enumerate(_left(failed, clusters, fixable)):
        tallies.append(failed.tally(left))
        rate = estimate(tallies[-1], CONFIDENCE)
        if rate is not None:
            fixed = sum(cluster.size for cluster in fixable[: place + 1])
            fixes.append(Fix(fixable[place].id, fixed, rate, _confirm(fixable[place])))
    goals = tuple(_goal(success, tallies) for success in _successes(failed.plan, now))
    return Waterfall(now, tuple(fixes), len(clusters) - len(fixes), goals)


def stays(units: Sequence[int], fixed: int) -> int:
    """Return how many sightings to expect to stay after fixing the most frequent kinds, without optimism.

    Args:
        units: independent units that showed each kind, the most frequent first.
        fixed: how many of the first kinds are fixed, all of them seen in two units or more.

    Returns:
        What was seen of the other kinds, and one sighting of each fixed kind, but never less than all that was seen
        once or twice.

    Source: with rates of kinds that fall off like Zipf's law (density proportional to rate^-2), a kind seen x times
    is expected x - 1 times again. For the floor, I. J. Good (1953), Biometrika 40:237-264: kinds not seen twice make
    (f1 + 2 f2) / n. Measured in benchmarks/waterfall.py.

    Examples:
        >>> stays([7, 6, 3, 2, 1], 1), stays([7, 6, 3, 2, 1], 4), stays([2, 2, 1], 2)
        (13, 5, 5)
    """
    return max(sum(units[fixed:]) + fixed, sum(many for many in units if many <= 2))


def _left(failed: FailedTrials, clusters: Sequence[Cluster], fixable: Sequence[Cluster]) -> Iterator[set[int]]:
    """The failures to count as left after each fix: those not fixed, and units of fixed clusters that stay."""
    units = {cluster.id: list(failed.by_unit(cluster.trials).values()) for cluster in fixable}
    others = [cluster for cluster in clusters if cluster.id not in units]
    counts = [cluster.units for cluster in (*fixable, *others)]
    left = set(failed.numbers)
    for place, cluster in enumerate(fixable, 1):
        left -= set(cluster.trials)
        own = [units[fixed.id] for fixed in fixable[:place]]
        # One unit of each, then the rest of the smallest.
        order = chain((each[0] for each in own), (unit for each in own[::-1] for unit in each[1:]))
        yield left.union(*islice(order, stays(counts, place) - sum(counts[place:])))


def _confirm(cluster: Cluster) -> int:
    """Trials that prove the cluster rarer: independent units by Fisher's test, as many trials to a unit as before."""
    units = stats.trials_to_differ(cluster.units, cluster.rate.units, confidence=CONFIDENCE)
    return -(-units * cluster.rate.trials // cluster.rate.units)


def _successes(plan: RunPlan, now: Rate) -> list[Fraction]:
    """The next nine above the measured rate, and the blocking gates on all scenarios above it."""
    nines = (1 - Fraction(1, 10**k) for k in range(1, _MOST_NINES + 1))
    wanted = {next((nine for nine in nines if 1 - now.estimate > 1 - nine), Fraction(1, 2))}
    wanted |= {gate.success for gate in plan.gates if gate.asks is Asks.SUCCESS and not (gate.where or gate.each)}
    return sorted(success for success in wanted if 1 - now.estimate > 1 - success)


def _goal(success: Fraction, tallies: Sequence[Tally]) -> Goal:
    allowed = float(1 - success)
    measured = next((k for k, tally in enumerate(tallies) if not misses(tally, allowed)), None)
    proven = next((k for k, tally in enumerate(tallies) if proves_within(tally, allowed, CONFIDENCE)), None)
    return Goal(success, measured, proven)
