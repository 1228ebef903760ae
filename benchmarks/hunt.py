"""Hunting: sizes of covering arrays beside published ones; what policies find on a real reader of digits.

Covers ``ninemarch.mining.arrays`` (every array verified anew) and ``ninemarch hunt`` end to end, record included:
distinct modes and failures of each policy over several seeds, how far the estimate weighted back to use is off beside
plain sampling of as many trials, and how far the chance of a new mode is. The truth is a long sample of use.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import note, table, write

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.evidence import read_failures
from ninemarch.journal import HUNTS, runs_folder
from ninemarch.mining.arrays import covering_array
from ninemarch.mining.hunting import Hunted
from ninemarch.mining.modes import modes_of
from ninemarch.mining.policies import POLICIES, SHARE
from ninemarch.model import Failure, Suite
from ninemarch.suite import load
from ninemarch.table import ensure

# Published rows: PICT for pairs (as its authors print them), the best of what was measured by others for triples.
# The bar: 5% more rows than PICT, rounded down; for triples that number itself.
MODELS = (
    ("3^4", [3] * 4, 2, 9, 9),
    ("3^13", [3] * 13, 2, 18, 18),
    ("4^15 3^17 2^29", [4] * 15 + [3] * 17 + [2] * 29, 2, 37, 38),
    ("4 3^39 2^35", [4] + [3] * 39 + [2] * 35, 2, 27, 28),
    ("2^100", [2] * 100, 2, 15, 15),
    ("10^20", [10] * 20, 2, 210, 220),
    ("4^10", [4] * 10, 3, 149, 149),
    ("3^20", [3] * 20, 3, 93, 93),
)
RELEASES = ("2", "4")  # one that fails often, one that seldom does
PROFILE = "harsh"
SHARES = {"cross-entropy, share 0.5": ("cross-entropy", 0.5)}  # beside every policy as it is
TRIALS = 2000
LONG = 60_000


def arrays() -> list[dict[str, Any]]:
    """Make and verify every model's array."""
    out = []
    for name, levels, strength, published, bar in MODELS:
        note(f"covering array {name}, strength {strength}")
        start = time.process_time()
        made = covering_array(levels, strength)
        out.append(
            {
                "model": name,
                "strength": strength,
                "rows": len(made.rows),
                "published": published,
                "bar": bar,
                "combinations": made.coverage.possible,
                "missing": made.coverage.possible - made.coverage.covered,
                "cpu_s": round(time.process_time() - start, 2),
            }
        )
    return out


@dataclass(frozen=True)
class Ran:
    """One hunt, its failures, and its CPU seconds."""

    hunted: Hunted
    failures: list[Failure]
    cpu: float

    @property
    def share(self) -> float:
        """Share of the trials that failed."""
        return self.hunted.found.failures / self.hunted.found.called


def hunt(suite: Suite, release: str, name: str, *, seed: int, trials: int = TRIALS) -> Ran:
    """Hunt once, in a folder of its own."""
    policy, share = SHARES.get(name, (name, SHARE))
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        hunted = workflow.hunt(
            suite,
            Selection(release=release, profile=PROFILE, seed=seed),
            workflow.HuntOptions(policy=policy, share=share, trials=trials),
            root=Path(folder),
        )
        seconds = time.process_time() - start
        path = ensure(runs_folder(Path(folder), HUNTS) / hunted.run.run)
        failures = [each for each in read_failures(path, limit=trials) if each.verdict == "fail"]
    return Ran(hunted, failures, seconds)


