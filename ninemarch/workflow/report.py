"""Write the page of one run, or of several as a march.

Covers gathering what the page shows beside the decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ninemarch import report as rendering
from ninemarch import table
from ninemarch.errors import UsageError
from ninemarch.evidence import breakdown
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
    further = further_of(last)
    if layout == "folder":
        path = output or Path("reports") / name
        return rendering.write_folder(path, march, last.evidence, others, further=further, options=options)
    path = output or Path("reports") / f"{name}.html"
    return rendering.write_page(path, march, last.evidence, others, further=further, options=options)


def further_of(finished: Finished) -> rendering.Further:
    """Return what a page shows of a run beside its rates."""
    rate = finished.decision.rate
    confidence = rate.confidence if rate else 0.95
    path, broken = table.ensure(finished.folder), finished.evidence.broken
    return rendering.Further(breakdown=breakdown(path, confidence=confidence, broken=broken))
