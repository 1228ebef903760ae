"""Slices: planted ones are found, nothing is found where nothing is, whatever trials share fate."""

import math
from dataclasses import replace

import numpy as np
import pytest
from planted import make_log

from ninemarch.errors import UsageError
from ninemarch.mining.slices import Attribute, Condition, SearchOptions, find_slices
from ninemarch.stats import clopper_pearson

QUICK = SearchOptions(permutations=99)


def attribute(name, levels):
    """An attribute from its levels, None for missing."""
    words = sorted({level for level in levels if level is not None})
    return Attribute(name, np.array([-1 if x is None else words.index(x) for x in levels]), tuple(words))


def test_planted_slices_come_out_exactly():
    found = np.zeros(3, dtype=int)
    for seed in range(6):
        log = make_log(seed, 10_000)
        found += log.judge(find_slices(log.attributes, log.failed, options=QUICK).slices)
    assert found[0] >= 17
    assert found[1] <= 1
    assert found[2] == 0


def test_planted_slices_come_out_from_repeated_scenarios():
    log = make_log(1, 3000, repeats=10, correlation=0.3)
    report = find_slices(log.attributes, log.failed, units=log.units, options=QUICK)
    exact, roughly, false = log.judge(report.slices)
    assert (exact + roughly, false) == (3, 0)
    assert 0.2 < report.correlation < 0.5
    assert report.slices[0].inside.units == report.slices[0].inside.trials // 10


NULLS = {
    "trials that stand alone": {"scenarios": 2000},
    "10 repeats, correlation 0.1": {"scenarios": 200, "repeats": 10, "correlation": 0.1},
    "10 repeats, correlation 0.5": {"scenarios": 200, "repeats": 10, "correlation": 0.5},
    "uneven repeats": {"scenarios": 250, "repeats": "uneven", "correlation": 0.3},
}


@pytest.mark.parametrize("kind", NULLS)
def test_nothing_is_found_where_nothing_is(kind):
    alarms, logs = 0, 40
    options = replace(QUICK, depth=2, permutations=39)
    for seed in range(logs):
        log = make_log(seed, planted=0, base=0.05, **NULLS[kind])
        alarms += find_slices(log.attributes, log.failed, units=log.units, options=options).best_p <= 0.05
    assert clopper_pearson(alarms, logs, confidence=0.998).lower <= 0.05, alarms


def test_repeats_taken_for_independent_trials_would_find_slices_everywhere():
    alarms = 0
    for seed in range(10):
        log = make_log(seed, 200, planted=0, base=0.05, repeats=10, correlation=0.5)
        alarms += bool(find_slices(log.attributes, log.failed, options=replace(QUICK, depth=2)).slices)
    assert alarms >= 8  # so the test above can fail


def test_attributes_that_vary_within_groups():
    """As in images under other light: the image is the group, the light the attribute."""
    rng = np.random.default_rng(5)
    images, light, digit = np.repeat(np.arange(400), 8), rng.integers(3, size=3200), rng.integers(10, size=400)
    hard = rng.beta(0.1, 1.9, 400)
    chance = np.where(light == 2, np.minimum(hard[images] + 0.15, 1), hard[images])
    failed = rng.random(3200) < chance
    log = [attribute("light", [f"l{x}" for x in light]), attribute("digit", [f"d{x}" for x in digit[images]])]
    order = rng.permutation(3200)
    mixed = [Attribute(a.name, a.codes[order], a.words) for a in log]
    report = find_slices(mixed, failed[order], units=images[order], options=QUICK)
    assert [each.label for each in report.slices] == ["light=l2"]


