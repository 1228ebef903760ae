"""The same trivial work in ninemarch, pydantic-evals and Inspect, side by side.

Covers whole processes with the same list of scenarios, the same addition and an exact comparison, each rival in a
virtual environment of its own, installed from PyPI, run offline. Does not cover what the harnesses do beyond that:
they differ in what they record (see README.md).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import common

WORK = common.FOLDER / "rivals_work"
FEW = 50  # a run of so few trials tells what start and end cost


@dataclass(frozen=True)
class Harness:
    """One harness: the script that uses it, its distribution on PyPI (empty: this Python), its usual trials."""

    name: str
    script: str
    distribution: str
    trials: int


HARNESSES = (
    Harness("ninemarch", "use_ninemarch.py", "", 10_000),
    Harness("pydantic-evals", "use_pydantic_evals.py", "pydantic-evals", 10_000),
    Harness("inspect-ai", "use_inspect.py", "inspect-ai", 1000),
)
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "LOGFIRE_SEND_TO_LOGFIRE": "false",
    "OTEL_SDK_DISABLED": "true",
    "INSPECT_DISPLAY": "none",
    "DO_NOT_TRACK": "1",
}


def main() -> None:
    """Install, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--envs", type=Path, default=common.ROOT / "build" / "bench-envs", help="virtual environments"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--trials", type=int, default=10_000, help="at most; slow harnesses get fewer")
    parser.add_argument("--inspect-trials", type=int, default=1000)
    parser.add_argument("--only", nargs="+", choices=[h.name for h in HARNESSES], default=[h.name for h in HARNESSES])
    options = parser.parse_args()
    chosen = [h for h in HARNESSES if h.name in options.only]
    pythons = {h.name: _python(h, options.envs) for h in chosen}
    most = {
        h.name: min(options.trials, options.inspect_trials if h.name == "inspect-ai" else h.trials) for h in chosen
    }
    runs: dict[str, list[dict[str, Any]]] = {h.name: [] for h in chosen}
    few: dict[str, list[dict[str, Any]]] = {h.name: [] for h in chosen}
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as folder:
        scenarios = Path(folder) / "scenarios.jsonl"
        right = _write_scenarios(scenarios, options.trials)
        for turn in range(options.repeats + 1):  # in turns, so that a slow minute hits all; the first only warms up
            for harness in chosen:
                common.note(f"{turn}/{options.repeats} {harness.name}")
                start = _run(harness, pythons[harness.name], FEW, scenarios, right)
                if turn == 0:
                    continue
                few[harness.name].append(start)
                runs[harness.name].append(_run(harness, pythons[harness.name], most[harness.name], scenarios, right))
    rows = [_row(h, most[h.name], runs[h.name], few[h.name]) for h in chosen]
    _show(rows)
    common.write("rivals", {"repeats": options.repeats, "harnesses": rows})


def _python(harness: Harness, envs: Path) -> str:
    """The interpreter of the harness's environment, made and filled when it is not there yet."""
    if not harness.distribution:
        return sys.executable
    folder = envs.resolve() / harness.distribution
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        common.note(f"making {folder}")
        venv.create(folder, with_pip=True)
    there = subprocess.run(
        [python, "-m", "pip", "show", "-q", harness.distribution], check=False, stderr=subprocess.DEVNULL
    )
    if there.returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "-q", harness.distribution], check=True)
    return str(python)


def _write_scenarios(path: Path, trials: int) -> list[bool]:
    """Write the scenarios and return which of them the addition answers rightly."""
    sys.path.append(str(common.SUITE))
    from sums_suite import add, scenario

    rng, right = random.Random(2024), []
    with path.open("w", encoding="utf-8") as file:
        for number in range(trials):
            levels = {"size": rng.choice(["small", "large"]), "sign": rng.choice(["plus", "minus", "mixed"])}
            made = scenario(levels, rng)
            right.append(add(made["input"]) == made["expect"])
            file.write(json.dumps({"id": f"s{number}", "attributes": levels, **made}) + "\n")
    return right


def _run(harness: Harness, python: str, trials: int, scenarios: Path, right: list[bool]) -> dict[str, Any]:
    env = common.environment(OFFLINE)
    if harness.distribution:
        env.pop("PYTHONPATH", None)
    with tempfile.TemporaryDirectory(dir=scenarios.parent) as home:
        script = [python, str(WORK / harness.script), str(trials), str(scenarios)]
        done = common.measure(script, cwd=Path(home), env=env)
    found: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    if (found["trials"], found["errors"], found["passed"]) != (trials, 0, sum(right[:trials])):
        msg = f"{harness.name}: {found}; it did not do the work it was given"
        raise SystemExit(msg)
    return {**found, "cpu": done.cpu, "wall": done.wall, "peak_mb": done.peak_mb}


def _row(harness: Harness, trials: int, runs: list[dict[str, Any]], few: list[dict[str, Any]]) -> dict[str, Any]:
    start = common.median([run["cpu"] for run in few])
    beyond = [(trials - FEW) / max(run["cpu"] - start, 1e-9) for run in runs]
    return {
        "harness": harness.name,
        "versions": runs[0]["versions"],
        "trials": trials,
        "passed": runs[0]["passed"],
        "cpu_s": common.median([run["cpu"] for run in runs]),
        "start_cpu_s": start,
        "trials_per_cpu_s": common.median([trials / run["cpu"] for run in runs]),
        "beyond_start_per_cpu_s": common.median(beyond),
        "spread": common.spread(beyond),
        "wall_s": common.median([run["wall"] for run in runs]),
        "peak_mb": max(run["peak_mb"] for run in runs),
        "bytes_per_trial": round(runs[0]["bytes"] / trials, 1),
        "connections_refused": sum(len(run["refused"]) for run in runs),
    }


def _show(rows: list[dict[str, Any]]) -> None:
    print("one addition a trial, exact comparison, 100 in flight; the whole process counts\n")
    common.table(
        [
            "harness",
            "version",
            "trials",
            "CPU s",
            f"of it {FEW} trials",
            "trials per CPU s",
            "beyond start-up",
            "peak MB",
            "B/trial",
        ],
        [
            [
                row["harness"],
                next(iter(row["versions"].values())),
                row["trials"],
                row["cpu_s"],
                row["start_cpu_s"],
                row["trials_per_cpu_s"],
                row["beyond_start_per_cpu_s"],
                row["peak_mb"],
                row["bytes_per_trial"],
            ]
            for row in rows
        ],
    )


if __name__ == "__main__":
    main()
