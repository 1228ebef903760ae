"""How often a gate passes a target that sits exactly at its threshold, in every way people really use a gate.

Covers fixed plans of the smallest size that can pass, three runs of one release, looks after every trial, repeats of
a scenario, weighted strata with rare bad strata, and errors that hide failures; each beside what is commonly done
instead. All verdicts come from the rule that decides real runs. Exact by enumeration, or simulated with the standard
error. Then what a gate costs (gate_costs.py). Coverage of the intervals themselves is in coverage.py and grids.py.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import common
import gate_costs
import grids

if TYPE_CHECKING:
    from ninemarch.model import Earlier, Evidence, Gate, Tally

SEED = 20_261_125
CONFIDENCE = 0.95
FALSE = 1 - CONFIDENCE
AUDITED = 100  # simulated samples that the gate's own rule judges too


@dataclass(frozen=True)
class Row:
    """One way to use a gate.

    Args:
        column: which way.
        setting: the setting in words.
        passes: chance of PASS for a target exactly at the threshold.
        samples: simulated runs; 0 where it is exact.
        usual: the same for what is commonly done instead, and what that is.
    """

    column: str
    setting: str
    passes: float
    samples: int = 0
    usual: tuple[float, str] | None = None

    @property
    def error(self) -> float:
        """Standard error of the simulation."""
        return math.sqrt(self.passes * (1 - self.passes) / self.samples) if self.samples else 0.0

    @property
    def holds(self) -> bool:
        """At most nominal; a simulated figure may lie above it by three of its standard errors."""
        return self.passes <= FALSE * (1 + 1e-9) + 3 * self.error


def gate_of(success: str) -> Gate:
    """A gate that asks for this rate."""
    from ninemarch.model import Gate

    return Gate("g", Fraction(success), confidence=CONFIDENCE)


def at_threshold(success: str, sizes: Sequence[tuple[int, int]], **options: Any) -> float:
    """Chance of PASS at the threshold, by the gate's own rule."""
    from ninemarch.gate import calibrate

    gate = gate_of(success)
    return calibrate(gate, sizes, truths=[gate.allowed], **options).tried[0].course.passes


def fixed() -> Iterator[Row]:
    """Fixed plans of the smallest sizes that can pass."""
    from ninemarch.stats import trials_needed

    for success in ("0.9", "0.99", "0.999", "0.9999"):
        for failures in (0, 1, 5):
            size = trials_needed(gate_of(success).allowed, failures_allowed=failures, confidence=CONFIDENCE)
            passes = at_threshold(success, [(1, size)])
            yield Row("fixed n", f"{float(success):.2%}, {size:,} trials, {failures} failures allowed", passes)


def peeking() -> Iterator[Row]:
    """Looks after every trial; beside it a plan of fixed size that is looked at after every trial."""
    from ninemarch.stats import operating_characteristics, trials_needed

    for success, budget in (("0.99", 3000), ("0.99", 30_000), ("0.999", 30_000), ("0.999", 100_000)):
        allowed = gate_of(success).allowed
        passes = at_threshold(success, [(1, budget)], stop="sequential")
        failures = list(range(int(2 * budget * allowed) + 50))
        table = trials_needed(allowed, failures_allowed=failures, confidence=CONFIDENCE)
        usual = operating_characteristics(allowed, pass_at=table[table <= budget], fail_at=[0], budget=budget).passes
        yield Row(
            "peeking after every trial",
            f"{float(success):.2%}, to {budget:,} trials",
            passes,
            usual=(usual, "Clopper-Pearson at every look"),
        )


