"""Limits on a whole run: cost, tokens, time, through the real command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BOTS = """
import time
from ninemarch import Answer

def scenario(levels, rng):
    number = rng.getrandbits(40)
    return {"input": number, "expect": number}

def dear(x): return Answer(x, cost_usd=0.01, tokens=100)
def slow(x):
    time.sleep(0.01)
    return x
"""


@pytest.fixture
def run(cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    def go(*words: str, code: int, target: str = "dear", stop: str = "sequential", **limits: Any) -> Any:
        write_suite(
            tmp_path,
            files={"bots.py": BOTS},
            target={"python": f"bots:{target}"},
            scenarios=[{"generate": {"python": "bots:scenario"}}],
            gates=[{"id": "g", "success": 0.99}],
            trials={"max": 2000, "stop": stop},
            limits=limits,
        )
        return cli("run", ".", "--json", *words, cwd=tmp_path).must(code).json

    return go


@pytest.mark.parametrize(
    ("limits", "trials", "words"),
    [({"cost_usd": 1.0}, 100, "the cost limit of $1.00"), ({"tokens": 5000}, 50, "the limit of 5,000 tokens")],
)
def test_a_sequential_run_ends_there_and_is_decided(run, limits: dict, trials: int, words: str):
    document = run(code=3, **limits)
    assert document["counts"]["planned"] == document["counts"]["pass"] == trials
    assert words in document["stopped"]


def test_a_fixed_plan_that_is_cut_short_is_not_finished(run, cli, tmp_path: Path):
    document = run("--max-usd", "1", code=3, stop="fixed")
    assert document["counts"]["pass"] == 100
    assert document["counts"]["missing"] == 1900
    assert document["notes"][0] == "the cost limit of $1.00 is used up"
    again = cli("run", "--resume", "latest", "--json", cwd=tmp_path).must(3).json
    assert again["counts"]["pass"] == 100  # what is used up stays used up


def test_time(run):
    document = run("--max-seconds", "0.3", code=3, target="slow")
    assert 1 <= document["counts"]["pass"] < 200
    assert "the time limit of 300 ms" in document["stopped"]


def test_a_limit_that_is_not_reached_changes_nothing(run):
    assert run(code=0, cost_usd=100.0)["counts"]["pass"] == 377


def test_the_rule_is_printed_as_a_table(run, cli, tmp_path: Path):
    document = run(code=0)
    table = document["gates"][0]["table"]
    assert [row["pass_at"] for row in table[:4]] == [377, 663, 883, 1079]
    assert table[1]["fail_until"] == 0
    cli("report", "latest", "-o", "p.html", cwd=tmp_path).must(0)
    page = (tmp_path / "p.html").read_text(encoding="utf-8")
    assert page.count("passes at trial") == 1
    assert page.count("<td>1,079</td>") == 1
    assert page.count("the limits hold at all looks together") == 1
