"""Counts and rates: what a run shows.

Covers the types between the table and the decision. A rate cannot be made without its counts, its interval,
its method and its confidence. The sums are checked when the counts are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ninemarch.errors import RunInvalid
from ninemarch.model.outcome import Traffic
from ninemarch.model.run import RunPlan
from ninemarch.model.tally import Tally
from ninemarch.model.waiver import WaiverUse


@dataclass(frozen=True, slots=True)
class Counts:
    """Where every planned trial went: planned = pass + fail + assisted + unscored + error + void + missing."""

    planned: int = 0
    passed: int = 0
    loud: int = 0
    silent: int = 0
    assisted: int = 0
    unscored: int = 0
    errors: int = 0
    void: int = 0
    missing: int = 0

    def __post_init__(self) -> None:
        if self.planned != self.recorded + self.missing or min(self.missing, self.planned) < 0:
            msg = (
                f"the counts do not add up: planned={self.planned}, recorded={self.recorded}, "
                f"missing={self.missing}; rebuild the table with 'ninemarch show RUN --rebuild'"
            )
            raise RunInvalid(msg)

    @property
    def failed(self) -> int:
        """Loud and silent failures together."""
        return self.loud + self.silent

    @property
    def scored(self) -> int:
        """Trials that count in the headline rate: pass + fail + assisted."""
        return self.passed + self.failed + self.assisted

    @property
    def recorded(self) -> int:
        """Trials with a record in the journal."""
        return self.scored + self.unscored + self.errors + self.void

    def line(self) -> str:
        """The accounting identity in words, always printed.

        Examples:
            >>> Counts(planned=3, passed=2, silent=1).line()
            '3 planned = 2 pass + 1 fail (0 loud, 1 silent) + 0 assisted + 0 unscored + 0 error + 0 void + 0 missing'
        """
        return (
            f"{self.planned:,} planned = {self.passed:,} pass + {self.failed:,} fail ({self.loud:,} loud, "
            f"{self.silent:,} silent) + {self.assisted:,} assisted + {self.unscored:,} unscored + "
            f"{self.errors:,} error + {self.void:,} void + {self.missing:,} missing"
        )


@dataclass(frozen=True, slots=True)
class Rate:
    """A success rate with its evidence. All rates are of success, in [0, 1]; the ends never reach 0 or 1 by chance.

    Args:
        failures: failed trials (with assisted ones, unless the rate says otherwise).
        trials: trials counted, >= 1.
        units: independent groups among them.
        estimate: measured success rate.
        lower: one-sided lower bound at ``confidence``.
        upper: one-sided upper bound at ``confidence``; 1.0 when no failure was seen.
        confidence: of each end; both ends together make the two-sided interval of 2 * confidence - 1.
        method: name of the interval's method.
        population: what the interval speaks about, in words.
        failure_upper: 1 - lower without loss of digits.
        failure_lower: 1 - upper without loss of digits.
        uncovered: weight of the profile that no trial covers.
    """

    failures: int
    trials: int
    units: int
    estimate: float
    lower: float
    upper: float
    confidence: float
    method: str
    population: str
    failure_upper: float
    failure_lower: float
    uncovered: float = 0.0


@dataclass(frozen=True, slots=True)
class Slice:
    """Evidence on the scenarios that share attribute values; empty ``where`` for all of them.

    Args:
        scored: the headline reading, failure = fail or assisted, out of pass + fail + assisted.
        acting: success when it acts, failure = fail, out of pass + fail.
        worst: every error, unscored and missing trial read as a failure.
        best: every one of them read as a pass.
    """

    where: Mapping[str, str]
    counts: Counts
    scored: Tally
    acting: Tally
    worst: Tally
    best: Tally

    @property
    def label(self) -> str:
        """The slice in words: ``language=de, length=long`` or ``all scenarios``."""
        return ", ".join(f"{k}={v}" for k, v in self.where.items()) or "all scenarios"


@dataclass(frozen=True, slots=True)
class Spending:
    """What the recorded trials cost, as far as the target said.

    Args:
        cost_usd: of the trials that said so, together, in US dollars.
        priced: trials that said what they cost.
        tokens: tokens of the trials that said so, together.
        metered: trials that said how many tokens they used.
        recorded: trials recorded.
        judged: trials in which a judge had a say.
        judge_calls: questions that it was asked; fewer where it knew the answer already.
        judge_cost_usd: what those cost that said so, in US dollars; apart from ``cost_usd``.
        judge_tokens: tokens that they used, likewise.
    """

    cost_usd: float
    priced: int
    tokens: int
    metered: int
    recorded: int
    judged: int = 0
    judge_calls: int = 0
    judge_cost_usd: float = 0.0
    judge_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Requests:
    """What the trials' calls over a network took.

    Args:
        trials: trials that made any.
        tries: requests sent, repeated ones included.
        waited: seconds lost together: queueing, pauses that servers asked for, tries that failed; no target's time.
        first_token: median and 95th percentile of the seconds until the first token; None where nothing was streamed.
    """

    trials: int
    tries: int
    waited: float
    first_token: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """One trial that is not a pass, as people look at it. All text comes from outside: treat it as hostile."""

    number: int
    scenario: str
    verdict: str
    silent: bool
    severity: str
    attributes: Mapping[str, str]
    reason: str
    input: str
    expect: str
    output: str
    detail: str
    group: str = ""
    ended: str = ""
    seconds: float = 0.0
    check: str = ""
    cost_usd: float | None = None
    tokens: int | None = None
    steps: str = ""
    waived: str = ""
    traffic: Traffic | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a run shows.

    Args:
        plan: what the run set out to do.
        overall: the counts and tallies of all scenarios.
        levels: for each attribute, the slice of each of its levels seen.
        failures: trials that are not a pass, in planned order, at most as many as were asked for.
        stopped: why the run ended before its planned trials, in words; empty if it did not.
        sealed: whether the run finished.
        void_weight: share of the recorded trials that were void.
        seconds: median and 95th percentile of the target's own time, in seconds; None without trials.
        measures: gate id -> one slice for each slice of a gate that asks for something else than success; its
            tallies hold that gate's own scores.
        spending: what the trials cost; None where no trial said so.
        requests: what calls over a network took; None where there were none.
        waived: failed trials that are waived; they count as failures all the same.
        uses: what each entry of ``waivers.toml`` did.
        broken: trials of scenarios in quarantine; void here, whatever the record says.
        forgiven: the same with the waived failures read as passes; None where nothing is waived.
    """

    plan: RunPlan
    overall: Slice
    levels: Mapping[str, tuple[Slice, ...]]
    failures: tuple[Failure, ...]
    stopped: str = ""
    sealed: bool = True
    void_weight: float = 0.0
    seconds: tuple[float, float] | None = None
    slices: tuple[Slice, ...] = field(default=())
    measures: Mapping[str, tuple[Slice, ...]] = field(default_factory=dict)
    spending: Spending | None = None
    requests: Requests | None = None
    waived: int = 0
    uses: tuple[WaiverUse, ...] = ()
    broken: frozenset[int] = frozenset()
    forgiven: Evidence | None = None
