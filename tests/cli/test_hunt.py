"""``ninemarch hunt`` as a shell sees it: modes first, never a rate, hostile text harmless, finding exits 0."""

from __future__ import annotations

import json

import jsonschema
import pytest

from ninemarch.report.document import documents_schema

BOTS = """
def ride(levels, rng):
    return {"input": {**levels, "n": rng.randrange(1000)}, "expect": 1}

def drive(ask):
    if ask["wind"] == "storm" and ask["light"] == "night":
        return "\\x1b[31m<b>\\u202e" + "x" * 300
    return 1

def propose(request):
    return [{"levels": {"wind": "storm", "light": "night"}}] * request["wanted"]
"""
PROFILES = {
    "summer": {"wind": {"calm": 0.9, "storm": 0.1}, "light": {"day": 0.8, "night": 0.2}},
}


@pytest.fixture
def suite(write_suite, tmp_path):
    return write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:drive"},
        scenarios=[{"generate": {"python": "bots:ride"}}],
        profile="summer",
        profiles=PROFILES,
        gates=[{"id": "all", "success": 0.999}],
    )


def test_it_says_modes_and_cells_first_in_80_columns_and_exits_0(cli, suite, tmp_path):
    done = cli("hunt", suite, "-n", 100, cwd=tmp_path).must(
        0, "1 mode of failure", "1 cell failed of 4 combinations", "per 1,000, the yield of this search and no rate"
    )
    assert done.out.index("1 mode") < done.out.index("1 cell") < done.out.index("per 1,000")
    done.must(0, "all 4 pairs of levels: verified", "wind=storm", "decides no gate", "100 planned = ")
    assert max(map(len, done.out.splitlines())) <= 80
    assert not done.steering
    assert "100%" not in done.out


def test_json_is_one_document_with_every_mode_and_its_replay(cli, suite, tmp_path):
    document = cli("hunt", suite, "-n", 100, "--json", cwd=tmp_path).must(0).json
    jsonschema.validate(document, documents_schema())
    assert (document["kind"], document["counts_in_a_rate"], document["modes"]) == ("hunt", False, 1)
    assert document["accounts"]["planned"] == 100
    assert document["coverage"][0]["covered"] == document["coverage"][0]["possible"] == 4
    assert document["weighted"]["lower"] < 0.02 < document["weighted"]["upper"]
    (mode,) = document["found"]
    words = mode["replay"].split()[1:]
    cli(*words, cwd=tmp_path).must(0, "1 of 1 replay gave the recorded verdict")
    assert cli("show", document["hunt"], "--json", cwd=tmp_path).json == document
    cli("show", document["hunt"], "--failures", cwd=tmp_path).must(0, "light=night")


def test_no_run_gate_or_report_takes_a_hunt_for_a_run(cli, suite, tmp_path):
    hunt = cli("hunt", suite, "-n", 30, "--json", cwd=tmp_path).must(0).json["hunt"]
    for command in ("gate", "report"):
        cli(command, hunt, cwd=tmp_path).must(2, f"'{hunt}' is a hunt, which makes no rate", f"ninemarch show {hunt}")
    cli("gate", "latest", cwd=tmp_path).must(2, "no run in")
    cli("gate", "nosuch", cwd=tmp_path).must(2, "no run begins with 'nosuch'")
    cli("gate", tmp_path / ".ninemarch" / "hunts" / hunt, cwd=tmp_path).must(0, "hand-picked scenarios make no rate")


def test_an_adversary_is_named_and_quiet_is_one_line(cli, suite, tmp_path):
    cli("hunt", suite, "-n", 10, "--adversary", "python:bots:propose", cwd=tmp_path).must(
        0, "adversary python:bots:propose", "10 failures in 10 trials", "no estimate"
    )
    told = cli("hunt", suite, "-n", 10, "--adversary", "python:bots:propose", "--json", cwd=tmp_path).must(0).json
    jsonschema.validate(told, documents_schema())
    quiet = cli("hunt", suite, "-n", 10, "--adversary", "python:bots:propose", "-q", cwd=tmp_path).must(0)
    assert quiet.out.startswith("1 mode of failure in 1 cell; 10 failures in 10 trials")
    assert quiet.err == ""


def test_a_hunt_can_be_mined(cli, suite, tmp_path):
    hunt = cli("hunt", suite, "-n", 30, "--json", cwd=tmp_path).json["hunt"]
    cli("mine", hunt, cwd=tmp_path).must(0, "chosen, not drawn: counts only, no rate")
    cli("mine", hunt, "--keep", cwd=tmp_path).must(2, "it is no sample of the profile")


def test_what_a_hunt_finds_becomes_a_regression_file(cli, suite, tmp_path):
    found = cli("hunt", suite, "-n", 30, "--shrink", 100, "--json", cwd=tmp_path).must(0).json
    jsonschema.validate(found, documents_schema())
    jsonschema.validate(found["shrunk"][0], documents_schema())
    cli("mine", found["hunt"], "--promote", "again.jsonl", cwd=tmp_path).must(0)
    rows = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()]
    assert rows
    assert all((row["input"]["wind"], row["input"]["light"], row["expect"]) == ("storm", "night", 1) for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(found["hunt"] in row["source"] for row in rows)


def test_what_use_never_meets_is_missing_and_takes_no_share(cli, suite, write_suite, tmp_path):
    calm = {"wind": {"calm": 1.0}, "light": {"day": 0.5, "night": 0.5}}
    write_suite(
        tmp_path,
        target={"python": "bots:drive"},
        scenarios=[{"generate": {"python": "bots:ride"}}],
        profile="calm",
        profiles={"calm": calm, **PROFILES},
    )
    done = cli("hunt", suite, "--policy", "profile", "-n", 50, cwd=tmp_path)
    done.must(0, "2 of 4 pairs, all that use meets: verified")


def test_a_rung_of_the_ladder_runs_on_its_own_target_only(cli, write_suite, tmp_path):
    suite = write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        releases=[{"id": "1", "target": {"python": "bots:drive"}}],
        scenarios=[{"generate": {"python": "bots:ride"}}],
        profile="summer",
        profiles=PROFILES,
    )
    words = ["--release", "1", "--target", "control:null"]
    cli("hunt", suite, *words, cwd=tmp_path).must(2, "release=1 of suite tiny has a target of its own")
    assert not (tmp_path / ".ninemarch").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--policy", "mutaton"], "did you mean 'mutation'"),
        (["--policy", "uniform", "--adversary", "python:bots:propose"], "takes the place of a policy"),
        (["--forbid", "wind"], "write --forbid attribute=level"),
        (["--forbid", "wind=calm,wind=storm"], "is not understood"),
        (["--forbid", "wind=gale"], "wind has no level 'gale'"),
        (["--share", "0"], "share=0; allowed: above 0"),
        (["--strength", "9"], "--strength"),
        (["--profile", "winter"], "profile=winter is not in suite"),
        (["--adversary", "bots"], "is not understood"),
    ],
)
def test_what_is_wrong_is_said_and_exits_2(cli, suite, tmp_path, words, said):
    cli("hunt", suite, *words, cwd=tmp_path).must(2, said)
    assert not (tmp_path / ".ninemarch").exists()
