"""Slices on logs with known truth: what is found, what it costs, how often there is an alarm where nothing is.

Covers ``ninemarch.mining.slices``, the planted logs of the tests, and a real run: the shipped digits, mined on half
of its pictures and looked at on the other half. Each log is made and searched in processes of their own, so that peak
memory is the search's with its interpreter, and this one holds nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from common import RESULTS, ROOT, environment, measure, median, note, spread, table, write

# rows: logs, and what the prototype needed (CPU seconds, MB), exact of 3, with 0 redundant and 0 false.
PLANTED = {10_000: (5, 0.4, 57), 100_000: (3, 1.7, 76), 1_000_000: (2, 20.0, 245)}
NULLS: dict[str, dict[str, Any]] = {
    "independent trials": {"scenarios": 10_000},
    "10 repeats, correlation 0.02": {"scenarios": 1000, "repeats": 10, "correlation": 0.02},
    "10 repeats, correlation 0.1": {"scenarios": 1000, "repeats": 10, "correlation": 0.1},
    "10 repeats, correlation 0.5": {"scenarios": 1000, "repeats": 10, "correlation": 0.5},
    "1 to 60 repeats, correlation 0.1": {"scenarios": 2400, "repeats": "uneven", "correlation": 0.1},
}
SUCCESSES = (0.7, 0.9, 0.95, 0.97)
POWER: dict[str, tuple[int, dict[str, Any]]] = {
    "2,000": (20, {"scenarios": 2000}),
    "10,000": (20, {"scenarios": 10_000}),
    "100,000": (4, {"scenarios": 100_000}),
    "1,000 x 10, correlation 0.3": (10, {"scenarios": 1000, "repeats": 10, "correlation": 0.3}),
    "10,000 x 10, correlation 0.3": (4, {"scenarios": 10_000, "repeats": 10, "correlation": 0.3}),
}


def main() -> None:
    """Print the tables and write results/slices.json; parts not asked for keep what was recorded."""
    parts = {"planted": _planted, "wide": _wide, "power": _power, "real": _real, "null": _null}
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", default=",".join(parts), help="which tables")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(_child(json.loads(given.child))))
        return
    recorded = RESULTS / "slices.json"
    result = json.loads(recorded.read_text(encoding="utf-8")) if recorded.exists() else {}
    result.pop("machine", None)
    for name in given.parts.split(","):
        result[name] = parts[name]()
        print()
    write("slices", result)


def _run(task: dict[str, Any]) -> tuple[Any, float]:
    """What a child says, and its peak memory in MB."""
    env = environment()
    env["PYTHONPATH"] = ":".join(filter(None, [str(ROOT / "tests"), env.get("PYTHONPATH", "")]))
    done = measure([sys.executable, __file__, "--child", json.dumps(task)], cwd=ROOT, env=env)
    return json.loads(done.out), done.peak_mb


def _planted() -> list[dict[str, Any]]:
    rows, lines = [], []
    for trials, (logs, cpu_before, mb_before) in PLANTED.items():
        found, peaks = [], []
        for seed in range(logs):
            note(f"planted, {trials:,} rows, log {seed + 1} of {logs}")
            with tempfile.TemporaryDirectory() as folder:
                path = str(Path(folder) / "log.npz")
                _run({"do": "make", "path": path, "seed": seed, "log": {"scenarios": trials}})
                said, peak = _run({"do": "find", "path": path})
            found.append(said)
            peaks.append(peak)
        exact, again, false = ([each[name] for each in found] for name in ("exact", "again", "false"))
        cpu = [each["cpu_s"] for each in found]
        row = {"rows": trials, "logs": logs, "exact": exact, "again": again, "false": false}
        rows.append(
            {**row, "candidates": found[0]["candidates"], "cpu_s": median(cpu), "cpu_s_range": spread(cpu)}
            | {"peak_mb": median(peaks), "prototype_cpu_s": cpu_before, "prototype_mb": mb_before}
        )
        means = (sum(each) / logs for each in (exact, again, false))
        lines.append([f"{trials:,}", logs, *means, median(cpu), cpu_before, median(peaks), mb_before])
    table(["rows", "logs", "exact of 3", "again", "false", "CPU s", "prototype", "MB", "prototype"], lines)
    return rows


def _power() -> list[dict[str, Any]]:
    rows = []
    for name, (logs, log) in POWER.items():
        for success in SUCCESSES:
            note(f"power, {name}, {success:.0%}")
            said, _ = _run({"do": "power", "log": {**log, "success": success}, "logs": logs})
            rows.append({"trials": name, "success": success, "logs": logs, **said})
    table(
        ["trials", "success inside", "logs", "exact", "exact or roughly", "false slices"],
        [[r["trials"], f"{r['success']:.0%}", r["logs"], r["exact"], r["roughly"], r["false"]] for r in rows],
    )
    return rows


def _wide() -> dict[str, Any]:
    note("40 attributes, 100,000 rows")
    said, peak = _run({"do": "wide"})
    print(f"40 attributes, 100,000 rows, one slice planted: {said}, peak {peak} MB")
    return {**said, "peak_mb": peak}


def _real() -> list[dict[str, Any]]:
    note("digits, 8,000 trials of release 3 on the harsh profile")
    rows, _ = _run({"do": "real"})
    print("digits release 3, mined on half of its pictures, looked at on the other half")
    table(list(rows[0]), [list(row.values()) for row in rows])
    return list(rows)


def _null() -> list[dict[str, Any]]:
    rows, runs = [], 200
    for name, log in NULLS.items():
        note(f"null, {name}")
        said, _ = _run({"do": "null", "log": log, "runs": runs})
        rows.append({"log": name, "runs": runs, **said})
    table(
        ["nothing planted", "runs", "alarms", "share", "90% interval", "taken for independent"],
        [
            [r["log"], r["runs"], r["alarms"], r["share"], f"{r['lower']:.3f} to {r['upper']:.3f}", r["careless"]]
            for r in rows
        ],
    )
    return rows


def _child(task: dict[str, Any]) -> Any:
    """Do one piece of work; only children import numpy."""
    known = {"make": _make, "find": _find, "wide": _forty, "power": _recall, "real": _digits, "null": _alarms}
    return known[task.pop("do")](**task)


def _make(*, path: str, seed: int, log: dict[str, Any]) -> int:
    import numpy as np
    from planted import make_log

    made = make_log(seed, **log)
    np.savez(path, codes=made.codes.T.copy(), failed=made.failed, rate=made.rate, planted=json.dumps(made.planted))
    return 0


def _find(*, path: str) -> dict[str, Any]:
    """Search a log; the truth is read only afterwards."""
    import time

    import numpy as np
    from planted import LEVELS, Log

    from ninemarch.mining.slices import Attribute, find_slices

    stored = np.load(path)
    codes, failed = stored["codes"], stored["failed"]
    attributes = [
        Attribute(f"a{i}", codes[i], tuple(f"v{level}" for level in range(levels))) for i, levels in enumerate(LEVELS)
    ]
    start = time.process_time()
    report = find_slices(attributes, failed)
    cpu = time.process_time() - start
    planted = tuple(tuple((a, level) for a, level in which) for which in json.loads(str(stored["planted"])))
    exact, again, false = Log(codes.T, failed, None, stored["rate"], planted).judge(report.slices)
    return {"exact": exact, "again": again, "false": false, "cpu_s": cpu, "candidates": report.candidates}


def _forty() -> dict[str, Any]:
    import time

    import numpy as np

    from ninemarch.mining.slices import Attribute, find_slices

    rng, rows = np.random.default_rng(0), 100_000
    attributes = [
        Attribute(f"a{place}", rng.choice(levels, rows, p=rng.dirichlet(np.full(levels, 3.0))), tuple("abcdefghijkl"))
        for place, levels in enumerate(rng.integers(2, 12, 40).tolist())
    ]
    inside = (attributes[3].codes == 0) & (attributes[30].codes == 1)
    failed = rng.random(rows) < np.where(inside, 0.2, 0.01)
    start = time.process_time()
    report = find_slices(attributes, failed)
    found = [each.label for each in report.slices]
    return {"cpu_s": round(time.process_time() - start, 1), "candidates": report.candidates, "found": found}


def _digits() -> list[dict[str, Any]]:
    """Five splits of one run by picture: what ten slices of one half say about the other."""
    import numpy as np

    from ninemarch import table as tables
    from ninemarch import workflow
    from ninemarch.engine import Selection
    from ninemarch.evidence import read_attributed
    from ninemarch.mining.slices import Attribute, SearchOptions, find_slices
    from ninemarch.suite import load

    with tempfile.TemporaryDirectory() as folder:
        chosen = Selection(release="3", profile="harsh", trials=8000, stop="fixed")
        run = workflow.run(load("digits"), chosen, root=Path(folder))
        trials = read_attributed(tables.ensure(run.folder))
    groups = trials.unit if trials.unit is not None else np.arange(trials.failed.size)
    rows = []
    for seed in range(5):
        half = (np.random.default_rng(seed).random(int(groups.max()) + 1) < 0.5)[groups]
        mined = [Attribute(name, codes[half], tuple(words)) for name, (codes, words) in trials.levels.items()]
        options = SearchOptions(most=10)
        report = find_slices(mined, trials.failed[half], units=groups[half], options=options)
        fresh, failed = np.flatnonzero(~half), trials.failed[~half]
        told = [{name: words[codes[row]] for name, (codes, words) in trials.levels.items()} for row in fresh]
        inside = np.array([[each.holds(levels) for levels in told] for each in report.slices])
        held = inside.any(axis=0)
        found = np.array([each.inside.failures / each.inside.trials for each in report.slices])
        true = np.array([failed[mask].mean() for mask in inside])
        worse = sum(failed[mask].mean() >= 1.5 * failed[~mask].mean() for mask in inside)
        covered = {"of held-out failures": round(float(failed[held].mean() * held.sum() / failed.sum()), 3)}
        rows.append(
            {
                "split": seed,
                "slices": len(report.slices),
                **covered,
                "of held-out trials": round(float(held.mean()), 3),
            }
            | {"found too high by": round(float((found - true).mean()), 3), "hold": int(worse)}
        )
    return rows


def _recall(*, log: dict[str, Any], logs: int) -> dict[str, float]:
    """Shares of planted slices found exactly, and found at all; false slices in all."""
    import numpy as np
    from planted import make_log

    from ninemarch.mining.slices import find_slices

    found = np.zeros(3)
    for seed in range(logs):
        made = make_log(1000 + seed, **log)
        found += made.judge(find_slices(made.attributes, made.failed, units=made.units).slices)
    exact, roughly, false = found.tolist()
    return {"exact": round(exact / 3 / logs, 3), "roughly": round((exact + roughly) / 3 / logs, 3), "false": false}


def _alarms(*, log: dict[str, Any], runs: int) -> dict[str, Any]:
    """Logs with any slice: groups shuffled whole; and, on some of them, as if trials were independent."""
    from planted import make_log

    from ninemarch.mining.slices import SearchOptions, find_slices
    from ninemarch.stats import clopper_pearson

    options = SearchOptions(permutations=99)
    alarms = careless = 0
    few = min(runs, 20)
    for seed in range(runs):
        made = make_log(5000 + seed, planted=0, **log)
        alarms += bool(find_slices(made.attributes, made.failed, units=made.units, options=options).best_p <= 0.05)
        if seed < few:
            careless += bool(find_slices(made.attributes, made.failed, options=options).best_p <= 0.05)
    known = clopper_pearson(alarms, runs, confidence=0.95)
    bounds = {"lower": known.lower, "upper": known.upper}
    return {"alarms": alarms, "share": alarms / runs, **bounds, "careless": f"{careless} of {few}"}


if __name__ == "__main__":
    main()
