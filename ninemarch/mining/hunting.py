"""What a hunt found: distinct modes and cells first, then how many failures; what was covered, what is still unseen.

Covers counting what is recorded of a hunt. Nothing of it is a rate of the target: a hunt aims at failures. The one
number that speaks of real use, weighted back by logged propensities, stands apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ninemarch import stats
from ninemarch.mining.domain import Domain, Row
from ninemarch.mining.modes import modes_of
from ninemarch.mining.policies import Proposal
from ninemarch.mining.tway import TwayCoverage, coverages
from ninemarch.mining.weighing import Weighted, weighted_failures
from ninemarch.model import Failure, RunPlan, Verdict

__all__ = ["FoundMode", "HuntFound", "HuntPlan", "Hunted", "Seen", "Unseen", "count_hunt"]

CONFIDENCE = 0.95
_ERRORS_MAX = 0.01  # share of drawn trials without a verdict above which no weighted estimate is given
_SCORED = (Verdict.PASS.value, Verdict.FAIL.value, Verdict.ASSISTED.value)


@dataclass(frozen=True, slots=True)
class HuntPlan:
    """How a hunt went about it, recorded before its first trial.

    Args:
        policy: name of the policy; ``strategy`` or ``adversary`` where scenarios came whole.
        domain: the ground; None where scenarios came whole and the suite has no attributes.
        strength: of the covering array.
        share: share of the drawn trials left to the profile.
        heaviest: no weight of a drawn trial exceeds it.
        adversary: the adversary target, as ``--adversary`` takes it.
        seed: of the policy and of the scenarios.
    """

    policy: str
    domain: Domain | None
    strength: int = 2
    share: float = 0.25
    heaviest: float = 1.0
    adversary: str = ""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """One proposal and what became of it: its verdict, and whether the target was called at all."""

    number: int
    proposal: Proposal
    verdict: str
    called: bool


@dataclass(frozen=True, slots=True)
class FoundMode:
    """One mode of failure: words for it (hostile text), how often it was met, and the trial that met it first."""

    kind: str
    condition: str
    failures: int
    cells: int
    first: int
    origin: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """What the independent draws of a hunt say on modes not seen yet, under the distribution they came from.

    Attributes:
        sample: ``profile`` or ``uniform``.
        trials: draws with a verdict; ``failures`` of them failed, in ``modes`` modes.
        next_new: chance that the next failure is of a mode that these draws have not shown, with an upper limit.
        at_least: number of modes, Chao's lower bound with its interval.
    """

    sample: str
    trials: int
    failures: int
    modes: int
    next_new: stats.Interval[float]
    at_least: stats.Interval[float]


@dataclass(frozen=True, slots=True)
class HuntFound:
    """All that a hunt shows.

    Attributes:
        planned: trials the hunt could make; ``verdicts`` says what became of those it made.
        verdicts: verdict -> trials.
        modes: the modes of failure, the most frequent first.
        kinds: distinct kinds among them, whatever the condition.
        cells_failed, cells_tried: distinct rows of levels that failed, that were tried.
        coverage: combinations of two and of three levels that really ran.
        unseen: None without failures among independent draws.
        weighted: None where no propensity was logged.
        why_unweighted: why there is none, in words.
    """

    planned: int
    verdicts: Mapping[str, int]
    modes: tuple[FoundMode, ...]
    kinds: int
    cells_failed: int
    cells_tried: int
    coverage: tuple[TwayCoverage, ...]
    unseen: Unseen | None
    weighted: Weighted | None
    why_unweighted: str = ""

    @property
    def called(self) -> int:
        """Trials that ended in pass, fail or assisted."""
        return sum(self.verdicts.get(verdict, 0) for verdict in _SCORED)

    @property
    def failures(self) -> int:
        """Failed trials."""
        return self.verdicts.get(Verdict.FAIL.value, 0)

    @property
    def missing(self) -> int:
        """Planned trials without a record."""
        return self.planned - sum(self.verdicts.values())


@dataclass(frozen=True, slots=True)
class Hunted:
    """A hunt as recorded.

    Args:
        run: what was set out to do, in the form of any run.
        plan: how the hunt went about it.
        found: what it found.
        stopped: why it ended before its planned trials; empty if it did not.
        sealed: whether it finished.
    """

    run: RunPlan
    plan: HuntPlan
    found: HuntFound
    stopped: str = ""
    sealed: bool = True


def count_hunt(plan: HuntPlan, seen: Sequence[Seen], failures: Sequence[Failure], *, planned: int) -> HuntFound:
    """Return what a hunt found.

    Args:
        plan: how it went about it.
        seen: every recorded proposal, in the order tried.
        failures: every failed trial, in the order tried.
        planned: trials it could make.
    """
    by_number = {each.number: each for each in seen}
    mode_of = dict(zip((f.number for f in failures), modes_of(failures, plan.domain), strict=True))
    groups: dict[str, list[int]] = {}
    for number, mode in mode_of.items():
        groups.setdefault(mode.key, []).append(number)
    modes = [
        FoundMode(
            kind=mode_of[numbers[0]].kind,
            condition=mode_of[numbers[0]].condition,
            failures=len(numbers),
            cells=len(_cells(by_number[n] for n in numbers)),
            first=numbers[0],
            origin=by_number[numbers[0]].proposal.origin,
        )
        for numbers in groups.values()
    ]
    weighted, why = _weighted(plan, seen)
    return HuntFound(
        planned=planned,
        verdicts=Counter(each.verdict for each in seen),
        modes=tuple(sorted(modes, key=lambda mode: (-mode.failures, mode.first))),
        kinds=len({mode.kind for mode in modes}),
        cells_failed=len(_cells(by_number[n] for n in mode_of)),
        cells_tried=len(_cells(each for each in seen if each.called)),
        coverage=_coverage(plan.domain, seen),
        unseen=_unseen(seen, {number: mode.key for number, mode in mode_of.items()}),
        weighted=weighted,
        why_unweighted=why,
    )


def _cells(seen: Iterable[Seen]) -> set[Row]:
    return {each.proposal.row for each in seen if each.proposal.row}


def _coverage(domain: Domain | None, seen: Sequence[Seen]) -> tuple[TwayCoverage, ...]:
    """Pairs and triples of levels that the target was called with, counted from the record."""
    rows = sorted(_cells(each for each in seen if each.called))
    if domain is None or not rows:
        return ()
    return coverages(rows, domain.sizes, forbidden=domain.forbidden, shares=domain.shares)


def _unseen(seen: Sequence[Seen], mode_of: Mapping[int, str]) -> Unseen | None:
    drawn = [each for each in seen if each.proposal.sample and each.verdict in _SCORED]
    counts = Counter(mode_of[each.number] for each in drawn if each.number in mode_of)
    if not counts:
        return None
    failures = counts.total()
    return Unseen(
        sample=drawn[0].proposal.sample,
        trials=len(drawn),
        failures=failures,
        modes=len(counts),
        next_new=stats.good_turing(list(counts.values()), failures, confidence=CONFIDENCE),
        at_least=stats.chao1(list(counts.values()), trials=len(drawn), confidence=CONFIDENCE),
    )


def _weighted(plan: HuntPlan, seen: Sequence[Seen]) -> tuple[Weighted | None, str]:
    drawn = [each for each in seen if each.proposal.propensity is not None and each.verdict != Verdict.VOID.value]
    if plan.domain is None or not drawn:
        left_out = plan.domain is not None and bool(plan.domain.forbidden)
        why = "combinations are forbidden, so no propensity is known" if left_out else "no trial was drawn at random"
        return None, why
    scored = [each for each in drawn if each.verdict in _SCORED]
    if len(scored) < (1 - _ERRORS_MAX) * len(drawn):
        return None, f"{len(drawn) - len(scored):,} of {len(drawn):,} drawn trials have no verdict"
    nominal = plan.domain.nominal(np.asarray([each.proposal.row for each in scored]))
    found = weighted_failures(
        [each.verdict != Verdict.PASS.value for each in scored],
        nominal.tolist(),
        [each.proposal.propensity or 0.0 for each in scored],
        heaviest=plan.heaviest,
    )
    return found, ""
