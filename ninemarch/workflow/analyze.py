"""Rates of outcomes that others recorded: Parquet files, read as they are.

Covers composing: read, count, decide. Nothing is imported, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ninemarch.errors import UsageError
from ninemarch.evidence import Counter, Outcomes, estimate, find_files, read_outcomes, worth
from ninemarch.gate import decide
from ninemarch.model import Analysis, Evidence, Gate, OutcomeColumns, RunPlan, Slice, SliceRate, TargetSpec
from ninemarch.numbers import count_text

__all__ = ["analyze"]


def analyze(
    files: Sequence[str], columns: OutcomeColumns, *, gates: Sequence[Gate] = (), confidence: float = 0.95
) -> Analysis:
    """Return what the files show.

    Args:
        files: files, patterns, or folders.
        columns: which columns say what.
        gates: requirements on the whole, or with ``each`` on every slice by those columns.
        confidence: of each end of an interval, one-sided, in (0, 1).

    Raises:
        UsageError: no such file or column, another type, values out of range, or no row left.
        RunInvalid: a file is damaged.
    """
    found = find_files(files)
    outcomes = read_outcomes(found, columns)
    recorded = outcomes.columns.recorded
    if not recorded:
        what = f"none of {outcomes.rows:,} rows has " if outcomes.rows else "no row in the files"
        said = " and ".join(f"{name}={value}" for name, value in columns.where.items()) if outcomes.rows else ""
        msg = f"{what}{said}; nothing to analyze, look at --where"
        raise UsageError(msg)
    plan = _stand_in(recorded)
    counter = Counter(plan, outcomes.columns, stopped=True)
    whole = counter.slice({})
    slices = {names: tuple(counter.slices(*names)) for names in columns.by}
    evidence = Evidence(
        plan=plan,
        overall=whole,
        levels={",".join(names): parts for names, parts in slices.items()},
        failures=(),
        void_weight=whole.counts.void / recorded,
    )
    rate_of = cache(lambda tally: estimate(tally, confidence))  # many slices have the same counts

    def rated(part: Slice) -> SliceRate:
        return SliceRate(part, rate_of(part.scored), worth(part.scored)[1] if part.scored.trials else 0.0)

    return Analysis(
        columns=columns,
        files=len(found),
        rows=outcomes.rows,
        decision=decide(evidence, gates, confidence=confidence),
        overall=rated(whole),
        slices={names: tuple(map(rated, parts)) for names, parts in slices.items()},
        notes=tuple(_notes(outcomes, columns, slices)),
    )


def _notes(
    outcomes: Outcomes, columns: OutcomeColumns, slices: Mapping[tuple[str, ...], Sequence[Slice]]
) -> Iterator[str]:
    left = outcomes.rows - outcomes.columns.recorded
    if left:
        yield f"{count_text(left, 'row')} left out by --where"
    if not columns.group:
        yield "every row is taken for an independent trial; where rows share an item, name its column with --group"
    idle = outcomes.columns.total(outcomes.columns.weight == 0)
    if idle:
        yield f"{count_text(idle, 'row')} of weight 0 stand for no use: they are in the counts, not in the rate"
    if outcomes.verdicts:
        yield "stop rules, profiles and earlier looks of runs have no say here; 'ninemarch gate RUN' decides on a run"
    if any(len(parts) > 1 for parts in slices.values()):
        yield (
            "each interval of a slice stands alone, and the worst of many look worse than they are; a --gate on "
            "slices is corrected for their number"
        )


def _stand_in(rows: int) -> RunPlan:
    """A plan that says no more than how many rows there are."""
    return RunPlan(
        run="",
        created="",
        suite="outcomes",
        suite_version="",
        origin="",
        scenarios_hash="",
        checks_hash="",
        target=TargetSpec("outcomes", "files"),
        profile="",
        seed=0,
        seed_range="",
        planned=rows,
    )
