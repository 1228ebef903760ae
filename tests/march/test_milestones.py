"""The record of releases in a row: order, effort, what breaks the line, which drops are real."""

from dataclasses import replace

import pytest
from milestones import HERE, marching, milestone, record

from ninemarch.march import newest_population, stand
from ninemarch.model import Difference

OTHER = HERE._replace(checks_hash="d" * 64)
IMPORTED = HERE._replace(scenarios_hash="", checks_hash="", profile_hash="")


def rows(found):
    return [(row.milestone.release, row.on_line, row.further) for row in found.standings]


def test_releases_stand_in_the_order_of_their_first_look():
    lines = [milestone(name, 3, 600, date=date) for name, date in (("b", "2026-02-01"), ("a", "2026-01-01"))]
    assert [row.milestone.release for row in stand(record(*lines)).standings] == ["a", "b"]


def test_without_a_date_they_stand_as_they_were_written():
    lines = [milestone(name, 3, 600, date=date) for name, date in (("b", "2026-02-01"), ("a", ""))]
    assert [row.milestone.release for row in stand(record(*lines)).standings] == ["b", "a"]


def test_an_old_release_run_again_keeps_its_place_and_further_looks_stand_below_it():
    lines = [
        milestone("1", 30, 600, population=OTHER, date="2026-01-01"),
        milestone("2", 3, 600, date="2026-02-01"),
        milestone("1", 33, 600, date="2026-03-01"),
    ]
    assert rows(stand(record(*lines))) == [("1", True, False), ("1", False, True), ("2", True, False)]


def test_effort_adds_up_once_a_release_until_it_is_unknown():
    lines = [
        milestone("1", 9, 600, effort=2.0),
        milestone("1", 8, 600, effort=None),
        milestone("2", 7, 600, effort=3.0),
        milestone("3", 6, 600, effort=None),
        milestone("4", 5, 600, effort=1.0),
    ]
    found = stand(record(*lines))
    assert [row.effort for row in found.standings] == [2.0, 2.0, 5.0, None, None]
    assert any("no effort is known of release 3" in note for note in found.notes)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (HERE._replace(scenarios_hash="e" * 64), ("the scenarios changed",)),
        (OTHER, ("the checks changed",)),
        (HERE._replace(profile="world"), ("profile 'default', now 'world'",)),
        (HERE._replace(scenarios_hash="e" * 64, profile_hash="f" * 64), ("the profile's shares changed",)),
        (IMPORTED, ("imported counts from here on", "the profile's shares changed", "the checks changed")),
    ],
)
def test_what_breaks_the_line_is_said_and_no_drop_is_told_over_it(now, said):
    last = stand(record(milestone("1", 3, 600), milestone("2", 300, 600, population=now))).standings[-1]
    assert (last.changes, last.drop, last.on_line) == (said, None, True)


def test_the_line_is_drawn_on_the_newest_run_not_on_counts_imported_after_it():
    lines = [milestone("1", 3, 600), milestone("0", 9, 600, population=IMPORTED, source="import", run="")]
    assert newest_population(record(*lines)) == HERE
    assert newest_population(record(lines[1])) == IMPORTED
    assert newest_population(record()) is None


def test_a_drop_of_independent_counts_is_real_only_where_the_interval_of_the_difference_says_so():
    found = stand(marching((30, 1000), (35, 1000), (90, 1000), (80, 1000))).standings
    noise, real = found[1].drop, found[2].drop
    assert found[3].drop is None
    assert (noise.proven, real.proven, real.since) == (False, True, "2")
    assert real.difference.method == "Miettinen-Nurminen"
    assert real.difference.estimate == pytest.approx(0.055)
    assert 0 < real.difference.lower < 0.055 < real.difference.upper


def test_paired_scenarios_decide_where_they_are_at_hand():
    pair = Difference(0.005, 0.001, 0.009, 0.95, 1000, "Tango", 0.01)
    asked = []

    def paired(then, now):
        asked.append((then.release, now.release))
        return pair

    found = stand(marching((30, 1000), (35, 1000), (20, 1000)), paired=paired).standings
    assert asked == [("1", "2")]  # nothing is compared where nothing fell
    assert (found[1].drop.difference, found[1].drop.proven) == (pair, True)


def test_groups_and_sequential_plans_are_only_held_beside_each_other():
    then, near, far = (
        replace(look, rate=replace(look.rate, method="confidence sequence"))
        for look in (milestone(str(k), k, 1000) for k in (30, 35, 90))
    )
    first = stand(record(then, near)).standings[1].drop
    second = stand(record(then, far)).standings[1].drop
    assert (first.difference, first.proven, second.difference, second.proven) == (None, False, None, True)


def test_nines_are_what_the_bound_proves_not_what_was_measured():
    assert [row.proven for row in stand(marching((0, 100), (0, 2995), (100, 200))).standings] == [1, 3, 0]


def test_development_seeds_and_imported_counts_are_noted():
    lines = [milestone("1", 3, 600, seed_range="development"), milestone("2", 3, 600, source="import", run="")]
    said = " ".join(stand(record(*lines)).notes)
    assert "development seeds" in said
    assert "imported counts" in said
