"""Checks that files and functions fit in a head: run by `nox -s floors` and by the test suite.

Limits: no file above 400 lines, the median of the package at most 150; no function above 60 lines.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("ninemarch", "suites", "benchmarks", "tests")
MAX_FILE = 400
MAX_MEDIAN = 150
MAX_FUNCTION = 60


def problems() -> Iterator[str]:
    """Yield what is too long, with its place."""
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield from _too_long(file)
    lengths = [_length(file) for file in (ROOT / "ninemarch").rglob("*.py")]
    median = statistics.median(lengths)
    if median > MAX_MEDIAN:
        yield f"ninemarch: median file has {median:.0f} lines, at most {MAX_MEDIAN}"


def _length(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def _too_long(file: Path) -> Iterator[str]:
    name = file.relative_to(ROOT)
    if _length(file) > MAX_FILE:
        yield f"{name}: {_length(file)} lines, at most {MAX_FILE}"
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > MAX_FUNCTION:
                yield f"{name}:{node.lineno}: {node.name} has {size} lines, at most {MAX_FUNCTION}"


if __name__ == "__main__":
    found = list(problems())
    sys.stdout.write("\n".join(found) + ("\n" if found else "files and functions fit\n"))
    sys.exit(bool(found))
