"""How a target does on variants of the scenarios, beside the scenarios themselves.

Covers drawing, trying and comparing, each scenario with its own variant. Nothing is recorded, nothing enters a rate:
variants are not drawn from the profile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ninemarch import stats
from ninemarch.engine import Selection, judge_scenarios, release_of
from ninemarch.errors import UsageError, nearest
from ninemarch.mining.variants import AGAIN, DEFAULTS, variant
from ninemarch.model import Broken, Robustness, Scenario, Suite, Trial, VariantResult, VariantSpec, Verdict
from ninemarch.suite import Schedule
from ninemarch.targets import Target, open_target
from ninemarch.text import excerpt

__all__ = ["try_variants"]

CONFIDENCE = 0.95
_SHOWN = 3
_DECIDED = frozenset({Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED})

Watch = Callable[[str, int, int], None]
_Pair = tuple[Scenario, Trial, Scenario, Trial]


def try_variants(
    suite: Suite, selection: Selection, *, only: Sequence[str] = (), watch: Watch | None = None
) -> Robustness:
    """Return how a target does on variants of ``suite``'s scenarios, kind by kind, paired.

    Args:
        suite: the suite.
        selection: target, release, profile, seed (the first held-out one) and number of scenarios (200).
        only: kinds to try; all that the suite names by default.
        watch: called with (kind, its place, kinds) before each.

    Raises:
        UsageError: an unknown kind or name, no variant, or no scenario.
        Interrupted: a signal came; nothing is kept.
    """
    specs = _chosen(suite, only)
    release = release_of(suite, selection)
    seed = suite.seeds.held_out[0] if selection.seed is None else selection.seed
    schedule = Schedule(suite, profile=selection.profile, seed=seed, planned=selection.trials or 200)
    drawn = [item for _, repeat, item in schedule if isinstance(item, Scenario) and not item.void and repeat == 0]
    if not drawn:
        msg = f"suite {suite.name}: no scenario could be drawn; see 'ninemarch suite verify'"
        raise UsageError(msg)
    confidence = 1 - (1 - CONFIDENCE) / (len(specs) + 1)  # Bonferroni, over all kinds and the control
    results = []
    with open_target(release.target, suite) as target:
        _say(watch, "originals", 0, len(specs) + 2)
        originals = judge_scenarios(suite, drawn, target)
        for place, spec in enumerate(chain([None], specs), 1):
            _say(watch, spec.kind if spec else AGAIN, place, len(specs) + 2)
            results.append(_tried(suite, target, drawn, originals, spec, seed=seed, confidence=confidence))
    return Robustness(
        suite=suite.name,
        hash=suite.hash,
        target=str(release.target),
        release=release.id,
        profile=schedule.profile.name,
        seed=seed,
        scenarios=len(drawn),
        confidence=CONFIDENCE,
        results=tuple(results),
    )


def _say(watch: Watch | None, kind: str, place: int, kinds: int) -> None:
    if watch:
        watch(kind, place, kinds)


def _chosen(suite: Suite, only: Sequence[str]) -> list[VariantSpec]:
    specs = suite.variants or DEFAULTS
    known = list(dict.fromkeys(spec.kind for spec in specs))
    if not suite.variants and not only:
        msg = (
            f"suite {suite.name} names no variants that leave its right answers as they are; add 'variants:' to it, "
            f"or choose with --only: {', '.join(known)}"
        )
        raise UsageError(msg)
    for kind in only:
        if kind not in known:
            hint = nearest(kind, known)
            msg = f"variant={excerpt(kind, 40)} is not one of suite {suite.name}{hint}; known: {', '.join(known)}"
            raise UsageError(msg)
    return [spec for spec in specs if not only or spec.kind in only]


def _tried(
    suite: Suite,
    target: Target,
    drawn: Sequence[Scenario],
    originals: Sequence[Trial],
    spec: VariantSpec | None,
    *,
    seed: int,
    confidence: float,
) -> VariantResult:
    """One kind of variant beside the originals; None stands for the same input again."""
    made = [each if spec is None else variant(each, spec, seed=seed) for each in drawn]
    changed = [each for each in made if each is not None]
    trials = iter(judge_scenarios(suite, changed, target))
    pairs = [
        (scenario, original, each, next(trials))
        for scenario, original, each in zip(drawn, originals, made, strict=True)
        if each is not None
    ]
    decided = [pair for pair in pairs if pair[1].verdict in _DECIDED and pair[3].verdict in _DECIDED]
    return _compared(
        spec.kind if spec else AGAIN,
        decided,
        unchanged=len(drawn) - len(changed),
        undecided=len(pairs) - len(decided),
        confidence=confidence,
    )


def _compared(
    kind: str, pairs: Sequence[_Pair], *, unchanged: int, undecided: int, confidence: float
) -> VariantResult:
    broke = [pair for pair in pairs if _passed(pair[1]) and not _passed(pair[3])]
    mended = sum(not _passed(pair[1]) and _passed(pair[3]) for pair in pairs)
    groups = len({pair[0].group_key for pair in pairs})
    result = VariantResult(
        kind=kind,
        pairs=len(pairs),
        unchanged=unchanged,
        undecided=undecided,
        passed=sum(_passed(pair[1]) for pair in pairs),
        passed_changed=sum(_passed(pair[3]) for pair in pairs),
        broke=len(broke),
        mended=mended,
        units=groups,
        examples=tuple(
            Broken(scenario.id, excerpt(scenario.input, 300), excerpt(each.input, 300), excerpt(trial.reason, 200))
            for scenario, _, each, trial in broke[:_SHOWN]
        ),
    )
    if not pairs:
        return result
    if groups == len(pairs):
        interval = stats.tango(len(broke), mended, len(pairs), confidence=confidence)
        p_value = stats.mcnemar(len(broke), mended).p_value_mid
    else:
        interval, p_value = stats.paired_shares(*_shares(pairs), confidence=confidence), None
    estimate, lower, upper = map(float, (interval.estimate, interval.lower, interval.upper))
    return replace(result, estimate=estimate, lower=lower, upper=upper, p_value=p_value)


def _shares(pairs: Sequence[_Pair]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share failed of each group, of the variants and of the originals."""
    groups: dict[str, list[tuple[bool, bool]]] = {}
    for scenario, original, _, changed in pairs:
        groups.setdefault(scenario.group_key, []).append((not _passed(changed), not _passed(original)))
    means = np.array([np.mean(each, axis=0) for each in groups.values()])
    return means[:, 0], means[:, 1]


def _passed(trial: Trial) -> bool:
    return trial.verdict is Verdict.PASS
