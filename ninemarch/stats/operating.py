"""What a sequential gate will do: its exact chances and cost at a true failure rate, before anything is run.

Covers any gate that is a PASS table and a FAIL table with a budget: the mixture gate, Wald's sequential probability
ratio test (for comparison), and thresholds calibrated to a declared budget. Exact, no simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ninemarch.stats.coverage import outcome_window
from ninemarch.stats.interval import FloatArray, as_rates, check_open, check_whole, wrong
from ninemarch.stats.plan import Regression
from ninemarch.stats.roots import find_root
from ninemarch.stats.sequential import fail_table, pass_table

__all__ = [
    "Operating",
    "Sprt",
    "calibrated_threshold",
    "operating_characteristics",
    "sequential_plan",
    "sequential_regression",
    "sprt",
]

_SPREAD = (0.1, 0.5, 0.9)
_EXTRA_TIMES = 200  # more points in time, so that the spread is read off a fine scale


@dataclass(frozen=True, slots=True)
class Operating:
    """What a sequential gate does at one true failure rate.

    Attributes:
        passes: chance of PASS.
        fails: chance of FAIL.
        undecided: chance of NOT PROVEN at the budget, or when no trial left can pass.
        mean_trials: mean number of trials.
        spread: trials by which 10%, 50% and 90% of the runs have ended, to about 3%.
    """

    passes: float
    fails: float
    undecided: float
    mean_trials: float
    spread: tuple[int, int, int]


def operating_characteristics(
    true_failure_rate: float,
    *,
    pass_at: Sequence[int] | NDArray[np.int64],
    fail_at: Sequence[int] | NDArray[np.int64],
    budget: int,
    curtail: bool = True,
) -> Operating:
    """Return the exact chances of a gate given by its tables, and its mean number of trials.

    Args:
        true_failure_rate: what the system's failure rate really is, 0..1.
        pass_at: trials at which k failures pass, increasing, indexed by k.
        fail_at: last trial at which failure k fails, indexed by k; 0 for never, then increasing.
        budget: trials after which the run ends.
        curtail: end the run as soon as no trial left can pass.

    Returns:
        Operating.

    Raises:
        UsageError: a rate out of range, or no budget.

    Source: binomial increments between the tables' entries; the mean by Wald's identity (A. Wald, 1945, Annals of
    Mathematical Statistics 16:117-186): mean failures at the end = failure rate * mean trials.

    Examples:
        >>> at_target = operating_characteristics(0.001, pass_at=[2995], fail_at=[0], budget=2995)
        >>> round(at_target.passes, 4), round(at_target.mean_trials)
        (0.05, 950)
        >>> operating_characteristics(0.0, pass_at=[2995], fail_at=[0], budget=3000).mean_trials
        2995.0
    """
    q, last = float(as_rates("true_failure_rate", true_failure_rate)), check_whole("budget", budget, least=1)
    passing = np.asarray(pass_at, dtype=np.int64)
    passing, failing = passing[passing <= last], np.asarray(fail_at, dtype=np.int64)
    extra = np.geomspace(1, last, _EXTRA_TIMES).astype(np.int64)
    times = np.union1d(_entries(passing, failing, last), extra)
    walk = _Walk(q, passing, failing, last if not curtail else None)
    ended = np.array([walk.advance(int(time)) for time in times])
    left = walk.close()
    mean = float(walk.failures / q) if q > 0 else float(passing[0] if passing.size else last)
    ended[-1] = 1.0
    spread = tuple(int(times[np.argmax(ended >= share)]) for share in _SPREAD)
    return Operating(walk.passed, walk.failed, walk.stopped + left, mean, (spread[0], spread[1], spread[2]))


def _entries(passing: NDArray[np.int64], failing: NDArray[np.int64], last: int) -> NDArray[np.int64]:
    """Return the trials at which something can happen, in order."""
    return np.unique(np.concatenate([passing, failing[(failing > 0) & (failing <= last)], [last]]))


class _Walk:
    """The distribution of the failures of runs that are still going, moved from one table entry to the next."""

    def __init__(
        self, rate: float, passing: NDArray[np.int64], failing: NDArray[np.int64], until: int | None
    ) -> None:
        self.rate, self.passing, self.failing = rate, passing, failing
        # With this many failures no trial left can pass; without curtailing nothing but the budget ends the run.
        self.cap = len(passing) if until is None else until + 1
        self.time, self.alive = 0, np.ones(1)
        self.passed = self.failed = self.stopped = self.failures = 0.0

    def advance(self, time: int) -> float:
        """Move to ``time``; return the share of runs that have ended by then."""
        if self.alive.size == 0:
            return 1.0
        counts, chance = outcome_window(time - self.time, self.rate)
        moved = np.convolve(self.alive, np.concatenate([np.zeros(int(counts[0])), chance]))
        self.time = time
        reached = np.flatnonzero(self.failing >= time)
        fails_from = int(reached[0]) if reached.size else moved.size
        barrier = min(fails_from, self.cap)
        # Failures arrive one by one, so a run that crosses a barrier stops with exactly that many.
        crossed = float(moved[barrier:].sum())
        if fails_from <= self.cap:
            self.failed += crossed
        else:
            self.stopped += crossed
        self.failures += crossed * barrier
        moved = moved[:barrier]
        for k in np.flatnonzero(self.passing == time):
            if k < moved.size:
                self.passed += float(moved[k])
                self.failures += float(moved[k]) * int(k)
                moved[k] = 0.0
        self.alive = np.trim_zeros(moved, "b")
        return 1.0 - float(moved.sum())

    def close(self) -> float:
        """End the runs that are still going; return their share."""
        self.failures += float((self.alive * np.arange(self.alive.size)).sum())
        return float(self.alive.sum())


def sequential_plan(
    true_failure_rate: float,
    *,
    failure_rate: float,
    budget: int,
    confidence: float = 0.95,
    threshold: float | None = None,
    curtail: bool = True,
    min_failures: int = 2,
) -> Operating:
    """Return what the mixture gate will do at a true failure rate: chances, mean trials and their spread.

    Args:
        true_failure_rate: what the system's failure rate really is, 0..1.
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        budget: trials after which the run ends.
        confidence: of PASS and of FAIL, above 0 and below 1.
        threshold: e-value that passes, from ``calibrated_threshold``; default 1 / (1 - confidence).
        curtail: end the run as soon as no trial left can pass.
        min_failures: no FAIL before this many failures, as in ``fail_table``; 2 is the gate's own rule.

    Returns:
        Operating.

    Raises:
        UsageError: a rate, confidence or count out of range.

    Source: as for ``operating_characteristics``.

    Examples:
        >>> good = sequential_plan(0.0001, failure_rate=0.001, budget=100_000)
        >>> round(good.passes, 3), round(good.mean_trials)
        (1.0, 5097)
    """
    table = _passes_within(failure_rate, budget, confidence, threshold)
    most = len(table) + 1
    fails = fail_table(failure_rate, max_failures=most, confidence=confidence, min_failures=min_failures)
    while not curtail and fails[-1] < budget:
        most *= 2
        fails = fail_table(failure_rate, max_failures=most, confidence=confidence, min_failures=min_failures)
    return operating_characteristics(true_failure_rate, pass_at=table, fail_at=fails, budget=budget, curtail=curtail)


@lru_cache(maxsize=1024)  # the gates of many slices ask for the same
def sequential_regression(
    failure_rate: float, *, budget: int, chance: float = 0.8, confidence: float = 0.95
) -> Regression:
    """Return the smallest fall that the mixture gate notices within its budget.

    Args:
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        budget: trials after which the run ends, at least 1.
        chance: chance to notice, above 0 and below 1.
        confidence: of PASS and of FAIL, above 0 and below 1.

    Returns:
        Regression, to about 0.1%; ``failing`` is 1 where no rate fails with that chance within the budget.

    Raises:
        UsageError: a rate, confidence or count out of range.

    Source: ``sequential_plan``, solved for the true failure rate.

    Examples:
        >>> noticed = sequential_regression(0.01, budget=3000)
        >>> round(noticed.not_passing, 4), round(noticed.failing, 4)
        (0.0074, 0.0266)
        >>> sequential_regression(0.01, budget=300).not_passing
        0.0
    """
    wanted, last = check_open("chance", chance), check_whole("budget", budget, least=1)
    passing = _passes_within(failure_rate, last, confidence, None)
    failing = fail_table(failure_rate, max_failures=len(passing) + 1, confidence=confidence, min_failures=2)
    entries = _entries(passing, failing, last).tolist()

    def walked(log_rate: FloatArray) -> _Walk:
        walk = _Walk(float(np.exp(log_rate)), passing, failing, None)
        for time in entries:
            walk.advance(time)
        return walk

    def root(rising: Callable[[FloatArray], FloatArray], low: float) -> float:
        return float(np.exp(find_root(rising, np.asarray(np.log(low)), np.asarray(-1e-9), rtol=1e-4)))

    noticed = root(lambda x: np.asarray(1 - walked(x).passed - wanted), failure_rate / 1000) if passing.size else 0.0
    fails = walked(np.asarray(-1e-9)).failed >= wanted
    failing_from = root(lambda x: np.asarray(walked(x).failed - wanted), failure_rate) if fails else 1.0
    return Regression(noticed, failing_from, wanted)


def _passes_within(failure_rate: float, budget: int, confidence: float, threshold: float | None) -> NDArray[np.int64]:
    """Return every entry of the PASS table up to the budget."""
    most = 20
    while True:
        table = pass_table(failure_rate, max_failures=most, confidence=confidence, threshold=threshold)
        if table[-1] > budget:
            return table[table <= budget]
        most *= 2


def calibrated_threshold(failure_rate: float, budget: int, *, confidence: float = 0.95) -> float:
    """Return the e-value at which a gate with a declared budget passes with exactly its error rate at the threshold.

    Below 1 / (1 - confidence), so it passes earlier. Valid only if the budget was declared before the first trial
    and is never extended.

    Args:
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        budget: the declared budget of trials.
        confidence: above 0 and below 1.

    Returns:
        The threshold for ``pass_table``.

    Raises:
        UsageError: a rate, confidence or count out of range.

    Source: exact convolution of the binomial increments between the entries of the PASS table.

    Examples:
        >>> round(calibrated_threshold(0.001, 10_000), 2)
        12.62
    """
    alpha = 1 - check_open("confidence", confidence)
    low, high = 0.0, float(-np.log(alpha))

    def false_pass(log_threshold: float) -> float:
        # Without a FAIL table: the chance must hold for a gate that ignores its own FAIL too.
        table = _passes_within(failure_rate, budget, confidence, float(np.exp(log_threshold)))
        return operating_characteristics(failure_rate, pass_at=table, fail_at=[0], budget=budget).passes

    # The chance falls in steps as the threshold rises; keep the side that holds.
    while high - low > 1e-6:
        middle = (low + high) / 2
        low, high = (low, middle) if false_pass(middle) <= alpha else (middle, high)
    return float(np.exp(high))


@dataclass(frozen=True, slots=True)
class Sprt:
    """Wald's sequential probability ratio test as two parallel lines of failures against trials.

    Attributes:
        slope: failures per trial of both lines.
        pass_intercept: failures where the PASS line starts, below 0.
        fail_intercept: failures where the FAIL line starts, above 0.
    """

    slope: float
    pass_intercept: float
    fail_intercept: float

    def pass_table(self, max_failures: int = 20) -> NDArray[np.int64]:
        """Return the first trials at which k = 0..max_failures failures pass."""
        k = np.arange(max_failures + 1)
        first: NDArray[np.int64] = np.ceil((k - self.pass_intercept) / self.slope).astype(np.int64)
        return first

    def fail_table(self, max_failures: int = 20) -> NDArray[np.int64]:
        """Return the last trials at which failure k = 0..max_failures fails; 0 for never."""
        k = np.arange(max_failures + 1)
        last = np.floor((k - self.fail_intercept) / self.slope)
        return np.where(last >= np.maximum(k, 1), last, 0).astype(np.int64)


def sprt(
    failure_rate: float, good_rate: float, *, alpha: float = 0.05, beta: float = 0.05, strict: bool = False
) -> Sprt:
    """Return Wald's test of ``failure_rate`` against ``good_rate``, to compare and to plan with.

    Not the gate: it needs the good rate to be guessed, and where the guess is too good it rejects systems that are
    well inside the requirement.

    Args:
        failure_rate: the largest failure rate that the gate allows, above ``good_rate``.
        good_rate: the failure rate at which it should pass quickly, above 0.
        alpha: nominal chance of a false pass.
        beta: nominal chance of a false fail.
        strict: thresholds 1/alpha and 1/beta, whose error rates hold; Wald's own hold only nearly.

    Returns:
        Sprt.

    Raises:
        UsageError: rates in the wrong order or out of range.

    Source: A. Wald (1945), Annals of Mathematical Statistics 16:117-186.

    Examples:
        >>> test = sprt(0.1, 0.05, beta=0.1)
        >>> round(test.slope, 9), round(test.pass_intercept, 9)
        (0.072358377, -3.868195997)
    """
    q0, q1 = check_open("failure_rate", failure_rate), check_open("good_rate", good_rate)
    if q1 >= q0:
        raise wrong("good_rate", q1, f"below failure_rate={q0}", "guess a better system")
    a, b = check_open("alpha", alpha), check_open("beta", beta)
    gain = np.log(q0 / q1) + np.log1p(-q1) - np.log1p(-q0)
    slope = (np.log1p(-q1) - np.log1p(-q0)) / gain
    accept, reject = (a, 1 / b) if strict else (a / (1 - b), (1 - a) / b)
    return Sprt(float(slope), float(np.log(accept) / gain), float(np.log(reject) / gain))
