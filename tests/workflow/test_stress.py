"""A stress profile finds failures and makes no rate: nothing of it feeds a nine, a gate or a march."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
KIT = """
def scenario(levels, rng):
    return {"input": levels["load"], "expect": "ok"}

def answer(load):
    return "ok" if load == "low" else "lost"
"""


@pytest.fixture
def suite(write_suite: Callable[..., Path], tmp_path: Path) -> Path:
    write_suite(
        tmp_path,
        files={"stress_kit.py": KIT},
        target={"python": "stress_kit:answer"},
        scenarios=[{"generate": {"python": "stress_kit:scenario"}}],
        profile="daily",
        profiles={"daily": {"load": {"low": 1.0}}, "storm": {"load": {"low": 0.3, "high": 0.7}}},
        stress=["storm"],
        gates=[{"id": "g", "success": 0.9}],
    )
    return tmp_path


def test_a_run_on_a_stress_profile_shows_counts_and_decides_no_gate(cli: Cli, suite: Path) -> None:
    document = cli("run", ".", "--profile", "storm", "-n", "200", "--json", cwd=suite).json
    assert (document["verdict"], document["gates"], document["rate"]) == ("NO GATE", [], None)
    assert document["plan"]["stress"] is True
    assert document["counts"]["planned"] == 200 > document["counts"]["pass"]
    told = cli("show", "latest", cwd=suite).must(0, "trials of the stress profile 'storm' passed", "makes no rate")
    assert "%" not in told.out.split("next:")[0]
    cli("mine", "latest", cwd=suite).must(0, "a stress profile is no sample of use: counts only")


def test_the_same_suite_on_its_own_profile_makes_a_rate(cli: Cli, suite: Path) -> None:
    document = cli("run", ".", "-n", "200", "--json", cwd=suite).must(0).json
    assert document["plan"]["stress"] is False
    assert document["rate"]["trials"] >= 20


@pytest.mark.parametrize(("name", "says"), [("daily", "allowed: profiles other than"), ("strom", "mean 'storm'")])
def test_the_default_profile_and_unknown_names_are_refused(cli: Cli, suite: Path, name: str, says: str) -> None:
    document = json.loads((suite / "suite.yaml").read_text())
    (suite / "suite.yaml").write_text(json.dumps(document | {"stress": [name]}))
    cli("suite", "validate", ".", cwd=suite).must(2, says)
