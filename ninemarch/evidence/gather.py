"""From the table of a run to its evidence.

Covers what is counted for which gate, and the check that no trial counts twice. Sums are in ``count``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ninemarch import table
from ninemarch.errors import RunInvalid
from ninemarch.evidence.columns import Columns
from ninemarch.evidence.count import Counter
from ninemarch.evidence.failures import read_failures
from ninemarch.evidence.load import Wanted, read_columns
from ninemarch.evidence.requests import read_requests
from ninemarch.evidence.scores import score_of
from ninemarch.evidence.waived import Marks, Waived, mark
from ninemarch.model import Asks, Evidence, Gate, RunPlan, Slice, Verdict

Baselines = Mapping[str, Mapping[str, float]]


def gather(
    path: Path,
    gates: Sequence[Gate] = (),
    *,
    baselines: Baselines | None = None,
    waived: Waived | None = None,
    partial: bool = False,
) -> Evidence:
    """Return the evidence of the run whose table lies at ``path``.

    Args:
        path: the table.
        gates: requirements whose slices and scores are to be counted too.
        baselines: name of a baseline -> share failed of each of its scenarios; gates on others are not measured.
        waived: what people waived or put in quarantine; None for nothing.
        partial: the run was given up: what it has not recorded is not missing.

    Raises:
        RunInvalid: the table is damaged, or its sums do not add up.
    """
    head = table.head(path)
    plan = head.plan
    marks = mark(path, waived) if waived and waived.waivers else Marks({}, {})
    columns = read_columns(path, head, _wanted(plan, gates, marks))
    if not columns.once:  # sums might agree by chance
        msg = f"{path}: trials are recorded twice or are not in the plan; the run cannot be judged, start a new one"
        raise RunInvalid(msg)

    def evidence(columns: Columns, *, stopped: bool) -> Evidence:
        return _evidence(head, columns, gates, baselines or {}, stopped=stopped)

    found = evidence(columns, stopped=bool(head.stop) or partial)
    forgiven = None
    if marks.waived:
        # At its declared look a run stops for its failures: without them it would have gone on.
        stopped = partial or (bool(head.stop) and plan.look is None)
        forgiven = evidence(columns.with_verdict(marks.waived, Verdict.PASS), stopped=stopped)
    return replace(
        found,
        failures=marks.on(read_failures(path)),
        requests=read_requests(path),
        waived=len(marks.waived),
        uses=marks.uses,
        broken=frozenset(marks.broken),
        forgiven=forgiven,
    )


def _evidence(
    head: table.TableHead,
    columns: Columns,
    gates: Sequence[Gate],
    baselines: Baselines,
    *,
    stopped: bool,
) -> Evidence:
    """The evidence of these trials, without the failures as text."""
    counter = Counter(head.plan, columns, stopped=stopped)
    overall = counter.slice({})
    plain = [gate for gate in gates if gate.asks is Asks.SUCCESS]
    return Evidence(
        plan=head.plan,
        overall=overall,
        slices=tuple(counter.slice(gate.where) for gate in plain if gate.where),
        levels={name: tuple(counter.slices(name)) for gate in plain for name in gate.each},
        failures=(),
        stopped=head.stop,
        sealed=head.sealed,
        void_weight=overall.counts.void / max(overall.counts.recorded, 1),
        seconds=columns.typical,
        spending=columns.spending,
        measures=_measures(counter, columns, gates, baselines),
    )


def _wanted(plan: RunPlan, gates: Sequence[Gate], marks: Marks) -> Wanted:
    """What the gates ask about."""
    needs = {
        "severity": any(gate.severity is not None for gate in gates),
        "check": any(gate.check for gate in gates),
        "scenario": any(gate.asks in {Asks.ALL_TRIALS, Asks.MAX_DROP} for gate in gates),
    }
    return Wanted(
        attributes={name for gate in gates for name in (*gate.where, *gate.each)} | set(plan.weights),
        words={name for name, needed in needs.items() if needed},
        seconds=[gate.latency for gate in gates if gate.asks is Asks.LATENCY],
        cost=[gate.cost_usd for gate in gates if gate.asks is Asks.COST],
        apart=marks.waived,
        void=marks.broken,
    )


def _measures(
    counter: Counter,
    columns: Columns,
    gates: Sequence[Gate],
    baselines: Baselines,
) -> dict[str, tuple[Slice, ...]]:
    """The slices of every gate that asks for something else than success; none where its baseline is not there."""
    found: dict[str, tuple[Slice, ...]] = {}
    for gate in gates:
        if gate.asks is Asks.SUCCESS:
            continue
        if gate.asks is Asks.MAX_DROP and gate.baseline not in baselines:
            found[gate.id] = ()
            continue
        score = score_of(gate, columns, baselines.get(gate.baseline))
        alike = gate.asks is Asks.MAX_DROP
        found[gate.id] = tuple(counter.measure(where, score, weighted=not alike) for where in _wheres(gate, counter))
    return found


def _wheres(gate: Gate, counter: Counter) -> Iterator[Mapping[str, str]]:
    if not gate.each:
        yield gate.where
    for name in gate.each:
        yield from counter.levels(name)
