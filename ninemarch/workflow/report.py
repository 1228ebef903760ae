"""Write the page of one run, or of several as a march.

Covers gathering what the page shows beside the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ninemarch import report as rendering
from ninemarch import table
from ninemarch.errors import UsageError
from ninemarch.evidence import breakdown, compare, read_scenarios, worth
from ninemarch.kept import load_baseline
from ninemarch.march import cone_of
from ninemarch.model import Comparison, Cone, March, Observed
from ninemarch.workflow.mine import mine
from ninemarch.workflow.run import Finished, march_of

__all__ = ["further_of", "write_report"]


def write_report(
    finished: Sequence[Finished],
    output: Path | None = None,
    *,
    options: rendering.PageOptions | None = None,
    layout: str = "file",
) -> Path:
    """Write the page and return its path.

    Args:
        finished: runs of one suite in order of release; the last one is the headline.
        output: the page's file, or its folder; by default under ``reports``, named by suite and run.
        options: how it is written.
        layout: ``file``, or ``folder``: style and scripts in files of their own.

    Raises:
        UsageError: runs of different suites, an unknown layout, or a place that cannot be written.
    """
    if layout not in {"file", "folder"}:
        msg = f"layout={layout}; allowed: file, folder"
        raise UsageError(msg)
    march = march_of(finished)
    last, others = finished[-1], [each.evidence for each in finished[-2::-1]]
    name = f"{march.suite}-{last.folder.name}"
    further = replace(further_of(last), cone=expected_next(march, finished))
    if layout == "folder":
        path = output or Path("reports") / name
        return rendering.write_folder(path, march, last.evidence, others, further=further, options=options)
    path = output or Path("reports") / f"{name}.html"
    return rendering.write_page(path, march, last.evidence, others, further=further, options=options)


def further_of(finished: Finished) -> rendering.Further:
    """Return what a page shows of a run beside its rates."""
    decision = finished.decision
    confidence = decision.rate.confidence if decision.rate else 0.95
    path, broken = table.ensure(finished.folder), finished.evidence.broken
    failed = decision.counts.failed + decision.counts.assisted
    return rendering.Further(
        breakdown=breakdown(path, confidence=confidence, broken=broken),
        mining=mine(str(finished.folder)) if failed else None,
        comparison=_comparison(finished),
    )


def _comparison(finished: Finished) -> Comparison | None:
    """The run beside the baseline that its gates name, else beside ``main``; None where there is none."""
    plan = finished.decision.plan
    names = [gate.baseline for gate in plan.gates if gate.baseline] or ["main"]
    kept = load_baseline(plan.suite, names[0])
    if kept is None or kept.run == plan.run or not plan.counts_in_a_rate:
        return None
    return compare(kept, plan, finished.decision.counts, read_scenarios(table.ensure(finished.folder)))


def expected_next(march: March, finished: Sequence[Finished]) -> Cone | None:
    """Return where the next releases are expected; None with fewer than five on one line of effort.

    Args:
        march: the releases.
        finished: their runs, in the same order.
    """
    found = [
        Observed(step.release, step.effort, *worth(each.evidence.overall.scored), 1)
        for step, each in zip(march.steps, finished, strict=True)
        if step.effort is not None and step.decision.rate is not None
    ]
    efforts = [each.effort for each in found]
    rising = len(found) == len(march.steps) and all(a < b for a, b in pairwise(efforts))
    return cone_of(found) if rising else None
