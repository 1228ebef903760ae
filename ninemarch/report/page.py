"""From a march and the evidence of its last release to the view of the whole page.

Covers putting the chapters together. Their wording is in ``compose``, ``chapters`` and ``record``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ninemarch import numbers as n
from ninemarch.model import Breakdown, Comparison, Cone, Decision, Evidence, March
from ninemarch.report import chapters, record
from ninemarch.report.budget import budget, cross_tables, rung_rows
from ninemarch.report.compose import clean, decision_view
from ninemarch.report.elsewhere import other_failures
from ninemarch.report.method import method_text, sources
from ninemarch.report.options import PageOptions
from ninemarch.report.view import PageView

if TYPE_CHECKING:
    from ninemarch.mining.result import MiningResult

__all__ = ["Further", "page_view"]

_FAR = 1e-12  # failure rate that stands for none
_GAP_HINT = (
    "The same releases on other populations of scenarios. Under each rate: silent / loud failures, or the proven "
    "bound where none was seen."
)


@dataclass(frozen=True, slots=True)
class Further:
    """What a page shows beside the march and its evidence; each part may be missing.

    Args:
        breakdown: failures by severity, attributes crossed, money.
        mining: what the failures have in common.
        comparison: the run beside its baseline.
        cone: where the next releases are expected.
    """

    breakdown: Breakdown = field(default_factory=Breakdown)
    mining: MiningResult | None = None
    comparison: Comparison | None = None
    cone: Cone | None = None


def page_view(
    march: March,
    evidence: Evidence,
    others: Sequence[Evidence] = (),
    *,
    further: Further | None = None,
    options: PageOptions | None = None,
    failure_bytes: int = 800_000,
) -> PageView:
    """Return the view of one page.

    Args:
        march: releases of one suite; the last one is the headline.
        evidence: of the last release's run.
        others: of further runs whose failures are worth a look.
        further: chapters beside the rates.
        options: for whom the page is, and what is left out of it.
        failure_bytes: HTML that the failure list may take.
    """
    further, options = further or Further(), options or PageOptions()
    decision = march.last.decision
    shown = decision_view(decision)
    strip = dataclasses.replace(
        shown.strip,
        title=clean(march.title, 120),
        release=clean(march.last.release, 60) or shown.strip.release,
        name=clean(march.last.name, 60),
    )
    failure_bytes = 0 if options.audience == "manager" else failure_bytes
    failures = record.pick_failures(evidence, failure_bytes, redact=options.redact)
    confidence = decision.rate.confidence if decision.rate else 0.95
    rows = chapters.march_rows(march)
    return PageView(
        title=f"{shown.hero.verdict}: {strip.suite} {strip.release}",
        decision=dataclasses.replace(shown, strip=strip),
        march_title=chapters.march_title(march),
        march_hint=_march_hint(march, n.two_sided_text(confidence), further.cone),
        march=rows,
        march_left_out=len(march.steps) - len(rows),
        effort_label=chapters.effort_label(march),
        interval_name=f"{n.two_sided_text(confidence)} interval",
        gap_title=chapters.gap_title(march),
        gap_hint=_GAP_HINT,
        profiles=tuple(clean(name, 40) for name in chapters.profile_columns(march)),
        gap=chapters.gap_rows(march),
        failures_title=record.failures_title(decision.counts),
        failures=failures,
        levels=record.level_rows(evidence),
        elsewhere=other_failures(others if failure_bytes else (), redact=options.redact),
        failures_note=record.failures_note(decision.counts, len(failures)),
        accounting=record.accounting(decision.counts),
        evidence=record.evidence_pairs(decision, evidence),
        method=method_text(decision),
        sources=sources(decision),
        provenance=record.provenance(decision.plan),
        commands=record.commands(evidence),
        rungs=rung_rows(decision),
        **_further(decision, further, options),
    )


def _further(decision: Decision, further: Further, options: PageOptions) -> dict[str, Any]:
    """The chapters beside the rates, by the names of the view's fields."""
    from ninemarch.report.mined import baseline_view, mined_view  # noqa: PLC0415 - mining loads numpy; no terminal needs it

    return {
        "budget": budget(decision, further.breakdown, monthly=options.monthly),
        "crosses": cross_tables(further.breakdown),
        "mined": mined_view(further.mining, redact=options.redact) if further.mining else None,
        "baseline": baseline_view(further.comparison) if further.comparison else None,
        "cone": _cone(further.cone) if further.cone else (),
    }


def _cone(cone: Cone) -> tuple[tuple[float, float, float], ...]:
    """The cone on the nines axis; a failure rate of 0 has no place on it and is drawn at its far end."""
    return tuple((p.effort, n.nines(p.upper) or 0.0, n.nines(max(p.lower, _FAR)) or 0.0) for p in cone.points)


def _march_hint(march: March, interval: str, cone: Cone | None) -> str:
    rates = [step.decision.rate for step in march.steps if step.decision.rate]
    parts = [f"Dot: measured success. Bar: {interval} interval."]
    if any(rate.failures == 0 for rate in rates):
        parts.append("Arrow: no failure seen, so there is no upper limit.")
    if any(step.worse for step in march.steps):
        parts.append("Red: proven worse than an earlier release.")
    if cone is not None:
        odds = n.threshold_text(Fraction(repr(cone.confidence)))
        parts.append(f"Pale: where the next releases are expected, {odds} each, if work goes on as before.")
    return " ".join(parts)
