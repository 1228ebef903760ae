"""What a tally is worth: the plain sample that would tell as much, for regressions over releases."""

from __future__ import annotations

from ninemarch.model import Tally
from ninemarch.stats import effective_counts

__all__ = ["worth"]


def worth(tally: Tally) -> tuple[float, float]:
    """Return failures and trials of a plain sample that would tell as much; need not be whole.

    Args:
        tally: the counts, with at least one trial.

    Examples:
        >>> worth(Tally(((0, 1, 97), (1, 1, 3))))
        (3.0, 100.0)
        >>> worth(Tally(((0, 10, 50),)))  # 50 groups without a failure, of 10 trials each
        (0.0, 50.0)
    """
    if tally.weighted is not None:
        w, covered = tally.weighted, 1 - tally.weighted.uncovered
        return effective_counts(min(w.y / covered, 1.0), w.v / covered**2, w.m / covered)
    if tally.independent and not tally.scores:
        return float(tally.failures), float(tally.trials)
    units = tally.units
    shares = [(failed / trials, many) for failed, trials, many in tally.groups]
    rate, squares = (sum(share**power * many for share, many in shares) for power in (1, 2))
    return effective_counts(min(rate / units, 1.0), squares / units**2, 1 / units)
