"""Confirmed slices and the gates that read them.

Covers keeping what fresh trials have confirmed in ``reports/<suite>/slices.json``, and putting one gate for each of
them in the place of a gate with ``confirmed: true``. A slice that was only found never gets there: it was chosen for
its failures, so its rate is too high. A gate on a confirmed slice counts trials of the new run alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ninemarch.durable import write_whole
from ninemarch.kept import load_slices, slices_bytes, slices_path
from ninemarch.mining.confirm import Answer, TestedSlice
from ninemarch.mining.result import MiningResult
from ninemarch.model import ConfirmedSlice, Gate, Suite

__all__ = ["KeptSlices", "idle_gates", "keep_slices", "with_confirmed"]


@dataclass(frozen=True, slots=True)
class KeptSlices:
    """What keeping confirmed slices did.

    Args:
        path: the file.
        kept: slices in it now.
        dropped: slices taken out, because fresh trials have refuted them.
        unnamed: confirmed slices left out: a range of numbers or a missing level is no level that a gate can name.
    """

    path: Path
    kept: int
    dropped: int
    unnamed: int


def keep_slices(found: MiningResult, *, root: Path | None = None) -> KeptSlices | None:
    """Keep the slices that fresh trials have confirmed, take out those that they have refuted.

    Args:
        found: what mining found, with its confirmation.
        root: folder that holds ``reports``; here by default.

    Returns:
        What was done; None without a confirmation.

    Raises:
        UsageError: the file is damaged or cannot be written.
    """
    told = found.confirmation
    if told is None:
        return None
    plan = found.plan
    before = {_key(each): each for each in load_slices(plan.suite, root)}
    slices, unnamed = dict(before), 0
    for each in told.slices:
        where = _where(each)
        if where is None:
            unnamed += each.answer is Answer.CONFIRMED
        elif each.answer is Answer.REFUTED:
            slices.pop(frozenset(where.items()), None)
        elif each.answer is Answer.CONFIRMED:
            slices[frozenset(where.items())] = ConfirmedSlice(
                where=where,
                run=plan.run,
                release=plan.release,
                profile=plan.profile,
                failures=round(each.fresh.failures),
                trials=each.fresh.trials,
                control_failures=round(told.control.failures),
                control_trials=told.control.trials,
                seed=told.seed,
                level=told.options.level,
            )
    path = slices_path(plan.suite, root)
    if slices or before:
        write_whole(path, slices_bytes(plan.suite, slices.values()))
    return KeptSlices(path, len(slices), len(before.keys() - slices.keys()), unnamed)


def _key(slice_: ConfirmedSlice) -> frozenset[tuple[str, str]]:
    return frozenset(slice_.where.items())


def _where(tested: TestedSlice) -> dict[str, str] | None:
    """The levels that make the slice; None where a condition is no level."""
    levels = {c.attribute: c.level for c in tested.slice.conditions if c.span is None and c.level is not None}
    return levels if len(levels) == len(tested.slice.conditions) else None


def with_confirmed(suite: Suite, root: Path | None = None) -> Suite:
    """Return the suite with one gate for every confirmed slice in place of each gate with ``confirmed: true``.

    Args:
        suite: the suite.
        root: folder that holds ``reports``; here by default.

    Raises:
        UsageError: the file of confirmed slices is damaged.
    """
    if not any(gate.confirmed for gate in suite.gates):
        return suite
    slices = load_slices(suite.name, root)
    return replace(suite, gates=tuple(each for gate in suite.gates for each in _expanded(gate, slices)))


def _expanded(gate: Gate, slices: tuple[ConfirmedSlice, ...]) -> Iterator[Gate]:
    if not gate.confirmed:
        yield gate
        return
    for each in slices:
        yield replace(gate, where=dict(each.where), confirmed=False)


def idle_gates(suite: Suite, root: Path | None = None) -> tuple[str, ...]:
    """Return a sentence for every gate that asks nothing yet, because no slice is confirmed."""
    waiting = [gate.id for gate in suite.gates if gate.confirmed]
    if not waiting or load_slices(suite.name, root):
        return ()
    said = (
        "no slice is confirmed yet, so it asks nothing; confirm what a run found: ninemarch mine RUN --confirm 2000"
    )
    return tuple(f"gate {name}: {said} --keep" for name in waiting)
