"""The ladder of the suite desk on held-out scenarios, money harm, the curve over fault rates, and step credit's hits.

Covers what the suite's README prints. Rates come from the suite's own checks, trial by trial, without the journal.
Usage: python benchmarks/desk.py [--trials 20000] [--curve 4000] [--credit 400]
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from dataclasses import replace

import common

from ninemarch import stats
from ninemarch.engine import judge_scenarios
from ninemarch.model import Profile, Scenario, Suite, Trial, Verdict
from ninemarch.suite import Schedule, load
from ninemarch.targets import open_target

SEED = 1000
RATES = ("none", "1%", "4%", "8%")


def drawn(suite: Suite, trials: int, profile: str) -> list[Scenario]:
    schedule = Schedule(suite, profile=profile, seed=SEED, planned=trials)
    return [item for _, _, item in schedule if isinstance(item, Scenario)]


def played(suite: Suite, release: str, scenarios: list[Scenario]) -> tuple[list[Trial], float]:
    (spec,) = [each.target for each in suite.releases if each.id == release]
    with open_target(spec, suite) as target:
        start = time.process_time()
        trials = list(judge_scenarios(suite, scenarios, target))
    return trials, (time.process_time() - start) / len(scenarios)


def row(trials: list[Trial], cpu: float) -> dict:
    verdicts = Counter(trial.verdict for trial in trials)
    passed, failed, assisted = (verdicts[each] for each in (Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED))
    interval = stats.clopper_pearson(failed + assisted, len(trials), confidence=0.9)
    return {
        "trials": len(trials),
        "passed": passed,
        "failed": failed,
        "assisted": assisted,
        "errors": len(trials) - passed - failed - assisted,
        "success": passed / len(trials),
        "lower": 1 - interval.upper,
        "upper": 1 - interval.lower,
        "acting": passed / (passed + failed),
        "loud": sum(trial.verdict is Verdict.FAIL and not trial.silent for trial in trials),
        "harmed": sum("money" in trial.check for trial in trials),
        "ms": 1e3 * cpu,
    }


def ladder(suite: Suite, trials: int) -> list[dict]:
    scenarios = drawn(suite, trials, "everyday")
    return [
        {"release": each.id, "name": each.name, **row(*played(suite, each.id, scenarios))} for each in suite.releases
    ]


def curve(suite: Suite, trials: int) -> list[dict]:
    """Success by fault rate: the same customers, the faults of a lower rate kept at a higher one."""
    found = []
    for rate in RATES:
        levels = {**suite.profiles["everyday"].attributes, "fault_rate": {rate: 1.0}}
        other = replace(suite, profiles={**suite.profiles, "curve": Profile("curve", levels)})
        scenarios = drawn(other, trials, "curve")
        found += [
            {"rate": rate, "release": release, **row(*played(other, release, scenarios))}
            for release in ("2", "3", "4", "5", "6")
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--curve", type=int, default=4_000)
    args = parser.parse_args()
    suite = load("desk")
    rows = ladder(suite, args.trials)
    for each in rows:
        print(
            f"{each['release']} {each['name']:26} {100 * each['success']:8.3f}%"
            f"  {100 * each['lower']:.3f}-{100 * each['upper']:.3f}"
            f"  harm {100 * each['harmed'] / each['trials']:.3f}% ({each['harmed']})"
            f"  assisted {each['assisted']}  loud {each['loud']}  errors {each['errors']}  {each['ms']:.2f} ms"
        )
    rates = curve(suite, args.curve)
    for rate in RATES:
        cells = "  ".join(
            f"{each['release']}: {100 * each['success']:.2f} ({each['harmed']})"
            for each in rates
            if each["rate"] == rate
        )
        print(f"{rate:>5}  {cells}")
    common.write("desk", {"ladder": rows, "curve": rates})


if __name__ == "__main__":
    main()
