"""The reference numbers: computed with other tools, or printed in publications; the source column says which."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Rows]:
    def load(name: str) -> Rows:
        with (Path(__file__).parent / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return load


@pytest.fixture(scope="session")
def groups(reference: Callable[[str], Rows]) -> dict[str, list[tuple[int, int, int]]]:
    """Data sets of groups: (failures, attempts, scenarios)."""
    data: dict[str, list[tuple[int, int, int]]] = {}
    for row in reference("clustered_data"):
        entry = (int(row["failures"]), int(row["attempts"]), int(row["scenarios"]))
        data.setdefault(row["dataset"], []).append(entry)
    return data
