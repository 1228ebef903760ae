"""The forecast of a march: what is summed, what is fitted, how far it looks, and that it says so when it cannot."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from milestones import HERE, marching, milestone, record

from ninemarch import stats
from ninemarch.errors import UsageError
from ninemarch.march import cone_of, foresee, observed, stand
from ninemarch.model import PaceVerdict
from ninemarch.report.forecast_document import forecast_document

TEN = 10**6  # trials of a release: chance plays no part


def told(*counts, **how):
    changes = {name: how.pop(name) for name in ("effort",) if name in how}
    return foresee(stand(marching(*counts, **changes)), **how)


def steps(*nines, trials=TEN):
    """Counts of releases whose hazards, -log(1 - failure rate), are at so many nines."""
    return [(round(-trials * math.expm1(-(10**-nine))), trials) for nine in nines]


def test_a_steady_march_is_told_with_what_a_nine_costs_and_when_the_next_one_comes():
    found = told(*steps(1, 1.25, 1.5, 1.75, 2, 2.25), effort=2.0)
    line = found.shapes[0]
    assert line.per_nine == pytest.approx(8, rel=0.01)
    assert line.lower < 8 < line.upper
    assert (found.nine, found.chosen, found.pace.verdict) == (3, "line", PaceVerdict.STEADY)
    # 2.25 nines at effort 12, and a nine each 8: the third at 18.
    assert line.reached[0] == pytest.approx(18, rel=0.01)
    assert line.in_sight


def test_a_march_that_gets_dearer_or_cheaper_is_told_so():
    dearer = told(*steps(1, 1.8, 2.2, 2.45, 2.6, 2.7))
    cheaper = told(*steps(1, 1.1, 1.25, 1.5, 1.9, 2.6))
    assert (dearer.pace.verdict, cheaper.pace.verdict) == (PaceVerdict.SLOWING, PaceVerdict.SPEEDING_UP)
    assert dearer.chosen == "log"


def test_few_failures_leave_the_pace_open():
    found = told((20, 1000), (14, 1000), (9, 1000), (6, 1000), (4, 1000))
    assert found.pace.verdict is PaceVerdict.OPEN
    assert not (found.pace.lower >= 0.5 and found.pace.upper <= 2)


@pytest.mark.parametrize(
    ("releases", "pace", "cone", "chosen", "newest"),
    [(3, False, False, False, False), (4, True, False, False, False), (5, True, True, False, False),
     (6, True, True, True, False), (8, True, True, True, True)],
)  # fmt: skip
def test_what_is_said_grows_with_the_releases(releases, pace, cone, chosen, newest):
    found = told(*steps(*(1 + 0.2 * number for number in range(releases))))
    assert (found.pace is not None, found.cone is not None, bool(found.chosen)) == (pace, cone, chosen)
    assert bool(found.no_cone) is not cone
    if cone:
        assert ("newest" in found.cone.shapes) is newest


def test_two_releases_are_no_march():
    with pytest.raises(UsageError, match="a forecast needs 3, its cone 5"):
        told((10, 100), (5, 100))


def test_a_march_without_progress_reaches_nothing_in_sight():
    found = told((100, 1000), (110, 1000), (95, 1000), (108, 1000), (101, 1000))
    assert [shape.in_sight for shape in found.shapes] == [False, False]
    assert all(math.isinf(shape.upper) for shape in found.shapes)


def test_without_a_failure_nothing_is_fitted_and_it_is_said():
    found = told(*[(0, 1000)] * 6, discrete=True)
    assert (found.cone, found.no_cone, found.growth) == (None, "the failures allow no fit", None)
    assert all(math.isnan(shape.per_nine) for shape in found.shapes)
    # Laplace's rule of 1/2: 0.5 in 1001 holds three nines.
    assert found.nine == 4


def test_looks_at_one_release_are_summed_and_the_same_scenarios_do_not_count_twice():
    lines = [
        milestone("1", 30, 1000),
        milestone("1", 20, 1000, seed=2000),
        milestone("1", 99, 1000),
        milestone("1", 5, 500, first=1000),
        milestone("2", 9, 1000),
    ]
    first, second = observed(stand(record(*lines)))[0]
    assert (first.failures, first.trials, first.looks) == (55.0, 2500.0, 3)
    assert (second.failures, second.trials, second.looks) == (9.0, 1000.0, 1)


def test_releases_on_older_scenarios_are_left_out_with_their_effort_kept():
    old = HERE._replace(scenarios_hash="0" * 64)
    lines = [milestone("0", 300, 1000, population=old, effort=5.0)]
    lines += [milestone(str(number), 100 // number, 1000) for number in range(1, 4)]
    found = foresee(stand(record(*lines)))
    assert [(each.release, each.effort) for each in found.releases] == [("1", 6.0), ("2", 7.0), ("3", 8.0)]
    assert any("1 release was not run on the newest" in note for note in found.notes)


def test_where_effort_is_unknown_releases_are_counted_and_it_is_said():
    found = told((100, 1000), (50, 1000), (20, 1000), effort=None)
    assert (found.by_effort, found.effort_unit) == (False, "releases")
    assert [each.effort for each in found.releases] == [1.0, 2.0, 3.0]
    assert any("releases are counted instead" in note for note in found.notes)


def test_a_march_whose_first_release_cost_nothing_has_no_log_shape():
    lines = [milestone(str(n), 100 // 2**n, 1000, effort=float(n)) for n in range(6)]
    found = foresee(stand(record(*lines)))
    assert [shape.name for shape in found.shapes] == ["line"]
    assert found.cone.shapes == ("line",)


def test_the_cone_is_the_union_of_its_shapes_from_the_newest_release_on():
    releases = observed(stand(marching(*steps(1, 1.3, 1.5, 1.9, 2.0, 2.2, trials=2000))))[0]
    cone = cone_of(releases)
    efforts = [point.effort for point in cone.points]
    assert efforts[0] == releases[-1].effort
    assert efforts == sorted(efforts)
    counts = [r.failures for r in releases], [r.trials for r in releases], [r.effort for r in releases]
    for scale in ("linear", "log"):
        lower, upper = stats.expected_range(stats.growth(*counts, scale=scale), efforts)
        assert all(p.lower <= low and high <= p.upper for p, low, high in zip(cone.points, lower, upper, strict=True))


@pytest.mark.parametrize(
    ("nines", "end"),
    [((1, 1.5, 2, 2.5, 3, 3.5), 8.0), ((1, 1.05, 1.1, 1.15, 1.2, 1.25), 11.0)],
    ids=["one nine ahead", "no further ahead than behind"],
)
def test_the_cone_ends_one_nine_ahead_and_never_further_ahead_than_behind(nines, end):
    cone = cone_of(observed(stand(marching(*steps(*nines, trials=10**8))))[0])
    assert cone.points[-1].effort == pytest.approx(end, rel=0.01)


def test_the_nine_and_the_confidence_can_be_chosen():
    counts = steps(1, 1.2, 1.4, 1.6, 1.8)
    near, far = told(*counts, nine=2), told(*counts, nine=4)
    assert near.shapes[0].reached[0] < far.shapes[0].reached[0]
    assert (near.to_prove, far.to_prove) == (299, 29956)
    sure = told(*counts, confidence=0.99)
    assert sure.shapes[0].lower < near.shapes[0].lower < near.shapes[0].upper < sure.shapes[0].upper


def test_crow_amsaa_is_told_where_it_is_asked_for():
    found = told((5, 14), (3, 19), (4, 15), (4, 20), discrete=True).growth
    # MIL-HDBK-189, the worked example of discrete growth.
    assert (round(found.beta, 4), round(found.scale, 4)) == (0.7801, 0.5954)
    assert [round(rate, 3) for rate in found.rates] == [0.333, 0.234, 0.206, 0.19]
    assert told((5, 14), (3, 19), (4, 15)).growth is None
    assert told((5, 14), (0, 19), (0, 15), discrete=True).growth is None


COUNTS = st.integers(1, 10**6).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials)))


@settings(max_examples=20)
@given(st.lists(COUNTS, min_size=3, max_size=9), st.sampled_from([None, 0.0, 1.5]))
def test_whatever_was_counted_a_forecast_is_made_and_can_be_written(counts, effort):
    found = told(*counts, effort=effort, discrete=True)
    json.dumps(forecast_document(found), allow_nan=False)
    for point in found.cone.points if found.cone else ():
        assert 0 <= point.lower <= point.upper <= 1


@settings(max_examples=10)
@given(st.lists(COUNTS, min_size=5, max_size=7), st.sampled_from([0.01, 7.0, 1000.0]))
def test_the_unit_of_effort_changes_nothing_but_the_unit(counts, unit):
    one, other = told(*counts), told(*counts, effort=unit)
    assert one.nine == other.nine
    for mine, theirs in zip(one.shapes, other.shapes, strict=True):
        factor = unit if mine.name == "line" else 1.0
        for place in ("per_nine", "lower", "upper"):
            cost = getattr(mine, place)
            # Where the rate hardly falls the cost has no digits that count.
            assert cost > 1e6 or getattr(theirs, place) == pytest.approx(cost * factor, rel=1e-4, nan_ok=True)
    assert (one.cone is None) is (other.cone is None)


def test_releases_that_all_but_always_fail_are_fitted_too():
    # Variances on the log scale beyond what a float holds if they are not taken apart.
    found = told((2, 2), (30, 150), (146, 4041), (1, 43710), (0, 1), effort=0.01)
    assert found.shapes[0].per_nine == pytest.approx(0.0058, rel=0.01)


def test_more_trials_with_the_same_rates_never_tell_less():
    few, many = (told(*steps(1, 1.4, 1.8, 2.2, 2.6, trials=trials)) for trials in (10**4, 10**6))
    assert few.shapes[0].lower <= many.shapes[0].lower <= many.shapes[0].upper <= few.shapes[0].upper


def test_effective_counts_of_groups_are_what_is_fitted():
    lines = [
        replace(milestone(str(n), 100 // n, 1000), worth=(10 / n, 100.0), run=f"aaaa000{n}") for n in range(1, 4)
    ]
    found = foresee(stand(record(*lines)))
    assert [each.trials for each in found.releases] == [100.0] * 3
