"""Failures become a regression set that a suite reads: the same scenarios, with where they come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from synthetic import F, P, plan_of, trial, write_run

from ninemarch.errors import UsageError
from ninemarch.suite.sources import read_scenarios
from ninemarch.workflow import mine, promote

BOT = "def answer(x): return None if x % 7 == 0 else x\n"
SUITE = {"target": {"python": "bots:answer"}, "files": {"bots.py": BOT}}
MANY = [{"id": f"s{n}", "input": n, "expect": n, "attributes": {"a": "x"}, "group": f"g{n}"} for n in range(1, 100)]


def test_the_regression_set_runs_as_a_subset_and_the_same_failures_fail(cli, write_suite, tmp_path):
    write_suite(tmp_path, scenarios=[{"inline": MANY}], **SUITE)
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    said = cli("mine", "--promote", "bad.jsonl", cwd=tmp_path).must(0, "14 scenarios of 1 cluster added to bad.jsonl")
    assert "{subset: regressions, file: bad.jsonl}" in said.err
    write_suite(tmp_path, scenarios=[{"inline": MANY}, {"subset": "regressions", "file": "bad.jsonl"}], **SUITE)
    done = cli("run", ".", "--subset", "regressions", "--json", cwd=tmp_path).json
    assert (done["counts"]["planned"], done["counts"]["fail"]) == (14, 14)


def test_each_line_says_where_it_comes_from(cli, write_suite, tmp_path):
    write_suite(tmp_path, scenarios=[{"inline": MANY}], **SUITE)
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    cli("mine", "--promote", "bad.jsonl", cwd=tmp_path).must(0)
    found = cli("mine", "--json", cwd=tmp_path).must(0).json
    rows = [json.loads(line) for line in (tmp_path / "bad.jsonl").read_text().splitlines()]
    cluster, run = found["clusters"][0]["id"], found["run"]
    for row in rows:
        assert row["input"] == row["expect"]
        assert row["attributes"] == {"a": "x", "cluster": cluster}
        assert row["source"].startswith(f"run {run}, trial {row['id'].split('-')[1]}, scenario s{row['input']}, ")
        assert cluster in row["source"]


def test_adding_twice_adds_nothing_and_keeps_what_others_wrote(cli, write_suite, tmp_path):
    write_suite(tmp_path, scenarios=[{"inline": MANY}], **SUITE)
    cli("run", ".", "-q", cwd=tmp_path).must(0)
    own = '{"id": "mine", "input": 7, "expect": 7}\n'
    (tmp_path / "bad.jsonl").write_text(own)
    cli("mine", "--promote", "bad.jsonl", cwd=tmp_path).must(0, "13 scenarios", "1 were there already")
    before = (tmp_path / "bad.jsonl").read_text()
    assert before.startswith(own)
    cli("mine", "--promote", "bad.jsonl", cwd=tmp_path).must(0, "0 scenarios", "14 were there already")
    assert (tmp_path / "bad.jsonl").read_text() == before


def recorded(root: Path, *texts: str) -> None:
    """A run whose suite is gone; its failures have these inputs as they were recorded."""
    bad = [trial(n, F, input=text, expect=1, output=2) for n, text in enumerate(texts)]
    write_run(
        root / ".ninemarch" / "runs" / "cafe0001",
        plan_of(len(bad) + 1, origin=str(root / "gone")),
        [
            *bad,
            trial(len(bad), P),
        ],
    )


def test_without_the_suite_the_record_is_taken_and_what_was_cut_is_said(tmp_path: Path):
    recorded(tmp_path, "short \u202e", "x" * 200_000)
    done = promote(mine(root=tmp_path), tmp_path / "bad.jsonl", root=tmp_path)
    assert (done.added, done.unread) == (1, 1)
    assert [each.input for each in read_scenarios(done.path)] == ["short \u202e"]


def test_a_large_cluster_gives_its_shortest_failures(tmp_path: Path):
    recorded(tmp_path, *("y" * (40 - n) for n in range(30)))
    done = promote(mine(root=tmp_path), tmp_path / "bad.jsonl", root=tmp_path)
    assert (done.added, done.left_out) == (20, 10)
    assert {len(each.input) for each in read_scenarios(done.path)} == set(range(11, 31))


def test_a_file_that_is_no_regression_set_is_refused_and_stays_as_it_was(tmp_path: Path):
    recorded(tmp_path, "a")
    found = mine(root=tmp_path)
    with pytest.raises(UsageError, match=r"must end in .jsonl"):
        promote(found, tmp_path / "bad.csv", root=tmp_path)
    path = tmp_path / "bad.jsonl"
    path.write_text("no scenario\n")
    with pytest.raises(UsageError, match="line 1: not valid JSON"):
        promote(found, path, root=tmp_path)
    assert path.read_text() == "no scenario\n"
