"""Gates that may be looked at after every trial: the mixture e-process, its two tables, its confidence sequence.

Covers independent trials with one failure rate. PASS and FAIL are each right at their error rate at ANY stopping
time, chosen in any way, by Ville's inequality. Does not cover several trials of one scenario (martingale): fed with
those, a trial-level gate passes falsely up to 88% of the time. Trials must count in planned order, not in the order
in which they finish.
"""

from __future__ import annotations

from typing import Any, overload

import numpy as np
from numpy.typing import NDArray
from scipy import special

from ninemarch.stats.incomplete import log_incomplete_beta
from ninemarch.stats.interval import (
    Counts,
    FloatArray,
    Interval,
    Limits,
    Side,
    as_pair,
    check_open,
    check_whole,
    on_distinct,
    pack,
    tails,
)
from ninemarch.stats.roots import find_root, first_enough

__all__ = ["confidence_sequence", "fail_table", "log_e_fail", "log_e_pass", "pass_table"]

_LOWEST, _HIGHEST = -690.0, 36.0  # log odds of 1e-300 and of 1 - 2e-16: the ends of the search for a limit


def log_e_pass(failures: int | Counts, trials: int | Counts, failure_rate: float | FloatArray) -> FloatArray:
    """Return the log e-value against "the true failure rate is at least ``failure_rate``".

    The likelihood ratio to ``failure_rate`` averaged over smaller rates q with density proportional to q^(-1/2).
    Under the hypothesis its expectation is at most 1 at any stopping time; PASS when it reaches 1/alpha. It grows
    with every clean trial, falls with every failure, and grows with ``failure_rate``.

    Args:
        failures: failures so far, a count or an array.
        trials: trials so far, same shape.
        failure_rate: above 0 and below 1; a number or an array of the same shape.

    Returns:
        Array of natural logarithms; 0 without trials.

    Raises:
        UsageError: counts out of range.

    Source: H. Robbins (1970), Annals of Mathematical Statistics 41:1397-1409 (mixtures); closed form as an
    incomplete beta function.

    Examples:
        >>> round(float(log_e_pass(0, 80, 0.1)), 6), abs(round(float(log_e_pass(0, 0, 0.1)), 9))
        (7.263633, 0.0)
    """
    k, n = as_pair(failures, trials)
    q = np.asarray(failure_rate, dtype=np.float64)
    return _against_null(k, n, q, 0.5, np.log(2 * np.sqrt(q)), lower_part=True)


def log_e_fail(failures: int | Counts, trials: int | Counts, failure_rate: float | FloatArray) -> FloatArray:
    """Return the log e-value against "the true failure rate is at most ``failure_rate``".

    The likelihood ratio to ``failure_rate`` averaged over larger rates q with density proportional to q^(-3/2).
    FAIL when it reaches 1/beta. Without a failure it is at most 0 and given as minus infinity: no evidence.

    Args, Returns, Raises and Source as for ``log_e_pass``.

    Examples:
        >>> round(float(log_e_fail(5, 10, 0.1)), 6), float(log_e_fail(0, 10, 0.1))
        (3.872281, -inf)
    """
    k, n = as_pair(failures, trials)
    q = np.asarray(failure_rate, dtype=np.float64)
    scale = np.log(2 * (1 / np.sqrt(q) - 1))
    return np.where(k > 0, _against_null(np.maximum(k, 1.0), n, q, -0.5, scale, lower_part=False), -np.inf)


def _against_null(
    k: FloatArray, n: FloatArray, q: FloatArray, shift: float, scale: FloatArray, *, lower_part: bool
) -> FloatArray:
    """Return log of Int q^(k + shift - 1) (1-q)^(n-k) dq over one side of q0, over the likelihood at q0."""
    a, b = k + shift, np.maximum(n - k, 0.0) + 1
    inside = log_incomplete_beta(a, b, q, lower=lower_part)
    null = special.xlogy(k, q) + special.xlog1py(b - 1, -q)
    return np.asarray(inside - scale - null)


def pass_table(
    failure_rate: float,
    *,
    max_failures: int = 20,
    budget: int | None = None,
    confidence: float = 0.95,
    threshold: float | None = None,
) -> NDArray[np.int64]:
    """Return the PASS table: with k failures seen, the gate passes as soon as the trials reach entry k.

    Args:
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        max_failures: largest number of failures in the table.
        budget: leave out entries above it: with more failures than the table has, no trial left can pass.
        confidence: above 0 and below 1; P(a false pass, ever) is at most 1 - confidence.
        threshold: e-value that passes; default 1 / (1 - confidence). Lower values only from
            ``calibrated_threshold``, for a budget declared before the first trial and never extended.

    Returns:
        Array of trials, increasing; empty when the budget is too small for a pass without failures.

    Raises:
        UsageError: a rate, confidence or count out of range.

    Source: J. Ville (1939), Etude critique de la notion de collectif; mixture as in ``log_e_pass``.

    Examples:
        >>> pass_table(0.001, max_failures=3).tolist(), pass_table(0.001, budget=3000).tolist()
        ([3787, 6655, 8859, 10825], [])
    """
    q, most = check_open("failure_rate", failure_rate), check_whole("max_failures", max_failures)
    needed = _log_threshold(confidence, threshold)
    k = np.arange(most + 1, dtype=np.float64)
    table = first_enough(lambda n: log_e_pass(k, n, q) >= needed, k)
    return table if budget is None else table[table <= check_whole("budget", budget)]


