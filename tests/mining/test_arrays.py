"""Covering arrays: every possible combination is there, none that is forbidden, in no more rows than others need."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.mining import arrays
from ninemarch.mining.arrays import covering_array
from ninemarch.mining.forbidden import Forbidden
from ninemarch.mining.tway import TwayCoverage, tway_coverage

# Rows that PICT makes, as it publishes them; 5% more are allowed.
PICT = [
    ("3^4", [3] * 4, 9),
    ("3^13", [3] * 13, 18),
    ("4^15 3^17 2^29", [4] * 15 + [3] * 17 + [2] * 29, 37),
    ("4 3^39 2^35", [4] + [3] * 39 + [2] * 35, 27),
    ("2^100", [2] * 100, 15),
    ("10^20", [10] * 20, 210),
]


def _whole(levels, forbidden=()):
    """Every row that may occur, one by one."""
    rows = product(*map(range, levels))
    return [row for row in rows if not any(all(row[a] == v for a, v in c.items()) for c in forbidden)]


def _held(rows, strength):
    """Every combination that the rows hold, looked for without numpy."""
    return {
        (chosen, tuple(row[a] for a in chosen))
        for row in rows
        for chosen in combinations(range(len(rows[0])), strength)
    }


@st.composite
def _models(draw):
    levels = draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    combination = st.dictionaries(st.integers(0, len(levels) - 1), st.integers(0, 3), min_size=1, max_size=3)
    forbidden = [
        found
        for found in draw(st.lists(combination, max_size=4))
        if all(level < levels[attribute] for attribute, level in found.items())
    ]
    return levels, forbidden, draw(st.integers(1, 3)), draw(st.integers(0, 9))


@given(_models())
def test_exactly_what_whole_rows_can_hold_is_covered(model):
    levels, forbidden, strength, seed = model
    whole = _whole(levels, forbidden)
    if not whole:
        with pytest.raises(UsageError, match="no row at all"):
            covering_array(levels, strength, forbidden=forbidden, seed=seed)
        return
    made = covering_array(levels, strength, forbidden=forbidden, seed=seed, moves=100)
    rows = [tuple(row) for row in made.rows.tolist()]
    assert set(rows) <= set(whole)
    wanted = _held(whole, min(strength, len(levels)))
    assert _held(rows, min(strength, len(levels))) == wanted
    assert (made.coverage.covered, made.coverage.possible) == (len(wanted), len(wanted))


@given(_models(), st.data())
def test_rows_that_exist_are_kept_first_and_not_repeated_in_vain(model, data):
    levels, forbidden, strength, seed = model
    whole = _whole(levels, forbidden)
    if whole:
        given_rows = data.draw(st.lists(st.sampled_from(whole), max_size=4))
        made = covering_array(levels, strength, forbidden=forbidden, given=given_rows, seed=seed, moves=100)
        assert [tuple(row) for row in made.rows[: made.given].tolist()] == given_rows
        assert made.coverage.complete
        assert len(covering_array(levels, strength, forbidden=forbidden, given=made.rows).rows) == len(made.rows)


@pytest.mark.parametrize(("name", "levels", "rows"), PICT, ids=[name for name, _, _ in PICT])
def test_pairs_take_at_most_5_percent_more_rows_than_pict(name, levels, rows):
    made = covering_array(levels)
    assert made.coverage.complete
    assert len(made.rows) <= rows * 1.05


@pytest.mark.parametrize(("levels", "rows"), [([4] * 10, 149), ([3] * 20, 93)])
def test_triples_take_few_rows_and_none_is_missing(levels, rows):
    made = covering_array(levels, 3)
    assert made.coverage.complete
    assert len(made.rows) <= rows


def test_four_at_a_time():
    made = covering_array([2] * 8, 4)
    assert _held(made.rows.tolist(), 4) == _held(_whole([2] * 8), 4)
    assert len(made.rows) < 40  # of 256


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    first, again, other = (covering_array([3] * 8, seed=seed).rows for seed in (1, 1, 2))
    assert (first == again).all()
    assert first.shape != other.shape or (first != other).any()


def test_too_few_rows_are_said_to_be_too_few():
    part = covering_array([5] * 6, most=7)
    assert len(part.rows) == 7
    assert not part.coverage.complete
    assert part.coverage.covered == len(_held(part.rows.tolist(), 2))


def test_a_generator_that_forgets_is_found_out(monkeypatch):
    class Forgets(arrays._Maker):
        def grow(self, most):
            whole = super().grow(most)
            self.rows = self.rows[:-1]
            return whole

    monkeypatch.setattr(arrays, "_Maker", Forgets)
    with pytest.raises(RuntimeError, match="lacks"):
        covering_array([3] * 4, moves=0)


def test_what_two_forbidden_combinations_forbid_together_is_impossible():
    # b=0 needs c=0 and c=0 needs a=0, so a=1 with b=0 cannot be.
    forbidden = [{1: 0, 2: 1}, {2: 0, 0: 1}]
    found = covering_array([2, 2, 2], forbidden=forbidden).coverage
    assert found.complete
    assert found.impossible == 3
    assert Forbidden((2, 2, 2), tuple(forbidden)).complete({0: 1, 1: 0}) is None


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"levels": []}, "at least one attribute"),
        ({"levels": [2, 0]}, "at least one level"),
        ({"levels": [2, 2], "strength": 0}, "a strength of 1 to 4"),
        ({"levels": [2, 2], "strength": 5}, "a strength of 1 to 4"),
        ({"levels": [2, 2], "most": 0}, "at least one row"),
        ({"levels": [2, 2], "given": [[0, 2]]}, "not one of levels"),
        ({"levels": [2, 2], "given": [[0, 1]], "forbidden": [{0: 0, 1: 1}]}, "holds a forbidden combination"),
        ({"levels": [2, 2], "forbidden": [{0: 5}]}, "forbidden combination"),
        ({"levels": [2, 2], "forbidden": [{}]}, "at least one pair"),
        ({"levels": [2] * 400, "strength": 3}, "sets of attributes"),
        ({"levels": [3000] * 4, "strength": 2}, "take a smaller strength"),
    ],
)
def test_what_cannot_be_made_is_said(keys, said):
    with pytest.raises(UsageError, match=said):
        covering_array(**keys)


def test_coverage_of_rows_that_ran_and_the_share_of_use_it_stands_for():
    rows = np.array([[0, 0, 0], [0, 0, 1], [1, 1, 0]])
    shares = [[0.9, 0.1], [0.8, 0.2], [0.5, 0.5]]
    found = tway_coverage(rows, [2, 2, 2], 2, shares=shares)
    pairs = [
        0.9 * 0.8 + 0.1 * 0.2,
        0.9 * 0.5 * 2 + 0.1 * 0.5,
        0.8 * 0.5 * 2 + 0.2 * 0.5,
    ]
    assert (found.covered, found.possible) == (8, 12)
    assert found.weight == pytest.approx(sum(pairs) / 3)
    assert tway_coverage(np.empty((0, 2)), [2, 2], 2).missing == (
        ((0, 0), (1, 0)),
        ((0, 0), (1, 1)),
        ((0, 1), (1, 0)),
        ((0, 1), (1, 1)),
    )


def test_coverage_refuses_what_is_no_level():
    with pytest.raises(UsageError, match="not one of levels"):
        tway_coverage(np.array([[0, 3]]), [2, 2], 2)
    assert isinstance(tway_coverage(np.array([[0]]), [1], 4), TwayCoverage)
