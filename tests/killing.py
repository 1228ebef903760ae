"""The real command line in a process that can be killed, on a target that tells every call to a file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ninemarch.errors import RunInvalid
from ninemarch.journal import Row, read_journal

ROOT = Path(__file__).resolve().parents[1]

# Every call is told to the file named by SIDE before it is answered, with one write that no kill can tear.
BOTS = """
import asyncio, os, time

_side = os.open(os.environ.get("SIDE", os.devnull), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_hang = int(os.environ.get("HANG", -1))
_pause = float(os.environ.get("PAUSE", 0))
_calls = 0


def scenario(levels, rng):
    number = rng.getrandbits(62)
    return {"input": number, "expect": number}


def told(x):
    global _calls
    os.write(_side, b"%d\\n" % x)
    _calls += 1
    return _calls - 1 == _hang


def fast(x):
    if told(x):
        while True:
            time.sleep(0.01)
    if _pause:
        time.sleep(_pause)
    return x if x % 1000 else -1


def careless(x):
    hang = told(x)
    try:
        while hang:
            time.sleep(0.01)
    except BaseException:
        return None
    return x


def many(xs):
    return [fast(x) for x in xs]


async def flying(x):
    if told(x):
        await asyncio.sleep(3600)
    await asyncio.sleep(_pause)
    return x


async def blocking(x):
    return fast(x)
"""


class Spawner:
    """Starts commands without the second that a new interpreter takes; see tests/spawner.py."""

    def __init__(self) -> None:
        command = [sys.executable, str(ROOT / "tests" / "spawner.py")]
        env = {**environment({}), "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def ask(self, order: dict[str, Any]) -> int | None:
        """Send an order and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer is None or isinstance(answer, int)
        return answer

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=20)


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """Our own environment without what tests leave in it, and ``env``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NINEMARCH", "COV_", "PYTEST"))}
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **env}


class Process:
    """One run of the command line under way.

    Args:
        folder: working folder.
        words: the command's words.
        side: name of the file that tells the calls; stderr and stdout lie beside it.
        env: variables of its own.
        spawner: starts it; without one a new interpreter does.
    """

    def __init__(
        self, folder: Path, words: list[str], side: str, env: dict[str, str], spawner: Spawner | None = None
    ) -> None:
        self.folder, self.side = folder, folder / side
        self.out, self._err = folder / f"{side}.stdout", folder / f"{side}.stderr"
        env = {"SIDE": str(self.side), **env}
        self._spawner, self._code = spawner, None
        if spawner is None:
            with self._err.open("wb") as stderr, self.out.open("wb") as stdout:
                command = [sys.executable, "-m", "ninemarch", *words]
                self._process = subprocess.Popen(
                    command, cwd=folder, env=environment(env), stdout=stdout, stderr=stderr
                )
            self.pid = self._process.pid
        else:
            order = {"words": words, "cwd": str(folder), "env": env, "out": str(self.out), "err": str(self._err)}
            self.pid = spawner.ask({"start": order}) or 0

    @property
    def run(self) -> Path:
        """The folder of the one run here."""
        return next((self.folder / ".ninemarch" / "runs").iterdir())

    @property
    def said(self) -> str:
        """What stands on stderr."""
        return self._err.read_text() if self._err.exists() else ""

    @property
    def calls(self) -> list[int]:
        """Every call that the target has told."""
        return [int(line) for line in self.side.read_text().split()] if self.side.exists() else []

    @property
    def code(self) -> int | None:
        """The exit code (negative: the signal); None while it runs."""
        if self._code is None:
            self._code = self._process.poll() if self._spawner is None else self._spawner.ask({"poll": self.pid})
        return self._code

    def wait_until(self, true: Callable[[], bool], seconds: float = 40) -> None:
        """Wait for something that happens while it runs."""
        end = time.monotonic() + seconds
        while not true():
            assert self.code is None, self.said
            assert time.monotonic() < end, "waited too long"
            time.sleep(0.002)

    def wait_for_calls(self, many: int) -> None:
        """Wait until the target has been called so often."""
        self.wait_until(lambda: self.side.exists() and self.side.read_bytes().count(b"\n") >= many)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.code is None:
            os.kill(self.pid, number)

    def leave(self, seconds: float = 60) -> int:
        """Wait for its end and return the exit code."""
        end = time.monotonic() + seconds
        while self.code is None:
            assert time.monotonic() < end, "it does not end"
            time.sleep(0.005)
        assert self.code is not None
        return self.code


def records(run: Path) -> list[Row]:
    """Every record that is on disk, in the order written; none where there is no plan yet."""
    try:
        return [row for body, _ in read_journal(run) for row in body.rows]
    except RunInvalid:
        return []


Start = Callable[..., Process]
