"""What a gate costs: trials of a sequential gate beside the published table, a million intervals, the stop rule.

Covers figures that gates.py records.
"""

from __future__ import annotations

import time
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import common

if TYPE_CHECKING:
    from ninemarch.model import Gate, RunPlan

SEED = 20_261_125
# Mean trials at true failure rates as shares of what a gate of 99.9% allows, with a budget of 100,000; simulated
# apart from this project's code.
PUBLISHED = {"1/10": 5096, "1/5": 7046, "1/3": 11_322, "1/2": 23_447, "2": 10_890, "3": 3239, "10": 334}
WITHIN = 0.05


def costs() -> dict[str, Any]:
    """What a sequential gate needs, beside the published means; and how long statistics take."""
    import numpy as np

    from ninemarch.stats import clopper_pearson, pass_table, sequential_plan

    means = {}
    for share, published in PUBLISHED.items():
        found = sequential_plan(0.001 * float(Fraction(share)), failure_rate=0.001, budget=100_000)
        means[share] = {"mean_trials": round(found.mean_trials), "published": published, "passes": found.passes}
    at = sequential_plan(0.001, failure_rate=0.001, budget=100_000)
    rng = np.random.default_rng(SEED)
    seconds = {}
    for name, trials in (
        ("3,000 trials", np.full(10**6, 3000)),
        ("up to 10^4 trials", rng.integers(1, 10**4, 10**6)),
        ("up to 10^9 trials, evenly", rng.integers(1, 10**9, 10**6)),
        ("up to 10^9 trials, on a log scale", np.exp(rng.uniform(0, np.log(1e9), 10**6)).astype(np.int64) + 1),
    ):
        rates = 10 ** rng.uniform(-4, 0, 10**6)
        failures = rng.binomial(trials, rates)
        start = time.process_time()
        clopper_pearson(failures, trials)
        seconds[name] = round(time.process_time() - start, 2)
    return {
        "flawless_trials": int(pass_table(0.001, max_failures=0)[0]),
        "fails_at_the_threshold": at.fails,
        "mean_trials": means,
        "cpu_s_of_a_million_intervals": seconds,
        "us_a_trial_of_the_stop_rule": _stop_rule(),
    }


def _stop_rule(trials: int = 100_000) -> float:
    """CPU microseconds that the stop rule of a run takes a trial, one in 1,000 failing."""
    from ninemarch.engine.stop_rule import StopRule
    from ninemarch.model import Ended, Gate, Severity, Trial, Verdict

    told = [
        Trial(
            number=number,
            scenario="s",
            repeat=0,
            group="",
            attributes={},
            severity=Severity.MAJOR,
            verdict=Verdict.FAIL if number % 1000 == 500 else Verdict.PASS,
            ended=Ended.ANSWERED,
            silent=False,
        )
        for number in range(trials)
    ]
    gate = Gate("g", Fraction("0.999"))
    rule = StopRule(_plan(gate, 10 * trials))
    start = time.process_time()
    for trial in told:
        rule.tell(trial)
        if rule.decided:
            msg = f"decided too early to be timed: {rule.decided}"
            raise SystemExit(msg)
    return round((time.process_time() - start) / trials * 1e6, 2)


def _plan(gate: Gate, planned: int) -> RunPlan:
    from ninemarch.model import RunPlan, TargetSpec

    return RunPlan(
        run="r",
        created="",
        suite="coins",
        suite_version="1",
        origin="",
        scenarios_hash="",
        checks_hash="",
        target=TargetSpec("control", "coin"),
        profile="",
        seed=1000,
        seed_range="held-out",
        planned=planned,
        gates=(gate,),
        stop="sequential",
    )


def show(spent: dict[str, Any]) -> bool:
    """Print the figures; return whether the mean trials are near the published ones."""
    common.table(
        ["true failure rate, of what 99.9% allows", "mean trials", "published"],
        [[share, each["mean_trials"], each["published"]] for share, each in spent["mean_trials"].items()],
    )
    for name in ("flawless_trials", "cpu_s_of_a_million_intervals", "us_a_trial_of_the_stop_rule"):
        print(f"{name}: {spent[name]}")
    return all(abs(e["mean_trials"] / e["published"] - 1) <= WITHIN for e in spent["mean_trials"].values())
