"""How different scenarios are, as plain JSON values; and which combinations of levels were covered.

Covers shape only. Text from outside is made encodable, not printable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninemarch.mining.diversity import Diversity, Wording
from ninemarch.mining.domain import Domain
from ninemarch.mining.tway import TwayCoverage
from ninemarch.text import scrub

__all__ = ["coverage_documents", "diversity_document"]


def diversity_document(found: Diversity) -> dict[str, Any]:
    """Return how different the scenarios of a set are."""
    return {
        "scenarios": found.scenarios,
        "wording": _wording(found.wording),
        "coverage": coverage_documents(found.coverage, found.domain),
    }


def _wording(wording: Wording | None) -> dict[str, Any] | None:
    if wording is None:
        return None
    return {
        "scenarios": wording.scenarios,
        "groups": wording.groups,
        "near_copies": wording.copies,
        "groups_without_near_copies": wording.apart,
        "example": [scrub(name) for name in wording.example or ()],
        "compared": wording.compared,
        "compared_groups": wording.compared_groups,
        "effective": wording.effective,
        "median_likeness_to_nearest": wording.nearest,
        "collapsed": wording.collapsed,
    }


def coverage_documents(coverages: Sequence[TwayCoverage], domain: Domain | None) -> list[dict[str, Any]]:
    """Return what was covered, with a few of the combinations that were not."""
    return [_coverage(each, domain) for each in coverages] if domain else []


def _coverage(coverage: TwayCoverage, domain: Domain) -> dict[str, Any]:
    return {
        "strength": coverage.strength,
        "covered": coverage.covered,
        "possible": coverage.possible,
        "impossible": coverage.impossible,
        "share_of_use": coverage.weight,
        "missing": [
            {scrub(domain.names[a]): scrub(domain.levels[a][level]) for a, level in pairs}
            for pairs in coverage.missing
        ],
    }
