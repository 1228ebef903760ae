"""Who makes the trials: one worker process against two on a target that computes, calls in flight on one that waits.

Covers the rate between a tenth and nine tenths of the trials (start-up is ``startup.py``'s). Each figure is the best
of so many repeats, because other programs share the cores.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common

sys.path.append(str(common.FOLDER / "timed_work"))
sys.path.append(str(common.SUITE))
CASES = (
    ("1 ms of computing, one process", "timed:compute", "processes", 1, 3000, 0.001),
    ("1 ms of computing, two processes", "timed:compute", "processes", 2, 6000, 0.0005),
    ("10 ms of waiting, 32 in flight", "timed:wait_32", "in-process", 0, 6400, 0.01 / 32),
    ("10 ms of waiting, 32 threads", "timed:block_10", "threads", 32, 6400, 0.01 / 32),
    ("1 s of waiting, 1,000 in flight", "timed:wait_1000", "in-process", 0, 8000, 1 / 1000),
)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name, target, executor, workers, trials, ideal in CASES:
        common.note(name)
        rates = [_rate(target, executor, workers, trials) for _ in range(options.repeats)]
        rows.append({"case": name, "trials": trials, "per_s": max(rates), "share_of_ideal": max(rates) * ideal})
    common.table(["case", "trials/s", "share of ideal"], [[r["case"], r["per_s"], r["share_of_ideal"]] for r in rows])
    gain = rows[1]["per_s"] / rows[0]["per_s"]
    print(f"\ntwo processes: {gain:.2f} times one (to hold: 1.7)")
    common.write("executors", {"repeats": options.repeats, "cases": rows, "two_over_one": round(gain, 3)})


def _rate(target: str, executor: str, workers: int, trials: int) -> float:
    from sums_suite import scenario

    from ninemarch import workflow
    from ninemarch.engine import Progress, Selection, Staff
    from ninemarch.model import CheckSpec, Limits, TargetSpec
    from ninemarch.suite import make

    seen: list[tuple[int, float]] = []

    def watch(progress: Progress) -> None:
        seen.append((progress.done, time.monotonic()))

    levels = {"size": {"small": 1.0}, "sign": {"plus": 1.0}}
    limits = Limits(concurrency=1000 if "1000" in target else 32)
    suite = make("timed", scenario, checks=[CheckSpec("exact")], profile=levels, limits=limits)
    selection = Selection(target=TargetSpec("python", target), trials=trials, stop="fixed")
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as home:
        os.environ["NINEMARCH_HOME"] = home
        workflow.run(suite, selection, watch=watch, staff=Staff(executor, workers), root=Path(home))
    first = next(when for done, when in seen if done >= trials / 10)
    last = next(when for done, when in seen if done >= trials * 9 / 10)
    return trials * 0.8 / (last - first)


if __name__ == "__main__":
    main()
