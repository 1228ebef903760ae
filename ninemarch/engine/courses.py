"""One gate on one slice, followed trial by trial: has it passed, failed, or no way left to pass?

Covers three kinds. Scores of 0 and 1 of trials that are their own unit: a table of n against failures, O(1) a trial.
Scores of scenarios (repeats, pass^k, paired drops): the betting martingale, one factor a scenario once all of its
repeats are in, looked at in blocks. Counts of failures. Does not cover trials that share a group over several
scenarios, or that weigh unlike: such a plan cannot be sequential.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Mapping
from typing import Protocol

from ninemarch import stats
from ninemarch.model import Asks, Earlier, Gate, RunPlan, Severity, Tally, Trial, Verdict

__all__ = ["Course", "Reading", "clean_trials", "course_of", "reading_of"]

_BLOCK = 64  # scenarios between two looks at the martingale
_NOTHING = 1e-9  # error rate below which nothing is left of it
_MARGIN = 1e-9  # so that the gate, which sums in another order, agrees
_SEVERITIES = (Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)


class Reading(enum.Enum):
    """What a released trial is: good, bad, or without a verdict."""

    GOOD = 0
    BAD = 1
    OPEN = 2


_READINGS = {Verdict.PASS: Reading.GOOD, Verdict.FAIL: Reading.BAD, Verdict.ASSISTED: Reading.BAD}


def reading_of(trial: Trial) -> Reading:
    """Return what a trial is for a success rate."""
    return _READINGS.get(trial.verdict, Reading.OPEN)


class Course(Protocol):
    """A gate on one slice under way."""

    gate: Gate
    where: Mapping[str, str]
    scored: int
    counts_failures: bool

    @property
    def name(self) -> str:
        """The gate and its slice, for people."""
        ...

    def add(self, trial: Trial, reading: Reading) -> bool:
        """Take in a released trial of the slice; return whether it is worth a look."""
        ...

    def passes(self) -> bool:
        """Whether it is proven now."""
        ...

    def fails(self, slices: int) -> bool:
        """Whether it has failed now, corrected for this many slices (Bonferroni: never bolder than Holm)."""
        ...

    def hopeless(self, left: int) -> bool:
        """Whether not even ``left`` more good trials could prove it."""
        ...


def clean_trials(gate: Gate) -> int:
    """Return the clean trials that a first run needs to prove a gate; 0 for a count of failures and a drop."""
    if gate.asks in {Asks.MAX_FAILURES, Asks.MAX_DROP}:
        return 0
    return int(stats.pass_table(gate.allowed, max_failures=0, confidence=gate.confidence)[0])


def course_of(gate: Gate, where: Mapping[str, str], plan: RunPlan, baseline: Mapping[str, float] | None) -> Course:
    """Return the course of a gate on a slice, beginning with what earlier runs of the release showed."""
    looks = [look for look in plan.earlier if look.gate == gate.id and dict(look.where) == dict(where)]
    if gate.max_failures is not None:
        return _Count(gate, where, looks)
    if plan.per_scenario > 1 or gate.asks in {Asks.ALL_TRIALS, Asks.MAX_DROP}:
        return _Scenarios(gate, where, looks, plan.per_scenario, baseline)
    return _Trials(gate, where, looks)


class _Common:
    def __init__(self, gate: Gate, where: Mapping[str, str], looks: list[Earlier]) -> None:
        self.gate = gate
        self.where: Mapping[str, str] = dict(where)
        self.scored = 0
        self.allowed = gate.allowed  # worked out once: it is asked for at every look
        self.counts_failures = gate.asks is Asks.MAX_FAILURES
        left = 1 - gate.confidence - sum(look.spent for look in looks)
        self._alpha = left if left > _NOTHING else 0.0

    @property
    def name(self) -> str:
        where = ", ".join(f"{name}={level}" for name, level in self.where.items())
        return f"gate {self.gate.id}" + (f" ({where})" if where else "")

    @property
    def _to_pass(self) -> float:
        """The log e-value that passes; infinite where earlier looks have spent everything."""
        return math.log(1 / self._alpha) + _MARGIN if self._alpha > 0 else math.inf

    def _to_fail(self, slices: int) -> float:
        """The log e-value that fails one of so many slices; what was spent is not taken off."""
        return math.log(slices / (1 - self.gate.confidence)) + _MARGIN


class _Count(_Common):
    """At most so many failures."""

    def __init__(self, gate: Gate, where: Mapping[str, str], looks: list[Earlier]) -> None:
        super().__init__(gate, where, looks)
        self._failures = sum(look.scored.failures for look in looks)

    def add(self, trial: Trial, reading: Reading) -> bool:
        self.scored += reading is not Reading.OPEN
        bad = trial.verdict is Verdict.FAIL
        if bad and self.gate.severity is not None:
            bad = _SEVERITIES.index(trial.severity) >= _SEVERITIES.index(self.gate.severity)
        if bad and self.gate.check:
            bad = trial.check == self.gate.check
        self._failures += bad
        return bad

    def passes(self) -> bool:
        return not self.fails(1)

    def fails(self, slices: int) -> bool:
        del slices
        return self._failures > (self.gate.max_failures or 0)

    def hopeless(self, left: int) -> bool:
        del left
        return False


class _Trials(_Common):
    """Scores of 0 and 1, every trial its own unit."""

    def __init__(self, gate: Gate, where: Mapping[str, str], looks: list[Earlier]) -> None:
        super().__init__(gate, where, looks)
        self._bad = sum(look.scored.failures for look in looks)
        self._good = sum(look.scored.trials for look in looks) - self._bad
        self._open = sum(look.worst.trials for look in looks) - self._bad - self._good
        self._table: list[int] = []
        self._limited = gate.asks in {Asks.LATENCY, Asks.COST}

    def add(self, trial: Trial, reading: Reading) -> bool:
        if self._limited:
            reading = _within(self.gate, trial, reading)
        if reading is Reading.GOOD:
            self._good += 1
            self.scored += 1
            at = self._bad + self._open
            # Worth a look only when the table's entry is reached: nothing else a good trial can decide.
            return self._good + at == self._pass_at(at)
        self._bad += reading is Reading.BAD
        self._open += reading is Reading.OPEN
        self.scored += reading is Reading.BAD
        return True

    def _pass_at(self, failures: int) -> float:
        """Trials at which so many failures pass."""
        if self._alpha <= 0:
            return math.inf
        while failures >= len(self._table):
            most = max(20, 2 * failures)
            self._table = stats.pass_table(self.gate.allowed, max_failures=most, confidence=1 - self._alpha).tolist()
        return self._table[failures]

    def passes(self) -> bool:
        bad, everything = self._bad, self._bad + self._good + self._open
        return self._good + bad >= self._pass_at(bad) and everything >= self._pass_at(bad + self._open)

    def fails(self, slices: int) -> bool:
        bad, trials = self._bad, self._bad + self._good
        if bad < 2 or bad <= self.allowed * trials:
            return False
        needed = self._to_fail(slices)
        return all(float(stats.log_e_fail(bad, n, self.allowed)) >= needed for n in (trials, trials + self._open))

    def hopeless(self, left: int) -> bool:
        return self._pass_at(self._bad + self._open) > self._bad + self._good + self._open + left


_Hist = dict[float, int]


class _Scenarios(_Common):
    """Scores of whole scenarios, each once all its repeats are released."""

    def __init__(
        self,
        gate: Gate,
        where: Mapping[str, str],
        looks: list[Earlier],
        repeats: int,
        baseline: Mapping[str, float] | None,
    ) -> None:
        super().__init__(gate, where, looks)
        self._repeats, self._baseline = repeats, baseline
        tallies = zip(*((look.scored, look.worst, look.best) for look in looks), strict=True)
        self._hists: list[_Hist] = [_histogram(list(each)) for each in tallies] or [{}, {}, {}]
        self._open: dict[str, list[Reading]] = {}
        self._units = 0

    def add(self, trial: Trial, reading: Reading) -> bool:
        self.scored += reading is not Reading.OPEN
        readings = self._open.setdefault(trial.scenario, [])
        readings.append(_within(self.gate, trial, reading))
        if len(readings) < self._repeats:
            return False
        del self._open[trial.scenario]
        self._count(trial.scenario, readings)
        return self._units % _BLOCK == 0

    def _count(self, scenario: str, readings: list[Reading]) -> None:
        bad, open_ = readings.count(Reading.BAD), readings.count(Reading.OPEN)
        score = self._score_of(scenario)
        if score is None:
            return
        self._units += 1
        every = len(readings)
        for hist, failures, trials in zip(
            self._hists, (bad, bad + open_, bad), (every - open_, every, every), strict=True
        ):
            if trials:
                value = score(failures, trials)
                hist[value] = hist.get(value, 0) + 1

    def _score_of(self, scenario: str) -> Callable[[int, int], float] | None:
        if self.gate.asks is Asks.MAX_DROP:
            before = (self._baseline or {}).get(scenario)
            return None if before is None else lambda failures, trials: (1 + failures / trials - before) / 2
        if self.gate.asks is Asks.ALL_TRIALS:
            k = self.gate.all_trials
            return lambda failures, trials: (
                1 - float(stats.all_pass_chance(failures, trials, k)[0]) if trials >= k else 1.0
            )
        return lambda failures, trials: failures / trials

    def _log_e(self, hist: _Hist, *, passing: bool, clean: int = 0) -> float:
        scores, counts = list(hist), list(hist.values())
        if clean:
            scores, counts = [*scores, 0.0], [*counts, clean]
        return stats.group_log_e(scores, counts, self.allowed, passing=passing)

    def passes(self) -> bool:
        return all(self._log_e(hist, passing=True) >= self._to_pass for hist in self._hists[:2])

    def fails(self, slices: int) -> bool:
        scored, _, best = self._hists
        return all(self._log_e(hist, passing=False) >= self._to_fail(slices) for hist in (scored, best))

    def hopeless(self, left: int) -> bool:
        clean = -(-left // self._repeats) + len(self._open)
        return self._log_e(self._hists[1], passing=True, clean=clean) < self._to_pass


def _within(gate: Gate, trial: Trial, reading: Reading) -> Reading:
    """What a trial is for the gate's own score."""
    if gate.asks not in {Asks.LATENCY, Asks.COST} or reading is Reading.OPEN:
        return reading
    amount = trial.seconds if gate.asks is Asks.LATENCY else trial.cost_usd
    if amount is None:
        return Reading.OPEN
    return Reading.BAD if amount > (gate.latency or gate.cost_usd) else Reading.GOOD


def _histogram(tallies: list[Tally]) -> _Hist:
    hist: _Hist = {}
    for tally in tallies:
        pairs = tally.scores or tuple((failed / trials, many) for failed, trials, many in tally.groups)
        for score, many in pairs:
            hist[score] = hist.get(score, 0) + many
    return hist
