"""A hunt as plain JSON values: what other programs read.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from typing import Any

from ninemarch.mining.hunting import FoundMode, Hunted, HuntFound, Unseen
from ninemarch.mining.weighing import Weighted
from ninemarch.numbers import count_text, yield_text
from ninemarch.report.diversity_document import coverage_documents
from ninemarch.report.record import replay_command
from ninemarch.text import scrub

__all__ = ["hunt_document", "hunt_sentence"]


def hunt_sentence(hunted: Hunted) -> str:
    """Return what a hunt found in a line."""
    found = hunted.found
    return (
        f"{count_text(len(found.modes), 'mode')} of failure in {count_text(found.cells_failed, 'cell')}; "
        f"{count_text(found.failures, 'failure')} in {count_text(found.called, 'trial')} "
        f"({yield_text(found.failures, found.called)}: the yield of the search, not a rate)"
    )


def hunt_document(hunted: Hunted) -> dict[str, Any]:
    """Return a hunt as plain JSON values; modes and cells first."""
    run, plan, found = hunted.run, hunted.plan, hunted.found
    return {
        "ninemarch": 1,
        "kind": "hunt",
        "hunt": run.run,
        "suite": scrub(run.suite),
        "release": scrub(run.release),
        "target": str(run.target),
        "profile": scrub(run.profile),
        "policy": plan.policy,
        "adversary": plan.adversary,
        "seed": plan.seed,
        "strength": plan.strength,
        "share": plan.share,
        "sealed": hunted.sealed,
        "stopped": scrub(hunted.stopped),
        "counts_in_a_rate": False,
        "modes": len(found.modes),
        "kinds": found.kinds,
        "cells": {"failed": found.cells_failed, "tried": found.cells_tried},
        "failures": found.failures,
        "trials": found.called,
        "failures_per_1000": 1000 * found.failures / found.called if found.called else None,
        "accounts": _accounts(found),
        "coverage": coverage_documents(found.coverage, plan.domain),
        "unseen": _unseen(found.unseen),
        "weighted": _weighted(found.weighted, found.why_unweighted),
        "found": [_mode(mode, run.run) for mode in found.modes],
    }


def _accounts(found: HuntFound) -> dict[str, int]:
    return {"planned": found.planned, **dict(sorted(found.verdicts.items())), "missing": found.missing}


def _mode(mode: FoundMode, run: str) -> dict[str, Any]:
    return {
        "kind": scrub(mode.kind),
        "condition": scrub(mode.condition),
        "failures": mode.failures,
        "cells": mode.cells,
        "first": mode.first,
        "origin": mode.origin,
        "replay": replay_command(run, mode.first),
    }


def _unseen(unseen: Unseen | None) -> dict[str, Any] | None:
    if unseen is None:
        return None
    return {
        "sample": unseen.sample,
        "trials": unseen.trials,
        "failures": unseen.failures,
        "modes": unseen.modes,
        "next_failure_is_new": {
            "estimate": unseen.next_new.estimate,
            "upper": unseen.next_new.upper,
            "confidence": unseen.next_new.confidence,
            "method": unseen.next_new.method,
        },
        "modes_at_least": {
            "estimate": unseen.at_least.estimate,
            "lower": unseen.at_least.lower,
            "upper": unseen.at_least.upper,
            "confidence": unseen.at_least.confidence,
            "method": unseen.at_least.method,
        },
    }


def _weighted(weighted: Weighted | None, why: str) -> dict[str, Any]:
    if weighted is None:
        return {"failure_rate": None, "why": why, "decides_a_gate": False}
    rate = weighted.failure
    return {
        "failure_rate": rate.estimate,
        "lower": rate.lower,
        "upper": rate.upper,
        "confidence": rate.confidence,
        "method": rate.method,
        "trials": weighted.trials,
        "failures": weighted.failures,
        "effective_trials": weighted.effective,
        "decides_a_gate": False,
    }