def policies(suite: Suite, release: str, seeds: int) -> dict[str, Any]:
    """Every policy over ``seeds`` seeds, beside a long sample of use."""
    note(f"release {release}: {LONG:,} trials as use")
    use = hunt(suite, release, "profile", seed=999, trials=LONG)
    ran: dict[str, list[Ran]] = {}
    for policy in (*POLICIES, *SHARES):
        note(f"release {release}: {policy}")
        ran[policy] = [hunt(suite, release, policy, seed=seed) for seed in range(seeds)]
    everything = [use, *(each for runs in ran.values() for each in runs)]
    modes = iter(_modes(everything))
    of_use = next(modes)
    found = {policy: [next(modes) for _ in runs] for policy, runs in ran.items()}
    return {
        "failure_rate_in_use": round(use.share, 5),
        "modes_in_use": len(set(of_use)),
        "modes_in_all": len({key for runs in found.values() for run in runs for key in run}),
        "policies": {
            policy: {
                "modes": _mean([len(set(run)) for run in found[policy]]),
                "cells": _mean([each.hunted.found.cells_failed for each in runs]),
                "failures_per_1000": _mean([1000 * each.share for each in runs]),
                "pooled_too_high": _mean([each.share / use.share for each in runs]),
                "cpu_s": _mean([each.cpu for each in runs]),
                "weighted": _weighted(runs, use.share),
            }
            for policy, runs in ran.items()
        },
        "next_is_new_rmse": _next_is_new(ran["profile"], found["profile"], of_use),
    }


def _modes(runs: Sequence[Ran]) -> Iterator[list[str]]:
    """The mode of every failure; told apart in all runs together, so that few failures do not blur them."""
    domain = runs[0].hunted.plan.domain
    keys = iter(modes_of([failure for run in runs for failure in run.failures], domain))
    return ([next(keys).key for _ in run.failures] for run in runs)


def _mean(values: Sequence[float]) -> list[float]:
    """Mean and standard deviation over the seeds."""
    return [float(f"{number:.4g}") for number in (statistics.fmean(values), statistics.stdev(values))]


def _weighted(runs: Sequence[Ran], truth: float) -> dict[str, Any]:
    """How far the estimate weighted back to use is off, over the seeds."""
    found = [each.hunted.found.weighted for each in runs]
    errors = [each.failure.estimate - truth for each in found if each]
    return {
        "bias": round(statistics.fmean(errors), 5),
        "bias_standard_error": round(statistics.stdev(errors) / math.sqrt(len(errors)), 5),
        "rmse": round(_root_mean_square(errors), 5),
        "drawn": round(statistics.fmean([each.trials for each in found if each])),
        "effective": round(statistics.fmean([each.effective for each in found if each])),
        "intervals_that_hold": sum(each.failure.lower <= truth <= each.failure.upper for each in found if each),
    }


def _next_is_new(runs: Sequence[Ran], found: Sequence[list[str]], of_use: Sequence[str]) -> float:
    """How far the chance that the next failure is of a new mode is off, against the long sample's failures."""
    errors = []
    for run, keys in zip(runs, found, strict=True):
        known = set(keys)
        unseen = run.hunted.found.unseen
        if unseen is not None:
            errors.append(unseen.next_new.estimate - sum(key not in known for key in of_use) / len(of_use))
    return round(_root_mean_square(errors), 4)


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(statistics.fmean([value**2 for value in values]))


def _show(release: str, found: dict[str, Any]) -> None:
    print(
        f"\nrelease {release}, profile {PROFILE}, {TRIALS:,} trials; use fails in {found['failure_rate_in_use']:.2%}"
        f", {found['modes_in_use']} modes; all hunts met {found['modes_in_all']}; chance that the next is new: RMSE "
        f"{found['next_is_new_rmse']}"
    )
    names = ("modes", "cells", "failures_per_1000", "pooled_too_high", "cpu_s")
    errors = ("bias", "bias_standard_error", "rmse", "effective", "intervals_that_hold")
    table(
        ["policy", "modes", "cells", "per 1,000", "x use", "CPU s", "bias", "se", "RMSE", "effective", "held"],
        [
            [policy, *(row[name][0] for name in names), *(row["weighted"][name] for name in errors)]
            for policy, row in found["policies"].items()
        ],
    )


def main() -> None:
    """Print the tables and write results/hunt.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=12)
    seeds = parser.parse_args().seeds
    sizes = arrays()
    table(list(sizes[0]), [list(each.values()) for each in sizes])
    suite = load("digits")
    releases = {release: policies(suite, release, seeds) for release in RELEASES}
    for release, found in releases.items():
        _show(release, found)
    write("hunt", {"arrays": sizes, "seeds": seeds, "trials": TRIALS, "profile": PROFILE, "releases": releases})


if __name__ == "__main__":
    main()
