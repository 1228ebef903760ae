"""Groups: the reference figures, an exact second source, exact enumeration of false passes, and the laws."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import clopper_pearson, compound_gamma, gaffke, group_summary


def shares_of(data):
    return [failed / attempts for failed, attempts, _ in data], [scenarios for _, _, scenarios in data]


def test_gaffke_against_monte_carlo_of_r(reference, groups):
    rows = reference("clustered_gaffke")
    assert len(rows) == 8
    for row in rows:
        result = gaffke(*shares_of(groups[row["dataset"]]), confidence=1 - 2 * float(row["one_sided_alpha"]))
        expected = (float(row["lower"]), float(row["upper"]))
        assert (result.lower, result.upper) == pytest.approx(expected, rel=float(row["tol_rel"])), row


def test_compound_gamma_against_r(reference, groups):
    rows = reference("clustered_compound")
    assert len(rows) == 8
    for row in rows:
        result = compound_gamma(*shares_of(groups[row["dataset"]]))
        expected = (float(row["lower"]), float(row["upper"]))
        assert (result.lower, result.upper) == pytest.approx(expected, abs=float(row["tol_abs"])), row
        assert result.estimate == pytest.approx(float(row["mean_of_scenario_failure_shares"]), abs=1e-9)


def test_group_summary_against_r(reference, groups):
    # The other rows of clustered.csv are methods that fail at the nines and are not offered (survey, Wilson-based
    # and beta-binomial intervals); STATISTICS gives their false-pass rates.
    wanted = {
        "ICC (ANOVA)": "correlation",
        "ICC (ANOVA moment estimate)": "correlation",
        "variance inflation xi": "design_effect",
    }
    compared = 0
    for row in reference("clustered"):
        if row["quantity"] not in wanted:
            continue
        data = groups[row["dataset"]]
        failed = np.repeat([x for x, _, _ in data], [c for _, _, c in data])
        tried = np.repeat([n for _, n, _ in data], [c for _, _, c in data])
        value = getattr(group_summary(failed, tried), wanted[row["quantity"]])
        assert value == pytest.approx(float(row["value"]), abs=float(row["tol"])), row
        compared += 1
    assert compared == 12


def test_published_design_effect(reference):
    row = next(row for row in reference("published") if row["group"] == "design effect")
    # 25 groups of 50 trials, failing so that the ANOVA correlation is whatever it is: the formula must hold.
    failed = np.arange(25)
    summary = group_summary(failed, np.full(25, 50))
    assert summary.design_effect == pytest.approx(1 + 49 * summary.correlation)
    assert pytest.approx(float(row["value"])) == 1 + 49 * 0.04


@pytest.mark.parametrize(
    ("k", "n"), [(0, 1), (1, 1), (1, 2), (1, 20), (5, 1000), (500, 1000), (999, 1000), (3, 10**6)]
)
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.9999])
def test_gaffke_is_clopper_pearson_on_passes_and_failures(k, n, confidence):
    one = gaffke([0.0, 1.0], [n - k, k], confidence=confidence)
    other = clopper_pearson(k, n, confidence=confidence)
    assert (one.lower, one.upper) == pytest.approx((other.lower, other.upper), rel=1e-9)


def exact_tail(cells, t):
    """P(sum D_i v_i > t), D uniform on the simplex, all v_i different: a divided difference, in fractions."""
    power = len(cells) - 1
    return sum((v - t) ** power / math.prod(v - other for other in cells if other != v) for v in cells if v > t)


@pytest.mark.parametrize(
    "shares",
    [
        [Fraction(1, 7)],
        [Fraction(0), Fraction(1, 2)],
        [Fraction(i, 7) for i in range(7)],
        [Fraction(i * i, 101) for i in range(10)],
        [Fraction(1, 1000), Fraction(2, 1000), Fraction(9, 10)],
        [Fraction(i, 25) for i in range(25)],
    ],
)
@pytest.mark.parametrize("confidence", [0.6, 0.95, 0.99999])
def test_gaffke_against_exact_fractions(shares, confidence):
    """Second source: the distribution of sum D_i y_i in closed form, which needs no quadrature."""
    result = gaffke([float(y) for y in shares], confidence=confidence)
    alpha = (1 - confidence) / 2
    above = exact_tail([*shares, Fraction(1)], Fraction(result.upper))
    assert float(above) == pytest.approx(alpha, rel=1e-9)
    if 0 not in shares:
        below = 1 - exact_tail([*shares, Fraction(0)], Fraction(result.lower))
        assert float(below) == pytest.approx(alpha, rel=1e-9)


def worst_false_pass(bound, n, support, laws):
    """Exact: every way that n groups fall on the support, at every law, gate at the law's own mean."""
    outcomes = [c for c in itertools.product(range(n + 1), repeat=len(support) - 1) if sum(c) <= n]
    outcomes = [(n - sum(c), *c) for c in outcomes]
    uppers = np.array([bound(support, c, side="upper").upper for c in outcomes])
    ways = np.array([math.factorial(n) / math.prod(math.factorial(x) for x in c) for c in outcomes])
    counts = np.array(outcomes)
    worst = 0.0
    for law in laws:
        chance = ways * np.prod(np.asarray(law) ** counts, axis=1)
        assert chance.sum() == pytest.approx(1.0)
        worst = max(worst, chance[uppers <= np.dot(law, support)].sum())
    return worst


