"""Drawing: scenario i is the same everywhere, levels follow the profile, filters keep ids."""

# ruff: noqa: E501 - one case a line

import json
import random
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from ninemarch.errors import UsageError
from ninemarch.model import CheckSpec, Profile, Scenario, Source, Suite, Trials
from ninemarch.suite import Schedule, draw, find_drawn, find_scenario, load, make
from ninemarch.suite.draw import Drawer, GeneratorFault, Maker

PROFILE = {
    "lang": {"de": 0.7, "en": 0.25, "fr": 0.05},
    "size": {"l": 0.5, "s": 0.5},
    "rare": {"yes": 0.001, "no": 0.999},
}


def _scenario(levels, rng):
    return {
        "input": [dict(levels), rng.random()],
        "expect": rng.randrange(100),
        "attributes": {"odd": str(rng.randrange(2))},
    }


def _suite(generator=_scenario, **keys):
    return make("s", generator, checks=[CheckSpec("exact")], **{"profile": PROFILE, **keys})


def _schedule(suite=None, planned=50, seed=1000, **keys):
    return Schedule(suite or _suite(), profile="", seed=seed, planned=planned, **keys)


def _ids(schedule):
    return [item.id for _, _, item in schedule]


# --- the same everywhere


@given(st.permutations(range(30)), st.integers(0, 2**63 - 1))
def test_a_scenario_does_not_depend_on_what_was_drawn_before(order, seed):
    suite = _suite()
    profile = suite.profiles["default"]
    drawer = Drawer(suite, profile, seed)
    assert all(drawer.scenario(i) == Drawer(suite, profile, seed).scenario(i) for i in order[:5])


def test_a_scenario_does_not_touch_or_need_the_global_generator():
    random.seed(1)
    before = random.getstate()
    first = [item for *_, item in _schedule()]
    assert random.getstate() == before
    random.seed(2)
    assert [item for *_, item in _schedule()] == first


OTHER_PROCESS = """
import json, sys
from ninemarch.suite import Schedule, load
suite = load(sys.argv[1])
print(json.dumps([[s.id, s.input, s.expect, s.attributes] for *_, s in
                  Schedule(suite, profile="", seed=7, planned=40)]))
"""
GENERATOR = """
def scenario(levels, rng):
    return {"input": [levels, rng.random()], "expect": rng.choice("abc"), "attributes": {"n": str(rng.randrange(9))}}
"""


@pytest.mark.parametrize("hash_seed", ["0", "12345"])
def test_another_process_with_another_hash_seed_draws_the_same(write_suite, tmp_path, hash_seed):
    path = write_suite(
        tmp_path,
        files={"made.py": GENERATOR},
        scenarios=[
            {"generate": {"python": "made:scenario"}},
            {"inline": [{"id": f"x{i}", "input": i} for i in range(9)]},
        ],
        profile=PROFILE,
    )
    here = [[s.id, s.input, s.expect, s.attributes] for *_, s in Schedule(load(path), profile="", seed=7, planned=40)]
    there = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, str(path)],
        capture_output=True, check=True, text=True,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert json.loads(there.stdout) == here


def test_a_known_draw_stays_as_it_is():
    # Written down once: a change here changes every recorded run, and must be a new format of the hash.
    suite = Suite("s", (Source(generator=_scenario),), (), {"p": Profile("p", PROFILE)}, "p", scenarios_hash="fixed")
    drawn, rng = Drawer(suite, suite.profiles["p"], 42).levels(7)
    assert (drawn, rng.getrandbits(32)) == KNOWN


KNOWN = ({"lang": "en", "rare": "no", "size": "s"}, 3520001328)


@pytest.mark.parametrize("change", [{"seed": 1001}, {"suite": _suite(version="2")}])
def test_another_seed_or_suite_draws_something_else(change):
    same = [item.input for *_, item in _schedule()]
    assert not any(item.input in same for *_, item in _schedule(**change))


# --- levels follow the profile


