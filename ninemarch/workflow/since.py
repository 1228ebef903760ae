"""An earlier run on the same scenarios, so that a later one can say which of its clusters are fixed.

Covers mining it and pairing its trials; the test of each cluster is in ``mining.since``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.errors import UsageError
from ninemarch.evidence import FailedTrials, estimate, pair_trials, stream_failures
from ninemarch.mining.clusters import CONFIDENCE, Cluster, clusters_of
from ninemarch.mining.known import learn
from ninemarch.mining.since import Outcome, Since, since_of
from ninemarch.model import Catalogue, KnownCluster, RunPlan

__all__ = ["Earlier"]


class Earlier:
    """An earlier run; what both runs show goes under one id.

    Args:
        folder: of the earlier run.
        plan: of the later run.
        catalogue: of the suite; may be empty.

    Raises:
        UsageError: the runs cannot be paired.
        RunInvalid: the earlier run's record is damaged.
    """

    def __init__(self, folder: Path, plan: RunPlan, catalogue: Catalogue) -> None:
        self._path = table.ensure(folder)
        self._failed = FailedTrials(self._path)
        self._now, then = plan, self._failed.plan
        why = (
            "it is the same run"
            if then.run == plan.run
            else f"it is of suite {then.suite}"
            if then.suite != plan.suite
            else "the scenarios have changed since"
            if then.scenarios_hash != plan.scenarios_hash
            else ""
        )
        if why:
            msg = f"run {plan.run} cannot be paired with run {then.run}: {why}; name another run of these scenarios"
            raise UsageError(msg)
        self.known: Sequence[KnownCluster] = learn(catalogue.clusters, self._mined(catalogue.clusters))

    def _mined(self, known: Sequence[KnownCluster]) -> tuple[Cluster, ...]:
        return clusters_of(self._failed, stream_failures(self._path), known=known)

    def beside(self, path: Path, clusters: Sequence[Cluster]) -> Since:
        """Return what became of its clusters.

        Args:
            path: table of the later run.
            clusters: of the later run, found with ``known``.

        Raises:
            UsageError: no scenario was scored in both.
        """
        then = self._failed.plan
        pairs = pair_trials(self._path, path)
        if not pairs:
            msg = (
                f"runs {then.run} and {self._now.run} have no scored scenario in common (seeds {then.seed} and "
                f"{self._now.seed}); run the release again with '--seed {then.seed}'"
            )
            raise UsageError(msg)
        # What the later run alone told apart is told apart here too, else it would seem to have come.
        before = self._mined(learn(self.known, clusters))
        changed = then.checks_hash != self._now.checks_hash
        found = since_of(
            then, pairs, before, clusters, changes=["the checks have changed: so may the verdicts"] if changed else []
        )
        fixed = {fate.id for fate in found.clusters if fate.outcome is Outcome.FIXED}
        gone = {number for each in before if each.id in fixed for number in each.trials}
        rate = estimate(self._failed.tally(self._failed.numbers - gone), CONFIDENCE)
        return replace(found, promised=rate if fixed and then.counts_in_a_rate else None)
