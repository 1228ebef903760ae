"""From a file to the frozen suite: what needs more than one value to check, and what changes the hashes."""

# ruff: noqa: E501 - one case a line

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import SuiteError
from ninemarch.suite import load, loader, shipped
from ninemarch.suite.loader import check_levels
from ninemarch.suite.shipped import shipped_folder, shipped_names

GENERATOR = "def scenario(attributes, rng):\n    return {'input': rng.random(), 'expect': 1}\n"
GENERATED = [{"generate": {"python": "made:scenario"}}]


def _inline(*ids):
    return [{"inline": [{"id": name, "input": 1} for name in ids]}]


def test_the_whole_suite_is_read(write_suite, tmp_path):
    path = write_suite(
        tmp_path,
        files={"made.py": GENERATOR, "lang.csv": "level,weight\nde,0.4\nen,0.6\n"},
        title="A title",
        version="2",
        scenarios=[
            *GENERATED,
            {"subset": "clean", "inline": [{"id": "a", "input": 1, "attributes": {"lang": "de"}}]},
        ],
        profile="traffic",
        profiles={"traffic": {"lang": "lang.csv"}, "demo": {"lang": {"de": 1}}},
        releases=[
            {"id": "1", "target": {"python": "made:scenario", "batch": 7, "factory": True, "params": {"k": 1}}}
        ],
        gates=[{"id": "g", "success": 0.999}, {"id": "n", "nines": 2, "on_fail": "warn", "each": ["lang"]}],
        trials={"max": 7, "per_scenario": 2},
        limits={"timeout": "2s"},
        demo={"profiles": ["demo"], "trials": {"demo": 3}},
    )
    suite = load(path)
    assert (suite.name, suite.title, suite.version) == ("tiny", "A title", "2")
    assert suite.default_profile == "traffic"
    assert suite.profiles["traffic"].attributes == {"lang": {"de": 0.4, "en": 0.6}}
    assert [s.subset for s in suite.sources] == ["", "clean"]
    assert suite.gates[0].success == Fraction(999, 1000)
    assert suite.gates[1].success == Fraction(99, 100)
    assert not suite.gates[1].blocking
    assert (suite.trials.max, suite.trials.per_scenario, suite.limits.timeout) == (7, 2, 2.0)
    assert suite.releases[0].target.params == {"k": 1}
    assert suite.demo.trials == {"demo": 3}


def test_a_folder_and_a_path_and_a_relative_path_are_the_same_suite(write_suite, tmp_path, monkeypatch):
    path = write_suite(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert load(path).hash == load(tmp_path).hash == load("suite.yaml").hash == load(".").hash


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"scenarios": [{"inline": []}]}, "the suite has no scenario; add inline scenarios, a file or a generator"),
        ({"scenarios": [{"subset": "s", "inline": []}]}, "the suite has no scenario"),
        ({"scenarios": _inline("a", "b", "a")}, "scenario id 'a' stands twice; give every scenario an id of its own"),
        ({"scenarios": _inline("é", "e\u0301")}, "stands twice (equal after Unicode normalisation)"),
        ({"scenarios": _inline("\u212b", "\u00c5")}, "stands twice (equal after Unicode normalisation)"),
        ({"scenarios": [*_inline("a"), *_inline("a")]}, "scenario id 'a' stands twice"),
        ({"scenarios": [*_inline("a"), {"subset": "s", "inline": [{"id": "a", "input": 1}]}]}, "'a' stands twice"),
        ({"profile": {"l": {"a": 0.5, "b": 0.4}}}, "profile default, attribute l: the weights sum to 0.9; they must sum to 1"),
        ({"profile": {"l": {"a": 0, "b": 0}}}, "the weights sum to 0; give at least one level a weight above 0"),
        ({"profile": {"l": {}}}, "the weights sum to 0"),
        ({"profile": "trafic", "profiles": {"traffic": {}}}, "profile=trafic is not among profiles; did you mean 'traffic'?"),
        ({"profile": {"l": "no.csv"}}, "no.csv: no such profile file; paths are relative to the suite file"),
        ({"seeds": {"development": [0, 50], "held_out": [50, 99]}}, "development and held_out overlap"),
        ({"seeds": {"development": [60, 70], "held_out": [50, 99]}}, "development and held_out overlap"),
        ({"seeds": {"development": [9, 1]}}, "seeds.development=[9, 1] is empty; write [first, last]"),
        ({"releases": [{"id": "1", "target": {"control": "null"}}] * 2}, "release id '1' stands twice"),
        ({"gates": [{"id": "g", "nines": 1}] * 2}, "gate id 'g' stands twice"),
        ({"checks": [{"exact": {}, "id": "a"}, {"number": {}, "id": "a"}]}, "check id 'a' stands twice"),
        ({"gates": [{"id": "g", "max_failures": 0, "check": "exakt"}]}, "gate g: no check has the id 'exakt'; did you mean 'exact'?"),
        (
            {"checks": [{"exact": {}, "severity": "minor"}], "gates": [{"id": "g", "max_failures": 0, "check": "exact"}]},
            "check 'exact' is minor, it fails no trial",
        ),
        ({"demo": {"profiles": ["defalt"]}}, "demo names the profile 'defalt'; did you mean 'default'?"),
        ({"demo": {"trials": {"x": 1}}}, "demo names the profile 'x'"),
        ({"scenarios": [{"file": "no.jsonl"}]}, "no.jsonl: no such scenario file"),
        ({"checks": [{"json_schema": {"file": "no.json"}}]}, "no.json: no such JSON schema file"),
        ({"needs": ["nosuchmodule_x", "os.nosuch", "nosuch.sub"]}, "not installed: nosuchmodule_x, os.nosuch, nosuch.sub"),
        ({"scenarios": [{"generate": {"python": "json:decoder"}}]}, "generate: json:decoder is not callable"),
        ({"scenarios": [{"generate": {"python": "nosuchmodule_x:f"}}]}, "python: nosuchmodule_x:f: no module 'nosuchmodule_x'"),
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit_together(write_suite, tmp_path, keys, words):
    with pytest.raises(SuiteError) as caught:
        load(write_suite(tmp_path, **keys))
    assert words in str(caught.value)


