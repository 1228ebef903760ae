"""Methods of others that are not offered here: their figures, written out anew, and what ours say of the same data.

The point is not that ours equal theirs, but that on the same data they are about as strong, need no tuning, and stay
inside the range that a rate can have.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, special
from scipy import stats as scipy_stats

from ninemarch.stats import audited_rate, confidence_sequence, log_e_pass

ALPHA = 0.05


def mixture(s: float, v: float, r: float, g: float, h: float, *, one_sided: bool) -> float:
    """Log of the beta-binomial mixture of Howard et al. (2021), Annals of Statistics 49:1055-1080, section 3."""
    end = h / (g + h) if one_sided else 1.0

    def log_part(a: float, b: float) -> float:
        return float(special.betaln(a, b) + math.log(special.betainc(a, b, end)))

    scale = g + h
    log_g, log_h = (v + h * s) / (h * scale) * math.log(g), (v - g * s) / (g * scale) * math.log(h)
    inside = log_part((r + v - g * s) / (g * scale), (r + v + h * s) / (h * scale))
    return inside - log_part(r / (g * scale), r / (h * scale)) - log_g - log_h + v / (g * h) * math.log(scale)


def tuned(v: float, alpha: float) -> float:
    """The mixture's precision that suits intrinsic time ``v`` best."""
    return v / (2 * math.log(1 / alpha) + math.log(1 + 2 * math.log(1 / alpha)))


def rows_of(rows, kind):
    found = [row for row in rows if row["kind"].startswith(kind)]
    assert found
    return found


def test_the_one_sided_mixture_is_reproduced_and_ours_is_as_strong(reference):
    for row in rows_of(reference("confseq"), "one-sided"):
        n, k, q = int(row["n"]), int(row["failures"]), float(row["q0"])
        best = float(row["parameters"].partition("v_opt=")[2].partition(";")[0])
        theirs = mixture(n * q - k, n * q * (1 - q), tuned(best, 2 * ALPHA) - q * (1 - q), 1 - q, q, one_sided=True)
        assert theirs == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row
        ours = float(log_e_pass(k, n, q))
        assert ours > theirs - 0.25, row
        assert (ours > theirs) == (k == 0), row  # what a clean run gains, a failing one pays


def test_the_two_sided_sequence_is_reproduced_and_ours_lies_between_its_tunings(reference):
    limits: dict[tuple[int, int], list[float]] = {}
    for row in rows_of(reference("confseq"), "two-sided"):
        n, k = int(row["n"]), int(row["failures"])
        time = float(row["parameters"].partition("=")[2])

        def over(m: float, n: int = n, k: int = k, time: float = time) -> float:
            spread = m * (1 - m)
            r = tuned(time * spread, ALPHA) - spread
            return mixture(n - k - n * m, n * spread, r, m, 1 - m, one_sided=False) + math.log(ALPHA)

        lower = optimize.brentq(over, 1e-6, (1 - k / n) if k else 1 - 1e-9)
        assert lower == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row
        limits.setdefault((n, k), []).append(1 - lower)
    for (n, k), theirs in limits.items():
        ours = confidence_sequence(k, n).upper
        assert ours < max(theirs)
        assert ours < 1.5 * min(theirs)  # the best tuning is known only afterwards


def test_the_betting_capital_is_reproduced_and_loses_half_its_clean_evidence(reference):
    for row in rows_of(reference("confseq"), "betting"):
        n, k, q = int(row["n"]), int(row["failures"]), float(row["q0"])
        places = row["parameters"].partition("[")[2].partition("]")[0]
        x = np.ones(n)
        x[[int(place) for place in places.split(",") if place.strip()]] = 0
        t = np.arange(1, n + 1)
        mean = (0.5 + np.cumsum(x)) / (t + 1)
        variance = np.append(0.25, ((0.25 + np.cumsum((x - mean) ** 2)) / (t + 1))[:-1])
        bets = np.minimum(np.sqrt(2 * math.log(1 / ALPHA) / (t * np.log1p(t) * variance)), 0.5 / (1 - q))
        capital = float(np.prod(1 + bets * (x - (1 - q))))
        assert capital == pytest.approx(float(row["value"]), abs=float(row["tol_abs"])), row
        if k == 0:
            assert math.log(capital) < 0.7 * float(log_e_pass(0, n, q))


def test_prediction_powered_inference_is_reproduced_and_ours_stays_a_rate(reference):
    for row in reference("judge_ppi"):
        both, hidden, false, good = (
            int(row[name])
            for name in (
                "human_fail_judge_fail",
                "human_fail_judge_pass",
                "human_pass_judge_fail",
                "human_pass_judge_pass",
            )
        )
        judged = np.repeat([1.0, 0.0], [int(row["unlabelled_judge_fail"]), int(row["unlabelled_judge_pass"])])
        off = np.repeat([1.0, -1.0, 0.0], [false, hidden, both + good])  # judge minus person
        estimate = judged.mean() - off.mean()
        half = scipy_stats.norm.ppf(0.975) * math.sqrt(judged.var() / judged.size + off.var() / off.size)
        theirs = tuple(float(row[name]) for name in ("true_fail_rate", "lower", "upper"))
        assert (estimate, estimate - half, estimate + half) == pytest.approx(theirs, abs=float(row["tol_abs"]))
        ours = audited_rate(
            int(judged.sum()) + both + false,
            judged.size + off.size,
            checked_failures=both + false,
            failed_of_failures=both,
            checked_passes=hidden + good,
            failed_of_passes=hidden,
        )
        assert 0 <= ours.lower <= ours.estimate <= ours.upper <= 1
        assert ours.upper > theirs[2]  # theirs covers 32% of the time at the nines, where it is needed
