"""Does a 95% interval cover the true failure rate when a noisy judge gives the verdicts?

Covers the two-phase audit of ``ninemarch judge calibrate`` beside verdicts taken as truth, prediction-powered
inference (plain and power-tuned), Rogan-Gladen with error rates from the same labels, and the labels alone, each with
as many human labels, on simulated runs. The other methods are written out here from their papers.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np
from common import note, table, write
from numpy.typing import NDArray
from scipy.special import ndtri

from ninemarch import stats

SIZES = ((3000, 300), (10_000, 500))  # trials judged, answers labelled
RATES = (0.05, 0.01, 0.002)  # true failure rates
JUDGES = ((0.95, 0.98), (0.8, 0.995), (0.99, 0.95), (0.7, 0.99))  # sensitivity, specificity
Z = float(ndtri(0.975))
Counts = NDArray[np.int64]
Limits = tuple[float, float]


def as_truth(whole: Counts, _: Counts, __: tuple[Counts, ...]) -> Limits:
    """The judge's verdicts, Clopper-Pearson."""
    found = stats.clopper_pearson(int(whole[0] + whole[2]), int(whole.sum()))
    return found.lower, found.upper


def labels_alone(_: Counts, part: Counts, __: tuple[Counts, ...]) -> Limits:
    """The labels of a plain random part, Clopper-Pearson."""
    found = stats.clopper_pearson(int(part[0] + part[1]), int(part.sum()))
    return found.lower, found.upper


def powered(*, tuned: bool) -> Callable[..., Limits]:
    """Prediction-powered inference: Angelopoulos et al. (2023), Science 382:669-674; tuned: arXiv:2311.01453."""

    def limits(whole: Counts, part: Counts, _: tuple[Counts, ...]) -> Limits:
        rest, n = whole - part, part.sum()
        many = rest.sum()
        y, f = (part[0] + part[1]) / n, (part[0] + part[2]) / n
        elsewhere = (rest[0] + rest[2]) / many
        judged = (whole[0] + whole[2]) / whole.sum()
        spread = judged * (1 - judged)
        weight = 1.0
        if tuned:
            weight = (part[0] / n - y * f) / ((1 + n / many) * spread) if spread else 0.0
            weight = float(np.clip(weight, 0.0, 1.0))
        off = np.array([1 - weight, 1.0, -weight, 0.0])  # label minus weighted verdict, of each kind
        mean = float((off * part).sum() / n)
        variance = float((off**2 * part).sum() / n) - mean**2
        half = Z * np.sqrt(weight**2 * spread / many + variance / n)
        return weight * elsewhere + mean - half, weight * elsewhere + mean + half

    return limits


def corrected(whole: Counts, part: Counts, _: tuple[Counts, ...]) -> Limits:
    """Rogan-Gladen with the limits of Lang and Reiczigel; sensitivity and specificity from the same labels."""
    bad, good = int(part[0] + part[1]), int(part[2] + part[3])
    if not bad or part[0] / bad + part[3] / good <= 1:
        return 0.0, 1.0
    found = stats.rogan_gladen(
        int(whole[0] + whole[2]),
        int(whole.sum()),
        sensitivity=part[0] / bad,
        specificity=part[3] / good,
        calibration=(bad, good),
    )
    return found.lower, found.upper


def audit(whole: Counts, _: Counts, drawn: tuple[Counts, ...]) -> Limits:
    """The two-phase audit."""
    of_failures, of_passes = drawn
    found = stats.audited_rate(
        int(whole[0] + whole[2]),
        int(whole.sum()),
        checked_failures=int(of_failures.sum()),
        failed_of_failures=int(of_failures[0]),
        checked_passes=int(of_passes.sum()),
        failed_of_passes=int(of_passes[0]),
    )
    return found.lower, found.upper


METHODS: dict[str, Callable[..., Limits]] = {
    "verdicts taken as truth": as_truth,
    "prediction-powered, tuned": powered(tuned=True),
    "prediction-powered": powered(tuned=False),
    "Rogan-Gladen, same labels": corrected,
    "labels alone": labels_alone,
    "two-phase audit": audit,
}


def runs(
    trials: int, labels: int, rate: float, judge: tuple[float, float], times: int
) -> Iterator[tuple[Counts, Counts, tuple[Counts, Counts]]]:
    """Runs by kind of trial (failed and caught, failed and missed, right and rejected, right and passed).

    With each: a plain random part, and the audit's (truly failed, right) among judged failures and judged passes.
    """
    rng = np.random.default_rng([trials, labels, round(rate * 1e6), round(judge[0] * 1e3)])
    se, sp = judge
    shares = [rate * se, rate * (1 - se), (1 - rate) * (1 - sp), (1 - rate) * sp]
    for whole in rng.multinomial(trials, shares, size=times):
        part = rng.multivariate_hypergeometric(whole, labels)
        of_failures = min(int(whole[0] + whole[2]), labels // 4)
        drawn = (
            rng.multivariate_hypergeometric(whole[[0, 2]], of_failures),
            rng.multivariate_hypergeometric(whole[[1, 3]], labels - of_failures),
        )
        yield whole, part, drawn


def main() -> None:
    """Print the table and write results/judge.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1000, help="runs drawn of each setting")
    options = parser.parse_args()
    cells: dict[str, list[dict[str, float]]] = {name: [] for name in METHODS}
    for trials, labels in SIZES:
        for rate in RATES:
            for judge in JUDGES:
                note(f"{trials:,} trials, {labels} labels, {rate:.1%} failing, judge {judge}")
                found = {name: [0.0, 0.0] for name in METHODS}
                for drawn in runs(trials, labels, rate, judge, options.times):
                    for name, method in METHODS.items():
                        lower, upper = method(*drawn)
                        found[name][0] += lower <= rate <= upper
                        found[name][1] += upper
                setting = {"trials": trials, "labels": labels, "rate": rate, "se": judge[0], "sp": judge[1]}
                for name, (covered, upper) in found.items():
                    mean = {"coverage": covered / options.times, "upper": upper / options.times}
                    cells[name].append({**setting, **mean})
    rows = []
    for name, each in cells.items():
        coverage = [cell["coverage"] for cell in each]
        middle = next(c["upper"] for c in each if (c["trials"], c["rate"], c["se"]) == (3000, 0.01, 0.95))
        mean = f"{sum(coverage) / len(coverage):.3f}"
        rows.append([name, f"{min(coverage):.3f}", mean, f"{middle:.4f}"])
    table(["method", "least coverage", "mean", "upper limit"], rows)
    write("judge", {"times": options.times, "cells": cells})


if __name__ == "__main__":
    main()