def test_ids_that_differ_in_case_or_by_a_space_are_two(write_suite, tmp_path):
    assert len(load(write_suite(tmp_path, scenarios=_inline("a", "A", "a ", "ß", "ss"))).sources[0].scenarios) == 5


@pytest.mark.parametrize("text", ["", "# note", "[]", "x", "12"])
def test_an_empty_file_or_one_that_is_no_mapping_is_refused(write_suite, tmp_path, text):
    with pytest.raises(SuiteError, match=r"empty or not a mapping; a suite needs at least the keys ninemarch, suite"):
        load(write_suite(tmp_path, text))


@pytest.mark.parametrize("name", ["nosuch.yaml", "datse", "a" * 300, "x\0y", "."])
def test_an_unknown_suite_is_refused_with_what_there_is(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SuiteError, match=r"no such suite|cannot look up the suite"):
        load(name)


def test_a_misspelt_shipped_suite_is_suggested(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SuiteError, match=r"did you mean 'dates'\?.*or a shipped suite \(.*dates,.* llm_json\)"):
        load("datse")


weights = st.dictionaries(st.text(min_size=1, max_size=5), st.floats(0, 1e6), min_size=1, max_size=6)


@given(weights)
def test_accepted_weights_sum_to_one_and_keep_their_ratios(levels):
    total = math.fsum(levels.values())
    scaled = {level: weight / total for level, weight in levels.items()} if total else {}
    if not total:
        with pytest.raises(SuiteError, match="sum to 0"):
            check_levels(levels, "here")
    else:
        found = check_levels(scaled, "here")
        assert math.isclose(math.fsum(found.values()), 1)
        assert found == pytest.approx(scaled)


@pytest.mark.parametrize("wrong", [-0.1, math.nan, math.inf, -math.inf])
def test_a_weight_that_is_no_share_is_refused_with_its_level(wrong):
    with pytest.raises(SuiteError, match=r"here: b=.*; allowed: 0 or more, finite"):
        check_levels({"a": 1, "b": wrong}, "here")


# --- what changes the hashes


@pytest.fixture
def hashes(write_suite, tmp_path):
    """Return the (scenarios, checks) hashes of a suite with a generator and a check in Python."""
    base = {
        "made.py": "from helper import one\n" + GENERATOR,
        "helper.py": "one = 1\n",
        "judge.py": "def check(scenario, output):\n    return True\n",
        "unused.py": "x = 1\n",
        "more.csv": "id,input\na,1\n",
    }

    def of(files=None, **keys):
        keys = {"scenarios": [*GENERATED, {"file": "more.csv"}], "checks": [{"python": "judge:check"}], **keys}
        suite = load(write_suite(tmp_path, files={**base, **(files or {})}, **keys))
        return suite.scenarios_hash, suite.checks_hash

    return of


