"""Which few fixes buy the next nine: failures by cluster, the most frequent first, and what would be left after each.

Covers what the run measured. It takes for granted that a fix removes its cluster whole and breaks nothing, and that
nothing new turns up; ``unseen`` says how likely that is, and only the next release's run proves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ninemarch import stats
from ninemarch.evidence import FailedTrials, estimate, misses, proves_within
from ninemarch.mining.clusters import CONFIDENCE, Cluster
from ninemarch.model import Asks, Rate, RunPlan, Tally

__all__ = ["Fix", "Goal", "Waterfall", "waterfall_of"]

_MOST_NINES = 9


@dataclass(frozen=True, slots=True)
class Fix:
    """One cluster gone, and all before it.

    Args:
        cluster: its id.
        fixed: failures gone with it and all before it.
        left: success rate then, with its interval.
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
    left = set(failed.numbers)
    whole = failed.tally(left)
    now = estimate(whole, CONFIDENCE)
    if now is None:
        return None
    fixes, tallies = [], [whole]
    for cluster in clusters:
        if cluster.units < 2:
            continue
        left -= set(cluster.trials)
        tallies.append(failed.tally(left))
        rate = estimate(tallies[-1], CONFIDENCE)
        if rate is not None:
            fixes.append(Fix(cluster.id, len(failed.numbers) - len(left), rate, _confirm(cluster)))
    goals = tuple(_goal(success, tallies) for success in _successes(failed.plan, now))
    return Waterfall(now, tuple(fixes), len(clusters) - len(fixes), goals)


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
