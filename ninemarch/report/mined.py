"""From what mining found, and from a comparison with the baseline, to what a page shows of them.

Covers choosing and wording; the sentences are those of the terminal. Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence

from ninemarch import numbers as n
from ninemarch.mining.clusters import Cluster
from ninemarch.mining.result import MiningResult
from ninemarch.mining.slices import FoundSlice, SliceReport
from ninemarch.mining.waterfall import Waterfall
from ninemarch.model import Comparison, Rate
from ninemarch.report.compose import clean
from ninemarch.report.record import failure_row, replay_command
from ninemarch.report.terminal_compare import difference_sentence, difference_text
from ninemarch.report.terminal_mining import mining_sentence, unseen_sentences
from ninemarch.report.terminal_slices import failing_text, slices_sentence
from ninemarch.report.view_mined import BaselineView, ClusterCard, MinedView, SliceRow, WaterRow, WaterView

__all__ = ["baseline_view", "mined_view"]

MOST_ROWS = 10
_PER = 10_000
_CUT = 600


def mined_view(found: MiningResult, *, redact: bool = False) -> MinedView | None:
    """Return what a page shows of it; None where nothing failed.

    Args:
        found: what mining found.
        redact: leave out what scenarios and targets say.
    """
    if not found.clusters:
        return None
    shown = found.clusters[:MOST_ROWS]
    left = found.clusters[MOST_ROWS:]
    rest = f"{n.count_text(len(left), 'more cluster')}: ninemarch mine {clean(found.plan.run, 60)}" if left else ""
    slices = found.slices if found.slices and found.slices.overall.failures else None
    return MinedView(
        title=mining_sentence(found),
        water=_water(found, shown, redact=redact) if found.waterfall and found.waterfall.fixes else None,
        clusters=tuple(_card(found, cluster, redact=redact) for cluster in shown),
        clusters_left_out=rest,
        slices_title=slices_sentence(slices) if slices else "",
        slices=tuple(_slice(each, slices) for each in slices.slices[:MOST_ROWS]) if slices else (),
        slices_note=slices.caution if slices and slices.slices else "",
        unseen=tuple(unseen_sentences(found.unseen)) if found.unseen else (),
        notes=tuple(clean(note) for note in found.notes),
    )


def _water(found: MiningResult, shown: Sequence[Cluster], *, redact: bool) -> WaterView | None:
    waterfall = found.waterfall
    if waterfall is None:
        return None
    goal = next(iter(waterfall.goals), None)
    limit = float(1 - goal.success) * _PER if goal else None
    names = {cluster.id: _name(cluster, redact=redact) for cluster in shown}
    rows, before = [_row("today", waterfall.now, None, limit)], _left(waterfall.now)
    for fix in waterfall.fixes[:MOST_ROWS]:
        if fix.cluster in names:
            rows.append(_row(f"fix: {names[fix.cluster]}", fix.left, before, limit))
            before = _left(fix.left)
    title = mining_sentence(found).partition(": ")[2] or mining_sentence(found)
    return WaterView(
        title=title[:1].upper() + title[1:],
        rows=tuple(rows),
        limit=limit,
        limit_name=n.threshold_text(goal.success) if goal else "",
        note=_not_shown(waterfall, len(rows) - 1),
    )


def _left(rate: Rate) -> float:
    return (1 - rate.estimate) * _PER


def _row(name: str, rate: Rate, before: float | None, limit: float | None) -> WaterRow:
    left = _left(rate)
    return WaterRow(
        name=name,
        left=left,
        before=left if before is None else before,
        text=f"{n.per_10k_measured(rate)} per 10,000, {n.short_estimate(rate)} ({n.interval_text(rate)})",
        reaches=limit is not None and left <= limit,
    )


def _not_shown(waterfall: Waterfall, shown: int) -> str:
    more = len(waterfall.fixes) - shown
    parts = [f"{n.count_text(more, 'smaller kind')} left out"] if more > 0 else []
    if waterfall.once:
        parts.append(f"{n.count_text(waterfall.once, 'kind')} seen once, taken to stay")
    return "; ".join(parts)


def _name(cluster: Cluster, *, redact: bool) -> str:
    return f"{cluster.kind} {cluster.id}" if redact else clean(cluster.name, 90)


def _card(found: MiningResult, cluster: Cluster, *, redact: bool) -> ClusterCard:
    example = failure_row(cluster.exemplars[0], found.plan.run, _CUT, redact=redact) if cluster.exemplars else None
    parts = ((cluster.silent, "silent"), (cluster.loud, "loud"), (cluster.assisted, "handed off"))
    low, high = cluster.rate.failure_lower, min(cluster.rate.failure_upper, 1.0)
    facts = [
        f"{n.count_text(cluster.size, 'trial')} ({', '.join(f'{k:,} {word}' for k, word in parts if k)})",
        f"{n.share_text(cluster.size, cluster.failed)} of what failed",
        f"{n.per_10k_text(low, 'floor')} to {n.per_10k_text(high, 'ceil')} per 10,000",
    ]
    facts += [f"in {n.count_text(cluster.units, 'group')}"] if cluster.units != cluster.size else []
    facts += ["similar wording, no cause"] if cluster.wording else []
    return ClusterCard(
        id=cluster.id,
        name=_name(cluster, redact=redact),
        tone="fail" if cluster.silent else "open",
        share=cluster.share,
        facts=tuple(facts),
        levels=tuple(
            f"{clean(each.attribute, 40)}={clean(each.level, 60)}: {each.failures:,} of {each.of:,}, where "
            f"{n.share_text(each.trials, each.among)} of the trials are; p {n.p_value_text(each.p_value)}"
            for each in cluster.levels
        ),
        texts=example.texts if example else (),
        replay=replay_command(found.plan.run, cluster.shortest[0]) if cluster.shortest else "",
    )


def _slice(each: FoundSlice, report: SliceReport) -> SliceRow:
    rate = report.rate_of(each.inside)
    return SliceRow(
        name=clean(each.label, 120),
        failed=f"{each.inside.failures:,} of {each.inside.trials:,}",
        found="–" if rate is None else failing_text(1 - rate.estimate),
        at_least=failing_text(each.at_least, "floor"),
        p_value=n.p_value_text(each.p_value),
        share=n.share_text(each.inside.trials, report.overall.trials),
    )


def baseline_view(found: Comparison) -> BaselineView:
    """Return what a page shows of a run beside its baseline."""
    then, run = found.baseline, found.plan.run
    release = f"{then.release} {then.release_name}".strip()
    more = max(0, len(found.worse) - MOST_ROWS) + max(0, len(found.better) - MOST_ROWS)
    return BaselineView(
        title=difference_sentence(found),
        against=clean(f"baseline {then.name}: {release}, profile {then.profile}, run {then.run}", 160),
        difference=difference_text(found.difference) if found.difference else "",
        paired=(
            f"{n.count_text(found.paired, 'scenario')} paired; {found.only_then:,} on the baseline alone, "
            f"{found.only_now:,} in this run alone"
        ),
        changes=tuple(clean(change) for change in found.changes),
        worse=tuple(
            (clean(pair.id, 100), clean(f"ninemarch replay {run} {pair.id}", 200)) for pair in found.worse[:MOST_ROWS]
        ),
        better=tuple(clean(pair.id, 100) for pair in found.better[:MOST_ROWS]),
        left_out=f"{n.count_text(more, 'more scenario')}: ninemarch baseline diff {clean(run, 60)}" if more else "",
    )