@pytest.mark.parametrize(
    "change",
    [
        {"title": "other"},
        {"trials": {"max": 7}},
        {"gates": [{"id": "g", "nines": 3}]},
        {"releases": [{"id": "1", "target": {"control": "null"}}]},
        {"files": {"unused.py": "x = 2\n"}},
        {"checks": [{"python": "judge:check", "id": "named"}]},
    ],
)
def test_what_decides_nothing_about_a_trial_changes_no_hash(hashes, change):
    assert hashes(**change) == hashes()


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"made.py": GENERATOR + "\n"}},
        {"files": {"helper.py": "one = 2\n"}},
        {"files": {"more.csv": "id,input\na,2\n"}},
        {"profile": {"lang": {"de": 1}}},
        {"depends": ["pytest"]},
    ],
    ids=["generator", "what it imports", "file", "profile", "versions"],
)
def test_what_decides_which_scenarios_are_drawn_changes_their_hash_only(hashes, change):
    before, after = hashes(), hashes(**change)
    assert after[0] != before[0]
    assert after[1] == before[1]


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"judge.py": "def check(scenario, output):\n    return False\n"}},
        {"checks": [{"python": "judge:check", "severity": "minor"}]},
        {"checks": [{"exact": {}}]},
    ],
    ids=["code", "severity", "kind"],
)
def test_what_decides_what_passes_changes_the_checks_hash_only(hashes, change):
    before, after = hashes(), hashes(**change)
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_every_check_has_an_id_of_its_own(write_suite, tmp_path):
    checks = [{"exact": {}}, {"exact": {}}, {"number": {}, "id": "exact-2"}, {"exact": {}}, {"number": {}}]
    suite = load(write_suite(tmp_path, checks=checks))
    assert [check.id for check in suite.checks] == ["exact", "exact-3", "exact-2", "exact-4", "number"]


def test_a_json_schema_may_lie_in_a_file(write_suite, tmp_path):
    files = {"s.json": json.dumps({"type": "object"})}
    suite = load(write_suite(tmp_path, files=files, checks=[{"json_schema": {"file": "s.json"}}]))
    assert suite.checks[0].params == {"schema": {"type": "object"}}


@pytest.mark.parametrize("content", ['{"type": "object", "type": "array"}', "{", '{"a": NaN}'])
def test_a_wrong_json_schema_file_is_named(write_suite, tmp_path, content):
    with pytest.raises(SuiteError, match=r"s\.json: not valid JSON"):
        load(write_suite(tmp_path, files={"s.json": content}, checks=[{"json_schema": {"file": "s.json"}}]))


# --- what ships


def test_the_shipped_suites_are_found_beside_the_package():
    assert set(shipped_names()) >= {"adder", "dates", "desk", "digits", "llm_json"}
    assert all((shipped_folder() / name / "suite.yaml").is_file() for name in shipped_names())


def test_a_shipped_suite_without_its_libraries_says_what_installs_them(write_suite, tmp_path, monkeypatch):
    write_suite(tmp_path / "numbers", needs=["json", "nosuch_x"])
    for module in (loader, shipped):
        monkeypatch.setattr(module, "shipped_folder", lambda: tmp_path)
    monkeypatch.setattr(loader, "shipped_names", lambda: ("numbers",))
    with pytest.raises(
        SuiteError, match=r"not installed: nosuch_x; install them with: .*pip install 'ninemarch\[demo\]'"
    ):
        load("numbers")


def test_what_is_hunted_is_read_apart_and_changes_no_hash(write_suite, tmp_path):
    schema = {"type": "integer"}
    hunts = [
        {"hunt": {"python": "made:strategy", "max_examples": 20}},
        {"hunt": {"json_schema": {"schema": schema}}},
    ]
    plain = load(write_suite(tmp_path / "a", scenarios=_inline("a")))
    hunted = load(write_suite(tmp_path / "b", scenarios=[*_inline("a"), *hunts]))
    assert [(h.ref, h.schema, h.max_examples) for h in hunted.hunts] == [
        ("made:strategy", None, 20),
        ("", schema, 300),
    ]
    assert hunted.sources == plain.sources
    assert hunted.hash == plain.hash


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({"hunt": {}}, "exactly one of the keys python, json_schema"),
        ({"hunt": {"python": "a:b"}, "subset": "x"}, "what is hunted never enters a rate"),
        ({"hunt": {"python": "a:b"}, "file": "x.csv"}, "exactly one of the keys"),
        ({"hunt": {"json_schema": {"file": "no.json"}}}, "no such JSON schema file"),
    ],
)
def test_a_wrong_hunt_is_refused(write_suite, tmp_path, source, said):
    with pytest.raises(SuiteError, match=said):
        load(write_suite(tmp_path, scenarios=[*_inline("a"), source]))
