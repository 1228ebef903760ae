"""Gates: requirements on evidence, of six kinds.

Covers what a gate asks for, as plain frozen data. Every kind but ``max_failures`` is a requirement on a *score* of
independent units, from 0 (good) to 1 (bad): its mean must be proven to be at most ``Gate.allowed``. So one rule
decides them all. How evidence is scored is the evidence floor's job, the decision the gate floor's.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from ninemarch.errors import UsageError
from ninemarch.model.scenario import Severity

__all__ = ["Asks", "Gate"]


class Asks(enum.StrEnum):
    """What a gate asks for, and what is scored 1 (bad)."""

    SUCCESS = "success"  # a failed or assisted trial
    ALL_TRIALS = "all_trials"  # 1 - pass^k of a scenario: the chance that k trials of it do not all pass
    LATENCY = "latency"  # a trial that took longer than the limit
    COST = "cost_usd"  # a trial that cost more than the limit
    MAX_DROP = "max_drop"  # (1 + failed here - failed on the baseline) / 2, the same scenario on both
    MAX_FAILURES = "max_failures"  # counted, not scored


@dataclass(frozen=True, slots=True)
class Gate:
    """A requirement on evidence.

    Args:
        id: name, unique in the suite.
        success: share of good units required, as an exact fraction in (0, 1): the success rate, pass^k, or for
            latency and cost the quantile (0.95: 95% of the trials stay within the limit). For ``max_drop`` it is
            (1 - max_drop) / 2, for ``max_failures`` it is not used.
        confidence: one-sided confidence of the bound, in (0, 1).
        where: attribute values that select a slice; empty for all scenarios.
        each: attributes; one gate for every level seen.
        confirmed: stands for one gate on every slice that fresh trials have confirmed; a plan holds those.
        min_share: levels with a smaller share of the trials are skipped (with ``each``).
        blocking: whether a miss changes the verdict of the whole run.
        all_trials: k of pass^k, >= 2; 0 for another kind.
        latency: limit in seconds; 0 for another kind.
        cost_usd: limit in US dollars; 0 for another kind.
        max_failures: failures allowed, >= 0; None for another kind.
        severity: with ``max_failures``, only failures at least this bad count.
        check: with ``max_failures``, only failures of the check with this id count.
        baseline: name of the baseline compared with; empty for another kind.
        max_drop: fall of the success rate allowed, in [0, 1).

    Raises:
        UsageError: a value out of range, or two kinds at once.
    """

    id: str
    success: Fraction = Fraction(1, 2)
    confidence: float = 0.95
    where: Mapping[str, str] = field(default_factory=dict)
    each: tuple[str, ...] = ()
    min_share: float = 0.0
    confirmed: bool = False
    blocking: bool = True
    all_trials: int = 0
    latency: float = 0.0
    cost_usd: float = 0.0
    max_failures: int | None = None
    severity: Severity | None = None
    check: str = ""
    baseline: str = ""
    max_drop: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if not (0 < self.success < 1 and 0 < self.confidence < 1):
            msg = f"gate {self.id}: success={self.success}, confidence={self.confidence}; allowed: above 0, below 1"
            raise UsageError(msg)
        if sum(map(bool, (self.where, self.each, self.confirmed))) > 1:
            msg = f"gate {self.id}: only one of where, each and confirmed may stand; give each its own gate"
            raise UsageError(msg)
        kinds = (self.all_trials, self.latency, self.cost_usd, self.max_failures is not None, self.baseline)
        if sum(map(bool, kinds)) > 1:
            msg = f"gate {self.id}: it asks for several things at once; give each its own gate"
            raise UsageError(msg)

    @property
    def asks(self) -> Asks:
        """The kind of the requirement."""
        if self.max_failures is not None:
            return Asks.MAX_FAILURES
        if self.baseline:
            return Asks.MAX_DROP
        if self.all_trials:
            return Asks.ALL_TRIALS
        if self.latency:
            return Asks.LATENCY
        return Asks.COST if self.cost_usd else Asks.SUCCESS

    @property
    def allowed(self) -> float:
        """Mean score allowed, 1 - success, without the rounding of ``1 - 0.999``."""
        return float(1 - self.success)
