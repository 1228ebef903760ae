"""Targets that are programs: ``command:``, started once for every trial in a box of their own.

Covers what such a program is told (the input on stdin, or in its words by one fixed substitution, never through a
shell) and how what it prints is read. A program that ends with another status than 0, dies of a signal, prints or
uses too much has failed; one that cannot be started at all is an error of ours. Does not cover programs that stay for
many trials.
"""

from __future__ import annotations

import asyncio
import json
import os
import queue
import shlex
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ninemarch.errors import SuiteError, UsageError
from ninemarch.isolate import Bounds, Box, CannotStart, Cell, End, Finished, cell, run_once
from ninemarch.model import Abstain, Answer, HandOff, Suite, TargetFailed, TargetSpec, TargetUnreachable
from ninemarch.net.fill import NotThere, fill
from ninemarch.targets.base import Kind, Mode, Target
from ninemarch.text import excerpt
from ninemarch.variables import expand_all

__all__ = ["KIND"]

_PLACE = "target command"
_MEGABYTE = 2**20
_TOO_MUCH = {
    "output": "it printed more than it may (output_bytes)",
    "memory": "it took more memory than it may (memory_mb)",
    "processes": "it started more processes than it may",
}
_REPORT = frozenset({"output", "cost_usd", "tokens", "steps", "abstain", "hand_off"})


def _parse(rest: str) -> TargetSpec | None:
    try:
        return TargetSpec("command", rest) if shlex.split(rest) else None
    except ValueError:
        return None


def _open(spec: TargetSpec, suite: Suite) -> Target:
    keys = spec.params
    folder = (suite.folder or Path()).absolute()
    words = _words(spec.ref, folder)
    readable = [Path(os.path.abspath(folder / name)) for name in keys.get("readable", ())]  # noqa: PTH100
    if any(folder.is_relative_to(path) for path in readable):
        msg = f"{_PLACE}.readable: the suite's own folder holds what is expected; name files or folders in it"
        raise SuiteError(msg)
    readable += [Path(word) for word in words if Path(word).is_absolute() and Path(word).is_relative_to(folder)]
    try:
        made = cell(keys.get("isolate", "basic"), readable=readable, hidden=(folder,), image=keys.get("image", ""))
    except UsageError as error:
        msg = f"{_PLACE}: {error}"
        raise SuiteError(msg) from error
    if not made.sees(words[0]):
        how = "write its whole path, or ./NAME for a file beside the suite"
        msg = f"{_PLACE}: program={excerpt(words[0], 80)} is not found at isolate: {made.level}; {how}"
        raise SuiteError(msg)
    runs = _Program(made, words, expand_all(keys.get("env", {}), f"{_PLACE}.env"), keys, suite)
    return Target(Mode.ASYNC, runs, close=runs.close)


def _words(text: str, folder: Path) -> list[str]:
    """The words of the command; one that begins with ``./`` names a file beside the suite."""
    words = shlex.split(text)
    return [str(folder / word) if word.startswith("./") else word for word in words]


class _Program:
    """Starts the program for one input; a box for each trial in flight."""

    def __init__(
        self, made: Cell, words: Sequence[str], env: Mapping[str, str], keys: Mapping[str, Any], suite: Suite
    ) -> None:
        self._cell, self._words, self._env = made, words, env
        self._stdin, self._reads = keys.get("stdin", "json"), keys.get("reads", "text")
        least = Bounds()
        self._bounds = Bounds(
            memory=keys["memory_mb"] * _MEGABYTE if "memory_mb" in keys else least.memory,
            processes=keys.get("processes", least.processes),
            output=keys.get("output_bytes", least.output),
        )
        self._limit = suite.limits.timeout
        self._threads = ThreadPoolExecutor(max_workers=suite.limits.concurrency, thread_name_prefix="command")
        self._free: queue.SimpleQueue[Box] = queue.SimpleQueue()
        self._closing = threading.Event()

    async def __call__(self, given: Any) -> Any:
        try:
            words = [fill(word, given) for word in self._words]
        except NotThere as error:
            msg = f"the scenario's input does not fit the command's words: {error}"
            raise TargetUnreachable(msg) from error
        left = threading.Event()
        try:
            done = await asyncio.get_running_loop().run_in_executor(self._threads, self._once, words, given, left)
        except CannotStart as error:
            raise TargetUnreachable(str(error)) from error
        finally:
            left.set()  # a trial that is over leaves no program behind
        if done.end.limit == "time":
            raise TimeoutError
        _held(done)
        return _READERS[self._reads](done.stdout)

    def _once(self, words: list[str], given: Any, left: threading.Event) -> Finished:
        try:
            box = self._free.get_nowait()
        except queue.Empty:
            box = Box()
        try:
            return run_once(
                box,
                self._cell.program(words, env=self._env, bounds=self._bounds),
                stdin=_told(given, self._stdin),
                timeout=self._limit,
                stopped=lambda: left.is_set() or self._closing.is_set(),
            )
        finally:
            self._free.put(box)

    def close(self) -> None:
        """Kill what still runs and let every box go."""
        self._closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        while not self._free.empty():
            self._free.get_nowait().close()


def _told(given: Any, how: str) -> bytes:
    if how == "none":
        return b""
    text = given if how == "text" and isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return (text + "\n").encode(errors="surrogatepass")


def _held(done: Finished) -> None:
    """Raise TargetFailed unless the program came to a good end."""
    end: End = done.end
    if end.status == 0 and not end.limit:
        return
    said = done.stderr.decode(errors="replace").strip()
    msg = f"the program ended badly: {_TOO_MUCH.get(end.limit, end.words)}"
    raise TargetFailed(f"{msg}\n{said}" if said else msg)


def _text(printed: bytes) -> str:
    return printed.decode(errors="replace").removesuffix("\n").removesuffix("\r")


def _json(printed: bytes) -> Any:
    try:
        return json.loads(printed)
    except (ValueError, RecursionError) as error:
        msg = f"stdout is no JSON: {excerpt(printed[:200].decode(errors='replace'), 120)}"
        raise TargetFailed(msg) from error


def _report(printed: bytes) -> Any:
    """An object that says more than its output, on the last line."""
    lines = printed.strip().splitlines()
    told = _json(lines[-1] if lines else b"")
    if not isinstance(told, dict) or not told or told.keys() - _REPORT:
        msg = f"the last line of stdout is {excerpt(told, 80)}; allowed: an object with {', '.join(sorted(_REPORT))}"
        raise TargetFailed(msg)
    if "abstain" in told or "hand_off" in told:
        output: Any = HandOff(str(told["hand_off"])) if "hand_off" in told else Abstain(str(told["abstain"]))
    else:
        output = told.get("output")
    return Answer(output, cost_usd=told.get("cost_usd"), tokens=told.get("tokens"), steps=told.get("steps"))


_READERS = {"text": _text, "json": _json, "report": _report}

KIND = Kind("command", "'command:PROGRAM WORDS'", _parse, _open)