@pytest.mark.parametrize(("attribute", "level"), [(a, level) for a, levels in PROFILE.items() for level in levels])
def test_levels_are_drawn_at_their_share(attribute, level):
    many = 20_000
    drawer = Drawer(_suite(), Profile("default", PROFILE), 5)
    seen = sum(drawer.levels(i)[0][attribute] == level for i in range(many))
    share = PROFILE[attribute][level]
    # Exact and two-sided; with 7 levels a right draw is refused in one of 1,400 fixed seeds, and this seed is fixed.
    assert min(binom.cdf(seen, many, share), binom.sf(seen - 1, many, share)) > 0.0001 / 2


def test_attributes_are_drawn_independently():
    drawer, many = Drawer(_suite(), Profile("default", PROFILE), 6), 20_000
    pairs = Counter((d["lang"], d["size"]) for d, _ in map(drawer.levels, range(many)))
    for (lang, size), seen in pairs.items():
        share = PROFILE["lang"][lang] * PROFILE["size"][size]
        assert min(binom.cdf(seen, many, share), binom.sf(seen - 1, many, share)) > 0.0001 / 2


def test_a_level_of_weight_zero_is_never_drawn():
    drawer = Drawer(_suite(), Profile("p", {"a": {"x": 0.0, "y": 1.0, "z": 0.0}}), 1)
    assert {drawer.levels(i)[0]["a"] for i in range(2000)} == {"y"}


def test_generators_share_by_their_count():
    suite = Suite(
        "s",
        (Source(generator=lambda a, r: {"input": 1}, weight=3), Source(generator=lambda a, r: {"input": 2}, weight=1)),
        (), {"p": Profile("p")}, "p", scenarios_hash="x",
    )  # fmt: skip
    drawer = Drawer(suite, suite.profiles["p"], 0)
    seen = sum(drawer.scenario(i).input == 1 for i in range(4000))
    assert min(binom.cdf(seen, 4000, 0.75), binom.sf(seen - 1, 4000, 0.75)) > 0.0001 / 2


# --- the schedule


def test_the_schedule_repeats_itself_and_numbers_its_trials():
    schedule = _schedule()
    assert list(schedule) == list(schedule)
    assert [number for number, _, _ in schedule] == list(range(50))


def test_more_trials_only_add_to_the_end():
    assert _ids(_schedule(planned=200))[:50] == _ids(_schedule(planned=50))


def test_a_filter_keeps_the_ids_and_the_order():
    everything = {item.id: item for *_, item in _schedule(planned=400)}
    for where in ({"lang": "en"}, {"odd": "1"}, {"lang": "de", "size": "s"}):
        kept = [name for name, item in everything.items() if where.items() <= item.attributes.items()]
        found = _ids(_schedule(planned=len(kept), where=where))
        assert found == kept
        assert all(find_scenario(_suite(), name) == everything[name] for name in found[:5])


def test_repeats_of_a_scenario_follow_each_other():
    schedule = _schedule(_suite(trials=Trials(per_scenario=3)), planned=7)
    assert [repeat for _, repeat, _ in schedule] == [0, 1, 2, 0, 1, 2, 0]
    assert len(set(_ids(schedule))) == 3


LISTED = [Scenario(f"s{i}", i, attributes={"lang": "de" if i % 3 else "en"}) for i in range(12)]


def _listed(**keys):
    return make("s", LISTED, checks=[CheckSpec("exact")], **keys)


def test_listed_scenarios_are_each_run_once_in_an_order_that_the_seed_decides():
    one, two = _ids(_schedule(_listed(), seed=1)), _ids(_schedule(_listed(), seed=2))
    assert sorted(one) == sorted(two) == sorted(s.id for s in LISTED)
    assert one != two
    assert one == _ids(_schedule(_listed(), seed=1))


def test_fewer_trials_than_scenarios_take_a_part_and_more_are_not_planned():
    assert _schedule(_listed(), planned=5).planned == 5
    assert _schedule(_listed(), planned=5000).planned == 12
    assert _schedule(_listed(trials=Trials(per_scenario=4)), planned=5000).planned == 48


def test_listed_and_drawn_scenarios_are_mixed():
    suite = Suite(
        "s", (Source(scenarios=tuple(LISTED)), Source(generator=_scenario)), (), {"p": Profile("p", PROFILE)}, "p"
    )
    schedule = Schedule(suite, profile="p", seed=1, planned=100)
    listed = [number for number, _, item in schedule if item.id.startswith("s")]
    assert len(listed) == len(LISTED)
    assert max(listed) > 50  # not all in front
    assert not schedule.drawn
    assert _schedule().drawn


