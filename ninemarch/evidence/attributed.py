"""The scored trials of a run with every attribute: what mining searches.

Covers reading. What is found in them is never a rate; it is the mining floor's job.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ninemarch import table
from ninemarch.evidence.cells import Cells, weighs_unlike
from ninemarch.evidence.columns import Coded
from ninemarch.evidence.load import Wanted, read_columns
from ninemarch.model import RunPlan, Verdict

__all__ = ["Attributed", "read_attributed"]


@dataclass(frozen=True, slots=True)
class Attributed:
    """One entry a scored trial (pass, fail or assisted), in the order of the table.

    Args:
        plan: the plan of the run.
        number: the trial's place in the plan.
        failed: it failed, or a person had to help.
        unit: code of the independent unit the trial belongs to; None when every trial is its own.
        weight: share of real use that the trial stands for, in some unit; None when all stand for the same.
        levels: attribute -> (codes, words); code -1 where the trial lacks the attribute.
    """

    plan: RunPlan
    number: NDArray[np.int64]
    failed: NDArray[np.bool_]
    unit: NDArray[np.int64] | None
    weight: NDArray[np.float64] | None
    levels: Mapping[str, Coded]


def read_attributed(path: Path) -> Attributed:
    """Return the scored trials of the table at ``path``.

    Raises:
        RunInvalid: the table is damaged.
    """
    head = table.head(path)
    columns = read_columns(path, head, Wanted(head.attributes, every=True))
    scored = columns.has(Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED)
    weight = None
    if head.plan.weights or weighs_unlike(columns):
        weight = Cells(head.plan, columns).shares(scored)[scored]
    return Attributed(
        plan=head.plan,
        number=columns.number[scored],
        failed=columns.has(Verdict.FAIL, Verdict.ASSISTED)[scored],
        unit=None if columns.unit is None else columns.unit[scored],
        weight=weight,
        levels={name: (codes[scored], words) for name, (codes, words) in columns.levels.items()},
    )
