"""A suite's own self-test: run before every run, shown by verify; where it does not hold, the run is invalid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
CODE = """
import json, pathlib
FOLDER = pathlib.Path(__file__).parent

def proofs():
    found = json.loads((FOLDER / "found.json").read_text())
    if found == "raise":
        raise OSError("no scales")
    return found

def answer(question):
    return "Paris"
"""


@pytest.fixture
def scales(write_suite: Callable[..., Path], tmp_path: Path) -> Callable[[str], Path]:
    def make(found: str) -> Path:
        (tmp_path / "found.json").write_text(found)
        write_suite(
            tmp_path,
            files={"scales_kit.py": CODE},
            target={"python": "scales_kit:answer"},
            self_test={"python": "scales_kit:proofs"},
            scenarios=[{"inline": [{"id": f"s{n}", "input": n, "expect": "Paris"} for n in range(60)]}],
            gates=[],
        )
        return tmp_path

    return make


def test_a_self_test_that_holds_lets_the_run_go_on_and_shows_in_verify(cli: Cli, scales: Any) -> None:
    folder = scales('[["scales", true, "one gram is one gram"]]')
    cli("run", ".", cwd=folder).must(0)
    cli("suite", "verify", ".", "-n", "60", cwd=folder).must(0, "scales", "one gram is one gram")


def test_one_that_does_not_hold_makes_the_run_invalid_before_anything_is_recorded(cli: Cli, scales: Any) -> None:
    folder = scales('[["scales", true, "x"], ["clock\\u001b[31m", false, "it stands still\\u001b[2J"]]')
    done = cli("run", ".", cwd=folder).must(4, "self-test", "it stands still", "1 of its parts", "suite verify")
    assert not done.steering
    assert not (folder / ".ninemarch" / "runs").exists() or not list((folder / ".ninemarch" / "runs").iterdir())
    verified = cli("suite", "verify", ".", "-n", "60", cwd=folder).must(4, "it stands still")
    assert not verified.steering


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ('"raise"', "OSError: no scales"),
        ("[]", "returned nothing"),
        ('[["scales", 1, "x"]]', "allowed: (name, True or False, what was seen)"),
        ('[["scales", true]]', "allowed: (name, True or False, what was seen)"),
        ("7", "self_test: python: scales_kit:proofs failed"),
    ],
)
def test_one_that_cannot_be_read_is_an_error_in_the_suite(cli: Cli, scales: Any, found: str, says: str) -> None:
    cli("run", ".", cwd=scales(found)).must(2, says)


def test_validate_imports_it(cli: Cli, scales: Any) -> None:
    folder = scales("[]")
    text = (folder / "suite.yaml").read_text().replace("scales_kit:proofs", "scales_kit:prufs")
    (folder / "suite.yaml").write_text(text)
    cli("suite", "validate", ".", cwd=folder).must(2, "has no 'prufs'")
