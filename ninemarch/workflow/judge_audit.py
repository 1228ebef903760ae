"""Audit a judge: put answers to it that it must reject, and right ones that it must not, and count its mistakes.

Covers choosing the answers (real ones of a run, else the scenarios' own expectations; the gold set), asking, and the
limits of each share. Records nothing; what the judge says is remembered like any other verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ninemarch import stats, table
from ninemarch.checks.base import as_text, guarded
from ninemarch.checks.judging import UNSEEN, Memory, Piece, Probe, judge_check, judge_specs, probes_of, seat_of
from ninemarch.checks.meter import metered
from ninemarch.errors import RunInvalid, UsageError, nearest
from ninemarch.evidence import stream_judged
from ninemarch.journal import find_run, list_runs
from ninemarch.model import CheckSpec, Ended, JudgeAudit, Outcome, ProbeResult, Scenario, Suite, Verdict
from ninemarch.suite import read_labelled
from ninemarch.text import excerpt
from ninemarch.workflow.verify import example_scenarios

__all__ = ["AuditOptions", "ask_gold", "audit_judge", "pick_judge"]

_MOST_ERRORS = 0.05  # share of the questions that may be lost before an audit says nothing
_EXAMPLE = 300  # characters
_MOST_ASKED = 64  # questions in flight


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How a judge is audited.

    Args:
        check: id of the check; the only judge by default.
        run: id of a run whose real answers are used; the newest one of the suite by default, if there is one.
        count: scenarios for each kind of probe, >= 1.
        accept_max: share of wrong answers that may be accepted, in (0, 1).
        reject_max: share of right answers that may be rejected, in (0, 1).
        confidence: one-sided, in (0, 1).
        bare: leave out the guards before the judge, to see the model itself.
    """

    check: str = ""
    run: str = ""
    count: int = 60
    accept_max: float = 0.05
    reject_max: float = 0.2
    confidence: float = 0.95
    bare: bool = False


def audit_judge(suite: Suite, options: AuditOptions | None = None, *, root: Path | None = None) -> JudgeAudit:
    """Return how often a judge of ``suite`` is fooled, and how often it rejects what is right.

    Args:
        suite: the suite.
        options: which judge, on which answers.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: no judge, no such check or run, or no answer to make probes of.
        RunInvalid: the judge could not be reached too often.
    """
    asked = options or AuditOptions()
    spec = pick_judge(suite, asked.check)
    pieces, source = _pieces(suite, asked, root)
    probes = [*probes_of(pieces, spec.params["rubric"]), *_gold(spec, suite)]
    seat = seat_of(spec, suite)
    ruled, calls = _ask(spec, suite, probes, bare=asked.bare)
    _refuse_lost(ruled)
    kinds = list(dict.fromkeys(probe.name for probe in probes))
    results = tuple(_result(name, probes, ruled, asked, many=len(kinds)) for name in kinds)
    return JudgeAudit(
        suite.name, spec.id, seat.label, seat.votes, source, asked.confidence, asked.bare, results, calls
    )


def ask_gold(spec: CheckSpec, suite: Suite) -> list[tuple[bool, Verdict]]:
    """Put the gold set of a judge to it; return whether each answer is right, and the verdict on it.

    Raises:
        UsageError: the gold set cannot be read.
        RunInvalid: the judge could not be reached too often.
    """
    probes = list(_gold(spec, suite))
    ruled, _ = _ask(spec, suite, probes, bare=False)
    _refuse_lost(ruled)
    return [(probe.right, verdict) for probe, (verdict, _) in zip(probes, ruled, strict=True)]


def _refuse_lost(ruled: Sequence[Ruled]) -> None:
    lost = [reason for verdict, reason in ruled if verdict is Verdict.ERROR]
    if len(lost) > _MOST_ERRORS * len(ruled):
        msg = f"{len(lost):,} of {len(ruled):,} answers could not be judged: {excerpt(lost[0], 200)}; mend the judge"
        raise RunInvalid(msg)


def pick_judge(suite: Suite, check: str = "") -> CheckSpec:
    """Return the judge with this id, or the only one.

    Raises:
        UsageError: there is none, several, or none with this id.
    """
    judges = judge_specs(suite.checks)
    if not judges:
        msg = f"suite {suite.name} has no check of kind judge; there is nothing to audit or calibrate"
        raise UsageError(msg)
    named = {spec.id or f"judge-{place}": spec for place, spec in enumerate(judges, 1)}
    if check and check not in named:
        known = ", ".join(named)
        msg = f"--check {excerpt(check, 60)} is no judge of suite {suite.name}{nearest(check, named)}; known: {known}"
        raise UsageError(msg)
    if not check and len(named) > 1:
        msg = f"suite {suite.name} has {len(named)} judges; choose one with --check: {', '.join(named)}"
        raise UsageError(msg)
    return named[check] if check else judges[0]


