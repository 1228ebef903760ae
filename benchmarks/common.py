"""What the benchmarks share: processes measured by their CPU time, medians, machine facts, tables and JSON files.

Covers measuring a child process from outside (``os.wait4``: user + system time of it and of its own children, and
its peak memory). Standard library only: a child's peak memory begins at its parent's, so parents stay small.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
SUITE = FOLDER / "suite"
RESULTS = FOLDER / "results"
LIBRARIES = ("ninemarch", "numpy", "scipy", "pyarrow", "msgspec", "pydantic", "typer", "rich")
# Without an installed ninemarch the checkout around this folder is measured.
INSTALLED = importlib.util.find_spec("ninemarch") is not None
if not INSTALLED:
    sys.path.append(str(ROOT))
# One thread each: the libraries' pools would otherwise differ with the machine's cores.
THREADS = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Measured:
    """A process that has ended.

    Args:
        cpu: user + system seconds, of its children too.
        wall: seconds that passed.
        peak_mb: most memory in use at once, in MB (10^6 bytes).
        out: what it printed to stdout.
    """

    cpu: float
    wall: float
    peak_mb: float
    out: str
    code: int


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: this one, one thread a library, and the checkout where nothing is installed."""
    env = {**os.environ, **THREADS, **(extra or {})}
    if not INSTALLED:
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))
    return env


def measure(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str] | None = None, codes: Sequence[int] = (0,)
) -> Measured:
    """Run ``command`` and return what it cost.

    Args:
        command: program and arguments.
        cwd: folder to run in.
        env: the whole environment; ``environment()`` by default.
        codes: exit codes that are right.

    Raises:
        SystemExit: another exit code; what the command said is shown.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.monotonic()
        child = subprocess.Popen(
            command, cwd=cwd, env=dict(env or environment()), stdout=out, stderr=err, stdin=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        child.returncode = code = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if code not in codes:
            msg = f"{' '.join(command)} ended with {code}:\n{out.read()[-3000:]}\n{err.read()[-3000:]}"
            raise SystemExit(msg)
        unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss: bytes on macOS, KiB on Linux
        return Measured(
            usage.ru_utime + usage.ru_stime, wall, round(usage.ru_maxrss * unit / 1e6, 1), out.read(), code
        )


def median(values: Sequence[float]) -> float:
    """The median, rounded to four digits."""
    return float(f"{statistics.median(values):.4g}")


def spread(values: Sequence[float]) -> list[float]:
    """Smallest and largest value, rounded to four digits."""
    return [float(f"{min(values):.4g}"), float(f"{max(values):.4g}")]


def loop_seconds() -> float:
    """CPU seconds of a fixed loop of plain Python: tells how fast the machine was just then."""
    start = time.process_time()
    total = 0
    for i in range(2_000_000):
        total += i & 7
    return time.process_time() - start


def machine() -> dict[str, Any]:
    """Facts about the machine, the interpreter and the libraries."""
    return {
        "recorded": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "cores_usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_average": [round(x, 2) for x in os.getloadavg()],
        "loop_of_2_million_cpu_s": round(loop_seconds(), 3),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "commit": _commit(),
    }


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "from the checkout" if name == "ninemarch" else "not installed"


def _commit() -> str:
    found = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() if found.returncode == 0 else "unknown"


def write(name: str, result: Mapping[str, Any]) -> None:
    """Write ``results/<name>.json``."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **result}, indent=1) + "\n", encoding="utf-8")
    print(f"\nwritten: {path.relative_to(ROOT)}")


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table: the first column to the left, numbers to the right."""
    text = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [list(head), *text]) for i in range(len(head))]
    for row in [list(head), *text]:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def note(text: str) -> None:
    """Say on stderr what is being done."""
    print(text, file=sys.stderr, flush=True)
