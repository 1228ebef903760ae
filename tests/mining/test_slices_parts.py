"""The parts of the search, each against a second source: counts, statistic, laws of groups, shuffles, codes."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from ninemarch.mining.slices.coding import code_columns
from ninemarch.mining.slices.cube import count_all
from ninemarch.mining.slices.laws import Grouped, laws_of
from ninemarch.mining.slices.null import shuffle
from ninemarch.mining.slices.statistic import Independent, Whole, least_rate, log_likelihood_ratio
from ninemarch.mining.slices.types import Attribute
from ninemarch.mining.slices.units import lay_out, units_of

counts = st.tuples(st.integers(1, 60), st.integers(1, 60), st.data())


@given(counts)
def test_the_statistic_is_half_of_g(given_counts):
    inside, outside, data = given_counts
    k, rest = data.draw(st.integers(0, inside)), data.draw(st.integers(0, outside))
    found = float(log_likelihood_ratio(k, inside, k + rest, inside + outside))
    if k * outside <= rest * inside:
        assert found == 0
        return
    table = [[k, inside - k], [rest, outside - rest]]
    if 0 in np.sum(table, axis=0):
        assert found == 0
        return
    g = scipy_stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert found == pytest.approx(g / 2, rel=1e-9, abs=1e-9)
    bound = Independent().bound(np.array([inside]), Whole(k + rest, inside + outside), np.ones(1))[0]
    expected = inside * (k + rest) / (inside + outside)
    assert found <= bound * (k - expected) ** 2 * (1 + 1e-9)


def test_least_rate_is_where_the_likelihood_falls_by_the_threshold():
    rate = least_rate(12, 40, 3.0)

    def likely(q):
        return scipy_stats.binom.logpmf(12, 40, q)

    assert likely(0.3) - likely(rate) == pytest.approx(3.0)
    assert rate < 0.3


def _whole(rng, groups, most):
    size = rng.integers(1, most + 1, groups)
    return rng.binomial(size, rng.beta(0.3, 2, groups)), size


def test_groups_of_one_trial_have_the_law_of_independent_trials():
    failures = np.repeat([1, 0], [30, 970])
    laws = laws_of(failures, np.ones_like(failures))
    x = np.array([0.001, 0.01, 0.03, 0.05, 0.3, 0.9, 1.0])
    exact = x * np.log(x / 0.03) + np.where(x < 1, (1 - x) * np.log(np.maximum(1 - x, 1e-300) / 0.97), 0)
    assert laws.rate(np.zeros(7, dtype=int), x) == pytest.approx(exact, rel=2e-3, abs=1e-5)


def test_the_law_of_groups_tells_their_tail():
    """exp(-n I(x)) bounds the tail of the mean of n groups (Chernoff), and not by much."""
    rng = np.random.default_rng(1)
    failures, size = _whole(rng, 400, 1)
    size, failures = np.full(400, 10), rng.binomial(10, rng.beta(0.1, 1.9, 400))
    laws = laws_of(failures, size)
    assert laws.mean == pytest.approx(failures.sum() / size.sum())
    place = laws.nearest(np.array([10.0]))
    share = failures / size
    for groups, x in ((5, 0.3), (20, 0.12), (20, 0.2), (60, 0.1)):
        drawn = rng.choice(share, (200_000, groups)).mean(axis=1)
        tail, bound = (drawn >= x - 1e-12).mean(), math.exp(-groups * laws.rate(place, np.array([x]))[0])
        assert tail <= bound * 1.02
        assert bound <= 30 * tail


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_for_groups_holds_everywhere(seed):
    rng = np.random.default_rng(seed)
    failures, size = _whole(rng, 300, 12)
    measure = Grouped(laws_of(failures, size))
    whole = Whole(int(failures.sum()), int(size.sum()))
    n = rng.integers(10, whole.trials // 2, 2000)
    k = (n * rng.random(2000)).astype(int)
    k = np.minimum(k, whole.failures)
    part = 1 + 8 * rng.random(2000)
    found = measure.statistic(k, n, whole, part)
    away = k - n * whole.failures / whole.trials
    bound = measure.bound(n, whole, part) * away**2
    assert (found <= bound * (1 + 1e-6) + 0.01).all()  # nobody asks for statistics as small as that
    assert (found >= 0).all()
    assert np.median(bound[found > 5] / found[found > 5]) < 4


def test_very_different_group_sizes_cost_little():
    rng = np.random.default_rng(2)
    size = np.concatenate([np.full(50, 5000), rng.integers(1, 900, 300)])
    laws = laws_of(rng.binomial(size, 0.02), size)
    assert laws.sizes[-1] == 64
    assert np.isfinite(laws.tables).all()


def test_shuffles_keep_groups_whole():
    rng = np.random.default_rng(3)
    size = np.repeat([1, 2, 5], [100, 200, 100])
    unit = np.repeat(np.arange(400), size)
    failed = rng.random(unit.size) < rng.beta(0.3, 1, 400)[unit]
    units = units_of(size, failed)
    shuffles = shuffle(failed, units, times=50, seed=1)
    assert (shuffles.many == failed.sum()).all()
    for _, rows, many in shuffles.parts(1):
        assert (np.diff(rows) > 0).all()
        assert many.tolist() == [failed.sum()]
        moved = np.bincount(unit[rows], minlength=400)
        for each in (1, 2, 5):  # as many groups of each size have each number of failures as before
            before, after = units.failures[size == each], moved[size == each]
            assert sorted(before) == sorted(after)
    where = np.bincount(unit[shuffles.rows], minlength=400)[size == 5]
    assert where.std() < 0.6 * where.mean()  # every group gets its turn


def test_shuffles_of_rare_sizes_keep_the_share_that_fails():
    rng = np.random.default_rng(4)
    size = np.arange(1, 201)  # no two groups alike
    unit = np.repeat(np.arange(200), size)
    failed = rng.random(unit.size) < 0.1
    shuffles = shuffle(failed, units_of(size, failed), times=200, seed=1)
    assert shuffles.many.mean() == pytest.approx(failed.sum(), rel=0.03)
    assert all(rows.size == many.sum() for _, rows, many in shuffles.parts(10_000))


def test_shuffles_of_single_trials_are_uniform():
    failed = np.arange(200) < 20
    shuffles = shuffle(failed, None, times=4000, seed=5)
    hits = np.bincount(shuffles.rows, minlength=200)
    assert scipy_stats.chisquare(hits).pvalue > 1e-4
    assert not (shuffle(failed, None, times=1, seed=6).rows == shuffle(failed, None, times=1, seed=7).rows).all()


def _columns(codes):
    names = [Attribute(f"a{i}", column, tuple("abcdefgh")) for i, column in enumerate(codes.T)]
    return code_columns(names, least=5, cuts=5, edges={})[0]


@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(2, 5))
def test_every_slice_is_counted_once(seed, depth, attributes):
    rng = np.random.default_rng(seed)
    codes = rng.integers(-1, 4, (120, attributes))
    columns = _columns(codes)
    failed = rng.random(120) < 0.2
    failing = np.flatnonzero(failed)
    cube, largest = count_all(
        columns,
        failing,
        shuffle(failed, None, times=20, seed=1),
        units=None,
        measure=Independent(),
        depth=depth,
        least=5,
    )
    seen = {}
    for place in range(cube.key.size):
        found = cube.codes_of(place)
        assert cube.place_of(found) == place
        inside = np.all([columns[a].codes == code for a, code in found.items()], axis=0)
        assert (cube.trials[place], cube.failures[place]) == (inside.sum(), (inside & failed).sum())
        seen[tuple(found.items())] = inside
    expected = 0
    for many in range(1, depth + 1):
        for chosen in itertools.combinations(range(len(columns)), many):
            for levels in itertools.product(*(range(1, len(columns[a].conditions) + 1) for a in chosen)):
                inside = np.all([columns[a].codes == c for a, c in zip(chosen, levels, strict=True)], axis=0)
                expected += inside.sum() >= 5
    assert len(seen) == expected
    some = rng.choice(120, 40, replace=False)
    within = cube.within(columns, some)
    assert within.tolist() == [inside[some].sum() for inside in seen.values()]
    assert largest.shape == (20,)


def test_the_largest_statistic_of_each_shuffle():
    rng = np.random.default_rng(8)
    columns = _columns(rng.integers(0, 3, (300, 4)))
    failed = rng.random(300) < 0.1
    shuffles = shuffle(failed, None, times=25, seed=2)
    cube, largest = count_all(
        columns, np.flatnonzero(failed), shuffles, units=None, measure=Independent(), depth=3, least=5
    )
    for which, rows, _ in shuffles.parts(1):
        again = log_likelihood_ratio(cube.within(columns, rows), cube.trials, failed.sum(), 300)
        assert largest[which][0] == pytest.approx(again.max())


def test_how_many_trials_of_a_group_meet_in_a_slice():
    rng = np.random.default_rng(9)
    size = np.full(500, 8)
    unit = np.repeat(np.arange(500), 8)
    whole, varying = rng.integers(0, 2, 500)[unit], rng.integers(0, 2, 4000)
    failed = rng.random(4000) < 0.1
    columns = _columns(np.stack([whole, varying], axis=1))
    units = units_of(size, failed)
    cube, _ = count_all(
        columns,
        np.flatnonzero(failed),
        shuffle(failed, units, times=1, seed=1),
        units=units,
        measure=Independent(),
        depth=2,
        least=5,
    )
    by_set = {chosen: cube.part[cube.start[i] : cube.start[i + 1]] for i, chosen in enumerate(cube.sets)}
    assert by_set[(0,)] == pytest.approx(8)
    assert by_set[(1,)] == pytest.approx(4.5, rel=0.05)  # itself and half of the other seven
    assert by_set[(0, 1)] == pytest.approx(4.5, rel=0.1)


def test_groups_are_laid_side_by_side():
    units = np.array([5, 2, 5, 2, 9])
    order, size = lay_out(units)
    assert units[order].tolist() == [2, 2, 5, 5, 9]
    assert size.tolist() == [2, 2, 1]
    assert lay_out(np.array([7, 7, 1, 4, 4]))[0] is None


numbers = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=30, max_size=80)


@given(numbers, st.integers(2, 6))
def test_codes_mean_their_conditions(values, cuts):
    words = tuple(dict.fromkeys(map(repr, values)))
    codes = np.array([words.index(repr(value)) for value in values])
    codes[::7] = -1
    columns, _ = code_columns([Attribute("x", codes, words)], least=3, cuts=cuts, edges={})
    for column in columns:
        for code, own in zip(codes, column.codes, strict=True):
            scenario = {"x": words[code]} if code >= 0 else {}
            holding = [i + 1 for i, condition in enumerate(column.conditions) if condition.holds(scenario)]
            assert holding == ([own] if own else [])
        assert np.bincount(column.codes, minlength=len(column.conditions) + 1)[1:].min() >= 3


def test_levels_with_too_few_trials_are_not_searched():
    words = tuple(f"user-{i}" for i in range(1000))
    (columns, skipped) = code_columns([Attribute("user", np.arange(1000), words)], least=2, cuts=5, edges={})
    assert columns == []
    assert skipped[0][0] == "user"