def test_a_report_says_what_was_searched_and_what_could_have_been_found():
    log = make_log(3, 4000, planted=0)
    report = find_slices(log.attributes, log.failed, options=QUICK)
    assert report.slices == ()
    assert report.rest == report.overall
    assert report.combinations == 298  # 12 + 66 + 220
    assert report.candidates > 10_000
    assert report.least_trials == 10
    assert "fresh trials" in report.caution
    rates = [each.failure_rate for each in report.detectable]
    assert rates == sorted(rates, reverse=True)
    # What is said to be found 4 times in 5 is.
    share, rate = 0.05, report.detectable[3].failure_rate
    hits = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        inside = rng.permutation(4000) < share * 4000
        failed = rng.random(4000) < np.where(inside, rate, 0.01)
        extra = attribute("extra", np.where(inside, "in", "out"))
        found = find_slices([*log.attributes, extra], failed, options=replace(QUICK, depth=1, permutations=39))
        hits += any("extra=in" in each.label for each in found.slices)
    assert hits >= 26  # fewer conditions, fewer slices looked at: easier than in the report


def test_same_seed_same_report_and_no_other_random_state():
    log = make_log(2, 2000)
    np.random.seed(1)  # noqa: NPY002
    first = find_slices(log.attributes, log.failed, options=QUICK)
    np.random.seed(2)  # noqa: NPY002
    assert find_slices(log.attributes, log.failed, options=QUICK) == first


def test_the_order_of_trials_does_not_matter():
    log = make_log(4, 600, repeats=5, correlation=0.2)
    order = np.random.default_rng(0).permutation(log.failed.size)
    mixed = [Attribute(a.name, a.codes[order], a.words) for a in log.attributes]
    one = find_slices(log.attributes, log.failed, units=log.units, options=QUICK)
    two = find_slices(mixed, log.failed[order], units=log.units[order], options=QUICK)
    assert [(s.label, s.inside) for s in one.slices] == [(s.label, s.inside) for s in two.slices]
    assert (one.overall, one.candidates) == (two.overall, two.candidates)


def test_a_copy_of_an_attribute_adds_no_slice_and_a_needless_condition_is_dropped():
    rng = np.random.default_rng(7)
    bad = rng.random(3000) < 0.03
    failed = rng.random(3000) < np.where(bad, 0.5, 0.01)
    other = attribute("other", rng.choice(["x", "y"], 3000))
    same = [attribute(name, np.where(bad, "bad", "good")) for name in ("first", "copy")]
    report = find_slices([*same, other], failed, options=QUICK)
    assert [each.label for each in report.slices] == ["first=bad"]


def test_figures_add_up():
    log = make_log(5, 10_000)
    report = find_slices(log.attributes, log.failed, options=QUICK)
    assert len(report.slices) == 3
    total = sum(each.new_failures for each in report.slices) + report.rest.failures
    assert total == report.overall.failures == log.failed.sum()
    assert sum(each.new_trials for each in report.slices) + report.rest.trials == 10_000
    for each in report.slices:
        inside = np.all([log.codes[:, int(c.attribute[1:])] == int(c.level[1:]) for c in each.conditions], axis=0)
        assert (each.inside.trials, each.inside.failures) == (inside.sum(), (inside & log.failed).sum())
        assert each.outside.trials == 10_000 - each.inside.trials
        assert each.share == pytest.approx(inside.mean())
        assert (each.alone.trials, each.alone.failures) == (10_000, each.new_failures)
        assert each.at_least < each.inside.failures / each.inside.trials
        rate = report.rate_of(each.inside)
        assert rate.failure_lower == clopper_pearson(each.inside.failures, each.inside.trials, side="lower").lower


def test_the_lower_bound_holds_for_all_slices_looked_at():
    broken = 0
    for seed in range(8):
        log = make_log(seed, 2000)
        report = find_slices(log.attributes, log.failed, options=QUICK)
        for each in report.slices:
            which = tuple((int(c.attribute[1:]), int(c.level[1:])) for c in each.conditions)
            broken += log.rate[log.inside(which)].mean() < each.at_least
        # It says something: the strongest slice is proven worse than the whole.
        assert report.slices[0].at_least > report.overall.failures / report.overall.trials
    assert broken <= 1