LAWS = [
    (1 - a - b, a, b)
    for a, b in itertools.product([0.0, 0.003, 0.03, 0.1, 0.3, 0.6], [0.0, 0.003, 0.02, 0.1, 0.3])
    if 0 < a + b < 1
]


@pytest.mark.parametrize("support", [(0.0, 0.05, 1.0), (0.0, 0.2, 0.6), (0.0, 0.5, 1.0), (0.1, 0.15, 0.9)])
@pytest.mark.parametrize("bound", [gaffke, compound_gamma])
def test_exact_false_pass_over_awkward_laws(support, bound):
    assert worst_false_pass(bound, 12, support, LAWS) <= 0.05


def test_the_enumeration_sees_a_bad_bound():
    """Trials pooled as if they were independent: the error this module exists for."""

    def pooled(support, counts, *, side):
        failed = round(20 * sum(s * c for s, c in zip(support, counts, strict=True)))
        return clopper_pearson(failed, 20 * sum(counts), side=side)

    assert worst_false_pass(pooled, 12, (0.0, 0.5, 1.0), LAWS) > 0.5


shares_lists = st.lists(
    st.sampled_from([0.0, 0.0, 0.0, 0.05, 0.2, 0.25, 1 / 3, 0.5, 0.8, 1.0]), min_size=1, max_size=30
)


@settings(max_examples=40)
@given(shares_lists)
def test_law_limits_enclose_the_mean_and_gaffke_is_the_shorter(shares):
    one, wide = gaffke(shares), compound_gamma(shares)
    assert 0 <= one.lower <= one.estimate + 1e-12
    assert one.estimate <= one.upper + 1e-12 <= 1 + 1e-12
    assert one.estimate == pytest.approx(wide.estimate)


@settings(max_examples=20)
@given(shares_lists, st.integers(0, 29), st.sampled_from([0.05, 0.3, 1.0]))
def test_law_a_group_that_fails_more_never_lowers_a_limit(shares, index, more):
    index %= len(shares)
    worse = list(shares)
    worse[index] = min(1.0, worse[index] + more)
    here, there = gaffke(shares), gaffke(worse)
    assert there.lower >= here.lower - 1e-10
    assert there.upper >= here.upper - 1e-10


@settings(max_examples=20)
@given(shares_lists)
def test_law_order_and_counting_do_not_matter_and_failure_mirrors_success(shares):
    one = gaffke(shares, confidence=0.9)
    values, counts = np.unique(shares, return_counts=True)
    assert gaffke(shares[::-1], confidence=0.9) == one
    assert gaffke(values, counts, confidence=0.9) == one
    mirror = gaffke([1 - y for y in shares], confidence=0.9)
    assert (mirror.lower, mirror.upper) == pytest.approx((1 - one.upper, 1 - one.lower), abs=1e-9)


def test_zero_failures_never_beat_the_number_of_groups():
    for groups, upper in [(20, 0.13911), (1000, 0.0029912)]:
        assert gaffke([0.0], [groups], side="upper").upper == pytest.approx(upper, rel=1e-4)
        assert group_summary([0] * groups, [50] * groups).effective_trials == groups


def test_many_distinct_shares_and_no_groups():
    rng = np.random.default_rng(3)
    result = gaffke(rng.beta(0.1, 3, 2000))
    assert result.lower < result.estimate < result.upper < result.estimate + 0.01
    assert (gaffke([]).lower, gaffke([]).upper) == (0.0, 1.0)
    assert (compound_gamma([]).lower, compound_gamma([]).upper) == (0.0, 1.0)


def test_summary_counts_what_happened():
    summary = group_summary([0, 3, 1, 1, 0], [3, 3, 3, 1, 0])
    assert (summary.groups, summary.trials, summary.failures) == (4, 10, 5)
    assert (summary.failed, summary.flaky, summary.always_failing) == (3, 1, 1)
    assert summary.pooled_rate == 0.5
    assert summary.mean_share == pytest.approx((0 + 1 + 1 / 3 + 1) / 4)
    single = group_summary([0, 1, 0], [1, 1, 1])
    assert (single.correlation, single.effective_trials) == (None, 3.0)
    assert math.isnan(group_summary([], []).pooled_rate)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1, 1.2],), "shares=1.2 (in stats); allowed: numbers from 0 to 1"),
        (([0.1, float("nan")],), "shares=nan"),
        (([0.1], [1, 2]), "counts=2 numbers (in stats); allowed: one a share, 1 shares"),
        (([0.1], [0.5]), "counts=0.5"),
        ((["a"],), "allowed: numbers from 0 to 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(UsageError) as error:
        gaffke(*arguments)
    assert message in str(error.value)
