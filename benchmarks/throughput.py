"""Speed, memory and disk of a whole run of a trivial target, with the durable journal on.

Covers ``workflow.run`` as the command line calls it (draw, call, judge, journal, seal, table, evidence, decision),
and the same steps one by one so that one sees where the time goes. Every run is a process of its own. Does not
cover start-up (``startup.py``) nor targets that take time.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import common

MODES = ("sync", "async", "batch")
LEAST_PER_CPU_SECOND = 25_000
MOST_BYTES = 270


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, nargs="+", default=[10_000, 100_000], help="sizes for speed")
    parser.add_argument("--memory", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="and for memory")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=list(MODES))
    parser.add_argument("--one", nargs=3, metavar=("KIND", "MODE", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        kind, mode, trials = options.one
        print(json.dumps(_CHILDREN[kind](mode, int(trials))))
        return
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as folder:
        speed = [_speed(mode, n, options.repeats, Path(folder)) for n in options.trials for mode in options.modes]
        stages = _stages(max(options.trials), options.repeats, Path(folder))
        memory = [_memory(n, Path(folder)) for n in options.memory]
    _show(speed, stages, memory)
    common.write(
        "throughput", {"speed": speed, "stages": stages, "memory": memory, "must_hold": _held(speed, memory)}
    )


def _child(kind: str, mode: str, trials: int, folder: Path) -> dict[str, Any]:
    common.note(f"{kind} {mode} {trials:,}")
    with tempfile.TemporaryDirectory(dir=folder) as home:
        command = [sys.executable, __file__, "--one", kind, mode, str(trials)]
        done = common.measure(command, cwd=Path(home))
    found: dict[str, Any] = json.loads(done.out.splitlines()[-1])
    return {**found, "process_cpu_s": done.cpu, "process_peak_mb": done.peak_mb}


def _speed(mode: str, trials: int, repeats: int, folder: Path) -> dict[str, Any]:
    runs = [_child("whole", mode, trials, folder) for _ in range(repeats)]
    rates = [trials / run["cpu_s"] for run in runs]
    return {
        "mode": mode,
        "trials": trials,
        "repeats": repeats,
        "cpu_s": common.median([run["cpu_s"] for run in runs]),
        "trials_per_cpu_s": common.median(rates),
        "spread": common.spread(rates),
        "process_trials_per_cpu_s": common.median([trials / run["process_cpu_s"] for run in runs]),
        "journal_bytes_per_trial": round(runs[0]["journal_bytes"] / trials, 1),
        "table_bytes_per_trial": round(runs[0]["table_bytes"] / trials, 1),
        "failures": runs[0]["failures"],
    }


def _stages(trials: int, repeats: int, folder: Path) -> dict[str, Any]:
    """Microseconds of CPU a trial in every step of a synchronous run."""
    runs = [_child("steps", "sync", trials, folder) for _ in range(repeats)]
    micros = {name: common.median([run["cpu"][name] / trials * 1e6 for run in runs]) for name in runs[0]["cpu"]}
    return {"mode": "sync", "trials": trials, "repeats": repeats, "us_per_trial": micros}


def _memory(trials: int, folder: Path) -> dict[str, Any]:
    run = _child("steps", "batch", trials, folder)
    return {
        "mode": "batch",
        "trials": trials,
        "peak_mb_after": run["peak_mb"],
        "process_peak_mb": run["process_peak_mb"],
    }


def _held(speed: list[dict[str, Any]], memory: list[dict[str, Any]]) -> dict[str, Any]:
    slowest = min(row["trials_per_cpu_s"] for row in speed)
    largest = max(row["journal_bytes_per_trial"] + row["table_bytes_per_trial"] for row in speed)
    first, last = memory[0], memory[-1]
    grown = {name: round(last["peak_mb_after"][name] - first["peak_mb_after"][name], 1) for name in ("run", "decide")}
    return {
        "trials_per_cpu_s": {
            "slowest": slowest,
            "at_least": LEAST_PER_CPU_SECOND,
            "held": slowest >= LEAST_PER_CPU_SECOND,
        },
        "bytes_per_trial": {"largest": largest, "below": MOST_BYTES, "held": largest < MOST_BYTES},
        "memory_growth_mb": {
            "from": first["trials"],
            "to": last["trials"],
            "engine": grown["run"],
            "whole": grown["decide"],
        },
    }


def _show(speed: list[dict[str, Any]], stages: dict[str, Any], memory: list[dict[str, Any]]) -> None:
    print("a whole run of a trivial target, durable journal on\n")
    common.table(
        ["target", "trials", "CPU s", "trials per CPU s", "with start-up", "journal B/trial", "table B/trial"],
        [
            [r["mode"], r["trials"], r["cpu_s"], r["trials_per_cpu_s"], r["process_trials_per_cpu_s"],
             r["journal_bytes_per_trial"], r["table_bytes_per_trial"]]
            for r in speed
        ],
    )  # fmt: skip
    print(f"\nwhere the time goes, synchronous target, {stages['trials']:,} trials\n")
    common.table(["step", "us of CPU a trial"], [[k, v] for k, v in stages["us_per_trial"].items()])
    print("\npeak memory of the process in MB, up to and with each step\n")
    steps = list(memory[0]["peak_mb_after"])
    common.table(["trials", *steps], [[f"{r['trials']:,}", *r["peak_mb_after"].values()] for r in memory])
    print()
    for name, found in _held(speed, memory).items():
        print(f"{name}: " + ", ".join(f"{k} {v}" for k, v in found.items()))


# What follows runs in the measured process.


def _whole(mode: str, trials: int) -> dict[str, Any]:
    from ninemarch import workflow
    from ninemarch.engine import Selection
    from ninemarch.suite import load

    suite = load(common.SUITE)
    start = _cpu()
    done = workflow.run(suite, Selection(release=mode, trials=trials, stop="fixed"))
    cpu = _cpu() - start
    counts = done.evidence.overall.counts
    if counts.scored != trials or counts.failed == 0:
        msg = f"the run is not what was asked for: {counts.line()}"
        raise SystemExit(msg)
    return {"cpu_s": cpu, "failures": counts.failed, **_sizes(done.folder)}


def _sizes(folder: Path) -> dict[str, int]:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    journal = sum(size for name, size in sizes.items() if name.startswith("journal"))
    return {"journal_bytes": journal, "table_bytes": sum(sizes.values()) - journal}


def _steps(mode: str, trials: int) -> dict[str, Any]:
    """``workflow.run`` taken apart; ``draw`` alone is part of ``run`` and is measured once more by itself."""
    from ninemarch import table
    from ninemarch.engine import Here, Progress, Selection, execute, make_plan, release_of
    from ninemarch.evidence import gather
    from ninemarch.gate import decide
    from ninemarch.journal import Journal, new_run_folder
    from ninemarch.suite import load
    from ninemarch.targets import open_target

    suite, selection = load(common.SUITE), Selection(release=mode, trials=trials, stop="fixed")
    cpu: dict[str, float] = {}
    peak: dict[str, float] = {"load": _peak_mb()}

    def step(name: str, work: Callable[[], Any]) -> Any:
        start = _cpu()
        result = work()
        cpu[name], peak[name] = _cpu() - start, _peak_mb()
        return result

    folder = new_run_folder()
    plan, schedule = make_plan(suite, selection, run=folder.name, version="benchmark")
    target = open_target(release_of(suite, selection).target, suite)
    with Journal.create(folder, plan) as journal:
        step("run", lambda: execute(schedule, Here(suite, schedule, target), journal, Progress(plan.planned)))
    path = step("table", lambda: table.ensure(folder))
    evidence = step("evidence", lambda: gather(path, plan.gates))
    step("decide", lambda: decide(evidence, plan.gates))
    # After the peaks were read: of the run, this much is drawing scenarios; the target's own work is in "run" too.
    cpu["of which drawing"] = _timed(lambda: sum(1 for _ in schedule))
    return {"cpu": cpu, "peak_mb": peak}


def _timed(work: Callable[[], Any]) -> float:
    start = _cpu()
    work()
    return _cpu() - start


def _cpu() -> float:
    """CPU seconds of this process, all threads, and of its children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_mb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


_CHILDREN = {"whole": _whole, "steps": _steps}

if __name__ == "__main__":
    main()
