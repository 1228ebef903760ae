"""``ninemarch suite``: list, show, validate, verify and schema on own suites and on those that ship."""

import importlib.util
import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from ninemarch.report.document import documents_schema
from ninemarch.suite.shipped import shipped_folder, shipped_names

EXTRAS = {"dates": ("babel", "dateparser"), "llm_json": ("json_repair",), "digits": ("sklearn",)}
MADE = "def scenario(levels, rng):\n    return {'input': rng.randrange(10**6), 'expect': 1}\n"


def _needs(name):
    for module in EXTRAS[name]:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed")


@pytest.fixture(scope="module")
def schema(cli, tmp_path_factory):
    return cli("suite", "schema", cwd=tmp_path_factory.mktemp("schema")).must(0).json


def test_the_schema_is_itself_valid(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", shipped_names())
def test_the_schema_takes_the_shipped_suites_and_refuses_a_misspelt_key(schema, name):
    document = YAML(typ="safe", pure=True).load((shipped_folder() / name / "suite.yaml").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(document)) == []
    for key in document:
        wrong = {(f"{k}x" if k == key else k): v for k, v in document.items()}
        assert any("unexpected" in error.message for error in validator.iter_errors(wrong)), key


@pytest.mark.parametrize(
    "change",
    [
        {"gates": [{"id": "g", "sucess": 0.9}]},
        {"gates": [{"id": "g", "nines": 0}]},
        {"scenarios": []},
        {"scenarios": [{"inline": [{"id": 1, "input": 1}]}]},
        {"ninemarch": 2},
        {"suite": "../x"},
        {"version": ""},
        {"trials": {"max": 0}},
        {"profile": {"lang": {"de": -1}}},
        {"gates": [{"id": "g", "success": 99.9}]},
        {"gates": [{"id": "g", "success": 0.9, "confidence": 95}]},
        {"target": {"python": "bots"}},
        {"limits": {"timeout": "10 s"}},
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(schema, write_suite, tmp_path, change):
    good = json.loads(write_suite(tmp_path).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, **change})


def test_list_names_what_ships(cli, tmp_path):
    done = cli("suite", "list", cwd=tmp_path).must(0)
    said = done.out.splitlines() + done.err.splitlines()  # one whose libraries are missing is named on stderr
    assert {line.replace(":", " ").split()[0] for line in said} >= {"dates", "desk", "digits", "llm_json"}


@pytest.mark.parametrize("name", EXTRAS)
def test_what_ships_is_valid_and_can_be_looked_at(cli, tmp_path, name):
    _needs(name)
    cli("suite", "validate", name, cwd=tmp_path).must(0, f"{name} ", "is valid (")
    shown = cli("suite", "show", name, "-n", "2", "--json", cwd=tmp_path).must(0).json
    assert (shown["suite"], len(shown["examples"])) == (name, 2)
    jsonschema.validate(shown, documents_schema())
    assert shown["diversity"]["coverage"][0]["share_of_use"] > 0.9
    assert not list(tmp_path.iterdir())


def test_what_ships_passes_its_controls(cli, tmp_path):
    _needs("llm_json")
    done = cli("suite", "verify", "llm_json", "-n", "50", cwd=tmp_path).must(0, "generator 50 scenarios made")
    assert {line[0] for line in done.out.splitlines()} == {"✓"}
    assert "✓ limit      no nonsense was seen to pass; that up to " in done.out


@pytest.fixture
def made(write_suite, tmp_path):
    return write_suite(
        tmp_path,
        files={"made.py": MADE},
        title="Numbers",
        scenarios=[
            {"generate": {"python": "made:scenario"}},
            {"subset": "clean", "inline": [{"id": "a", "input": 1}]},
        ],
        profile={"lang": {"de": 0.25, "en": 0.75}},
        gates=[{"id": "g", "success": 0.99}],
        releases=[{"id": "1", "name": "first", "target": {"control": "oracle"}}],
    )


def test_show_prints_everything_a_suite_holds(cli, made, tmp_path):
    said = ["tiny 1 Numbers", "generator", "1 listed scenario (subset clean)", "development 0 to 999"]
    said += ["lang: en 0.75, de 0.25", "release 1 first", "gate g: 99% at 95% confidence"]
    cli("suite", "show", ".", cwd=tmp_path).must(0, *said, "scenario default:0:0", "scenario default:0:2")


def test_show_draws_what_it_is_asked_for(cli, made, tmp_path):
    def shown(*words):
        return [s["id"] for s in cli("suite", "show", ".", "--json", *words, cwd=tmp_path).must(0).json["examples"]]

    assert shown("-n", "0") == []
    assert shown("-n", "2", "--seed", "7") == ["default:7:0", "default:7:1"]


def test_show_is_the_same_twice(cli, made, tmp_path):
    assert cli("suite", "show", ".", cwd=tmp_path).out == cli("suite", "show", ".", cwd=tmp_path).out


def test_show_tells_how_different_scenarios_are_and_warns_of_copies(cli, write_suite, tmp_path):
    asked = [
        {"id": f"\x1b[31m{n}", "input": f"What is the fare from Rome to Bonn for {n} people, one way?", "expect": n}
        for n in range(40)
    ]
    write_suite(tmp_path, scenarios=[{"inline": asked}])
    done = cli("suite", "show", ".", cwd=tmp_path).must(
        0, "40 scenarios are worth", "40 of 40 scenarios have a near-copy"
    )
    done.must(0, "warning: by their words 40 scenarios are worth", "give those made from one text one group")
    assert not done.steering
    assert "warning" not in done.out
    quiet = cli("suite", "show", ".", "--compare", "0", "--json", cwd=tmp_path).must(0)
    assert (quiet.err, quiet.json["diversity"]) == ("", None)
    jsonschema.validate(quiet.json, documents_schema())
    grouped = [{**each, "group": "fares"} for each in asked]
    write_suite(tmp_path, scenarios=[{"inline": grouped}])
    assert "warning" not in cli("suite", "show", ".", cwd=tmp_path).must(0, "all inside their group").err


def test_show_counts_a_scenario_once_however_often_it_is_repeated(cli, write_suite, tmp_path):
    write_suite(tmp_path, trials={"per_scenario": 5, "max": 50})
    assert cli("suite", "show", ".", "--json", cwd=tmp_path).must(0).json["diversity"]["scenarios"] == 10
    write_suite(tmp_path, scenarios=[{"subset": "few", "inline": [{"id": "a", "input": "b", "expect": "b"}]}])
    cli("suite", "show", ".", "-n", "0", cwd=tmp_path).must(0, "subset few")


def test_validate_prints_the_hash_that_a_run_records(cli, made, tmp_path):
    said = cli("suite", "validate", ".", cwd=tmp_path).must(0).out
    run = cli("run", ".", "-n", "5", "--json", cwd=tmp_path).json
    assert run["plan"]["hash"] in said


def test_validate_warns_on_stderr_and_strict_makes_it_an_error(cli, write_suite, tmp_path):
    write_suite(tmp_path, gates=[{"id": "three", "success": 0.999}])
    done = cli("suite", "validate", ".", cwd=tmp_path).must(0, "is valid")
    assert "warning: gate three: 10 trials cannot prove it; at least 2,995 clean trials are needed" in done.err
    cli("suite", "validate", ".", "--strict", cwd=tmp_path).must(2, "2,995")


def test_verify_says_which_control_failed(cli, made, tmp_path):
    (tmp_path / "made.py").write_text(MADE.replace("'expect': 1", "'expect': ''"), encoding="utf-8")
    done = cli("suite", "verify", ".", "-n", "20", cwd=tmp_path).must(4, "an empty answer fails 1 of 21 scenarios")
    assert "✗ null" in done.out
    assert not (tmp_path / ".ninemarch").exists()


def test_verify_refuses_a_gate_above_what_the_checks_can_tell(cli, write_suite, tmp_path):
    keys = {
        "scenarios": [{"inline": [{"id": str(i), "input": f"{i} + 1 =", "expect": i + 1} for i in range(40)]}],
        "gates": [{"id": "overall", "success": 0.9}],
    }
    write_suite(tmp_path, checks=[{"contains": {}}], **keys)
    done = cli("suite", "verify", ".", cwd=tmp_path).must(
        4, "! dump       every answer that scenarios expect: 40 of 40"
    )
    assert "✗ limit      check-limited at " in done.out
    assert "✗ gates      no run can prove overall (90%): let the checks refuse it" in done.out
    document = json.loads(cli("suite", "verify", ".", "--json", cwd=tmp_path).must(4).out)
    jsonschema.Draft202012Validator(documents_schema()).validate(document)
    assert (document["holds"], document["gates_above"], document["ceiling"]["by"]) == (False, ["overall"], "check")
    short = {"json_schema": {"schema": {"maxLength": 3}}}
    write_suite(tmp_path, checks=[{"contains": {"words": True}}, short], **keys)
    cli("suite", "verify", ".", cwd=tmp_path).must(0, "✓ limit      no nonsense was seen to pass")
