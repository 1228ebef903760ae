"""Baselines on the command line: accepted, shown, compared, in a fresh checkout and with hostile names."""

import json
import shutil

import jsonschema
import pytest

HOSTILE = "\x1b[31m<b>::error::x\u202e"
MANY = [{"id": f"s{n}", "input": n, "expect": n} for n in range(60)]
BOT = "def good(x): return x\ndef bad(x): return x if x % 5 else 'wrong'\n"


@pytest.fixture(scope="module")
def project(cli, write_suite, tmp_path_factory):
    """A suite with an accepted baseline and a worse run."""
    folder = tmp_path_factory.mktemp("project")
    write_suite(folder, files={"bots.py": BOT}, target={"python": "bots:good"}, scenarios=[{"inline": MANY}])
    cli("run", ".", "-q", "--release", HOSTILE, cwd=folder).must(0)
    cli("baseline", "accept", "latest", cwd=folder).must(0, "reports/tiny/baselines/main.json", "commit it")
    cli("run", ".", "-q", "--target", "python:bots:bad", cwd=folder).must(0)
    return folder


def test_a_worse_run_is_said_to_be_worse_and_names_the_scenarios(cli, project):
    done = cli("baseline", "diff", cwd=project).must(
        0,
        "Worse than the baseline: 12 newly failing, 0 newly passing",
        "60 scenarios paired; 0 on the baseline alone, 0 in this run alone",
        "failure rate +20.00 percentage points, 90% interval +12.88 to +29.71 (Tango)",
        "newly failing s0",
    )
    assert not done.steering
    found = cli("baseline", "diff", "--json", cwd=project).must(0).json
    assert {pair["scenario"] for pair in found["worse"]} == {f"s{n}" for n in range(0, 60, 5)}
    assert found["kind"] == "comparison"
    assert found["difference"]["p_value_mid"] < 0.001


def test_a_fresh_checkout_has_only_the_small_file_and_compares_all_the_same(cli, project, tmp_path):
    for name in ("suite.yaml", "bots.py", "reports"):
        source = project / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    cli("run", ".", "-q", "--target", "python:bots:bad", cwd=tmp_path).must(0)
    cli("baseline", "diff", cwd=tmp_path).must(0, "Worse than the baseline: 12 newly failing")


def test_a_baseline_is_shown(cli, project):
    done = cli("baseline", "show", ".", cwd=project).must(0, "baseline main", "60 scenarios, 0 of them failed")
    assert not done.steering
    shown = cli("baseline", "show", ".", "--json", cwd=project).must(0).json
    assert (shown["kind"], shown["scenarios"], shown["counts"]["pass"]) == ("baseline", 60, 60)


def test_a_baseline_that_is_not_there_is_said_with_those_that_are(cli, project):
    for words in (["show", "."], ["diff", "latest"]):
        cli("baseline", *words, "--name", "mian", cwd=project).must(
            2, "no baseline 'mian' of suite tiny", "known: main", "ninemarch baseline accept RUN"
        )


def test_a_name_that_is_a_path_is_refused(cli, project):
    cli("baseline", "accept", "latest", "--name", "../../x", cwd=project).must(2, "allowed: letters, digits")


def test_a_damaged_baseline_is_refused(cli, project, tmp_path):
    shutil.copytree(project, tmp_path / "p")
    path = tmp_path / "p" / "reports" / "tiny" / "baselines" / "main.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["counts"]["planned"] += 1
    path.write_text(json.dumps(document), encoding="utf-8")
    cli("baseline", "diff", cwd=tmp_path / "p").must(2, "does not add up", "bring it back from git")


