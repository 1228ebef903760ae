"""From the evidence to what is shown of it: failures, accounting, method, provenance, commands.

Covers bounding: how many failures and how much of each text a page carries, with what was left out stated.
Computes no statistics.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from html import escape

from ninemarch import numbers as n
from ninemarch.model import Counts, Decision, Evidence, Failure, Requests, RunPlan, Traffic
from ninemarch.report.compose import clean
from ninemarch.report.view import FailureRow, LevelRow, Pair, Tone

__all__ = [
    "accounting",
    "commands",
    "evidence_pairs",
    "failure_row",
    "failures_note",
    "failures_title",
    "level_rows",
    "pick_failures",
    "provenance",
    "repeat_command",
    "replay_command",
    "resume_command",
]

MOST_FAILURES = 200
MOST_ATTRIBUTES = 16
MOST_LEVELS = 24
_MOST_LINES = 24
_WORTH = 0.1  # seconds waited that are worth a word
# Characters of one text of a failure; the next smaller one is taken where the page would get too large.
_CUTS = (2000, 800, 300, 100)

_SILENT: tuple[str, Tone] = ("silent failure", "fail")
_LOUD: tuple[str, Tone] = ("loud failure", "open")
_KINDS: dict[str, tuple[str, Tone]] = {
    "error": ("error on our side", "open"),
    "unscored": ("unscored", "open"),
    "assisted": ("handed off", "plain"),
    "void": ("void scenario", "plain"),
}


def failure_row(failure: Failure, run: str, cut: int = _CUTS[0], *, redact: bool = False) -> FailureRow:
    """Return one trial as people look at it, each text cut to ``cut`` characters; without them to ``redact``."""
    if redact:
        hidden = "redacted" if failure.reason else ""
        failure = replace(failure, input="", expect="", output="", detail="", steps="", reason=hidden)
    kind, tone = _KINDS.get(failure.verdict, _SILENT if failure.silent else _LOUD)
    kind += ", waived" if failure.waived else ""
    texts = [
        (name, clean(_readable(text), cut, keep_newlines=True))
        for name, text in (
            ("input", failure.input),
            ("expected", failure.expect),
            ("got", failure.output),
            ("detail", failure.detail),
            ("steps", failure.steps),
        )
        if text
    ]
    facts = [("waived", clean(failure.waived, 200))] if failure.waived else []
    facts += [("severity", clean(failure.severity, 20))] if failure.severity else []
    facts += [("ended", clean(failure.ended, 40))] if failure.ended else []
    facts += [("group", clean(failure.group, 80))] if failure.group and failure.group != failure.scenario else []
    facts += [("time", n.duration_text(failure.seconds))] if failure.seconds > 0 else []
    facts += [("check", clean(failure.check, 80))] if failure.check else []
    facts += [("cost", n.dollar_text(failure.cost_usd))] if failure.cost_usd is not None else []
    facts += [("tokens", f"{failure.tokens:,}")] if failure.tokens is not None else []
    facts += _traffic(failure.traffic) if failure.traffic is not None else []
    left = len(failure.attributes) - MOST_ATTRIBUTES
    pairs = [(clean(k, 40), clean(v, 60)) for k, v in list(failure.attributes.items())[:MOST_ATTRIBUTES]]
    return FailureRow(
        number=f"{failure.number}",
        scenario=clean(failure.scenario, 80),
        kind=kind,
        tone=tone,
        severity=clean(failure.severity, 20),
        attributes=tuple(pairs) + ((("more", f"{left:,}"),) if left > 0 else ()),
        reason=clean(failure.reason, 300),
        texts=tuple(texts),
        facts=tuple(facts),
        replay=replay_command(run, failure.number),
    )


def _traffic(traffic: Traffic) -> list[Pair]:
    """What a trial's calls over a network took, where it is worth a word."""
    facts = [("tries", f"{traffic.tries:,}")]
    facts += [("waited", n.duration_text(traffic.waited))] if traffic.waited >= _WORTH else []
    first = traffic.first_token
    return facts + ([("first token", n.duration_text(first))] if first is not None else [])


def _readable(text: str) -> str:
    """A value as a person reads it: a long list, written one number a line, is folded; its content stays."""
    if text.count("\n") <= _MOST_LINES or text[:1] not in {"[", "{"}:
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    # Inside JSON a line break is layout: in a string it would be written as an escape.
    return re.sub(r"\s*\n\s*", " ", text)


