"""Failures by severity and attributes crossed, from records on disk."""

from pathlib import Path

from synthetic import F, P, plan_of, trial, write_run

from ninemarch import table
from ninemarch.evidence import breakdown
from ninemarch.model import Severity


def test_pairs_of_attributes_the_most_different_first(tmp_path: Path):
    def levels(i: int) -> dict[str, str]:
        return {"language": "de" if i % 2 else "en", "noise": str(i % 3), "name": f"n{i}", "same": "x"}

    trials = [
        trial(
            i, F if i % 3 == 2 and i % 2 else P, levels(i), severity=Severity.CRITICAL if i == 5 else Severity.MAJOR
        )
        for i in range(300)
    ]
    found = breakdown(table.ensure(write_run(tmp_path, plan_of(300), trials)))
    assert found.severities == {"major": 49, "critical": 1}
    (cross,) = found.crosses  # a name that no two trials share, or that all share, is no dimension
    assert {cross.first, cross.second} == {"language", "noise"}
    cells = dict(zip(cross.rows, cross.cells, strict=True))
    rate = cells["2"][cross.columns.index("de")] if cross.first == "noise" else cells["de"][cross.columns.index("2")]
    assert (rate.failures, rate.trials) == (50, 50)
    assert sum(cell.trials for row in cross.cells for cell in row) == 300
    assert found.cost_usd is None


def test_a_run_without_failures_or_attributes(tmp_path: Path):
    found = breakdown(table.ensure(write_run(tmp_path, plan_of(3), [trial(i) for i in range(3)])))
    assert (found.severities, found.crosses) == ({}, ())
