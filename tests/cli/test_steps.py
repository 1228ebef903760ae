"""Steps of a trial as a user meets them: listed, the first wrong one marked, and beside replays that passed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
HOSTILE = "\x1b[31m<b>\u202e"
BOTS = """
import random
from ninemarch import Answer

CHANCE = random.Random(2)
HOSTILE = "\\x1b[31m<b>\\u202e"

def shop(x):
    lucky = CHANCE.random() < 0.5
    steps = [{"name": "search", "input": x, "output": [x], "seconds": CHANCE.random()}]
    steps += [{"name": "check_stock", "input": x, "output": 3}] if lucky else []
    steps += [{"name": "order" + HOSTILE, "input": x, "output": "ok"}] if lucky else []
    steps += [] if lucky else [{"name": "order" + HOSTILE, "input": x, "error": "sold out" + HOSTILE}]
    return Answer("done" if lucky else "sold out", steps=steps)
"""


@pytest.fixture(scope="module")
def shop(cli: Cli, write_suite: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_suite(
        folder,
        files={"bots.py": BOTS},
        target={"python": "bots:shop"},
        scenarios=[{"inline": [{"id": f"s{n}", "input": n, "expect": "done"} for n in range(12)]}],
    )
    cli("run", ".", "-q", cwd=folder)
    return folder


def failed(cli: Cli, folder: Path) -> str:
    return str(cli("show", "latest", "--failures", "--json", cwd=folder).json["failures"][0]["trial"])


def test_show_lists_the_steps_and_marks_the_first_wrong_one(cli: Cli, shop: Path) -> None:
    done = cli("show", "latest", failed(cli, shop), cwd=shop).must(
        0, "steps", "1 search", ">   2  order\\x1b[31m<b>", "first wrong step, by error: sold out"
    )
    assert not done.steering
    assert "seconds" not in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    document = cli("show", "latest", failed(cli, shop), "--json", cwd=shop).json
    assert document["clues"] == [{"step": 2, "rule": "error", "says": f"sold out{HOSTILE}"}]


def test_replays_that_pass_show_where_the_failure_departs(cli: Cli, shop: Path) -> None:
    number = failed(cli, shop)
    done = cli("replay", "latest", number, "-n", "12", cwd=shop).must(
        0, "first divergence from what passed: step 2 of 2, order", "does something else", "check_stock"
    )
    assert not done.steering
    clue = cli("replay", "latest", number, "-n", "12", "--json", cwd=shop).json["clues"][0]
    assert (clue["step"], clue["rule"]) == (2, "divergence")
    assert "check_stock" in clue["says"]