@pytest.mark.parametrize(
    ("keys", "words", "why"),
    [
        ({}, ["--scenario", "s1"], "chosen scenarios"),
        ({}, ["-w", "a=x"], "only a part of the profile"),
        ({"checks": [{"python": "judge:breaks"}]}, [], "it is invalid"),
    ],
    ids=["chosen", "filtered", "invalid"],
)
def test_a_run_that_is_no_whole_sample_cannot_be_accepted(cli, write_suite, tmp_path, keys, words, why):
    marked = [{**one, "attributes": {"a": "x" if one["input"] % 2 else "y"}} for one in MANY]
    files = {"judge.py": "def breaks(scenario, output): raise ValueError\n"}
    write_suite(tmp_path, files=files, scenarios=[{"inline": marked}], **keys)
    cli("run", ".", "-q", *words, cwd=tmp_path)
    cli("baseline", "accept", "latest", cwd=tmp_path).must(2, "cannot become a baseline", why)
    assert not (tmp_path / "reports").exists()


def test_a_gate_against_a_baseline_first_says_loudly_that_there_is_none_then_judges(cli, write_suite, tmp_path):
    many = [{"id": f"s{n}", "input": n, "expect": n} for n in range(300)]
    gates = [{"id": "steady", "baseline": "main", "max_drop": 0.05}]
    suite = {"files": {"bots.py": BOT}, "target": {"python": "bots:good"}, "gates": gates}
    write_suite(tmp_path, scenarios=[{"inline": many}], **suite)
    said = ("NOT PROVEN", "no baseline 'main'", "not evaluated", "ninemarch baseline accept RUN --name main")
    cli("run", ".", cwd=tmp_path).must(3, *said)
    cli("baseline", "accept", "latest", cwd=tmp_path).must(0)
    cli("gate", cwd=tmp_path).must(0, "PASS")
    cli("run", ".", "--target", "python:bots:bad", cwd=tmp_path).must(1, "FAIL")
    # Of other scenarios it is no baseline: what it says about them is nothing.
    write_suite(tmp_path, scenarios=[{"inline": many[1:]}], **suite)
    cli("run", ".", cwd=tmp_path).must(3, *said)


def test_two_runs_are_compared_without_a_baseline(cli, project):
    first = cli("baseline", "show", ".", "--json", cwd=project).json["run"]
    second = cli("gate", "latest", "--json", cwd=project).json["run"]
    done = cli("compare", first, second, cwd=project).must(
        0, "60 scenarios paired; 0 then alone, 0 in this run alone", "newly failing s0"
    )
    assert "baseline" not in done.out
    assert not done.steering
    schema = jsonschema.Draft202012Validator(cli("schema", cwd=project).json)
    schema.validate(cli("compare", first, "--json", cwd=project).json)
    cli("compare", first, first, cwd=project).must(2, "they are the same run")


def test_what_an_average_hides_is_said(cli, write_suite, tmp_path):
    rows = [{**row, "attributes": {"size": "small" if row["input"] < 20 else "large"}} for row in MANY]
    bots = "def old(x): return x if x < 20 else 'no'\ndef new(x): return x if x >= 20 else 'no'\n"
    write_suite(tmp_path, files={"hidden_bots.py": bots}, scenarios=[{"inline": rows}])
    first, second = (
        cli("run", ".", "--json", "--target", f"python:hidden_bots:{name}", cwd=tmp_path).must(0).json["run"]
        for name in ("old", "new")
    )
    cli("compare", first, second, cwd=tmp_path).must(
        0,
        "Better than python:hidden_bots:old, but worse in 1 slice: 20 newly failing, 40 newly passing",
        "worse where size=small: 20 newly failing, 0 newly passing of 20 scenarios",
        "for all 2 slices looked at",
    )
    slices = cli("compare", first, second, "--json", cwd=tmp_path).json["slices"]
    assert [(each["level"], each["worse"], each["better"]) for each in slices] == [("large", 0, 40), ("small", 20, 0)]


def test_runs_of_two_suites_are_not_compared(cli, write_suite, tmp_path):
    for name in ("one", "two"):
        write_suite(tmp_path / name, suite=name)
    first = cli("run", "one", "--json", cwd=tmp_path).must(0).json["run"]
    cli("run", "two", "-q", cwd=tmp_path).must(0)
    cli("compare", first, "latest", cwd=tmp_path).must(2, "they are of other suites (one and two)")
