"""Slices in which two runs differ: planted ones are found, chance alone names none, groups count once."""

import random

import pytest

from ninemarch import table
from ninemarch.engine import Selection
from ninemarch.model import CheckSpec, Scenario, TargetSpec, Trials
from ninemarch.suite import make
from ninemarch.workflow import run
from ninemarch.workflow.baseline import baseline_of, beside

LEVELS = [f"l{n}" for n in range(8)]


@pytest.fixture
def compared(tmp_path):
    """A function of two rules (scenario -> fails) that runs both and compares the second with the first."""

    def go(first, second, *, many=800, group=None, repeats=1):
        rng = random.Random(7)
        scenarios = [
            Scenario(
                id=f"s{n}",
                input=n,
                expect=n,
                attributes={"level": rng.choice(LEVELS), "half": "ab"[n // 2 % 2], "all": "x", "name": f"n{n}"},
                group=group(n) if group else "",
            )
            for n in range(many)
        ]
        runs = []
        for rule in (first, second):
            check = CheckSpec("python", {"name": "same"}, function=lambda s, _, rule=rule: not rule(s))
            suite = make("planted", scenarios, checks=[check], trials=Trials(many * repeats, repeats, stop="fixed"))
            runs.append(run(suite, Selection(target=TargetSpec("control", "oracle")), root=tmp_path, ledger=False))
        return beside(baseline_of(runs[0]), runs[1])

    return go


def rare(scenario):
    return int(scenario.id[1:]) % 10 == 3


def test_a_slice_that_got_worse_is_found_though_the_whole_got_better(compared):
    found = compared(rare, lambda s: s.attributes["level"] == "l3" and int(s.id[1:]) % 3 == 0)
    assert found.difference.upper < 0
    assert [(each.attribute, each.level) for each in found.hidden] == [("level", "l3")]
    (worse,) = found.hidden
    inside = [s for s in found.worse if s.now.failed]
    assert (worse.worse, worse.better) == (len(inside), sum(1 for pair in found.better if level_of(pair) == "l3"))
    assert found.looked == len(LEVELS) + 2  # neither the level that all share nor 800 names


def level_of(pair):
    rng = random.Random(7)
    return [rng.choice(LEVELS) for _ in range(800)][int(pair.id[1:])]


def test_two_equal_systems_differ_nowhere_nineteen_times_of_twenty(compared):
    named = 0
    for seed in range(12):
        first, second = random.Random(seed), random.Random(-seed - 1)
        found = compared(lambda _, r=first: r.random() < 0.2, lambda _, r=second: r.random() < 0.2, many=120)
        named += bool(found.slices)
    assert named <= 3  # at 5% each, more than 3 of 12 happen twice in 1,000 times


def test_scenarios_of_one_group_are_one_unit(compared):
    broken = compared(lambda s: False, lambda s: int(s.id[1:]) < 40, many=80, group=lambda n: f"g{n // 40}")
    assert len(broken.worse) == 40
    assert not broken.slices  # one group of two fails: that is one coin, not forty


def test_repeats_that_come_out_even_say_nothing(compared):
    flip = iter(range(10**6))
    half = compared(lambda s: next(flip) % 2 == 0, lambda s: next(flip) % 2 == 1, many=60, repeats=2)
    assert not half.worse
    assert not half.better
    assert not half.slices


def test_runs_without_attributes_are_compared_as_a_whole(tmp_path):
    scenarios = [Scenario(id=f"s{n}", input=n, expect=n) for n in range(60)]
    suite = make("bare", scenarios, checks=[CheckSpec("exact")])
    runs = [run(suite, Selection(target=TargetSpec("control", name)), root=tmp_path) for name in ("oracle", "null")]
    found = beside(baseline_of(runs[0]), runs[1])
    assert table.head(table.ensure(runs[1].folder)).attributes == ()
    assert (len(found.worse), found.looked, found.slices) == (60, 0, ())
