"""Failures that are not the headline's: of earlier releases, and of the newest one on other profiles.

Covers which of them a page shows, so that a reader of a clean release still sees what failed on the way.
"""

from __future__ import annotations

from collections.abc import Sequence

from ninemarch import numbers as n
from ninemarch.model import Evidence
from ninemarch.report.compose import clean
from ninemarch.report.record import failure_row, silent_first
from ninemarch.report.view import OtherFailures

__all__ = ["MOST_ROWS", "MOST_RUNS", "other_failures"]

MOST_RUNS = 12
MOST_ROWS = 5
_CUT = 600


def other_failures(runs: Sequence[Evidence], *, redact: bool = False) -> tuple[OtherFailures, ...]:
    """Return a few failures of each run that has any, in the order given, at most ``MOST_RUNS`` of them.

    Args:
        runs: evidence of runs other than the headline's.
        redact: leave out what scenarios and targets say.
    """
    shown: list[OtherFailures] = []
    for run in runs:
        counts, plan = run.overall.counts, run.plan
        if not counts.failed or len(shown) == MOST_RUNS:
            continue
        picked = [f for f in silent_first(run.failures)[:MOST_ROWS] if f.verdict == "fail"]
        rows = [failure_row(f, plan.run, _CUT, redact=redact) for f in picked]
        release = f"{plan.release} {plan.release_name}".strip() or str(plan.target)
        title = f"{release} on {plan.profile}: {n.count_text(counts.failed, 'failure')} in {counts.scored:,}"
        split = f"{counts.silent:,} silent, {counts.loud:,} loud; {len(rows)} shown"
        hint = f"{split}, all: ninemarch show {plan.run} --failures"
        shown.append(OtherFailures(title=clean(title, 160), hint=clean(hint, 160), rows=tuple(rows)))
    return tuple(shown)
