"""CPU seconds that the command line costs before and around the work: help, a list, a run of 100 trials.

Covers whole processes as a shell starts them. Does not cover the first start after an installation, when Python
compiles the modules: one start of each command goes unmeasured.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import common

# A run of 100 trials cannot prove three nines: NOT PROVEN (3) and FAIL (1) are right answers too.
COMMANDS: dict[str, tuple[list[str], tuple[int, ...]]] = {
    "ninemarch --help": (["--help"], (0,)),
    "ninemarch suite list": (["suite", "list"], (0,)),
    "ninemarch run sums -n 100": (["run", str(common.SUITE), "-n", "100"], (0, 1, 3)),
    "ninemarch run sums -n 100 -q": (["run", str(common.SUITE), "-n", "100", "-q"], (0, 1, 3)),
}
MOST_HELP_CPU = 0.3
HEAVY = ("numpy", "pandas", "scipy", "plotly", "pyarrow", "sklearn", "pydantic", "rich")
_IMPORTED = """
import sys
sys.argv = ["ninemarch", "--help"]
sys.stdout = open("/dev/null", "w")
from ninemarch.cli import main
try:
    main()
finally:
    print([name for name in {heavy!r} if name in sys.modules], file=sys.__stdout__)
"""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as folder:
        rows = [_measured(name, options.repeats, Path(folder)) for name in COMMANDS]
        program = _IMPORTED.format(heavy=HEAVY)
        imported = common.measure([sys.executable, "-c", program], cwd=Path(folder)).out.strip()
    common.table(
        ["command", "CPU s", "least", "most", "wall s", "peak MB"],
        [[r["command"], r["cpu_s"], *r["spread"], r["wall_s"], r["peak_mb"]] for r in rows],
    )
    bare = common.median([row["cpu_s"] for row in rows if row["command"] == "ninemarch --help"])
    print(f"\n--help: {bare} CPU s, below {MOST_HELP_CPU}: {bare < MOST_HELP_CPU}")
    print(f"of {', '.join(HEAVY)} it imports: {imported}")
    common.write("startup", {"commands": rows, "help_imports": imported, "help_below_cpu_s": MOST_HELP_CPU})


def _measured(name: str, repeats: int, folder: Path) -> dict[str, Any]:
    arguments, codes = COMMANDS[name]
    command = [sys.executable, "-m", "ninemarch", *arguments]
    runs = [common.measure(command, cwd=folder, codes=codes) for _ in range(repeats + 1)][1:]
    return {
        "command": name,
        "repeats": repeats,
        "cpu_s": common.median([run.cpu for run in runs]),
        "spread": common.spread([run.cpu for run in runs]),
        "wall_s": common.median([run.wall for run in runs]),
        "peak_mb": max(run.peak_mb for run in runs),
    }


if __name__ == "__main__":
    main()
