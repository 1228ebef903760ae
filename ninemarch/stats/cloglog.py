"""Complementary log-log regression of failure counts, with variance between releases beyond chance.

Covers the fit for any design, Williams's variance and the effective counts of a rate whose trials weigh unlike.
What is regressed on what, and what follows from it, is in trend and pace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from ninemarch.stats.interval import Counts, FloatArray, wrong
from ninemarch.stats.roots import find_root

__all__ = ["Fit", "as_amounts", "effective_counts", "fit_cloglog", "log_likelihood", "release_noise", "t_or_z"]

_STEPS = 200
_FAR = 30.0  # |log hazard| beyond which the fit runs away: all failures lie on one side of an effort


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted regression.

    Attributes:
        beta: the coefficients.
        covariance: of the coefficients.
        pearson: sum of the squared residuals in units of their standard deviation.
    """

    beta: FloatArray
    covariance: FloatArray
    pearson: float


def fit_cloglog(k: FloatArray, n: FloatArray, design: FloatArray, between: float) -> Fit | None:
    """Return the weighted fit of log(-log(1 - failure rate)) with variance ``between`` on that scale.

    Args:
        k: failures of each release, at most ``n``; need not be whole.
        n: trials of each release, above 0.
        design: a row a release, the first column of ones, the others of about unit size.
        between: variance between releases beyond chance, at least 0.

    Returns:
        Fit by iterated weighted least squares; None where no finite fit exists.

    Source: P. McCullagh and J. A. Nelder (1989), Generalized Linear Models, section 2.5; D. A. Williams (1982),
    Applied Statistics 31:144-148, for the weights.

    Examples:
        >>> ones = np.ones((3, 1))
        >>> fit = fit_cloglog(np.array([1.0, 2.0, 3.0]), np.full(3, 100.0), ones, 0.0)
        >>> round(float(-np.expm1(-np.exp(fit.beta[0]))), 6)
        0.02
        >>> fit_cloglog(np.zeros(3), np.full(3, 100.0), ones, 0.0) is None
        True
    """
    width = design.shape[1]
    if k.size < width or np.linalg.matrix_rank(design) < width or k.sum() == 0 or (k == n).all():
        return None
    eta, beta = np.log(-np.log1p(-(k + 0.5) / (n + 1))), np.zeros(width)
    for _ in range(_STEPS):
        hazard = np.exp(eta)
        passing = np.exp(-hazard)
        rate, slope = -np.expm1(-hazard), hazard * passing
        # Variance of k/n on the log scale, rate * passing / (n * slope**2), plus what releases vary beyond chance.
        weight = 1 / (rate * np.exp(hazard) / (n * hazard**2) + between)
        residual = (k / n - rate) / slope
        information = design.T @ (weight[:, None] * design)
        try:
            new = np.linalg.solve(information, design.T @ (weight * (eta + residual)))
        except np.linalg.LinAlgError:
            return None
        change, beta = np.abs(new - beta).max(), new
        eta = design @ beta
        if not np.isfinite(eta).all() or eta.min() < -_FAR or eta.max() > 6:
            return None
        if change < 1e-12 * (1 + np.abs(beta).max()):
            return Fit(beta, np.linalg.inv(information), float((weight * residual**2).sum()))
    return None


