"""How often the intervals for groups and for weights cover the truth, over two grids of settings; by simulation.

Covers the Gaffke bound and the compound gamma bound on groups (132 settings: 20 to 1,000 groups, 1 to 20 trials each,
correlation 0 to 0.9, rare groups that always fail, success of 90%, 99% and 99.9%) and the gamma interval on weighted
strata (576 settings: 5 or 20 strata, failures everywhere, in the heaviest, or in the lightest strata, one trial or
five correlated trials a scenario). A setting that comes near a bar is simulated anew, longer, and only the second
figure counts: the least of many simulated figures is always too low. Does not cover independent trials, which need no
simulation (coverage.py).
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import common

if TYPE_CHECKING:
    import numpy as np

    Hits = np.ndarray[Any, np.dtype[np.bool_]]

SEED = 20_260_301
CONFIDENCE = 0.95
COVERED = CONFIDENCE - 0.005  # two-sided; to hold in every setting
FALSE = 1 - CONFIDENCE  # of a gate, to hold in every setting
AUDITED = 300  # simulated samples for which the whole interval is computed too


@dataclass(frozen=True)
class Found:
    """What a method did in one setting.

    Args:
        setting: the setting in words.
        method: name of the interval.
        samples: simulated samples.
        covered: share of them whose two-sided 95% interval held the truth.
        false_pass: share that a 95% gate passes although the true rate is exactly the gate's.
        false_fail: share that it fails.
    """

    setting: str
    method: str
    samples: int
    covered: float
    false_pass: float
    false_fail: float

    @property
    def near(self) -> bool:
        """Whether a longer look is worth its time."""
        return self.covered < CONFIDENCE + 0.005 or max(self.false_pass, self.false_fail) > FALSE - 0.005


def share_chances(trials: int, rate: float, correlation: float | str) -> Any:
    """Chances of 0..trials failures in a group; beta-distributed rates, or ``rare``: groups that always fail."""
    import numpy as np
    from scipy import stats

    k = np.arange(trials + 1)
    if correlation == "rare":
        bad = rate / 2  # half of the failures come from groups that always fail
        law = (1 - bad) * stats.binom.pmf(k, trials, (rate - bad) / (1 - bad))
        law[-1] += bad
    elif correlation == 0 or rate >= 1 or trials == 1:
        law = stats.binom.pmf(k, trials, rate)
    else:
        size = (1 - float(correlation)) / float(correlation)
        law = stats.betabinom.pmf(k, trials, rate * size, (1 - rate) * size)
    return law / law.sum()


class Groups:
    """Samples of groups: each a row that says how many groups had 0, 1, ... failures."""

    def __init__(self, groups: int, trials: int, correlation: float | str, success: float) -> None:
        self.rate = round(1 - success, 9)
        self.groups, self.trials = groups, trials
        self.law = share_chances(trials, self.rate, correlation)
        self.setting = f"{success:.1%} x{groups} groups of {trials}, correlation {correlation}"

    def find(self, samples: int, rng: np.random.Generator) -> list[Found]:
        """Simulate and judge."""
        import numpy as np

        drawn = rng.multinomial(self.groups, self.law, size=samples)
        rows, where = np.unique(drawn, axis=0, return_inverse=True)
        shares = np.arange(self.trials + 1) / self.trials
        lower, upper = (np.array([self._chance(shares, row, end) for row in rows])[where] for end in (0.0, 1.0))
        total, square = drawn @ shares / self.groups, drawn @ shares**2 / self.groups**2
        alpha = 1 - CONFIDENCE
        # The upper limit is below the truth where the chance is below its error rate: no root has to be found.
        gaffke = (lower >= alpha / 2) & (upper >= alpha / 2), upper <= alpha, lower < alpha
        self._audit(shares, rows[: AUDITED // 50], rng)
        return [
            _found(self.setting, "Gaffke", gaffke),
            _found(self.setting, "compound gamma", _gamma_hits(total, square, 1 / self.groups, self.rate)),
        ]

    def _chance(self, shares: Any, counts: Any, end: float) -> float:
        """The chance that the Gaffke limit at this end is compared by, at the true rate."""
        import numpy as np

        from ninemarch.stats.quadrature import log_chance_positive

        seen = counts > 0
        values, many = np.append(shares[seen], end), np.append(counts[seen], 1).astype(np.float64)
        sign = 1.0 if end else -1.0
        return math.exp(log_chance_positive(sign * (values - self.rate), many))

    def _audit(self, shares: Any, rows: Any, rng: np.random.Generator) -> None:
        """Raise unless the intervals themselves say what the shortcut says."""
        from ninemarch.stats import gaffke

        for row in rng.permutation(rows):
            interval = gaffke(shares, row, confidence=CONFIDENCE)
            edge = min(abs(interval.upper / self.rate - 1), abs(interval.lower / self.rate - 1))
            inside = min(self._chance(shares, row, end) for end in (0.0, 1.0)) >= (1 - CONFIDENCE) / 2
            if edge > 1e-9 and inside != (interval.lower <= self.rate <= interval.upper):
                msg = f"{self.setting}: the interval and the chance disagree on {row.tolist()}"
                raise SystemExit(msg)


class Strata:
    """Samples of weighted strata; the weights fall like 1, 1/2, 1/3, ..."""

    def __init__(
        self, strata: int, scenarios: int, spread: str, rate: float, place: str, trials: int, correlation: float
    ) -> None:
        import numpy as np

        from ninemarch.stats import allocate

        weights = 1 / np.arange(1, strata + 1)
        weights /= weights.sum()
        sizes = np.array(allocate(scenarios, weights)) if spread == "proportional" else scenarios // strata
        self.unit = weights / sizes
        self.sizes = np.broadcast_to(sizes, weights.shape)
        bad = {
            "everywhere": weights > 0,
            "in the heaviest": weights == weights.max(),
            "in the lightest": np.arange(strata) >= strata - max(1, strata // 4),
        }[place]
        self.rates = np.where(bad, min(1.0, rate / weights[bad].sum()), 0.0)
        self.true = float(weights @ self.rates)
        self.trials, self.correlation = trials, correlation
        self.setting = (
            f"{1 - rate:.1%} {strata} strata, {scenarios} scenarios of {trials}, {spread}, failures {place}, "
            f"correlation {correlation}"
        )

    def find(self, samples: int, rng: np.random.Generator) -> list[Found]:
        """Simulate and judge."""
        import numpy as np

        shares = np.arange(self.trials + 1) / self.trials
        total, square = np.zeros(samples), np.zeros(samples)
        for unit, size, rate in zip(self.unit, self.sizes, self.rates, strict=True):
            if rate > 0:
                drawn = rng.multinomial(size, share_chances(self.trials, float(rate), self.correlation), size=samples)
                total += unit * (drawn @ shares)
                square += unit**2 * (drawn @ shares**2)
        return [_found(self.setting, "weighted gamma", _gamma_hits(total, square, self.unit.max(), self.true))]


def _gamma_hits(total: Any, square: Any, largest: float, true: float) -> tuple[Hits, Hits, Hits]:
    from ninemarch.stats.weighted import gamma_limits

    alpha, slack = 1 - CONFIDENCE, 1e-12  # sums of weights round
    lower, upper = gamma_limits(total, square, largest, alpha / 2, alpha / 2)
    failing, passing = gamma_limits(total, square, largest, alpha, alpha)
    covered = (lower <= true * (1 + slack)) & (true * (1 - slack) <= upper)
    return covered, passing <= true * (1 + slack), failing > true * (1 + slack)


def _found(setting: str, method: str, hits: tuple[Hits, Hits, Hits]) -> Found:
    covered, passes, fails = (float(each.mean()) for each in hits)
    return Found(setting, method, hits[0].size, covered, passes, fails)


def group_settings() -> Iterator[Groups]:
    """The grid of groups."""
    for success, groups in itertools.product((0.9, 0.99, 0.999), (20, 50, 200, 1000)):
        yield Groups(groups, 1, 0, success)
        for trials, correlation in itertools.product((5, 20), (0, 0.1, 0.5, 0.9, "rare")):
            yield Groups(groups, trials, correlation, success)


def strata_settings() -> Iterator[Strata]:
    """The grid of weights."""
    for strata, scenarios, spread, rate, place, (trials, correlation) in itertools.product(
        (5, 20),
        (300, 1000, 3000, 10_000),
        ("equal", "proportional"),
        (0.1, 0.01, 0.001),
        ("everywhere", "in the heaviest", "in the lightest"),
        ((1, 0.0), (5, 0.0), (5, 0.5), (5, 0.9)),
    ):
        yield Strata(strata, scenarios, spread, rate, place, trials, correlation)


def grid(
    settings: Callable[[], Iterator[Groups]] | Callable[[], Iterator[Strata]], samples: int, again: int
) -> list[Found]:
    """Simulate every setting; those near a bar a second time, with fresh samples."""
    import numpy as np

    result: list[Found] = []
    for number, setting in enumerate(settings()):
        found = setting.find(samples, np.random.default_rng((SEED, number)))
        if any(each.near for each in found):
            longer = setting.find(again, np.random.default_rng((SEED, number, 1)))
            found = [late if early.near else early for early, late in zip(found, longer, strict=True)]
        result += found
        if number % 50 == 0:
            common.note(f"{setting.setting}")
    return result


def summary(found: Sequence[Found], method: str) -> dict[str, Any]:
    """The worst of a method, with the simulation error of each figure (one standard error)."""
    mine = [each for each in found if each.method == method]
    least = min(mine, key=lambda each: each.covered)
    passing, failing = max(mine, key=lambda f: f.false_pass), max(mine, key=lambda f: f.false_fail)
    return {
        "method": method,
        "settings": len(mine),
        "coverage_nominal": CONFIDENCE,
        "least_coverage": _figure(least.covered, least),
        "mean_coverage": round(sum(each.covered for each in mine) / len(mine), 4),
        "most_false_passes": _figure(passing.false_pass, passing),
        "most_false_fails": _figure(failing.false_fail, failing),
        "covers_everywhere": all(each.covered >= COVERED for each in mine),
    }


def _figure(share: float, found: Found) -> dict[str, Any]:
    error = math.sqrt(share * (1 - share) / found.samples)
    return {"share": round(share, 5), "error": round(error, 5), "samples": found.samples, "setting": found.setting}


def main() -> None:
    """Simulate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=10_000, help="simulated samples of every setting")
    parser.add_argument("--again", type=int, default=40_000, help="of a setting that comes near a bar")
    options = parser.parse_args()
    start = time.process_time()
    found = [grid(each, options.samples, options.again) for each in (group_settings, strata_settings)]
    flat = [each for part in found for each in part]
    rows = [summary(flat, method) for method in dict.fromkeys(each.method for each in flat)]
    common.table(
        ["interval", "settings", "least coverage", "mean", "most false passes", "most false fails", "error"],
        [
            [
                row["method"],
                row["settings"],
                *(f"{share:.2%}" for share in (row["least_coverage"]["share"], row["mean_coverage"])),
                *(f"{row[name]['share']:.2%}" for name in ("most_false_passes", "most_false_fails")),
                f"{row['most_false_passes']['error']:.2%}",
            ]
            for row in rows
        ],
    )
    held = all(row["covers_everywhere"] for row in rows)
    print(f"\ncoverage of at least {COVERED:.1%} in every setting: {held}")
    cpu = round(time.process_time() - start, 1)
    common.write("grids", {"seed": SEED, "cpu_s": cpu, "methods": rows, "must_hold": {"covered": held}})


if __name__ == "__main__":
    main()
