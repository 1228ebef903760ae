"""Counting alike trials together: nothing is lost, whatever the chunks and the codes."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.evidence import kinds
from ninemarch.evidence.collect import Limits, Typical
from ninemarch.evidence.kinds import Every, Kinds

CODE = st.integers(-1, 3) | st.integers(-(2**62), 2**62) | st.integers(0, 2**40)
CHUNKS = st.lists(st.lists(st.tuples(CODE, CODE, CODE), max_size=8), max_size=6)


def columns(rows: list[tuple[int, ...]]) -> list[np.ndarray]:
    return [np.array([row[place] for row in rows], dtype=np.int64) for place in range(3)]


@given(CHUNKS, st.sampled_from([1, 5, 1000]))
def test_kinds_count_every_row_once(chunks: list[list[tuple[int, ...]]], waiting: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "_WAITING", waiting)
        found = Kinds(3)
        for chunk in chunks:
            found.add(columns(chunk))
        rows, many = found.together()
    counted = dict(zip(zip(*(column.tolist() for column in rows), strict=True), many.tolist(), strict=True))
    assert counted == Counter(row for chunk in chunks for row in chunk)
    assert len(counted) == many.size


@given(CHUNKS)
def test_every_row_is_kept_in_its_order(chunks: list[list[tuple[int, ...]]]) -> None:
    found = Every(3)
    for chunk in chunks:
        found.add(columns(chunk))
    rows, many = found.together()
    flat = [row for chunk in chunks for row in chunk]
    assert list(zip(*(column.tolist() for column in rows), strict=True)) == flat
    assert many.tolist() == [1] * len(flat)


@given(
    st.lists(st.floats(0, 10) | st.just(float("nan")) | st.sampled_from([1.0, 2.5]), min_size=1),
    st.lists(st.floats(0, 10) | st.sampled_from([1.0, 2.5]), min_size=1, max_size=4),
)
def test_an_amount_is_above_a_limit_where_its_rounding_is(amounts: list[float], limits: list[float]) -> None:
    given_ = np.array(amounts)
    rounded = Limits(limits)(given_)
    for limit in limits:
        assert ((rounded > limit) == (given_ > limit)).all()
    assert (np.isnan(rounded) == np.isnan(given_)).all()


@settings(max_examples=50)
@given(st.lists(st.lists(st.integers(0, 10**9), max_size=9), min_size=1, max_size=5))
def test_typical_times_are_the_quantiles(chunks: list[list[int]]) -> None:
    typical = Typical()
    for chunk in chunks:
        typical.add(np.array(chunk) / 1e6)
    flat = np.array([micros for chunk in chunks for micros in chunk]) / 1e6
    if not flat.size:
        assert typical.result() is None
        return
    assert typical.result() == pytest.approx(np.quantile(flat, [0.5, 0.95]), rel=2**-15, abs=1e-9)