def silent_first(failures: Sequence[Failure]) -> list[Failure]:
    """Return failures in the order in which people should see them: silent, loud, then trials without a verdict."""
    return sorted(failures, key=lambda f: (f.verdict != "fail", not f.silent, f.number))


def pick_failures(evidence: Evidence, most_bytes: int, *, redact: bool = False) -> tuple[FailureRow, ...]:
    """Return the failures that a page lists: silent ones first, then loud, then trials without a verdict.

    Args:
        evidence: of the run.
        most_bytes: of HTML the list may take; texts are cut shorter, then rows are left out, until it fits.
        redact: leave out what scenarios and targets say.
    """
    ranked = silent_first(evidence.failures)[:MOST_FAILURES]
    rows: list[FailureRow] = []
    for cut in _CUTS:
        rows = [failure_row(failure, evidence.plan.run, cut, redact=redact) for failure in ranked]
        if sum(_weight(row) for row in rows) <= most_bytes:
            return tuple(rows)
    total, kept = 0, 0
    for row in rows:
        total += _weight(row)
        if total > most_bytes:
            break
        kept += 1
    return tuple(rows[:kept])


def _weight(row: FailureRow) -> int:
    """Bytes of the row in the page: its texts escaped, and some 900 of markup."""
    flat = [row.scenario, row.reason, row.replay, *(part for pair in (*row.attributes, *row.texts) for part in pair)]
    return 900 + 60 * len(row.attributes) + sum(len(escape(text).encode()) for text in flat)


def failures_title(counts: Counts) -> str:
    """Return the finding of the failure list."""
    if counts.failed == 0:
        return "No trial failed" if counts.scored else "No trial was scored"
    return f"{n.count_text(counts.failed, 'failure')}: {counts.silent:,} silent, {counts.loud:,} loud"


def failures_note(counts: Counts, shown: int) -> str:
    """Return what the list holds and what was left out of it."""
    all_of_them = counts.recorded - counts.passed
    others = all_of_them - counts.failed
    said = f"{n.count_text(others, 'more trial')} neither passed nor failed. " if others else ""
    if shown >= all_of_them:
        return f"{said}All of them are listed, silent failures first." if all_of_them else ""
    return (
        f"{said}{shown:,} of {all_of_them:,} are listed, silent failures first; {all_of_them - shown:,} were left "
        "out. The run's table holds them all."
    )


def level_rows(evidence: Evidence) -> tuple[LevelRow, ...]:
    """Return the levels of attributes with the most failures, at most 24; none when nothing failed."""
    found = [
        (slice_.counts, name, slice_.where.get(name, ""))
        for name, slices in evidence.levels.items()
        for slice_ in slices
        if slice_.counts.failed
    ]
    found.sort(key=lambda row: (-row[0].failed, row[1], row[2]))
    return tuple(
        LevelRow(
            attribute=clean(name, 40),
            level=clean(level, 60),
            trials=f"{counts.scored:,}",
            failures=f"{counts.failed:,}",
            silent=f"{counts.silent:,}",
        )
        for counts, name, level in found[:MOST_LEVELS]
    )


def accounting(counts: Counts) -> tuple[Pair, ...]:
    """Return where every planned trial went."""
    return (
        ("planned", f"{counts.planned:,}"),
        ("pass", f"{counts.passed:,}"),
        ("fail, silent", f"{counts.silent:,}"),
        ("fail, loud", f"{counts.loud:,}"),
        ("assisted", f"{counts.assisted:,}"),
        ("unscored", f"{counts.unscored:,}"),
        ("error", f"{counts.errors:,}"),
        ("void", f"{counts.void:,}"),
        ("missing", f"{counts.missing:,}"),
    )


