"""Shared by all tests: own small suites, the real command line, and a clean import state.

``write_suite(folder, ...)`` writes a suite file; ``cli(*words, cwd=...)`` runs the command line in a process of
its own and returns what a shell would see.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# Where the tests run in the background of a shell, Ctrl-C is ignored, and every process they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("ninemarch", deadline=None, max_examples=60)
settings.load_profile("ninemarch")

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 60  # seconds one command may take

TEN = [{"id": f"s{i}", "input": i, "expect": i} for i in range(10)]
DEFAULTS: dict[str, Any] = {
    "ninemarch": 1,
    "suite": "tiny",
    "target": {"control": "oracle"},
    "scenarios": [{"inline": TEN}],
    "checks": [{"exact": {}}],
}


def _not_json(word: str) -> None:
    msg = f"{word} is not JSON"
    raise ValueError(msg)


@dataclass(frozen=True)
class Done:
    """What a command left behind: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout (anything else on it is an error)."""
        return json.loads(self.out, parse_constant=_not_json)

    @property
    def steering(self) -> set[str]:
        """Characters on stdout and stderr that could steer a terminal or hide: control, format, bidi, surrogates."""
        return {c for c in self.out + self.err if c not in "\n\t" and unicodedata.category(c)[0] == "C"}

    def must(self, code: int, *words: str) -> Done:
        """Assert the exit code, that every word was said on stdout or stderr, and no traceback."""
        text = self.out + self.err
        assert self.code == code, text
        assert "Traceback" not in self.err, self.err
        said = " ".join(text.split())  # lines may be wrapped anywhere
        for word in words:
            assert " ".join(word.split()) in said, f"{word!r} is not in:\n{text}"
        return self


@pytest.fixture(scope="session")
def write_suite() -> Callable[..., Path]:
    """Return ``write(folder, text=None, *, files={}, **keys)`` -> path of the suite.yaml.

    Without ``text`` the file holds ten scenarios answered by the oracle, with ``keys`` in place of its own
    (a key that is None is left out). ``files`` are written beside it: name -> text or bytes.
    """

    def write(
        folder: Path, text: str | bytes | None = None, *, files: Mapping[str, str | bytes] | None = None, **keys: Any
    ) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        if text is None:
            # JSON is YAML too, and needs no library that the tests are to check.
            text = json.dumps({k: v for k, v in {**DEFAULTS, **keys}.items() if v is not None}, indent=1)
        for name, content in {"suite.yaml": text, **(files or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return folder / "suite.yaml"

    return write


class _Warm:
    """A process with everything imported that forks itself for every command: tests/warm.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environment(),
            cwd=ROOT,
        )

    def run(self, words: list[str], cwd: Path, env: Mapping[str, str], folder: Path) -> Done:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = folder / "stdout", folder / "stderr"
        order = {
            "words": words,
            "cwd": str(cwd),
            "env": dict(env),
            "out": str(out),
            "err": str(err),
            "limit": TIMEOUT,
        }
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Done(code, out.read_bytes().decode(), err.read_bytes().decode())

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=TIMEOUT)
        self._process.stdout.close()


def _environment(env: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NINEMARCH", "COV_", "PYTEST"))}
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "NO_COLOR": "1", **(env or {})}


@pytest.fixture(scope="session")
def _warm() -> Iterator[_Warm]:
    warm = _Warm()
    yield warm
    warm.close()


@pytest.fixture(scope="session")
def cli(_warm: _Warm, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Done]:
    """Return ``cli(*words, cwd, env={}, fresh=False)`` -> Done: the real command line in a process of its own.

    A process forked from one that has imported everything answers in a tenth of the time of a new interpreter;
    ``fresh=True`` starts a new one, as a shell does.
    """

    def run(*words: object, cwd: Path, env: Mapping[str, str] | None = None, fresh: bool = False) -> Done:
        given = [str(word) for word in words]
        if not fresh:
            return _warm.run(given, cwd, env or {}, tmp_path_factory.mktemp("cli"))
        done = subprocess.run(
            [sys.executable, "-m", "ninemarch", *given],
            cwd=cwd,
            env=_environment(env),
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(autouse=True)
def _own_imports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Forget what a test imported from temporary folders, so that every test may call its module ``bots``."""
    path = list(sys.path)
    yield
    base = str(tmp_path_factory.getbasetemp())
    sys.path[:] = [p for p in sys.path if p in path or not p.startswith(base)]
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(base):
            del sys.modules[name]
    sys.path_importer_cache.clear()
