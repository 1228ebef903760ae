"""A rate out of hunted trials: each counts by how much likelier real use draws its levels than the hunt did.

Covers trials whose propensity was logged. The estimate stands apart, is labelled, and decides no gate: a hunt aims at
failures, so it spends most trials where real use seldom goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ninemarch import stats
from ninemarch.errors import UsageError

__all__ = ["Weighted", "weighted_failures"]

CONFIDENCE = 0.9  # of both limits together, as everywhere: each end is a 95% bound


@dataclass(frozen=True, slots=True)
class Weighted:
    """A failure rate under the profile, from hunted trials weighted back.

    Attributes:
        failure: failure rate, its limits clipped to 0..1, confidence and method.
        trials: trials with a propensity.
        failures: how many of them failed.
        effective: nominal trials that weigh as much: (sum of weights)^2 / sum of squares.
    """

    failure: stats.Interval[float]
    trials: int
    failures: int
    effective: float


def weighted_failures(
    failed: Sequence[bool], nominal: Sequence[float], propensity: Sequence[float], *, heaviest: float
) -> Weighted | None:
    """Return the failure rate under the profile; None without a trial.

    Right whatever the hunt learned on its way: given the past, weight x failure has the failure rate as its mean, and
    the interval is a bet on bounded values of constant conditional mean, valid at any stopping time.

    Args:
        failed: whether each trial failed.
        nominal: chance with which the profile draws its levels.
        propensity: chance with which the hunt drew them, above 0.
        heaviest: no weight can exceed it, >= 1; known from the policy, never from the data.

    Raises:
        UsageError: a propensity is not above 0, or a weight exceeds ``heaviest``.

    Source: importance weights, T. Hesterberg (1995), Technometrics 37:185-194; interval, I. Waudby-Smith and A.
    Ramdas (2024), J. Royal Statistical Society B 86:1-27.

    Examples:
        >>> found = weighted_failures([True, False, False], [0.1, 0.4, 0.4], [0.4, 0.2, 0.2], heaviest=2)
        >>> found.failure.estimate, found.trials
        (0.08333333333333333, 3)
        >>> weighted_failures([], [], [], heaviest=1) is None
        True
    """
    fails, real, drawn = (np.asarray(each, dtype=np.float64) for each in (failed, nominal, propensity))
    if not fails.size:
        return None
    if (drawn <= 0).any() or (real > drawn * heaviest * (1 + 1e-9)).any():
        msg = f"propensity={drawn.min():g}, heaviest={heaviest:g}; allowed: above 0, no weight beyond the heaviest"
        raise UsageError(msg)
    weights = real / drawn
    scaled = np.minimum(weights * fails / heaviest, 1.0)
    found = stats.group_confidence_sequence(scaled, confidence=CONFIDENCE)
    estimate = min(1.0, float((weights * fails).mean()))
    interval = stats.Interval(
        lower=found.lower * heaviest,
        upper=min(1.0, found.upper * heaviest),
        estimate=estimate,
        confidence=CONFIDENCE,
        method="importance weights, betting confidence sequence",
    )
    square = float((weights**2).sum())
    effective = float(weights.sum()) ** 2 / square if square else 0.0
    return Weighted(interval, len(fails), int(fails.sum()), effective)
