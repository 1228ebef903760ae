"""A gate tried on coins whose rate is known, through the rule that decides real runs.

Covers independent trials exactly: fixed plans by their thresholds, sequential ones by the tables that the rule itself
draws. Groups are simulated, with the error of the simulation; their coins have beta-distributed rates. Does not cover
weighted samples and drops from a baseline.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ninemarch import claims, stats
from ninemarch.evidence import proves_beyond, proves_within
from ninemarch.gate.plan import course
from ninemarch.model import Calibration, Coins, Course, Gate, Look, Tally, Tried

__all__ = ["calibrate"]

_SHARES = tuple(map(Fraction, ("1/10", "1/2", "1", "2", "10")))
_LONGEST = 1000.0  # failures allowed in a sequential budget; a longer one is not followed
_CONFIDENCE = 0.95  # of the intervals of simulated shares
_PASS, _FAIL, _OPEN = range(3)

Sizes = Sequence[tuple[int, int]]


def calibrate(
    gate: Gate,
    sizes: Sizes,
    *,
    stop: str = "fixed",
    look: Look | None = None,
    coins: Coins | None = None,
    truths: Sequence[float] = (),
) -> Calibration:
    """Return how often ``gate`` passes, fails and stays open on coins below, at and above its threshold.

    Args:
        gate: a requirement on a rate.
        sizes: (trials, number of such groups); ((1, n),) for n independent trials.
        stop: ``fixed`` or ``sequential``.
        look: the declared checkpoint of a fixed plan of independent trials.
        coins: how they are tossed where trials share groups; ``Coins()`` by default.
        truths: true failure rates, in [0, 1]; by default shares of what the gate allows.
    """
    shares = [share * (1 - gate.success) for share in _SHARES]
    rates = sorted(truths) or [float(rate) for rate in shares if rate < 1]
    trials, units = sum(size * many for size, many in sizes), sum(many for _, many in sizes)
    plain = Calibration(gate, claims.required(gate), trials, units, stop)
    if trials == units:
        looked = look if stop == "fixed" else None
        return replace(plain, look=looked, tried=tuple(map(_exactly(gate, trials, stop, looked), rates)))
    coins = coins or Coins()
    simulate = _sequential if stop == "sequential" else _fixed
    found = []
    for place, truth in enumerate(rates):
        verdicts, used = simulate(gate, sizes, truth, coins, np.random.default_rng((coins.seed, place)))
        found.append(_counted(truth, verdicts, used))
    return replace(plain, coins=coins, tried=tuple(found))


def _exactly(gate: Gate, trials: int, stop: str, look: Look | None) -> Callable[[float], Tried]:
    if stop == "fixed":

        def at(truth: float) -> Course:
            return course(truth, Tally((), look=look), trials, allowed=gate.allowed, confidence=gate.confidence)

    else:
        budget = min(trials, math.ceil(_LONGEST / gate.allowed))
        passing, failing = _tables(gate, budget)

        def at(truth: float) -> Course:
            found = stats.operating_characteristics(
                truth, pass_at=passing, fail_at=failing, budget=budget, curtail=bool(passing)
            )
            return Course(truth, found.passes, found.fails, found.undecided, found.mean_trials, found.spread)

    def tried(truth: float) -> Tried:
        made = at(truth)
        return Tried(made, (made.passes,) * 2, (made.fails,) * 2, (made.undecided,) * 2)

    return tried


def _tables(gate: Gate, budget: int) -> tuple[list[int], list[int]]:
    """The trials from which on k failures pass, and up to which failure k fails, as the rule itself says."""

    def tally(failures: int, trials: int) -> Tally:
        groups = tuple((k, 1, many) for k, many in ((0, trials - failures), (1, failures)) if many)
        return Tally(groups, anytime=True)

    def first(holds: Callable[[int], bool], low: int) -> int:
        """The smallest number of trials above ``low`` for which it holds, ``budget + 1`` if for none."""
        high = budget + 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if holds(middle) else (middle, high)
        return high

    passing: list[int] = []
    while (
        at := first(lambda n: proves_within(tally(len(passing), n), *_asked(gate)), max(len(passing), 1) - 1)
    ) <= budget:
        passing.append(at)
    failing = [0]
    # A run that can pass ends when it no longer can; one that never can goes on to its end.
    most = len(passing) + 1 if passing else budget
    while len(failing) <= most and failing[-1] < budget:
        k = len(failing)
        last = first(lambda n: not proves_beyond(tally(k, n), *_asked(gate)), max(k - 1, failing[-1])) - 1  # noqa: B023
        failing.append(last if last >= k else 0)
    return passing, failing


def _asked(gate: Gate) -> tuple[float, float]:
    return gate.allowed, gate.confidence


def _law(trials: int, rate: float, correlation: float) -> NDArray[np.float64]:
    """Chances of 0..trials failures in a group whose own rate is beta-distributed."""
    from scipy import stats as scipy_stats  # noqa: PLC0415 - importing scipy.stats takes 46 MB and a second

    k = np.arange(trials + 1)
    if correlation <= 0 or trials == 1 or not 0 < rate < 1:
        return np.asarray(scipy_stats.binom.pmf(k, trials, rate))
    size = (1 - correlation) / correlation
    law = scipy_stats.betabinom.pmf(k, trials, rate * size, (1 - rate) * size)
    return np.asarray(law / law.sum())


def _fixed(
    gate: Gate, sizes: Sizes, truth: float, coins: Coins, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Verdicts of whole runs, and the trials of each."""
    drawn = [rng.multinomial(many, _law(size, truth, coins.correlation), size=coins.sims) for size, many in sizes]
    kinds = [(k, size) for size, _ in sizes for k in range(size + 1)]
    rows, where = np.unique(np.concatenate(drawn, axis=1), axis=0, return_inverse=True)
    verdicts = [
        _verdict(Tally(tuple((*kind, int(m)) for kind, m in zip(kinds, row, strict=True) if m)), gate) for row in rows
    ]
    trials = sum(size * many for size, many in sizes)
    return np.array(verdicts)[where.ravel()], np.full(coins.sims, trials)


