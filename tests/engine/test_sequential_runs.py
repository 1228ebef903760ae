"""Sequential runs through the real command line: they stop when decided, resume, and fall back to fixed plans."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

BOTS = """
import asyncio, random

def scenario(levels, rng):
    number = rng.getrandbits(40)
    return {"input": number, "expect": number, "attributes": {"half": str(number % 2)}}

def grouped(levels, rng):
    return {**scenario(levels, rng), "group": str(rng.randrange(50))}

def good(x): return x
def bad(x): return x if x % 10 else -1
_seen = []
def once(x):
    _seen.append(x)
    return x if len(_seen) != 30 else -1
async def shuffled(x):
    await asyncio.sleep((x % 7) / 1000)
    return x
"""


@pytest.fixture
def run(cli: Callable[..., Any], write_suite: Callable[..., Path], tmp_path: Path) -> Callable[..., Any]:
    """Run a suite of drawn scenarios and return its document."""

    def go(target: str = "good", *words: str, code: int = 0, generator: str = "scenario", **keys: Any) -> Any:
        write_suite(
            tmp_path,
            files={"bots.py": BOTS},
            **{
                "target": {"python": f"bots:{target}"},
                "scenarios": [{"generate": {"python": f"bots:{generator}"}}],
                "gates": [{"id": "g", "success": 0.99}],
                "trials": {"max": 2000},
                **keys,
            },
        )
        done = cli("run", ".", "--json", *words, cwd=tmp_path)
        return done.must(code).json

    return go


def test_a_flawless_target_stops_when_the_table_says(run):
    document = run()
    assert document["counts"]["planned"] == document["counts"]["pass"] == 377
    assert "every gate is proven" in document["stopped"]
    assert document["rate"]["method"] == "confidence sequence"


def test_trials_in_flight_are_kept_and_do_not_change_the_decision(run):
    document = run("shuffled", limits={"concurrency": 32})
    assert document["verdict"] == "PASS"
    # While a slow trial holds back the release of quicker ones, others start: more than a window, never the budget.
    assert 377 <= document["counts"]["pass"] < 1000


def test_a_bad_target_stops_early(run):
    document = run("bad", code=1)
    assert document["verdict"] == "FAIL"
    assert document["counts"]["planned"] < 200


def test_a_budget_that_is_too_small_is_not_proven(run):
    document = run("good", "-n", "300", code=3)
    assert (document["verdict"], document["counts"]["pass"], document["stopped"]) == ("NOT PROVEN", 300, "")
    once = run("once", "-n", "400", code=3)
    assert "no trial left in the plan can pass gate g" in once["stopped"]
    assert once["counts"]["planned"] < 400


def test_a_fixed_plan_runs_to_its_end(run):
    document = run("good", "--stop", "fixed")
    assert document["counts"]["pass"] == 2000
    assert document["rate"]["method"] == "Clopper-Pearson"


@pytest.mark.parametrize(
    ("generator", "keys"),
    [
        ("grouped", {}),
        ("scenario", {"gates": []}),
        ("scenario", {"gates": [{"id": "g", "nines": 2, "on_fail": "warn"}]}),
    ],
)
def test_what_has_no_valid_early_stop_is_a_fixed_plan(run, generator: str, keys: dict):
    document = run(generator=generator, trials={"max": 500}, code=3 if generator == "grouped" else 0, **keys)
    assert document["counts"]["planned"] == 500


def test_a_run_cut_off_goes_on_to_the_same_decision(run, cli, tmp_path: Path):
    whole = run("bad", code=1)
    folder = tmp_path / ".ninemarch" / "runs"
    (first,) = folder.iterdir()
    journal = (first / "journal.nmj").read_bytes()
    from ninemarch.journal import read_journal

    ends = [end for _, end in read_journal(first)]
    (first / "journal.nmj").write_bytes(journal[: ends[0]])  # the plan alone is left
    again = cli("run", "--resume", first.name, "--json", cwd=tmp_path).must(1).json
    assert again["counts"] == whole["counts"]
    assert again["stopped"] == whole["stopped"]


def test_wrong_words_are_refused(run, cli, tmp_path: Path, write_suite):
    run()
    cli("run", ".", "--stop", "sequental", cwd=tmp_path).must(2, "did you mean 'sequential'?")
    suite = json.loads((tmp_path / "suite.yaml").read_text())
    suite["trials"] = {"max": 100, "look": 10}
    (tmp_path / "suite.yaml").write_text(json.dumps(suite))
    cli("run", ".", cwd=tmp_path).must(2, "trials.look=10 belongs to a fixed plan")
