"""The command line in processes that can be killed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from killing import BOTS, Process, Spawner, Start


@pytest.fixture(scope="session")
def _spawner() -> Iterator[Spawner]:
    spawner = Spawner()
    yield spawner
    spawner.close()


@pytest.fixture
def start(tmp_path: Path, write_suite: Callable[..., Path], _spawner: Spawner) -> Iterator[Start]:
    """Return ``start(trials, resume="", target="fast", fresh=False, ...)`` -> Process.

    ``fresh`` takes a new interpreter as a shell does. What still runs at the end is killed.
    """
    begun: list[Process] = []

    def begin(
        trials: int = 0,
        *,
        resume: str = "",
        target: str = "fast",
        batch: int = 0,
        bots: str = BOTS,
        side: str = "side",
        fresh: bool = False,
        words: list[str] | None = None,
        **env: object,
    ) -> Process:
        if not resume and words is None:
            write_suite(
                tmp_path,
                files={"bots.py": bots},
                target={"python": f"bots:{target}", "batch": batch},
                scenarios=[{"generate": {"python": "bots:scenario"}}],
                trials={"max": trials, "stop": "fixed"},
                gates=[{"id": "g", "success": 0.9}],
            )
        if words is None:
            words = ["run", "--resume", resume, "-q"] if resume else ["run", "suite.yaml", "-q"]
        given = {name: str(value) for name, value in env.items()}
        begun.append(Process(tmp_path, words, side, given, None if fresh else _spawner))
        return begun[-1]

    yield begin
    for each in begun:
        if each.code is None:
            each.send(signal.SIGKILL)
            each.leave()
