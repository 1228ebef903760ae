"""The door: from attributes and outcomes to a short list of slices.

Covers checks, layout and the figures beside each slice. Pure: arrays in, frozen report out; the same seed gives the
same report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ninemarch.errors import UsageError
from ninemarch.mining.slices.coding import Column, code_columns
from ninemarch.mining.slices.detectable import detectable
from ninemarch.mining.slices.explain import Codes, Taken, Trials, mask_of
from ninemarch.mining.slices.search import Searched, search
from ninemarch.mining.slices.statistic import FloatArray, least_rate
from ninemarch.mining.slices.tallies import Tallies
from ninemarch.mining.slices.types import Attribute, Condition, FoundSlice, SearchOptions, SliceReport
from ninemarch.mining.slices.units import lay_out, units_of

__all__ = ["find_slices"]

Mask = NDArray[np.bool_]


def find_slices(
    attributes: Sequence[Attribute],
    failed: Mask,
    *,
    units: NDArray[np.integer] | None = None,
    weights: FloatArray | None = None,
    anytime: bool = False,
    options: SearchOptions | None = None,
) -> SliceReport:
    """Return the slices in which trials fail more often than elsewhere, each in its shortest form.

    Args:
        attributes: the attributes of every trial.
        failed: which trials failed (or were assisted); one entry a trial, scored trials only.
        units: code of each trial's group (of its scenario, where there are repeats); None where every trial stands
            alone.
        weights: share of real use that each trial stands for, in any unit; None where all stand for the same. They
            enter rates and shares, not the search.
        anytime: the run may have stopped at any trial, so intervals must hold at any.
        options: how to search.

    Raises:
        UsageError: lengths that differ, or options out of range.
    """
    options = options or SearchOptions()
    _check(attributes, failed, units, weights, options)
    order, size = (None, None) if units is None else lay_out(units)
    if order is not None:
        attributes = [Attribute(a.name, a.codes[order], a.words) for a in attributes]
        failed = failed[order]
        weights = None if weights is None else weights[order]
    groups = None if size is None or size.size == failed.size else units_of(size, failed)
    least = max(options.min_trials, int(np.ceil(options.min_share * failed.size)))
    columns, skipped = code_columns(attributes, least=least, cuts=options.cuts, edges=options.edges or {})
    trials = Trials(columns, failed, groups)
    tallies = Tallies(failed, groups, weights, anytime=anytime)
    report = _report(trials, tallies, search(trials, options, least=least), options, least)
    return replace(report, skipped=tuple(skipped))


def _check(
    attributes: Sequence[Attribute],
    failed: Mask,
    units: NDArray[np.integer] | None,
    weights: FloatArray | None,
    options: SearchOptions,
) -> None:
    lengths = {a.codes.size for a in attributes} | {x.size for x in (units, weights) if x is not None}
    if failed.size == 0 or lengths - {failed.size}:
        msg = (
            f"{failed.size} outcomes beside columns of {sorted(lengths)}; allowed: as many as outcomes, at least one"
        )
        raise UsageError(msg)
    bounds = {
        "depth": (options.depth, 1, 4),
        "level": (options.level, 1e-6, 0.5),
        "permutations": (options.permutations, 19, 100_000),
        "seed": (options.seed, 0, 2**63),
        "min_share": (options.min_share, 1e-6, 0.5),
        "min_trials": (options.min_trials, 2, 10**9),
        "min_ratio": (options.min_ratio, 1, 1e6),
        "most": (options.most, 1, 10_000),
        "cuts": (options.cuts, 2, 1000),
        "confidence": (options.confidence, 0.5, 1 - 1e-9),
    }
    for name, (value, low, high) in bounds.items():
        if not low <= value <= high:
            msg = f"{name}={value} (slices); allowed: {low:g} to {high:g}; change it"
            raise UsageError(msg)


def _report(trials: Trials, tallies: Tallies, searched: Searched, options: SearchOptions, least: int) -> SliceReport:
    masks = [mask_of(trials.columns, each.codes) for each in searched.taken]
    open_ = ~np.any(masks, axis=0) if masks else np.ones(trials.failed.size, dtype=np.bool_)
    figures = _Figures(trials, tallies, searched)
    before = np.zeros_like(open_)
    slices = []
    for each, inside in zip(searched.taken, masks, strict=True):
        slices.append(figures.of(each, inside, inside & ~before))
        before |= inside
    return SliceReport(
        slices=tuple(slices),
        overall=tallies.tally(np.ones_like(open_)),
        rest=tallies.tally(open_),
        candidates=0 if searched.cube is None else searched.cube.key.size,
        combinations=0 if searched.cube is None else len(searched.cube.sets),
        searched=tuple(column.name for column in trials.columns),
        skipped=(),
        least_trials=least,
        best_p=searched.p_value(searched.strongest),
        correlation=None if trials.units is None else trials.units.correlation,
        detectable=detectable(trials, open_, searched, least=least),
        options=options,
    )


class _Figures:
    """Puts the figures beside slices."""

    def __init__(self, trials: Trials, tallies: Tallies, searched: Searched) -> None:
        self._trials, self._tallies, self._searched = trials, tallies, searched

    def of(self, taken: Taken, inside: Mask, new: Mask) -> FoundSlice:
        """One slice; ``new`` are its trials that no slice before has."""
        trials, tallies = self._trials, self._tallies
        bad = new & trials.failed
        failures, size = tallies.by_group(inside)
        met = float((size * size).sum() / size.sum()) - 1  # other trials of its group that a trial meets in the slice
        effect = 1.0 if trials.units is None else 1 + trials.units.correlation * met
        threshold = self._searched.critical * effect
        return FoundSlice(
            conditions=_conditions(trials.columns, taken.codes),
            inside=tallies.tally(inside),
            outside=tallies.tally(~inside),
            at_least=least_rate(float(failures.sum()), float(size.sum()), threshold),
            p_value=self._searched.p_value(taken.statistic),
            share=tallies.share(inside),
            new_failures=int(bad.sum()),
            new_trials=int(new.sum()),
            alone=tallies.tally(np.ones_like(new), bad),
        )


def _conditions(columns: Sequence[Column], codes: Codes) -> tuple[Condition, ...]:
    found = []
    for attribute, own in codes.items():
        first, last = (columns[attribute].conditions[code - 1] for code in (own[0], own[-1]))
        joined = first.span and last.span and (first.span[0], last.span[1])
        found.append(Condition(first.attribute, span=joined) if joined else first)
    return tuple(found)