def _pieces(suite: Suite, asked: AuditOptions, root: Path | None) -> tuple[list[Piece], str]:
    """What probes are made of, and where it comes from in words."""
    folder = find_run(asked.run, root) if asked.run else _newest(suite, root)
    if folder is not None:
        found = _accepted(table.ensure(folder), asked.count)
        if found:
            return found, f"{len(found):,} answers that the judge accepted in run {folder.name}"
        if asked.run:
            msg = f"run {folder.name} has no answer that a judge accepted; leave --run out to use the expectations"
            raise UsageError(msg)
    scenarios = [s for s in example_scenarios(suite, count=asked.count) if s.expect is not None and not s.void]
    if not scenarios:
        msg = f"suite {suite.name} has no run with judged answers and no scenario with an expectation; run it first"
        raise UsageError(msg)
    made = [Piece(s.id, as_text(s.input), as_text(s.expect), as_text(s.expect)) for s in scenarios]
    unique = list({piece.scenario: piece for piece in made}.values())
    return unique, f"the expectations of {len(unique):,} scenarios"


def _newest(suite: Suite, root: Path | None) -> Path | None:
    same = (suite.scenarios_hash, suite.checks_hash)
    runs = [folder for folder, plan in list_runs(root) if (plan.scenarios_hash, plan.checks_hash) == same]
    return runs[-1] if runs else None


def _accepted(path: Path, count: int) -> list[Piece]:
    """Answers of different scenarios that the judge accepted, the first so many."""

    def unlike() -> Iterator[Piece]:
        seen: set[str] = set()
        for trial in stream_judged(path):
            if trial.verdict is Verdict.PASS and trial.scenario not in seen:
                seen.add(trial.scenario)
                reference = "" if trial.expect is None else as_text(trial.expect)
                yield Piece(trial.scenario, as_text(trial.input), reference, as_text(trial.output))

    return list(islice(unlike(), count))


def _gold(spec: CheckSpec, suite: Suite) -> Iterator[Probe]:
    """The labelled answers of the judge's gold set, as far as somebody is sure of them."""
    if not spec.params.get("gold"):
        return
    for row in read_labelled((suite.folder or Path()) / spec.params["gold"]):
        if row.label != "unsure":
            reference = "" if row.expect is None else as_text(row.expect)
            right = row.label == "pass"
            piece = Piece(row.name, as_text(row.input), reference, "")
            yield Probe(f"gold set: {'right' if right else 'wrong'}", right, piece, as_text(row.output))


Ruled = tuple[Verdict, str]


def _ask(spec: CheckSpec, suite: Suite, probes: Sequence[Probe], *, bare: bool) -> tuple[list[Ruled], int]:
    """The verdict on every probe, and how many questions that took."""
    check = guarded(judge_check(seat_of(spec, suite), Memory(), guards=not bare))

    def one(probe: Probe) -> tuple[Ruled, int]:
        piece = probe.piece
        scenario = Scenario(piece.scenario, piece.task, piece.reference or None)
        with metered() as used:
            ruled = check(scenario, Outcome(Ended.ANSWERED, probe.answer))
        return ruled, sum(use.calls for use in used)

    with ThreadPoolExecutor(max(1, min(suite.limits.concurrency, _MOST_ASKED))) as pool:
        found = list(pool.map(one, probes))
    return [ruled for ruled, _ in found], sum(calls for _, calls in found)


def _result(
    name: str, probes: Sequence[Probe], ruled: Sequence[Ruled], asked: AuditOptions, *, many: int
) -> ProbeResult:
    answers = [(probe, *said) for probe, said in zip(probes, ruled, strict=True) if probe.name == name]
    right = answers[0][0].right
    mistake, allowed = (Verdict.FAIL, asked.reject_max) if right else (Verdict.PASS, asked.accept_max)
    decided = [each for each in answers if each[1] in {Verdict.PASS, Verdict.FAIL}]
    wrong = [probe for probe, verdict, _ in decided if verdict is mistake]
    low, high = 0.0, 1.0
    if decided:
        each = stats.part_of(asked.confidence, many)
        low = stats.clopper_pearson(len(wrong), len(decided), confidence=each, side="lower").lower
        high = stats.clopper_pearson(len(wrong), len(decided), confidence=asked.confidence, side="upper").upper
    return ProbeResult(
        name=name,
        right=right,
        tried=len(decided),
        mistakes=len(wrong),
        unseen=sum(reason.endswith(UNSEEN) for _, _, reason in decided),
        undecided=len(answers) - len(decided),
        lower=low,
        upper=high,
        allowed=allowed,
        needed=math.ceil(math.log(1 - asked.confidence) / math.log1p(-allowed)),
        example=excerpt(wrong[0].answer, _EXAMPLE) if wrong else "",
        scenario=wrong[0].piece.scenario if wrong else "",
    )
