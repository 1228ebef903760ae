"""What mining found, on a terminal of 80 columns: the waterfall, slices, each cluster, what is not seen yet.

Covers layout and wording; foreign text passes ``clean`` before it is shown. Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.clusters import Cluster
from ninemarch.mining.result import MiningResult
from ninemarch.mining.unseen import Unseen
from ninemarch.mining.waterfall import Fix, Goal, Waterfall
from ninemarch.model import Failure, Rate
from ninemarch.report.compose import clean
from ninemarch.report.record import replay_command
from ninemarch.report.terminal_clusters import print_since, print_trends
from ninemarch.report.terminal_confirm import print_confirmation
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_slices import print_slices

__all__ = ["mining_sentence", "print_mining", "unseen_sentences"]

_SILENT, _LOUD = "bold red", "bold yellow"
_HEAD = ("", "trials", "per 10,000", "90% interval", "then", "90% interval")


def print_mining(console: Console, found: MiningResult, *, top: int = 10) -> None:
    """Print what mining found.

    Args:
        console: where to.
        found: what it found.
        top: clusters and slices shown at most; what is left out is said.
    """
    plan = found.plan
    say(console, Text(mining_sentence(found), style="bold"), hang=2)
    release = f"{plan.release or plan.target} {plan.release_name}".strip()
    place = f"{plan.suite}, {release}, profile {plan.subset or plan.profile}, run {plan.run}"
    say(console, Text(clean(place), style="dim"), indent=2)
    say(console, Text(found.counts.line(), style="dim"), indent=2)
    shown = found.clusters[:top]
    if shown and found.waterfall:
        _waterfall(console, found.waterfall, shown)
    if found.slices:
        print_slices(console, found.slices, top=top)
    if found.confirmation:
        print_confirmation(console, found.confirmation)
    for at, cluster in enumerate(shown, 1):
        _cluster(console, at, cluster, found)
    _left_out(console, found, shown)
    if found.trends:
        print_trends(console, found.trends, top=top)
    if found.since:
        print_since(console, found.since, found.waterfall.now if found.waterfall else None)
    if found.unseen:
        say(console, Text())
        for sentence in unseen_sentences(found.unseen):
            say(console, Text(sentence), hang=2)
    for note in found.notes:
        say(console, Text(f"note: {clean(note)}", style="dim"), hang=6)


def mining_sentence(found: MiningResult) -> str:
    """Return the finding in one sentence: which fixes buy which nine, or that there is nothing to mine."""
    scored = n.count_text(found.counts.scored, "trial")
    if not found.counts.scored:
        return "Nothing to mine: no trial was scored"
    if not found.failed:
        return f"Nothing to mine: no failure in {scored}"
    kinds = n.count_text(len(found.clusters), "kind")
    what = f"{n.count_text(found.failed, 'failure')} of {kinds} in {scored}"
    if found.counts.assisted:
        what += f" ({found.counts.assisted:,} handed off)"
    return f"{what}: {_bought(found.waterfall)}" if found.waterfall else what


def _bought(waterfall: Waterfall) -> str:
    parts = [_goal(goal, waterfall) for goal in waterfall.goals]
    return "; ".join(parts) if parts else "every goal is measured already"


def _goal(goal: Goal, waterfall: Waterfall) -> str:
    rate, after = n.threshold_text(goal.success), goal.measured_after
    if after is None:
        best = n.estimate_text(waterfall.best, (goal.success,))
        known = (
            f"all {len(waterfall.fixes):,} known clusters reach only" if waterfall.fixes else "nothing failed twice:"
        )
        return f"{known} {best}, not {rate}"
    if after == 0:
        return f"{rate} is measured, not yet proven"
    fixes = "fixing the first" + (f" {after:,}" if after > 1 else "")
    if goal.proven_after == after:
        return f"{fixes} would prove {rate}"
    return f"{fixes} reaches {rate}, not yet proven"


def _waterfall(console: Console, waterfall: Waterfall, shown: Sequence[Cluster]) -> None:
    """One line a fix: how often it fails, and the success rate once it and all before it are fixed."""
    fixes = {fix.cluster: fix for fix in waterfall.fixes}
    rows = [_HEAD, ("now", *_failing(waterfall.now), *_success(waterfall.now))]
    names = ["", ""]
    for place, cluster in enumerate(shown, 1):
        fix = fixes.get(cluster.id)
        then = _success(fix.left) if fix else ("", "")
        rows.append((f"{place}", *_failing(cluster.rate), *then))
        names.append(
            clean(f"at {cluster.condition[0]}={cluster.condition[1]}" if cluster.condition else cluster.name, 200)
        )
    wide = [max(cell_len(row[at]) for row in rows) for at in range(len(_HEAD))]
    say(console, Text())
    for at, (row, name) in enumerate(zip(rows, names, strict=True)):
        cells = [cell.rjust(room) for cell, room in zip(row, wide, strict=True)]
        line = "  ".join(cells)
        room = console.width - len(line) - 2
        short = name if cell_len(name) <= room else name[: max(room - 1, 0)] + "…"
        say(console, Text(line, style="dim" if at == 0 else "").append(f"  {short}" if room > 8 and name else ""))


def _failing(rate: Rate) -> tuple[str, str, str]:
    low, high = n.per_10k_text(rate.failure_lower, "floor"), n.per_10k_text(min(rate.failure_upper, 1.0), "ceil")
    return f"{rate.failures:,}", n.per_10k_measured(rate), f"{low}–{high}"


def _success(rate: Rate) -> tuple[str, str]:
    return n.short_estimate(rate), n.interval_text(rate)


def _cluster(console: Console, place: int, cluster: Cluster, found: MiningResult) -> None:
    say(console, Text())
    style = _SILENT if cluster.silent else _LOUD
    head = Text(f"{place}  ").append(clean(cluster.name, 300), style=style).append(f"  {cluster.id}", style="dim")
    say(console, head, hang=3)
    facts = [f"{n.count_text(cluster.size, 'trial')} ({_how(cluster)})"]
    facts += [f"in {n.count_text(cluster.units, 'group')}"] if cluster.units != cluster.size else []
    facts.append(f"{n.share_text(cluster.size, cluster.failed)} of what failed")
    facts += ["similar wording"] if cluster.wording else []
    say(console, Text(", ".join(facts)), indent=3)
    fix = _fix(found, cluster)
    if fix:
        say(console, Text(f"a fix is confirmed by {fix.confirm:,} fresh trials without it"), indent=3)
    for level in cluster.levels:
        share = n.share_text(level.trials, level.among)
        text = f"at {clean(level.attribute, 40)}={clean(level.level, 60)}: {level.failures:,} of {level.of:,}, where"
        say(console, Text(f"{text} {share} of all trials are ({level.trials:,})"), indent=3, hang=3)
    first, *others = cluster.exemplars
    _texts(console, first)
    command = Text(replay_command(found.plan.run, first.number), style="bold")
    also = f"  also {', '.join(f'{each.number}' for each in others)}" if others else ""
    say(console, command.append(also, style="not bold dim"), indent=3, whole=True)


def _fix(found: MiningResult, cluster: Cluster) -> Fix | None:
    fixes = found.waterfall.fixes if found.waterfall else ()
    return next((fix for fix in fixes if fix.cluster == cluster.id), None)


def _how(cluster: Cluster) -> str:
    parts = ((cluster.silent, "silent"), (cluster.loud, "loud"), (cluster.assisted, "handed off"))
    return ", ".join(f"{many:,} {word}" for many, word in parts if many)


def _texts(console: Console, failure: Failure) -> None:
    """The shortest example: what went in, what was right, what came."""
    for name, text in (("input", failure.input), ("expected", failure.expect), ("got", failure.output)):
        if text:
            folded = " ".join(text[:5000].split())
            say(
                console, Text(f"{name:<9}", style="dim").append(clean(folded, 150), style="not dim"), indent=3, hang=9
            )


def _left_out(console: Console, found: MiningResult, shown: Sequence[Cluster]) -> None:
    rest = found.clusters[len(shown) :]
    if rest:
        trials = sum(cluster.size for cluster in rest)
        what = f"{n.count_text(len(rest), 'more cluster')} with {n.count_text(trials, 'trial')}"
        say(console, Text())
        say(console, Text(f"{what}: ninemarch mine {clean(found.plan.run, 60)} --top {len(found.clusters)}"))


def unseen_sentences(unseen: Unseen) -> Iterator[str]:
    """Yield what the run says about kinds of failure that it has not shown."""
    upper = n.per_10k_text(min(unseen.next_trial.upper, 1.0), "ceil")
    one = n.one_sided_text(unseen.next_trial.confidence)
    if unseen.next_failure is None or unseen.at_least is None:
        yield f"Kinds not seen yet: together at most {upper} failures per 10,000 trials, at {one} confidence."
        return
    new, most = unseen.next_failure.estimate, min(unseen.next_failure.upper, 1.0)
    chance = f"with a chance of about {new:.0%}, at most" if new else "with a chance of at most"
    yield (
        f"Not seen yet: the next failure is of a new kind {chance} {_up(most)} at {one} confidence (Good-Turing); "
        f"such kinds make at most {upper} failures per 10,000 trials."
    )
    floor = max(unseen.kinds, round(unseen.at_least.estimate))
    yield (
        f"{n.count_text(unseen.kinds, 'kind')} seen, {unseen.once:,} of them once; there are {floor:,} or more "
        f"(Chao1, a floor). Twice the trials would show about {max(unseen.doubled, unseen.kinds):.0f}."
    )


def _up(share: float) -> str:
    return "all" if share >= 1 else f"{-(-share * 100 // 1):.0f}%"
