"""Re-running until green: the ledger through the real command line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BOTS = """
def scenario(levels, rng):
    number = rng.getrandbits(40)
    return {"input": number, "expect": number}

def good(x): return x
def flaky(x): return x if x % 100 else -1
"""


@pytest.fixture
def go(cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    """Run the suite in the folder and return its document."""
    write_suite(
        tmp_path,
        files={"bots.py": BOTS},
        target={"python": "bots:good"},
        scenarios=[{"generate": {"python": "bots:scenario"}}],
        gates=[{"id": "g", "success": 0.99}],
        trials={"max": 2000},
    )

    def run(*words: str, code: int = 0) -> Any:
        return cli("run", ".", "--json", *words, cwd=tmp_path).must(code).json

    return run


def scenarios(folder: Path, run: str) -> set[str]:
    from ninemarch.journal import recorded_trials

    return {trial.scenario for trial in recorded_trials(folder / ".ninemarch" / "runs" / run)}


def test_a_second_run_draws_fresh_scenarios_and_goes_on(go, tmp_path: Path):
    first = go("-n", "200", code=3)
    second = go("-n", "200")
    assert second["verdict"] == "PASS"  # 200 + 177 = 377 clean trials
    assert second["gates"][0]["runs"] == [first["run"]]
    assert second["rate"]["trials"] == 200 + second["counts"]["pass"]
    assert not scenarios(tmp_path, first["run"]) & scenarios(tmp_path, second["run"])
    assert any("continues the evidence" in note for note in second["notes"])


def test_a_proven_release_is_looked_at_again_as_closely_as_the_first_time(go):
    assert go()["counts"]["pass"] == 377
    again = go()
    assert again["counts"]["pass"] == 377
    assert again["rate"]["trials"] == 754


def test_changed_code_is_another_release(go, tmp_path: Path):
    go("-n", "200", code=3)
    (tmp_path / "bots.py").write_text(BOTS.replace("return x\n", "return x + 0\n"))
    assert go("-n", "200", code=3)["gates"][0]["runs"] == []


def test_another_seed_or_label_is_no_way_around(go):
    go("-n", "200", code=3)
    assert len(go("-n", "200", "--seed", "5000", code=0)["gates"][0]["runs"]) == 1
    assert go("-n", "200", "--target", "python:bots:flaky", code=3)["gates"][0]["runs"] == []


def test_a_fixed_look_spends_and_what_comes_later_has_the_rest(go):
    first = go("--stop", "fixed", "-n", "300", "--target", "python:bots:flaky", code=3)
    assert first["counts"]["fail"] >= 1
    second = go("--stop", "fixed", "--target", "python:bots:flaky", code=3)
    assert second["gates"][0]["runs"] == [first["run"]]
    assert second["rate"]["method"] == "confidence sequence"


def test_hand_picked_scenarios_are_no_look(go, tmp_path: Path):
    go("--scenario", "default:1000:3")
    assert not (tmp_path / ".ninemarch" / "ledger.jsonl").exists()
    assert go("-n", "200", code=3)["gates"][0]["runs"] == []


def test_a_run_given_up_counts_with_what_it_recorded(go, tmp_path: Path):
    first = go("-n", "200", code=3)
    folder = tmp_path / ".ninemarch"
    lines = (folder / "ledger.jsonl").read_text().splitlines()
    assert [json.loads(line)["complete"] for line in lines] == [False, True]
    (folder / "ledger.jsonl").write_text(lines[0] + "\n")  # as if it had been killed before its end
    second = go("-n", "200")
    assert second["gates"][0]["runs"] == [first["run"]]
    (folder / "ledger.jsonl").write_text(lines[0] + "\n")
    shutil.rmtree(folder / "runs" / first["run"])
    assert go("-n", "200", code=3)["gates"][0]["runs"] == []  # its record is gone, and nothing of it counts


def test_git_may_remember_too(go, tmp_path: Path):
    first = go("-n", "200", "--record", code=3)
    kept = tmp_path / "reports" / "tiny" / "ledger.jsonl"
    assert len(kept.read_text().splitlines()) == 2
    shutil.rmtree(tmp_path / ".ninemarch")  # a fresh checkout
    assert go("-n", "200")["gates"][0]["runs"] == [first["run"]]
    assert len(kept.read_text().splitlines()) == 4


def test_a_torn_line_is_dropped_and_a_damaged_one_refused(go, cli, tmp_path: Path):
    go("-n", "200", code=3)
    path = tmp_path / ".ninemarch" / "ledger.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"run": "torn')
    assert go("-n", "200")["gates"][0]["runs"]
    assert path.read_bytes().startswith(whole)
    path.write_bytes(b"{}\n" + whole)
    cli("run", ".", cwd=tmp_path).must(2, "line 1: not an entry of the ledger", "mend or remove the line")


def test_the_same_listed_scenarios_have_only_what_earlier_looks_left(cli, write_suite, tmp_path: Path):
    """30 clean scenarios prove 90% at a first look (P = 0.042), not at a second: of 0.05 too little is left."""
    bots = "import os\ndef coin(x): return x if os.environ.get('GOOD') or x % 15 else -1\n"
    listed = [{"id": f"s{i}", "input": i, "expect": i} for i in range(1, 31)]
    write_suite(
        tmp_path,
        files={"bots.py": bots},
        target={"python": "bots:coin"},
        scenarios=[{"inline": listed}],
        gates=[{"id": "g", "success": 0.9}],
    )
    first = cli("run", ".", "--json", cwd=tmp_path).must(3).json
    assert first["counts"]["fail"] == 2
    again = cli("run", ".", "--json", cwd=tmp_path, env={"GOOD": "1"}).must(3).json
    assert again["counts"]["fail"] == 0
    assert any("no further evidence" in note for note in again["notes"])


def test_gate_says_the_same_later(go, cli, tmp_path: Path):
    go("-n", "200", code=3)
    second = go("-n", "200")
    later = cli("gate", second["run"], "--json", cwd=tmp_path).must(0).json
    assert later == second
