"""Files of outcomes are counted as plain Python counts them; slices found in one pass are those counted alone."""

from __future__ import annotations

import tempfile
from collections import Counter as Tallied
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import plan_of

from ninemarch.evidence import Counter, read_outcomes
from ninemarch.model import OutcomeColumns

ROW = st.tuples(
    st.sampled_from([True, False, None]),
    st.sampled_from(["a", "b", "", None]),
    st.sampled_from([1, -2, None]),
    st.integers(-2, 3),
    st.sampled_from([0.5, 1.0, 2.0]),
)


def written(folder: str, files: list[list[tuple[object, ...]]]) -> list[Path]:
    schema = pa.schema(
        [("ok", pa.bool_()), ("x", pa.string()), ("y", pa.int8()), ("item", pa.int16()), ("w", pa.float32())]
    )
    paths = []
    for place, rows in enumerate(files):
        columns = [[row[at] for row in rows] for at in range(5)]
        paths.append(Path(folder, f"{place}.parquet"))
        pq.write_table(pa.table(columns, schema=schema), paths[-1], row_group_size=3)
    return paths


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(ROW, max_size=12), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_counts_are_those_of_plain_python(
    files: list[list[tuple[object, ...]]], grouped: bool, weighted: bool
) -> None:
    asked = OutcomeColumns("ok", (("x", "y"),), group="item" if grouped else "", weight="w" if weighted else "")
    with tempfile.TemporaryDirectory() as folder:
        found = read_outcomes(written(folder, files), asked)
    rows = [row for file in files for row in file]
    assert found.rows == found.columns.recorded == len(rows)
    counter = Counter(plan_of(len(rows)), found.columns, stopped=True)
    whole = counter.slice({}).counts
    seen = Tallied(ok for ok, *_ in rows)
    assert (whole.passed, whole.failed, whole.unscored) == (seen[True], seen[False], seen[None])
    by_level = Tallied(("(null)" if x is None else x, "(null)" if y is None else str(y)) for _, x, y, *_ in rows)
    parts = list(counter.slices("x", "y"))
    assert {(part.where["x"], part.where["y"]): part.counts.recorded for part in parts} == by_level
    for part in parts:
        alone = counter.slice(part.where)
        assert (part.counts, part.scored.groups) == (alone.counts, alone.scored.groups)
        if part.scored.weighted and alone.scored.weighted:
            for name in ("y", "v", "m", "uncovered"):
                assert np.isclose(getattr(part.scored.weighted, name), getattr(alone.scored.weighted, name))
        if grouped:
            inside = [row for row in rows if (row[1], row[2]) == _level(part.where) and row[0] is not None]
            assert part.scored.units == len({row[3] for row in inside})


def _level(where: dict[str, str]) -> tuple[object, object]:
    x, y = (None if where[name] == "(null)" else where[name] for name in "xy")
    return x, y if y is None else int(y)
