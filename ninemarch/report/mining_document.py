"""What mining found as plain JSON values: what other programs read.

Covers shape only. Rates are failure rates in [0, 1]. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ninemarch.mining.audit import Audit
from ninemarch.mining.clusters import Cluster, id_of
from ninemarch.mining.result import MiningResult
from ninemarch.mining.since import Since
from ninemarch.mining.trends import Trends
from ninemarch.mining.unseen import Unseen
from ninemarch.mining.waterfall import Waterfall
from ninemarch.model import Catalogue, KeptRun, Kind
from ninemarch.report.document import FORMAT, counts_document
from ninemarch.report.slices_document import failing_document, slices_document
from ninemarch.report.terminal_confirm import confirmation_document
from ninemarch.report.terminal_mining import mining_sentence
from ninemarch.report.trial_document import failure_document
from ninemarch.stats import Interval
from ninemarch.text import scrub

__all__ = ["audit_document", "catalogue_document", "mining_document"]


def mining_document(found: MiningResult) -> dict[str, Any]:
    """Return what mining found: ``{"ninemarch": 1, "kind": "mining", ...}``; every cluster, whatever was shown."""
    plan = found.plan
    return {
        "ninemarch": FORMAT,
        "kind": "mining",
        "run": scrub(plan.run),
        "suite": scrub(plan.suite),
        "release": scrub(plan.release or str(plan.target)),
        "release_name": scrub(plan.release_name),
        "profile": scrub(plan.profile),
        "hash": scrub(plan.hash),
        "sentence": mining_sentence(found),
        "counts": counts_document(found.counts),
        "clusters": [_cluster(cluster, plan.run) for cluster in found.clusters],
        "waterfall": _waterfall(found.waterfall) if found.waterfall else None,
        "slices": slices_document(found.slices) if found.slices else None,
        "confirmed": confirmation_document(found.confirmation) if found.confirmation else None,
        "unseen": _unseen(found.unseen) if found.unseen else None,
        "trends": _trends(found.trends) if found.trends else None,
        "since": _since(found.since) if found.since else None,
        "notes": [scrub(note) for note in found.notes],
    }


def audit_document(found: Audit) -> dict[str, Any]:
    """Return an oracle audit as plain JSON values."""
    return {
        "failures": found.failures,
        "doubted": found.trials,
        "scenarios": found.looked_at,
        "releases": [scrub(release) for release in found.releases],
        "proposed_voids": [
            {
                "trial": doubt.trial,
                "scenario": scrub(doubt.scenario),
                "ground": doubt.ground.value,
                "evidence": scrub(doubt.evidence),
            }
            for doubt in found.doubts
        ],
    }


def catalogue_document(catalogue: Catalogue) -> dict[str, Any]:
    """Return the catalogue of a suite's failures: ``{"ninemarch": 1, "kind": "clusters", ...}``."""
    return {
        "ninemarch": FORMAT,
        "kind": "clusters",
        "suite": scrub(catalogue.suite),
        "runs": [_run(run) for run in catalogue.runs],
        "clusters": [
            {
                "id": each.id,
                "name": scrub(each.name),
                "kinds": [_kind(kind) for kind in each.kinds],
                "seen": {scrub(run): {"trials": n.trials, "units": n.units} for run, n in each.seen.items()},
            }
            for each in catalogue.clusters
        ],
    }


def _run(run: KeptRun) -> dict[str, Any]:
    return {
        name: scrub(value) if isinstance(value, str) else value
        for name, value in ((field.name, getattr(run, field.name)) for field in fields(run))
    }


def _kind(kind: Kind) -> dict[str, Any]:
    at = {"attribute": scrub(kind.at[0]), "level": scrub(kind.at[1])} if kind.at else None
    return {
        "id": id_of(kind),
        "signature": [scrub(part) for part in kind.signature],
        "at": at,
        "similar_wording": kind.wording,
    }


def _trends(trends: Trends) -> dict[str, Any]:
    return {
        "before": _run(trends.before),
        "units": trends.units,
        "clusters": [
            {
                "id": each.id,
                "name": scrub(each.name),
                "change": each.change.value,
                "then": each.then,
                "now": each.now,
                "p_value_holm": each.p_value,
                "first": scrub(each.first),
            }
            for each in trends.clusters
        ],
    }


def _cluster(cluster: Cluster, run: str) -> dict[str, Any]:
    at = cluster.condition
    return {
        "id": cluster.id,
        "name": scrub(cluster.name),
        "what": scrub(cluster.kind),
        "similar_wording": cluster.wording,
        "condition": {"attribute": scrub(at[0]), "level": scrub(at[1])} if at else None,
        "trials": cluster.size,
        "silent": cluster.silent,
        "loud": cluster.loud,
        "assisted": cluster.assisted,
        "units": cluster.units,
        "share": cluster.share,
        "failure_rate": failing_document(cluster.rate),
        "levels": [
            {
                "attribute": scrub(level.attribute),
                "level": scrub(level.level),
                "failures": level.failures,
                "of": level.of,
                "trials": level.trials,
                "among": level.among,
                "p_value": level.p_value,
            }
            for level in cluster.levels
        ],
        "exemplars": [failure_document(failure, run) for failure in cluster.exemplars],
        "members": list(cluster.trials),
    }


def _since(since: Since) -> dict[str, Any]:
    return {
        "run": scrub(since.plan.run),
        "release": scrub(since.plan.release or str(since.plan.target)),
        "pairs": since.pairs,
        "units": since.units,
        "promised": failing_document(since.promised) if since.promised else None,
        "clusters": [
            {
                "id": fate.id,
                "name": scrub(fate.name),
                "outcome": fate.outcome.value,
                "then": fate.then,
                "now": fate.now,
                "gone": fate.gone,
                "otherwise": fate.otherwise,
                "came": fate.came,
                "p_value_holm": fate.p_value,
            }
            for fate in since.clusters
        ],
        "changes": [scrub(change) for change in since.changes],
    }


def _waterfall(waterfall: Waterfall) -> dict[str, Any]:
    return {
        "now": failing_document(waterfall.now),
        "fixes": [
            {
                "cluster": fix.cluster,
                "fixed": fix.fixed,
                "left": failing_document(fix.left),
                "confirm_trials": fix.confirm,
            }
            for fix in waterfall.fixes
        ],
        "seen_once": waterfall.once,
        "goals": [
            {
                "success": str(goal.success),
                "measured_after": goal.measured_after,
                "proven_after": goal.proven_after,
            }
            for goal in waterfall.goals
        ],
    }


def _unseen(unseen: Unseen) -> dict[str, Any]:
    return {
        "kinds": unseen.kinds,
        "once": unseen.once,
        "units": unseen.units,
        "sightings": unseen.sightings,
        "next_trial": _interval(unseen.next_trial),
        "next_failure": _interval(unseen.next_failure),
        "at_least": _interval(unseen.at_least),
        "curve": [{"units": at, "kinds": kinds} for at, kinds in unseen.curve],
        "doubled": unseen.doubled,
    }


def _interval(found: Interval[float] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "estimate": found.estimate,
        "lower": found.lower,
        "upper": found.upper,
        "confidence": found.confidence,
        "side": found.side,
        "method": found.method,
    }
