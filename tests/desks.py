"""Desk worlds made by hand, for the tests of the suite ``desk``."""

from __future__ import annotations

import random
import sys
from typing import Any

from ruamel.yaml import YAML

from ninemarch.model import Scenario, Verdict
from ninemarch.suite import Schedule, load
from ninemarch.suite.shipped import shipped_folder

FOLDER = shipped_folder() / "desk"
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))

from desk_suite.checks import money, right_state  # noqa: E402
from desk_suite.generator import scenario  # noqa: E402
from desk_suite.serve import play  # noqa: E402

RAW = YAML(typ="safe").load(FOLDER / "suite.yaml")
SUITE = load("desk")
EASY = {
    "request": "refund", "due": "allowed", "wording": "plain", "number": "given", "item": "unnamed",
    "identity": "upfront", "change": "none", "second": "none", "fault_rate": "none",
}  # fmt: skip


def made(stream: str = "t", faults: tuple[tuple[int, str, float], ...] = (), **levels: str) -> Scenario:
    found = scenario({**EASY, **levels}, random.Random(stream))
    found["input"]["faults"] = [{"at": at, "kind": kind, "share": share} for at, kind, share in faults]
    return Scenario(id=stream, input=found["input"], expect=found["expect"], attributes=found["attributes"])


def drawn(profile: str, seed: int, count: int) -> list[Scenario]:
    items = [item for _, _, item in Schedule(SUITE, profile=profile, seed=seed, planned=count)]
    assert all(isinstance(item, Scenario) for item in items)
    return items


def ruled(case: Scenario, agent: Any) -> tuple[Verdict, Verdict, dict[str, Any]]:
    answer = play(case.input, agent)
    output = answer.output if isinstance(answer.output, dict) else {}
    return right_state(case, output)[0], money(case, output)[0], output
