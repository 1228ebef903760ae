"""How often the default interval covers the truth, and how often a gate passes what it must not: exactly.

Covers every outcome of independent trials by enumeration (no simulation error) for the two-sided 90% interval,
each of its ends as a 95% bound, a gate of fixed size, and runs with one declared look. Wilson's interval stands
beside it for comparison. Does not cover groups and weights.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import common

if TYPE_CHECKING:
    from ninemarch.stats.interval import Side

SUCCESS = (0.9, 0.99, 0.999)
CONFIDENCE = 0.95  # of each end; both ends together 0.90
SIDES: tuple[tuple[Side, float], ...] = (
    ("two-sided", 2 * CONFIDENCE - 1),
    ("lower", CONFIDENCE),
    ("upper", CONFIDENCE),
)
# (look, planned, failure rate that the gate allows): the shipped suites' plans among them.
PLANS = ((1000, 3900, 0.001), (1000, 3000, 0.001), (300, 1500, 0.01), (100, 1000, 0.01), (30, 300, 0.1))
# True failure rates of a staged plan, as multiples of what its gate allows.
TIMES = (0.1, 0.5, 1.0, 1.5, 2.0, 4.0, 9.0)


def main() -> None:
    """Enumerate, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dense", type=int, default=1000, help="every number of trials up to here")
    parser.add_argument("--step", type=int, default=50, help="and every so many from there on")
    parser.add_argument("--most", type=int, default=10_000)
    options = parser.parse_args()
    start = time.process_time()
    sizes = sorted({*range(30, options.dense + 1), *range(options.dense, options.most + 1, options.step)})
    fixed = [_fixed(p, sizes) for p in SUCCESS]
    staged = [_staged(*plan) for plan in PLANS]
    _check_default()
    held = all(row["least"][side]["coverage"] >= nominal for row in fixed for side, nominal in SIDES) and all(
        row["least"][side] >= nominal for row in staged for side, nominal in SIDES
    )
    passes = max(row["false_pass"] for row in fixed + staged)
    _show(fixed, staged, len(sizes))
    seconds = time.process_time() - start
    print(f"\nat least nominal everywhere: {held}; most false passes {passes:.6f}, allowed {1 - CONFIDENCE:.2f}")
    common.write(
        "coverage",
        {
            "sizes": f"{len(sizes)} sizes from {sizes[0]} to {sizes[-1]}",
            "cpu_s": round(seconds, 1),
            "fixed": fixed,
            "staged": staged,
            "must_hold": {"covered": held, "most_false_passes": passes},
        },
    )


def _fixed(success: float, sizes: Sequence[int]) -> dict[str, Any]:
    from ninemarch.stats import clopper_pearson, exact_coverage, false_pass, wilson

    rate = round(1 - success, 9)
    least: dict[str, Any] = {}
    for side, nominal in SIDES:
        found = [(float(exact_coverage(clopper_pearson, rate, n, confidence=nominal, side=side)), n) for n in sizes]
        coverage, at = min(found)
        least[side] = {"coverage": round(coverage, 6), "at_trials": at}
    other, at = min((float(exact_coverage(wilson, rate, n, confidence=SIDES[0][1])), n) for n in sizes)
    passes, where = max((false_pass(clopper_pearson, rate, n, confidence=CONFIDENCE), n) for n in sizes)
    return {
        "success": success,
        "least": least,
        "wilson_least": {"coverage": round(other, 6), "at_trials": at},
        "false_pass": round(passes, 6),
        "false_pass_at_trials": where,
    }


def _staged(look: int, planned: int, allowed: float) -> dict[str, Any]:
    """Least coverage over true rates of a plan that stops at its look when the gate has failed already."""
    from ninemarch.stats import look_threshold

    stop_at = look_threshold(look, allowed, confidence=CONFIDENCE)
    ends = _Ends(look, planned, stop_at)
    rates = [allowed * times for times in TIMES if allowed * times < 1]
    least = {side: round(min(ends.coverage(side, rate) for rate in rates), 6) for side, _ in SIDES}
    return {
        "look": look,
        "planned": planned,
        "stop_at": stop_at,
        "allowed": allowed,
        "least": least,
        "false_pass": round(ends.passes(allowed), 6),
    }


