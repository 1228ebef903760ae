"""How far a judge can be trusted: a sheet that people fill in, a gold set, and what that lets gates prove.

Covers the two-phase audit of one run, the verdicts of a judge on its gold set, and the ceiling of a judged run.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ninemarch import stats, table
from ninemarch.checks.base import as_text
from ninemarch.checks.judging import judge_key, judge_specs, seat_of
from ninemarch.durable import write_whole
from ninemarch.errors import UsageError
from ninemarch.evidence import audited, estimate, read_judged, stream_judged
from ninemarch.journal import find_run, runs_folder
from ninemarch.kept import keep_gold, keep_labels, load_gold, load_labels
from ninemarch.model import (
    Ceiling,
    Evidence,
    GoldCounts,
    JudgeCalibration,
    RunLabels,
    RunPlan,
    Share,
    Suite,
    Tally,
    Verdict,
)
from ninemarch.suite import read_labelled
from ninemarch.text import slug
from ninemarch.workflow.judge_audit import ask_gold, pick_judge

__all__ = ["calibrate_gold", "calibrate_run", "draw_sheet", "judge_ceilings", "judge_keys", "read_sheet"]

_CONFIDENCE = 0.95
_COLUMNS = ("trial", "scenario", "input", "expect", "output", "label")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


def judge_keys(suite: Suite) -> tuple[str, ...]:
    """Return what the calibration of each judge of a suite is kept under."""
    return tuple(judge_key(spec, suite) for spec in judge_specs(suite.checks))


def draw_sheet(
    name: str, *, labels: int = 300, sheet: Path | None = None, root: Path | None = None
) -> tuple[Path, int]:
    """Write the trials that a person should label, in their own order; return the file and how many they are.

    Args:
        name: id of the run.
        labels: how many, >= 1; fewer where the judge saw fewer.
        sheet: the file, ``.jsonl`` or ``.csv``; under ``.ninemarch/judge`` by default.
        root: folder that holds ``.ninemarch``; here by default.

    Raises:
        UsageError: the run cannot be audited, or the file is there already.
    """
    folder = find_run(name, root)
    path = table.ensure(folder)
    run = read_judged(path)
    wanted = {int(number) for kind in run.drawn(labels) for number in kind}
    file = sheet or runs_folder(root).parent / "judge" / f"{slug(run.plan.run)}.jsonl"
    if file.suffix.lower() not in {".jsonl", ".csv"}:
        msg = f"--sheet {file}: cannot write '{file.suffix}' files; allowed: .jsonl, .csv"
        raise UsageError(msg)
    if file.exists():
        msg = f"{file} is there already; fill it in and give it with --read, or choose another with --sheet"
        raise UsageError(msg)
    rows = [
        dict(zip(_COLUMNS, (t.number, t.scenario, t.input, t.expect, t.output, ""), strict=True))
        for t in stream_judged(path, trials=wanted)
    ]
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, _csv(rows) if file.suffix.lower() == ".csv" else _jsonl(rows))
    return file, len(rows)


def _jsonl(rows: Sequence[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows).encode()


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode(errors="backslashreplace")


def _cell(value: Any) -> Any:
    """A value as a cell; text that a spreadsheet would take for a formula is quoted."""
    if value is None or type(value) is int:
        return value
    text = as_text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def read_sheet(name: str, file: Path, *, root: Path | None = None) -> Path:
    """Take in a sheet that people have filled in, and return where its labels are kept, for git.

    Args:
        name: id of the run.
        file: the sheet.
        root: folder that holds ``.ninemarch`` and ``reports``; here by default.

    Raises:
        UsageError: a row cannot be used or lacks its label, or the rows are not those that were drawn.
    """
    path = table.ensure(find_run(name, root))
    run = read_judged(path)
    labels: dict[int, str] = {}
    for row in read_labelled(file):
        if row.trial is None or row.trial in labels:
            what = "stands twice" if row.trial in labels else "has no number of a trial"
            msg = f"{row.place}: the row {what}; label the sheet as it was written"
            raise UsageError(msg)
        labels[row.trial] = row.label
    audited(run, labels)
    return keep_labels(RunLabels(run.plan.suite, run.plan.run, labels), root)


def calibrate_run(name: str, *, root: Path | None = None, confidence: float = _CONFIDENCE) -> JudgeCalibration | None:
    """Return what the labels of a run tell, None where there are none yet.

    Raises:
        UsageError: no such run, it cannot be audited, or the file of its labels is damaged.
    """
    path = table.ensure(find_run(name, root))
    plan = table.head(path).plan
    kept = load_labels(plan.suite, plan.run, root)
    return None if kept is None else audited(read_judged(path), kept.labels, confidence=confidence)


def calibrate_gold(suite: Suite, *, check: str = "", root: Path | None = None) -> tuple[JudgeCalibration, Path]:
    """Put the gold set of a judge to it; return what that tells, and where it is kept.

    Args:
        suite: the suite.
        check: id of the check; the only judge by default.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: no judge, no gold set, or one without right and wrong answers.
        RunInvalid: the judge could not be reached too often.
    """
    spec = pick_judge(suite, check)
    if not spec.params.get("gold"):
        name = spec.id or "judge"
        msg = f"check {name} has no gold set; add 'gold: FILE' with labelled answers (input, output, label)"
        raise UsageError(msg)
    ruled = ask_gold(spec, suite)
    counts = [
        [sum(right is truth and verdict is said for right, verdict in ruled) for said in (Verdict.PASS, Verdict.FAIL)]
        for truth in (True, False)
    ]
    (accepted, rejected), (missed, caught) = counts
    if not accepted + rejected or not missed + caught:
        msg = f"{spec.params['gold']}: a gold set needs right and wrong answers that the judge decides; add some"
        raise UsageError(msg)
    gold = GoldCounts(
        suite=suite.name,
        judge=judge_key(spec, suite),
        label=seat_of(spec, suite).label,
        failures=missed + caught,
        caught=caught,
        passes=accepted + rejected,
        accepted=accepted,
        undecided=len(ruled) - sum(map(sum, counts)),
    )
    return _of_gold(gold, _CONFIDENCE), keep_gold(gold, root)


def _of_gold(
    gold: GoldCounts, confidence: float, tally: Tally | None = None, run: str = "", *, sure: bool = False
) -> JudgeCalibration:
    se, sp = _share(gold.caught, gold.failures, confidence), _share(gold.accepted, gold.passes, confidence)
    counts = (
        f"{gold.caught:,} of {gold.failures:,} wrong answers failed, {gold.accepted:,} of {gold.passes:,} right ones "
        "passed"
    ) + (f", {gold.undecided:,} not decided" if gold.undecided else "")
    if tally is None or not tally.trials:
        return JudgeCalibration(
            gold.suite, "gold set", "", confidence, se, sp, None, None, None, counts, "Clopper-Pearson", None
        )
    lower, upper, method = _corrected(gold, tally, confidence, sure=sure)
    judged = tally.failures / tally.trials
    gain = se.estimate + sp.estimate - 1
    seen = min(max((judged + sp.estimate - 1) / gain, 0.0), 1.0) if gain > 0 else math.nan
    why = f"its verdicts on {gold.failures + gold.passes:,} answers of the gold set show at least this"
    return JudgeCalibration(
        suite=gold.suite,
        basis="gold set",
        run=run,
        confidence=confidence,
        sensitivity=se,
        specificity=sp,
        success=Share(1 - seen, 1 - upper, 1 - lower),
        judged=1 - judged,
        best=None,
        counts=counts,
        method=method,
        ceiling=Ceiling(max(0.0, 1 - upper), "judge", why),
    )


def _corrected(gold: GoldCounts, tally: Tally, confidence: float, *, sure: bool) -> tuple[float, float, str]:
    """One-sided limits of the true failure rate, and the method."""
    se, sp = gold.caught / gold.failures, gold.accepted / gold.passes
    plain = tally.independent and not tally.anytime and tally.weighted is None and tally.look is None and not sure
    if plain and se + sp > 1:
        options: dict[str, Any] = {
            "sensitivity": se,
            "specificity": sp,
            "calibration": (gold.failures, gold.passes),
            "confidence": confidence,
        }
        low, high = (
            stats.rogan_gladen(tally.failures, tally.trials, **options, side=side) for side in ("lower", "upper")
        )
        return low.lower, high.upper, "Rogan-Gladen (Lang-Reiczigel)"
    rate = estimate(tally, stats.part_of(confidence))
    ends = (rate.failure_lower, rate.failure_upper) if rate else (0.0, 1.0)
    found = stats.rogan_within(
        ends,
        caught=gold.caught,
        failures=gold.failures,
        accepted=gold.accepted,
        passes=gold.passes,
        confidence=confidence,
        sure=sure,
    )
    return *found, "Rogan-Gladen at the limits of all three rates"


def _share(k: int, n: int, confidence: float) -> Share:
    low, high = (
        getattr(stats.clopper_pearson(k, n, confidence=confidence, side=side), side) for side in ("lower", "upper")
    )
    return Share(k / n, low, high)


def judge_ceilings(path: Path, plan: RunPlan, evidence: Evidence, *, root: Path | None = None) -> tuple[Ceiling, ...]:
    """Return what a judged run can prove: by its own labels, else by the judge's gold set, else nothing.

    Args:
        path: the run's table.
        plan: of the run.
        evidence: what it shows.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: a file of labels is damaged.
    """
    judged = evidence.spending.judged if evidence.spending else 0
    if not judged or not plan.counts_in_a_rate:
        return ()
    confidence = plan.gates[0].confidence if plan.gates else _CONFIDENCE
    labels = load_labels(plan.suite, plan.run, root)
    if labels is not None:
        found = audited(read_judged(path), labels.labels, confidence=confidence).ceiling
        return () if found is None else (found,)
    gold = load_gold(plan.suite, plan.judges[0], root) if len(plan.judges) == 1 else None
    if gold is not None:
        sure = judged < evidence.overall.counts.scored
        limit = _of_gold(gold, confidence, evidence.overall.scored, plan.run, sure=sure).ceiling
        return () if limit is None else (limit,)
    why = f"nobody has checked its verdicts: ninemarch judge calibrate {plan.run}"
    return (Ceiling(0.0, "judge", why),)