def rerunning() -> Iterator[Row]:
    """Three runs of one release, stopping at the first PASS; exactly, over all numbers of failures."""
    from ninemarch.stats import clopper_pearson, false_pass, trials_needed

    for success in ("0.99", "0.999"):
        gate = gate_of(success)
        sizes = trials_needed(gate.allowed, failures_allowed=[0, 1, 5], confidence=CONFIDENCE).tolist()
        for size, stop in [(size, stop) for size in sizes for stop in ("fixed", "sequential")]:
            once = false_pass(clopper_pearson, gate.allowed, size, confidence=CONFIDENCE)
            yield Row(
                "re-run three times",
                f"{float(success):.2%}, {size:,} trials each, {stop}",
                _rerun(gate, size, stop, runs=3),
                usual=(1 - (1 - once) ** 3, "three plans of fixed size"),
            )


def _rerun(gate: Gate, size: int, stop: str, *, runs: int) -> float:
    from scipy import stats as scipy_stats

    from ninemarch.gate import looks

    chance = scipy_stats.binom(size, gate.allowed).pmf
    most = int(size * gate.allowed + 12 * math.sqrt(size * gate.allowed) + 12)
    history: tuple[Earlier, ...] = ()
    going, passed = {0: 1.0}, 0.0
    for run in range(runs):
        moved: dict[int, float] = {}
        for failures, weight in going.items():
            for more in range(most):
                moved[failures + more] = moved.get(failures + more, 0.0) + weight * float(chance(more))
        going = {}
        for failures, weight in moved.items():
            # Only the total decides once a look is past, so all failures may stand in the last run.
            if weight > 1e-12 and passes(gate, evidence(gate, failures, size, stop=stop, earlier=history, run=run)):
                passed += weight
            elif weight > 1e-12:
                going[failures] = weight
        history += looks(evidence(gate, 0, size, stop=stop, earlier=history, run=run), [gate])
    return passed


def passes(gate: Gate, shown: Evidence) -> bool:
    """Whether the gate passes on this evidence."""
    from ninemarch.gate import decide
    from ninemarch.model import GateVerdict

    return decide(shown, [gate]).verdict is GateVerdict.PASS


def evidence(
    gate: Gate, failures: int, trials: int, *, errors: int = 0, stop: str = "fixed", run: int = 0, earlier: Any = ()
) -> Evidence:
    """The evidence of a run of independent trials, errors beyond them; errors never make it invalid."""
    from ninemarch.model import Counts, Evidence, RunPlan, Slice, TargetSpec

    plan = RunPlan(
        run=f"run{run}",
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
        planned=trials + errors,
        errors_max=1.0,
        gates=(gate,),
        stop=stop,
        earlier=earlier,
    )
    counts = Counts(planned=trials + errors, passed=trials - failures, silent=failures, errors=errors)
    tallies = [
        _tally(failures + bad, trials + more, stop) for bad, more in ((0, 0), (0, 0), (errors, errors), (0, errors))
    ]
    part = Slice({}, counts, *tallies)
    return Evidence(plan=plan, overall=part, levels={}, failures=())


def _tally(failures: int, trials: int, stop: str) -> Tally:
    from ninemarch.model import Tally

    groups = tuple((k, 1, many) for k, many in ((0, trials - failures), (1, failures)) if many)
    return Tally(groups, anytime=stop == "sequential")


def grouped(samples: int) -> Iterator[Row]:
    """Repeats of a scenario; beside it Clopper-Pearson on the pooled trials."""
    from ninemarch.model import Coins

    settings = [
        (success, correlation, 100, "fixed") for success in ("0.9", "0.99", "0.999") for correlation in (0.5, 0.9)
    ]
    settings += [("0.9", 0.5, 100, "sequential"), ("0.9", 0.9, 100, "sequential")]
    settings += [("0.99", 0.5, 1000, "sequential"), ("0.99", 0.9, 1000, "sequential")]
    for success, correlation, scenarios, stop in settings:
        common.note(f"groups {success} {correlation} {stop}")
        if stop == "fixed":
            passes = _gaffke(success, correlation, scenarios, samples)
        else:
            coins = Coins(correlation, samples, SEED)
            passes = at_threshold(success, [(10, scenarios)], stop=stop, coins=coins)
        yield Row(
            "repeats of a scenario" if stop == "fixed" else "repeats, peeking after every scenario",
            f"{float(success):.1%}, {scenarios:,} x 10, correlation {correlation}",
            passes,
            samples,
            (_pooled(success, correlation, scenarios), "Clopper-Pearson, pooled"),
        )


