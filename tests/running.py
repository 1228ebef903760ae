"""Real runs in this process: suites of numbers, targets that are plain functions, and what was recorded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ninemarch.engine import Here, Progress, RunResult, Selection, execute, make_plan
from ninemarch.journal import ENDINGS, VERDICTS, Journal, Row, read_journal
from ninemarch.model import CheckSpec, Ended, Limits, RunPlan, Scenario, Suite, TargetSpec, Trials, Verdict
from ninemarch.suite import make
from ninemarch.targets import Mode, Target


def numbered(levels: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """A scenario that asks for a random number back."""
    number = rng.randrange(10**9)
    return {"input": number, "expect": number}


def counting(many: int = 20, *, timeout: float | None = None, concurrency: int = 16, **keys: Any) -> Suite:
    """A suite of numbers: the right answer is the input itself."""
    return make(
        "numbers",
        keys.pop("scenarios", numbered),
        checks=keys.pop("checks", [CheckSpec("exact")]),
        trials=Trials(**{"max": many, "stop": "fixed", **keys.pop("trials", {})}),
        limits=Limits(timeout=timeout, concurrency=concurrency),
        **keys,
    )


class Began:
    """A run under way: its suite, plan and journal."""

    def __init__(self, folder: Path, suite: Suite, selection: Selection | None = None) -> None:
        self.folder, self.suite = folder, suite
        chosen = selection or Selection(target=TargetSpec("control", "oracle"))
        folder.mkdir(parents=True, exist_ok=True)
        self.plan, self.schedule = make_plan(suite, chosen, run=folder.name, version="0")
        self.journal = Journal.create(folder, self.plan)

    def go(self, target: Target, notify: Callable[[Progress], None] | None = None) -> RunResult:
        """Run what is missing and close the journal."""
        with self.journal:
            crew = Here(self.suite, self.schedule, target)
            return execute(self.schedule, crew, self.journal, Progress(self.plan.planned, notify=notify))

    def again(self) -> Began:
        """Take the run up again, as a new process would."""
        self.journal, summary = Journal.resume(self.folder)
        assert isinstance(summary.plan, RunPlan)
        return self


def start(folder: Path, suite: Suite, call: Callable[..., Any], mode: Mode = Mode.SYNC, batch: int = 1) -> list[Row]:
    """Run the whole suite on ``call`` and return its records in planned order."""
    Began(folder, suite).go(Target(mode, call, batch=batch))
    return rows(folder)


def rows(folder: Path) -> list[Row]:
    """The records of a run in planned order."""
    return sorted((row for body, _ in read_journal(folder) for row in body.rows), key=lambda row: row.number)


def verdicts(found: Iterable[Row]) -> list[Verdict]:
    return [VERDICTS[row.verdict] for row in found]


def endings(found: Iterable[Row]) -> list[Ended]:
    return [ENDINGS[row.ended] for row in found]


def listed(many: int) -> list[Scenario]:
    return [Scenario(id=f"s{n}", input=n, expect=n) for n in range(many)]
