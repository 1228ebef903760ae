"""``waivers.toml`` through the real command line: in every output, beside the suite and in the working folder."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from junitparser import JUnitXml

MANY = [{"id": f"s{i}", "input": i, "expect": i} for i in range(300)]
BOT = "def bot(x):\n    return 'no' if x < 3 else x\n"
TODAY = datetime.now(UTC).date()


def entry(table="waiver", match='text = "expected"', created=-1, expires=20, more=""):
    return (
        f"[[{table}]]\nmatch = {{{match}}}\nreason = '''late [red]x[/red] <b>'''\nowner = 'ana'\nissue = 'SHOP-1'\n"
        f"created = {TODAY + timedelta(created)}\nexpires = {TODAY + timedelta(expires)}\n{more}"
    )


@pytest.fixture
def suite(write_suite, tmp_path):
    def write(waivers, folder="suites/one"):
        write_suite(
            tmp_path / folder,
            files={"bots.py": BOT, "waivers.toml": waivers},
            target={"python": "bots:bot"},
            scenarios=[{"inline": MANY}],
            gates=[{"id": "g", "success": 0.99}],
        )
        return folder

    return write


def test_every_output_says_that_it_passed_with_waivers(cli, suite, tmp_path):
    folder = suite(entry())
    env = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    words = ["run", folder, "--junit", "j.xml", "--github", "--report", "page.html"]
    done = cli(*words, cwd=tmp_path, env=env).must(
        0,
        "~ PASS WITH WAIVERS",
        "3 failures in 300 trials, 3 silent; 3 waived",
        "3 failures waived until",
        "counted all the same: late [red]x[/red] <b>",
    )
    assert "::warning title=PASS WITH WAIVERS%3A" in done.err
    for name in ("page.html", "summary.md", "out", "j.xml"):
        assert "PASS WITH WAIVERS" in (tmp_path / name).read_text(), name
    assert [case.result for case in next(iter(JUnitXml.fromfile(str(tmp_path / "j.xml"))))] == [[]]
    document = cli("gate", "--json", cwd=tmp_path).must(0).json
    assert (document["verdict"], document["waived"], document["counts"]["fail"]) == ("PASS WITH WAIVERS", 3, 3)
    assert (document["waivers"][0]["trials"], document["waivers"][0]["owner"]) == (3, "ana")
    assert cli("gate", "-q", cwd=tmp_path).must(0).out.startswith("PASS WITH WAIVERS: 99% is not proven; it passes")
    listed = cli("show", "latest", "--failures", "--json", cwd=tmp_path).json["failures"]
    assert all("(SHOP-1)" in failure["waived"] for failure in listed)
    assert "waived" in cli("show", "latest", "--failures", cwd=tmp_path).out


def test_a_waiver_that_ended_or_matches_nothing_is_said(cli, suite, tmp_path):
    folder = suite(entry(created=-10, expires=-1) + entry(match='scenario = "zzz"'))
    cli("run", folder, cwd=tmp_path).must(
        3, "waiver 1 (SHOP-1, ana) has no effect: it is in force from", "waiver 2 (SHOP-1, ana) covers no failure"
    )


def test_a_file_in_the_working_folder_counts_too_and_may_name_a_suite(cli, suite, tmp_path):
    folder = suite("")
    (tmp_path / "waivers.toml").write_text(entry(more='suite = "another"\n'))
    cli("run", folder, cwd=tmp_path).must(3)
    (tmp_path / "waivers.toml").write_text(entry(more='suite = "tiny"\n'))
    cli("gate", cwd=tmp_path).must(0, "PASS WITH WAIVERS")


def test_a_wrong_file_is_said_before_anything_runs(cli, suite, tmp_path):
    folder = suite(entry(expires=40))
    cli("run", folder, cwd=tmp_path).must(2, "waivers.toml, waiver 1: expires=", "at most 30 days")
    assert not (tmp_path / ".ninemarch").exists()


def test_quarantine(cli, suite, tmp_path):
    folder = suite(entry("quarantine", 'scenario = "s1"'))
    done = cli("run", folder, "--json", cwd=tmp_path).must(3)
    assert (done.json["counts"]["void"], done.json["counts"]["fail"]) == (1, 2)
    suite(entry("quarantine", 'scenario = "s2*"'))
    cli("gate", cwd=tmp_path).must(4, "! INVALID", "111 of 300 scenarios are void")


def test_a_kind_that_mining_found_can_be_waived(cli, suite, tmp_path):
    cli("run", suite(""), cwd=tmp_path).must(3)
    clusters = cli("mine", "latest", "--json", cwd=tmp_path).must(0).json["clusters"]
    suite(entry(match=f'kind = "{clusters[0]["id"]}"'))
    document = cli("gate", "--json", cwd=tmp_path).json
    assert document["waived"] == clusters[0]["trials"] > 0


def test_a_baseline_is_of_what_was_measured(cli, suite, tmp_path):
    cli("run", suite(entry("quarantine", 'scenario = "s1"') + entry()), cwd=tmp_path)
    cli("baseline", "accept", "latest", cwd=tmp_path).must(0)
    cli("baseline", "diff", cwd=tmp_path).must(0)