def test_weights_change_rates_and_shares_only():
    rng = np.random.default_rng(8)
    bad = rng.random(4000) < 0.5
    failed = rng.random(4000) < np.where(bad, 0.2, 0.02)
    levels = [attribute("a", np.where(bad, "bad", "good"))]
    plain = find_slices(levels, failed, options=QUICK)
    heavy = find_slices(levels, failed, weights=np.where(bad, 1.0, 9.0), options=QUICK)
    assert [s.label for s in heavy.slices] == [s.label for s in plain.slices] == ["a=bad"]
    assert heavy.slices[0].share == pytest.approx(bad.sum() / (bad.sum() + 9 * (~bad).sum()))
    assert heavy.rate_of(heavy.overall).estimate > plain.rate_of(plain.overall).estimate
    alike = find_slices(levels, failed, weights=np.full(4000, 3.0), options=QUICK)
    assert alike == plain


@pytest.mark.parametrize("failed", [np.zeros(50, bool), np.ones(50, bool)])
def test_nothing_to_explain(failed):
    report = find_slices([attribute("a", ["x", "y"] * 25)], failed, options=QUICK)
    assert (report.slices, report.best_p, report.detectable) == ((), 1.0, ())


def test_nothing_to_search():
    report = find_slices([attribute("a", ["x"] * 50)], np.arange(50) < 5, options=QUICK)
    assert report.slices == ()
    assert report.searched == ()
    assert report.skipped[0][0] == "a"


def test_hostile_names_and_levels_stay_what_they_are():
    name, level = "\x1b[31m<b>", "=,\u202e"
    failed = np.arange(400) < 60
    report = find_slices([attribute(name, [level] * 50 + ["z"] * 350)], failed, options=QUICK)
    assert report.slices[0].conditions == (Condition(name, level),)
    assert report.slices[0].holds({name: level})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"depth": 5}, "depth=5"),
        ({"level": 0.0}, "level=0"),
        ({"permutations": 3}, "permutations=3"),
        ({"min_ratio": 0.5}, "min_ratio=0.5"),
        ({"cuts": 1}, "cuts=1"),
        ({"confidence": 95.0}, "confidence=95"),
        ({"edges": {"b": (1.0,)}}, "edges for 'b'"),
        ({"edges": {"a": (1.0,)}}, "not all numbers"),
    ],
)
def test_options_out_of_range_are_refused(options, says):
    with pytest.raises(UsageError, match=says):
        find_slices([attribute("a", ["x", "y"] * 25)], np.arange(50) < 5, options=SearchOptions(**options))


def test_lengths_that_differ_are_refused():
    good = attribute("a", ["x", "y"] * 25)
    with pytest.raises(UsageError, match="49 outcomes"):
        find_slices([good], np.zeros(49, bool))
    with pytest.raises(UsageError, match="outcomes"):
        find_slices([good], np.zeros(50, bool), units=np.arange(3))
    with pytest.raises(UsageError, match="at least one"):
        find_slices([], np.zeros(0, bool))
    with pytest.raises(UsageError, match="not places"):
        find_slices([Attribute("a", np.array([0, 7]), ("x",))], np.array([True, False]))


def test_ranges_of_numbers_join_where_they_fail_alike():
    rng = np.random.default_rng(9)
    size = rng.integers(0, 1000, 6000)
    failed = rng.random(6000) < np.where(size >= 600, 0.08, 0.01)
    report = find_slices([attribute("size", [str(x) for x in size])], failed, options=QUICK)
    assert len(report.slices) == 1
    low, high = report.slices[0].conditions[0].span
    assert 580 <= low <= 620
    assert high == math.inf
    at = find_slices(
        [attribute("size", [str(x) for x in size])], failed, options=replace(QUICK, edges={"size": (600.0,)})
    )
    assert at.slices[0].label == "size>=600"


def test_missing_is_a_level():
    failed = np.arange(900) % 3 == 0
    levels = [None if bad and i % 2 else "x" for i, bad in enumerate(failed)]
    report = find_slices([attribute("region", levels)], failed, options=QUICK)
    assert report.slices[0].label == "region missing"
    assert report.slices[0].holds({})
    assert not report.slices[0].holds({"region": "x"})