def _gaffke(success: str, correlation: float, scenarios: int, samples: int) -> float:
    """The bound compared with the gate's rate without a root being found; the rule itself must say the same."""
    import numpy as np

    from ninemarch.evidence import proves_within
    from ninemarch.model import Tally

    setting = grids.Groups(scenarios, 10, correlation, float(success))
    found = setting.find(samples, np.random.default_rng(SEED))[0]
    for row in np.random.default_rng(SEED).multinomial(scenarios, setting.law, size=AUDITED):
        made = Tally(tuple((k, 10, int(many)) for k, many in enumerate(row) if many))
        chance = setting._chance(np.arange(11) / 10, row, 1.0)  # noqa: SLF001 - the same benchmark
        if proves_within(made, setting.rate, CONFIDENCE) != (chance <= FALSE) and abs(chance / FALSE - 1) > 1e-9:
            msg = f"the rule and the shortcut disagree on {row.tolist()}"
            raise SystemExit(msg)
    return found.false_pass


def _pooled(success: str, correlation: float, scenarios: int) -> float:
    """How often the pooled trials pass a plan of fixed size: the failures' exact law by convolution."""
    import numpy as np

    from ninemarch.stats import failures_allowed

    allowed = gate_of(success).allowed
    most = failures_allowed(scenarios * 10, allowed, confidence=CONFIDENCE)
    if most < 0:
        return 0.0
    law, one = np.ones(1), grids.share_chances(10, allowed, correlation)
    for _ in range(scenarios):
        law = np.convolve(law, one)[: most + 1]
    return float(law.sum())


def weighted(samples: int) -> Iterator[Row]:
    """Strata weighted to the profile, where the heaviest or the rarest fail; beside it the unweighted trials."""
    import numpy as np

    from ninemarch.stats import failures_allowed

    for number, (strata, scenarios, spread, rate, place) in enumerate(
        (
            (20, 1000, "equal", 0.01, "in the heaviest"),
            (20, 10_000, "equal", 0.001, "in the heaviest"),
            (5, 3000, "proportional", 0.001, "in the heaviest"),
            (20, 3000, "proportional", 0.01, "in the heaviest"),
            (20, 1000, "proportional", 0.01, "in the lightest"),
            (20, 10_000, "proportional", 0.001, "in the lightest"),
            (20, 10_000, "equal", 0.001, "in the lightest"),
        )
    ):
        common.note(f"strata {strata} {scenarios} {spread} {rate} {place}")
        setting = grids.Strata(strata, scenarios, spread, rate, place, 1, 0.0)
        exact = place == "in the heaviest"  # one stratum: its failures can be enumerated
        if exact:
            rows, chance = _one_stratum(setting)
        else:
            rng = np.random.default_rng((SEED, number))
            drawn = [rng.binomial(int(n), q, size=samples) for n, q in zip(setting.sizes, setting.rates, strict=True)]
            rows, many = np.unique(np.stack(drawn, axis=1), axis=0, return_counts=True)
            chance = many / samples
        trials = int(setting.sizes.sum())
        most = failures_allowed(trials, setting.true, confidence=CONFIDENCE)
        passed = sum(float(p) for row, p in zip(rows, chance, strict=True) if _weighted_pass(setting, row))
        usual = sum(float(p) for row, p in zip(rows, chance, strict=True) if int(row.sum()) <= most)
        words = f"{1 - rate:.1%}, {strata} strata, {trials:,} trials, {spread} numbers, failures {place}"
        other = (usual, "Clopper-Pearson, unweighted")
        yield Row("weighted strata", words, passed, 0 if exact else samples, other)


