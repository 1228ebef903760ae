"""Trials on a Ray cluster of two worker nodes on loopback, beside what bare Ray gives for the same function.

Covers throughput once everything is up: the rate between a tenth and nine tenths of the trials, as the run's watcher
sees them. Bare Ray calls the same generator and target in actors, 1,000 at a time, and returns the answers alone: no
checks, no records, no journal. Runs of both take turns. Needs ray (``nox -s ray -- --benchmark``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import common

sys.path.append(str(common.ROOT / "tests"))
BATCH = 1000


def main() -> None:
    """Start the nodes, measure in turns, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--micros", type=int, default=200, help="microseconds of computing in a trial")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--one", nargs=3, metavar=("KIND", "ADDRESS", "N"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ["MICROS"] = str(options.micros)
    if options.one:
        kind, address, trials = options.one
        print(json.dumps({"bare": _bare, "ours": _ours}[kind](address, int(trials))))
        return
    from ray_nodes import QUIET, Nodes

    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    env = common.environment({**QUIET, "PYTHONPATH": f"{common.ROOT}:{common.SUITE}:{common.FOLDER / 'timed_work'}"})
    with tempfile.TemporaryDirectory(prefix="ninemarch-bench-") as folder:
        nodes = Nodes(Path(folder), env={"MICROS": str(options.micros), "PYTHONPATH": env["PYTHONPATH"]})
        try:
            for turn in range(options.repeats):
                for kind, found in rates.items():
                    common.note(f"{turn + 1}/{options.repeats} {kind}")
                    with tempfile.TemporaryDirectory(dir=folder) as home:
                        command = [sys.executable, __file__, "--micros", str(options.micros)]
                        command += ["--one", kind, nodes.address, str(options.trials)]
                        done = common.measure(command, cwd=Path(home), env=env)
                    found.append(json.loads(done.out.splitlines()[-1])["per_s"])
        finally:
            nodes.close()
    ours, bare = (common.median(rates[kind]) for kind in ("ours", "bare"))
    common.table(
        ["trials/s, two nodes", "median", "least", "most"],
        [[kind, common.median(found), *common.spread(found)] for kind, found in rates.items()],
    )
    print(f"\nshare of bare Ray: {ours / bare:.0%} (to hold: 80%)")
    result = {"trials": options.trials, "micros": options.micros, "batch": BATCH, "per_s": rates}
    common.write("ray", {**result, "share_of_bare": round(ours / bare, 3), "held": ours >= 0.8 * bare})


def _rate(seen: list[tuple[int, float]], trials: int) -> float:
    """Trials a second between a tenth and nine tenths of them."""
    first = next(point for point in seen if point[0] >= trials / 10)
    last = next(point for point in seen if point[0] >= trials * 9 / 10)
    return (last[0] - first[0]) / (last[1] - first[1])


def _bare(address: str, trials: int) -> dict[str, Any]:
    import ray
    from ray_target import Caller

    ray.init(address=address, log_to_driver=False)
    actors = [ray.remote(num_cpus=1)(Caller).remote() for _ in range(2)]
    ray.get([actor.many.remote(0, 10) for actor in actors])
    queues = {actors[number % 2].many.remote(number * BATCH, BATCH): None for number in range(trials // BATCH)}
    seen, total = [(0, time.monotonic())], 0
    while queues:
        (done,), _ = ray.wait(list(queues))
        total += len(ray.get(done))
        del queues[done]
        seen.append((total, time.monotonic()))
    return {"per_s": _rate(seen, trials)}


def _ours(address: str, trials: int) -> dict[str, Any]:
    from ninemarch import workflow
    from ninemarch.engine import Progress, Selection, Staff
    from ninemarch.model import TargetSpec
    from ninemarch.suite import load

    seen: list[tuple[int, float]] = []

    def watch(progress: Progress) -> None:
        if progress.done % 100 == 0:
            seen.append((progress.done, time.monotonic()))

    selection = Selection(target=TargetSpec("python", "ray_target:compute"), trials=trials, stop="fixed")
    done = workflow.run(load(common.SUITE), selection, watch=watch, staff=Staff("ray", 2, address))
    if done.evidence.overall.counts.scored != trials:
        msg = done.evidence.overall.counts.line()
        raise SystemExit(msg)
    return {"per_s": _rate(seen, trials)}


if __name__ == "__main__":
    main()