def fail_table(
    failure_rate: float, *, max_failures: int = 20, confidence: float = 0.95, min_failures: int = 1
) -> NDArray[np.int64]:
    """Return the FAIL table: the gate fails when failure k arrives at a trial up to entry k.

    Args:
        failure_rate: the largest failure rate that the gate allows, above 0 and below 1.
        max_failures: largest number of failures in the table.
        confidence: above 0 and below 1; P(a false FAIL, ever) is at most 1 - confidence.
        min_failures: no FAIL before this many failures; 2 is conservative, costs nothing, and does not let a single
            failure in the first trials end the run.

    Returns:
        Array of trials indexed by the number of failures, so entry 0 is 0 (never).

    Raises:
        UsageError: a rate, confidence or count out of range.

    Source: as for ``pass_table``, with ``log_e_fail``.

    Examples:
        >>> fail_table(0.001, max_failures=4).tolist(), fail_table(0.001, max_failures=0).tolist()
        ([0, 2, 84, 291, 585], [0])
    """
    q, most = check_open("failure_rate", failure_rate), check_whole("max_failures", max_failures)
    least = check_whole("min_failures", min_failures, least=1)
    needed = _log_threshold(confidence, None)
    k = np.arange(1, most + 1, dtype=np.float64)
    # The e-value falls with every clean trial: the last n that fails is one before the first that does not.
    table = first_enough(lambda n: log_e_fail(k, n, q) < needed, k - 1) - 1 if most else np.zeros(0, np.int64)
    counts = k.astype(np.int64)
    reached = np.where((counts >= least) & (table >= counts), table, 0)
    return np.concatenate([np.zeros(1, np.int64), reached])


def _log_threshold(confidence: float, threshold: float | None) -> float:
    alpha = 1 - check_open("confidence", confidence)
    return float(
        -np.log(alpha) if threshold is None else np.log(check_open("threshold", threshold, low=1, high=np.inf))
    )


@overload
def confidence_sequence(
    failures: int, trials: int, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[float]: ...
@overload
def confidence_sequence(
    failures: Counts, trials: int | Counts, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[FloatArray]: ...
def confidence_sequence(
    failures: int | Counts, trials: int | Counts, *, confidence: float = 0.95, side: Side = "two-sided"
) -> Interval[Any]:
    """Return an interval of the failure rate that is valid at any stopping time: at every look, all at once.

    The upper limit is the largest rate that ``log_e_pass`` has not rejected, the lower limit the smallest that
    ``log_e_fail`` has not. So a PASS of the table and an upper limit at most the gate's rate are the same event.

    Args:
        failures: failures so far, a count or an array of counts.
        trials: trials so far, same shape.
        confidence: above 0 and below 1; of both limits together, or of the one side.
        side: ``two-sided``, ``lower`` or ``upper``.

    Returns:
        Interval; with no trials it is 0 to 1 and the estimate nan.

    Raises:
        UsageError: counts or confidence out of range.

    Source: S. R. Howard, A. Ramdas, J. McAuliffe and J. Sekhon (2021), Annals of Statistics 49:1055-1080, for
    confidence sequences by inversion.

    Examples:
        >>> interval = confidence_sequence(0, 3787, side="upper")
        >>> interval.lower, interval.upper <= 0.001, confidence_sequence(0, 3786, side="upper").upper <= 0.001
        (0.0, True, False)
        >>> confidence_sequence(5, 5).upper
        1.0
    """
    at_lower, at_upper = tails(confidence, side)
    k, n = as_pair(failures, trials)
    with np.errstate(invalid="ignore"):
        rate = np.asarray(k / n)
    lower, upper = on_distinct(_sequence_limits, k, n, at_lower, at_upper)
    return Interval(pack(lower), pack(upper), pack(rate), float(confidence), "confidence-sequence", side)


def _sequence_limits(k: FloatArray, n: FloatArray, at_lower: float | None, at_upper: float | None) -> Limits:
    """Return the rates where the e-values reach their thresholds: both lie on their own side of k/n."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.where(n > 0, np.clip(special.logit(k / n), _LOWEST, _HIGHEST), 0.0)
    lower, upper = np.zeros(k.shape), np.ones(k.shape)
    if at_lower is not None:
        found = find_root(
            lambda x: -np.log(at_lower) - log_e_fail(k, n, special.expit(x)), np.full(k.shape, _LOWEST), middle
        )
        lower = np.where(k > 0, special.expit(found), 0.0)
    if at_upper is not None:
        found = find_root(
            lambda x: np.log(at_upper) + log_e_pass(k, n, special.expit(x)), middle, np.full(k.shape, _HIGHEST)
        )
        upper = np.where(k < n, special.expit(found), 1.0)
    return lower, upper