def test_a_subset_is_run_only_when_it_is_asked_for():
    sources = (Source(scenarios=tuple(LISTED[:3])), Source(scenarios=tuple(LISTED[3:5]), subset="clean"))
    suite = Suite("s", sources, (), {"p": Profile("p")}, "p")
    assert sorted(_ids(Schedule(suite, profile="p", seed=1, planned=99))) == ["s0", "s1", "s2"]
    assert sorted(_ids(Schedule(suite, profile="p", seed=1, planned=99, subset="clean"))) == ["s3", "s4"]
    with pytest.raises(UsageError, match=r"subset=claen is not in the suite; did you mean 'clean'\?; known: clean"):
        Schedule(suite, profile="p", seed=1, planned=99, subset="claen")


def test_chosen_ids_are_run_and_nothing_else():
    assert _ids(_schedule(ids=["default:3:14"])) == ["default:3:14"]
    assert sorted(_ids(_schedule(_listed(), ids=["s3", "s1"]))) == ["s1", "s3"]


@pytest.mark.parametrize(
    ("suite", "keys", "words"),
    [
        (_suite(), {"where": {"lang": "xx"}}, '-w lang=xx: no such level; give one of ["de", "en", "fr"]'),
        (_suite(), {"where": {"nosuch": "1"}}, "nosuch=1 selects no scenario of suite s"),
        (_suite(), {"where": {"odd": "2"}}, "odd=2 selects no scenario of suite s"),
        (_suite(), {"ids": ["default:1:1"], "where": {"lang": "fr", "odd": "3"}}, "no such level; give one of"),
        (_listed(), {"where": {"lnag": "de"}}, "no scenario has the attribute 'lnag'; did you mean 'lang'?"),
        (_listed(), {"where": {"lang": "fr"}}, '-w lang=fr: no such level; give one of ["de", "en"]'),
        (_suite(), {"ids": ["nosuch"]}, "no scenario 'nosuch' in suite s; drawn scenarios are named profile:seed:index"),
        (_suite(), {"ids": ["default:1:" + "9" * 5000]}, "no scenario 'default:1:999"),
        (_suite(), {"ids": ["default:-1:1"]}, "no scenario 'default:-1:1'"),
        (_suite(), {"ids": ["other:1:1"]}, "no scenario 'other:1:1'"),
        (_listed(), {"ids": ["s99"]}, "no scenario 's99' in suite s; did you mean 's9'?"),
        (_suite(), {"ids": ["\x1b[31m"]}, "no scenario '\\x1b[31m'"),
    ],
)  # fmt: skip
def test_what_selects_nothing_is_refused_with_what_there_is(monkeypatch, suite, keys, words):
    monkeypatch.setattr(draw, "FILTER_PATIENCE", 500)
    with pytest.raises(UsageError) as caught:
        _schedule(suite, **keys)
    assert words in str(caught.value)


def test_an_unknown_profile_is_refused():
    with pytest.raises(
        UsageError, match=r"profile=defalt is not in suite s; did you mean 'default'\?; known: default"
    ):
        Schedule(_suite(), profile="defalt", seed=1, planned=1)


# --- what a generator may return


def _broken(value):
    return lambda levels, rng: value


def _leaves(levels, rng):
    raise SystemExit(0)


def _raises(levels, rng):
    raise ValueError("no \x1b[31m luck")