def _one_stratum(setting: grids.Strata) -> tuple[Any, Any]:
    """Every number of failures in the one stratum that fails, and its chance."""
    import numpy as np
    from scipy import stats as scipy_stats

    place = int(np.argmax(setting.rates))
    law = scipy_stats.binom(int(setting.sizes[place]), float(setting.rates[place]))
    counts = np.arange(int(law.ppf(1 - 1e-13)) + 1)
    rows = np.zeros((counts.size, setting.sizes.size))
    rows[:, place] = counts
    return rows, law.pmf(counts)


def _weighted_pass(setting: grids.Strata, row: Any) -> bool:
    from ninemarch.evidence import proves_within
    from ninemarch.model import Tally, Weighted

    y, v = float(row @ setting.unit), float(row @ setting.unit**2)
    made = Tally(((0, 1, int(setting.sizes.sum())),), weighted=Weighted(y, v, float(setting.unit.max()), 0.0))
    return proves_within(made, setting.true * (1 + 1e-12), CONFIDENCE)  # sums of weights round


def hidden() -> Iterator[Row]:
    """A tenth of the trials are errors, and failures are likelier to be among them; beside it errors left out."""
    from scipy import stats as scipy_stats

    for success, trials, hides in (("0.9", 150, 0.5), ("0.9", 150, 0.9), ("0.8", 100, 0.4), ("0.99", 500, 0.9)):
        gate = gate_of(success)
        rate = gate.allowed
        of_passes = max(0.0, (0.1 - rate * hides) / (1 - rate))
        error = rate * hides + (1 - rate) * of_passes
        failing = rate * (1 - hides) / (1 - error)  # among the trials that have a verdict
        whole = dropped = 0.0
        errors = scipy_stats.binom(trials, error)
        for lost in range(int(errors.ppf(1 - 1e-9)) + 1):
            seen = scipy_stats.binom(trials - lost, failing)
            for failures in range(int(seen.ppf(1 - 1e-9)) + 1):
                weight = float(errors.pmf(lost) * seen.pmf(failures))
                if weight < 1e-12:
                    continue
                whole += weight * passes(gate, evidence(gate, failures, trials - lost, errors=lost))
                dropped += weight * passes(gate, evidence(gate, failures, trials - lost))
        words = f"{float(success):.0%}, {trials} trials, {error:.0%} errors, {hides:.0%} of the failures among them"
        yield Row("errors that hide failures", words, whole, usual=(dropped, "errors left out"))


def main() -> None:
    """Compute, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=20_000, help="simulated runs where nothing exact is known")
    options = parser.parse_args()
    start = time.process_time()
    rows = [*fixed(), *rerunning(), *peeking(), *grouped(options.samples), *weighted(options.samples), *hidden()]
    common.table(
        ["use of a gate", "setting", "false PASS", "error", "commonly"],
        [
            [
                row.column,
                row.setting,
                f"{row.passes:.2%}",
                f"{row.error:.2%}" if row.samples else "exact",
                f"{row.usual[0]:.2%} ({row.usual[1]})" if row.usual else "",
            ]
            for row in rows
        ],
    )
    spent = gate_costs.costs()
    near = gate_costs.show(spent)
    held = {
        "false_passes": all(row.holds for row in rows),
        "mean_trials": near,
        "intervals": max(spent["cpu_s_of_a_million_intervals"].values()) < 2,
        "stop_rule": spent["us_a_trial_of_the_stop_rule"] < 2,
    }
    print(f"\nmust hold: {held}")
    result = {
        "seed": SEED,
        "cpu_s": round(time.process_time() - start, 1),
        "rows": [
            {
                "column": row.column,
                "setting": row.setting,
                "false_pass": round(row.passes, 6),
                "error": round(row.error, 6),
                "samples": row.samples,
                "commonly": {"false_pass": round(row.usual[0], 6), "what": row.usual[1]} if row.usual else None,
            }
            for row in rows
        ],
        "costs": spent,
        "must_hold": held,
    }
    common.write("gates", result)


if __name__ == "__main__":
    main()