def _verdict(tally: Tally, gate: Gate) -> int:
    """What the gate's rule says; a limit never lies on the other side of the measured mean, so one is enough."""
    mean = sum(k / n * many for k, n, many in tally.groups) / tally.units
    if mean <= gate.allowed and proves_within(tally, *_asked(gate)):
        return _PASS
    return _FAIL if mean > gate.allowed and proves_beyond(tally, *_asked(gate)) else _OPEN


def _sequential(
    gate: Gate, sizes: Sizes, truth: float, coins: Coins, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Verdicts of runs that are looked at after every group, and the trials that each used."""
    order = np.repeat(np.arange(len(sizes)), [many for _, many in sizes])
    laws = [_law(size, truth, coins.correlation) for size, _ in sizes]
    trials = np.array([size for size, _ in sizes])
    needed = -math.log(1 - gate.confidence)
    verdicts, used = np.full(coins.sims, _OPEN), np.full(coins.sims, int(trials[order].sum()))
    for number in range(coins.sims):
        rng.shuffle(order)
        failures = np.zeros(order.size, dtype=np.int64)
        for kind, law in enumerate(laws):
            inside = order == kind
            failures[inside] = rng.choice(law.size, size=int(inside.sum()), p=law)
        shares = failures / trials[order]
        for verdict, log_e in (
            (_PASS, stats.group_log_e_pass(shares, gate.allowed)),
            (_FAIL, stats.group_log_e_fail(shares, gate.allowed)),
        ):
            crossed = np.flatnonzero(log_e >= needed)
            made = int(trials[order[: crossed[0] + 1]].sum()) if crossed.size else 0
            if crossed.size and (verdicts[number] == _OPEN or made < used[number]):
                verdicts[number], used[number] = verdict, made
    return verdicts, used


def _counted(truth: float, verdicts: NDArray[np.int64], used: NDArray[np.int64]) -> Tried:
    shares, ends = [], []
    for verdict in (_PASS, _FAIL, _OPEN):
        seen = int(np.count_nonzero(verdicts == verdict))
        interval = stats.clopper_pearson(seen, verdicts.size, confidence=_CONFIDENCE)
        shares.append(seen / verdicts.size)
        ends.append((interval.lower, interval.upper))
    low, middle, high = (int(x) for x in np.quantile(used, [0.1, 0.5, 0.9], method="inverted_cdf"))
    made = Course(truth, shares[_PASS], shares[_FAIL], shares[_OPEN], float(used.mean()), (low, middle, high))
    return Tried(made, *ends)