@pytest.mark.parametrize(
    ("generator", "words"),
    [
        (_raises, "the generator failed: ValueError: no \\x1b[31m luck"),
        (_leaves, "the generator failed: SystemExit: 0"),
        (_broken(None), "it must return a dict with the key 'input'; it returned a NoneType"),
        (_broken([1]), "it returned a list"),
        (_broken({}), "it must return 'input' and may return"),
        (_broken({"input": 1, "wieght": 1}), 'it returned the keys ["input", "wieght"]'),
        (_broken({"input": 1, 3: 1}), 'it returned the keys ["3", "input"]'),
        (
            _broken({"input": 1, "attributes": {"n": 3}}),
            "attributes (names and levels), group and void must be texts",
        ),
        (_broken({"input": 1, "attributes": {3: "n"}}), "must be texts"),
        (_broken({"input": 1, "attributes": ["n"]}), "must be texts"),
        (_broken({"input": 1, "attributes": {"n": "\ud800"}}), "without lone surrogates"),
        (_broken({"input": 1, "group": 3}), "must be texts"),
        (_broken({"input": 1, "void": 3}), "must be texts"),
        (_broken({"input": 1, "void": None}), "must be texts"),
        (_broken({"input": 1, "severity": "awful"}), "'awful' is not a valid Severity"),
        (_broken({"input": 1, "weight": -1}), "weight=-1; allowed: a finite number, 0 or more"),
        (_broken({"input": 1, "weight": float("nan")}), "weight=NaN; allowed"),
        (_broken({"input": 1, "weight": float("inf")}), "weight=Infinity; allowed"),
        (_broken({"input": 1, "weight": "x"}), "weight=x; allowed"),
        (_broken({"input": 1, "weight": True}), "weight=true; allowed"),
    ],
)
def test_what_is_no_scenario_is_a_fault_that_keeps_id_and_levels(generator, words):
    number, repeat, fault = next(iter(_schedule(_suite(generator))))
    assert (number, repeat) == (0, 0)
    assert isinstance(fault, GeneratorFault)
    assert words in str(fault)
    assert fault.scenario.id == "default:1000:0"
    assert set(fault.scenario.attributes) == set(PROFILE)


def test_a_generator_may_set_every_field():
    made = {
        "input": [1], "expect": None, "attributes": {"lang": "xx", "new": "1"}, "group": "g",
        "severity": "critical", "weight": 2, "void": "two answers",
    }  # fmt: skip
    scenario = Drawer(_suite(_broken(made)), Profile("default", PROFILE), 1).scenario(3)
    assert (scenario.id, scenario.group, scenario.severity.value, scenario.weight) == (
        "default:1:3",
        "g",
        "critical",
        2.0,
    )
    assert scenario.void == "two answers"
    assert scenario.attributes["lang"] == "xx"  # what was realised counts, not what was drawn
    assert set(scenario.attributes) == {*PROFILE, "new"}


def test_a_scenario_that_cannot_be_made_again_says_so():
    with pytest.raises(UsageError, match="scenario default:1:2 of suite s: the generator failed: SystemExit"):
        find_scenario(_suite(_leaves), "default:1:2")


def test_a_maker_makes_the_chosen_levels_and_the_same_stream_the_same_scenario():
    suite = _suite(_echo)
    first = Maker(suite).scenario("n", {"a": "y"}, stream="1")
    assert first.attributes == {"a": "y"}
    assert first == Maker(suite).scenario("n", {"a": "y"}, stream="1")
    assert first.input["number"] == Maker(suite).scenario("n", {"a": "x"}, stream="1").input["number"]
    assert first.input != Maker(suite).scenario("n", {"a": "y"}, stream="2").input


def test_a_maker_needs_a_generator_and_names_a_broken_one():
    with pytest.raises(UsageError, match="has no generator"):
        Maker(make("s", [Scenario(id="a", input=1)], checks=[CheckSpec("exact")]))
    broken = _suite(lambda levels, rng: levels["b"])
    with pytest.raises(GeneratorFault, match="KeyError"):
        Maker(broken).scenario("n", {"a": "x"}, stream="1")


def test_a_drawn_scenario_is_made_at_other_levels_from_the_same_random_numbers():
    suite = _suite(_echo)
    drawn = find_drawn(suite, "default:1000:7")
    assert drawn.at(drawn.levels) == find_scenario(suite, "default:1000:7")
    other = drawn.at({**drawn.levels, "lang": "fr"})
    assert other.attributes["lang"] == "fr"
    assert other.input["number"] == drawn.at(drawn.levels).input["number"]
    assert find_drawn(suite, "default:1000") is find_drawn(suite, "nosuch:1000:7") is None
    assert (
        find_drawn(make("s", [Scenario(id="default:1:2", input=1)], checks=[CheckSpec("exact")]), "default:1:2")
        is None
    )


def _echo(levels, rng):
    return {"input": {"levels": dict(levels), "number": rng.random()}, "expect": 1}