def release_noise(k: FloatArray, n: FloatArray, design: FloatArray, plain: Fit) -> float:
    """Return the variance between releases at which the residuals are as large as expected: Williams's t2.

    Args:
        k: failures of each release.
        n: trials of each release.
        design: as for ``fit_cloglog``.
        plain: the fit without such variance.

    Source: D. A. Williams (1982), Applied Statistics 31:144-148.

    Examples:
        >>> k, n, ones = np.array([1.0, 9.0, 2.0, 20.0]), np.full(4, 100.0), np.ones((4, 1))
        >>> release_noise(k, n, ones, fit_cloglog(k, n, ones, 0.0)) > 0.5
        True
        >>> k = np.array([7.0, 8.0, 8.0, 9.0])
        >>> release_noise(k, n, ones, fit_cloglog(k, n, ones, 0.0))
        0.0
    """
    degrees = k.size - design.shape[1]
    if degrees < 1 or plain.pearson <= degrees:
        return 0.0

    def excess(log_noise: FloatArray) -> FloatArray:
        fit = fit_cloglog(k, n, design, float(np.exp(log_noise)))
        return np.asarray((plain if fit is None else fit).pearson - degrees)

    return float(np.exp(find_root(excess, np.asarray(-25.0), np.asarray(5.0), rtol=1e-12)))


def log_likelihood(k: FloatArray, n: FloatArray, eta: FloatArray) -> float:
    """Return the binomial log likelihood at log(-log(1 - failure rate)) = ``eta``.

    Examples:
        >>> eta = np.log(-np.log1p(-np.array([0.25])))
        >>> round(float(np.exp(log_likelihood(np.array([1.0]), np.array([2.0]), eta))), 6)
        0.375
    """
    hazard = np.exp(eta)
    with np.errstate(divide="ignore"):
        failed = special.xlogy(k, -np.expm1(-hazard))
    choose = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return float((choose + failed - (n - k) * hazard).sum())


def t_or_z(confidence: float, degrees: int, between: float) -> float:
    """Return the two-sided quantile: Student's t where the releases' variance was estimated, else the normal one.

    Examples:
        >>> round(t_or_z(0.9, 4, 0.0), 3), round(t_or_z(0.9, 4, 0.1), 3)
        (1.645, 2.132)
    """
    upper = (1 + confidence) / 2
    return float(special.stdtrit(degrees, upper) if between > 0 and degrees > 0 else special.ndtri(upper))


def as_amounts(failures: Counts, trials: Counts) -> tuple[FloatArray, FloatArray]:
    """Return failures and trials of releases as float arrays; else raise UsageError.

    Effective counts need not be whole.

    Examples:
        >>> [array.tolist() for array in as_amounts([1, 0.5], [10, 20])]
        [[1.0, 0.5], [10.0, 20.0]]
    """
    k, n = (np.asarray(values, dtype=np.float64).ravel() for values in (failures, trials))
    if k.shape != n.shape:
        raise wrong("failures, trials", f"{k.size} and {n.size} numbers", "one each a release", "pass equal lengths")
    if not (np.isfinite(k).all() and np.isfinite(n).all()) or (k < 0).any() or (k > n).any():
        raise wrong("failures, trials", "a pair out of range", "0 <= failures <= trials", "pass failures first")
    if (n == 0).any():
        raise wrong("trials", 0, "at least 1 a release", "leave out releases without trials")
    return k, n


def effective_counts(y: float, v: float, m: float) -> tuple[float, float]:
    """Return failures and trials of a plain sample that would tell as much as a weighted or grouped one.

    The shape and scale of the gamma upper limit: with equal weights these are the counts themselves, without a
    failure 1/m trials, as many as the largest contribution allows to claim.

    Args:
        y: weighted failure rate, the sum of the contributions, 0..1.
        v: sum of the squared contributions.
        m: the largest contribution one unit could make, above 0.

    Source: M. P. Fay and E. J. Feuer (1997), Statistics in Medicine 16:791-801, section 2.

    Examples:
        >>> effective_counts(0.03, 3 / 100**2, 1 / 100)  # 3 of 100, all alike
        (3.0, 100.0)
        >>> effective_counts(0.0, 0.0, 0.02)
        (0.0, 50.0)
    """
    if not (0 <= y <= 1 and v >= 0 and m > 0):
        raise wrong("y, v, m", f"{y:g}, {v:g}, {m:g}", "a rate, its squares, a largest share above 0", "change them")
    trials = (y + m) / (v + m * m)
    return round(y * trials, 9), round(trials, 9)