def evidence_pairs(decision: Decision, evidence: Evidence) -> tuple[Pair, ...]:
    """Return what the numbers rest on."""
    rate, overall = decision.rate, evidence.overall
    pairs: list[Pair] = []
    if rate is not None:
        both, one = n.two_sided_text(rate.confidence), n.one_sided_text(rate.confidence)
        pairs += [
            ("interval", f"{both} two-sided; each of its ends is a one-sided {one} bound, as the gates use it"),
            ("method", clean(rate.method)),
            ("population", clean(rate.population)),
            ("independent units", f"{rate.units:,} in {n.count_text(rate.trials, 'trial')}"),
        ]
        if rate.uncovered > 0:
            share = n.percent(Fraction(repr(min(rate.uncovered, 1.0))), "ceil", (Fraction(0),), 1)
            pairs.append(("profile not covered", f"{share} of the weight has no trial; counted as unknown"))
    undecided = overall.counts.errors + overall.counts.unscored + overall.counts.missing
    if undecided and overall.worst.trials:
        worst, best = overall.worst, overall.best
        pairs.append(
            (
                f"the {n.count_text(undecided, 'undecided trial')}",
                (
                    f"all read as failures: {worst.failures:,} failures in {worst.trials:,}; "
                    f"all read as passes: {best.failures:,} in {best.trials:,}"
                ),
            )
        )
    if evidence.void_weight > 0:
        share = n.percent(Fraction(repr(min(evidence.void_weight, 1.0))), "nearest", (Fraction(0),), 1)
        pairs.append(("void scenarios", f"{share} of the trials: the scenario itself is wrong or ambiguous"))
    if evidence.seconds is not None:
        half, most = (n.duration_text(seconds) for seconds in evidence.seconds)
        pairs.append(("time of one trial", f"median {half}, 95th percentile {most}"))
    if evidence.requests is not None:
        pairs.append(("requests", _requests(evidence.requests)))
    complete = "complete and sealed" if evidence.sealed else "not finished; the command that resumes it is below"
    pairs.append(("run", complete + (f"; {clean(evidence.stopped)}" if evidence.stopped else "")))
    return tuple(pairs)


def _requests(found: Requests) -> str:
    said = f"{found.tries:,} for {n.count_text(found.trials, 'trial')}"
    said += f"; {n.duration_text(found.waited)} waited, in no trial's time" if found.waited >= _WORTH else ""
    if found.first_token is None:
        return said
    half, most = map(n.duration_text, found.first_token)
    return f"{said}; first token after {half}, 95th percentile {most}"


def provenance(plan: RunPlan) -> tuple[Pair, ...]:
    """Return what a second person needs to get the same run."""
    pairs = (
        ("run", plan.run),
        ("made", plan.created),
        ("suite", f"{plan.suite}, version {plan.suite_version}"),
        ("read from", plan.origin),
        ("hash of the scenarios", plan.scenarios_hash),
        ("hash of the checks", plan.checks_hash),
        ("target", str(plan.target)),
        ("release", f"{plan.release} {plan.release_name}".strip()),
        ("profile", plan.profile),
        ("subset", plan.subset),
        ("seed", f"{plan.seed} ({plan.seed_range})" if plan.seed_range else f"{plan.seed}"),
        ("trials planned", f"{plan.planned:,}"),
        ("repeats of a scenario", f"{plan.per_scenario:,}"),
        ("ninemarch", plan.ninemarch),
        ("Python", plan.python),
    )
    return tuple((name, clean(text, 160)) for name, text in pairs if text)


def repeat_command(plan: RunPlan) -> str:
    """Return the command that repeats a run: the same scenarios in the same order."""
    words = ["ninemarch", "run", plan.origin or plan.suite, *plan.choice]
    words += ["--subset", plan.subset] if plan.subset else ["--profile", plan.profile] if plan.profile else []
    for name in plan.ids[:20]:
        words += ["--scenario", name]
    for name, level in plan.where.items():
        words += ["-w", f"{name}={level}"]
    return clean(shlex.join([*words, "--seed", f"{plan.seed}", "-n", f"{plan.planned}"]), 400)


def resume_command(run: str) -> str:
    """Return the command that runs what is missing of a run."""
    return clean(shlex.join(["ninemarch", "run", "--resume", run]), 200)


def replay_command(run: str, number: int, shrunk: str = "") -> str:
    """Return the command that runs one trial again, or the smaller scenario in the file ``shrunk``."""
    words = ["ninemarch", "replay", run, str(number)]
    return clean(shlex.join([*words, "--shrunk", shrunk, "-n", "20"] if shrunk else words), 400 if shrunk else 200)


def commands(evidence: Evidence) -> tuple[Pair, ...]:
    """Return the commands that repeat, resume and look into the run."""
    plan = evidence.plan
    pairs = [("repeat this run", repeat_command(plan))]
    if not evidence.sealed:
        pairs.append(("run what is missing", resume_command(plan.run)))
    if evidence.failures:
        pairs.append(("look at one failure again", replay_command(plan.run, evidence.failures[0].number)))
    return tuple(pairs)