class _Ends:
    """Every way a run with one look can end at a rate, with its chance and its interval."""

    def __init__(self, look: int, planned: int, stop_at: int) -> None:
        self._plan: dict[str, Any] = {"look": look, "stop_at": stop_at, "planned": planned}
        self._known: dict[tuple[int, int], tuple[float, float]] = {}

    def coverage(self, side: str, rate: float) -> float:
        """Chance that the limits asked for hold; what was left out of the enumeration counts as not covered."""
        total = 0.0
        for failures, trials, chance in self._ways(rate):
            lower, upper = self._limits(failures, trials)
            total += chance * ((side == "upper" or lower <= rate) and (side == "lower" or rate <= upper))
        return total

    def passes(self, allowed: float) -> float:
        """Chance that a run goes on to its end and its upper limit is at most ``allowed``, at that very rate."""
        planned = self._plan["planned"]
        ways = [way for way in self._ways(allowed) if way[1] == planned]
        return sum(chance for failures, trials, chance in ways if self._limits(failures, trials)[1] <= allowed)

    def _ways(self, rate: float) -> list[tuple[int, int, float]]:
        """(failures, trials, chance), those below 1e-15 left out."""
        import numpy as np

        from ninemarch.stats.coverage import outcome_window

        look, planned, stop_at = self._plan["look"], self._plan["planned"], self._plan["stop_at"]
        first, chance = outcome_window(look, rate)
        ways = [(int(k), look, float(c)) for k, c in zip(first, chance, strict=True) if k >= stop_at]
        rest, later = outcome_window(planned - look, rate)
        went_on = first < stop_at
        if went_on.any():
            both = np.convolve(chance[went_on], later)
            ways += [(int(first[0] + rest[0]) + i, planned, float(c)) for i, c in enumerate(both)]
        return [way for way in ways if way[2] > 1e-15]

    def _limits(self, failures: int, trials: int) -> tuple[float, float]:
        from ninemarch.stats import two_stage

        key = failures, trials
        if key not in self._known:
            lower = two_stage(failures, trials, confidence=CONFIDENCE, side="lower", **self._plan).lower
            upper = two_stage(failures, trials, confidence=CONFIDENCE, side="upper", **self._plan).upper
            self._known[key] = lower, upper
        return self._known[key]


def _check_default() -> None:
    """The intervals enumerated here are those that a report shows.

    Raises:
        SystemExit: they are not.
    """
    from ninemarch.evidence import estimate
    from ninemarch.model import Tally
    from ninemarch.stats import clopper_pearson

    for failures, trials in ((0, 30), (1, 300), (3, 3900), (300, 3000), (10, 10_000)):
        groups = tuple(g for g in ((0, 1, trials - failures), (1, 1, failures)) if g[2])
        shown = estimate(Tally(groups=groups), CONFIDENCE)
        own = clopper_pearson(failures, trials, confidence=2 * CONFIDENCE - 1)
        if (
            shown is None
            or abs(shown.failure_upper - own.upper) > 1e-12
            or abs(shown.failure_lower - own.lower) > 1e-12
        ):
            msg = f"{failures} of {trials}: the report's interval {shown} is not the one measured here {own}"
            raise SystemExit(msg)


def _show(fixed: Sequence[dict[str, Any]], staged: Sequence[dict[str, Any]], sizes: int) -> None:
    print(f"least coverage over {sizes:,} numbers of trials, 30 to 10,000 (at how many trials)\n")
    head = [f"{side} {nominal:.0%}" for side, nominal in SIDES]
    common.table(
        ["true success", *head, "Wilson 90%", "most false passes"],
        [
            [
                f"{row['success']:.1%}",
                *(_at(row["least"][side]) for side, _ in SIDES),
                _at(row["wilson_least"]),
                f"{row['false_pass']:.4%} ({row['false_pass_at_trials']:,})",
            ]
            for row in fixed
        ],
    )
    print(f"\nwith one declared look, least over true failure rates of {TIMES} times what the gate allows\n")
    common.table(
        ["look, planned, allowed", "stops at", *head, "false passes"],
        [
            [
                f"{row['look']:,} of {row['planned']:,}, {row['allowed']:.1%}",
                row["stop_at"],
                *(f"{row['least'][side]:.3%}" for side, _ in SIDES),
                f"{row['false_pass']:.4%}",
            ]
            for row in staged
        ],
    )


def _at(found: dict[str, Any]) -> str:
    return f"{found['coverage']:.3%} ({found['at_trials']:,})"


if __name__ == "__main__":
    main()
