"""Beta quantiles in long tables: against scipy one by one, and without seams."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from ninemarch.stats.quantiles import beta_quantile, beta_upper_quantile

LONG = 20_000


def pairs(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Shapes over the whole range, on a log scale, in both orders."""
    rng = np.random.default_rng(seed)
    a = np.exp(rng.uniform(np.log(65), np.log(1e7), LONG))
    b = np.exp(rng.uniform(np.log(65), np.log(1e7), LONG))
    return a, b


@pytest.mark.parametrize("alpha", [1e-9, 1e-4, 0.025, 0.05, 0.5, 0.95])
@pytest.mark.parametrize(
    ("ours", "tail"), [(beta_quantile, special.betainc), (beta_upper_quantile, special.betaincc)], ids=["low", "up"]
)
def test_a_long_table_has_the_quantiles_of_its_entries(alpha, ours, tail):
    a, b = pairs(7)
    x = ours(a, b, alpha)
    # How far off the root is follows from the tail's own error there; it says nothing of how the root was found.
    log_density = special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b)
    off = np.abs(tail(a, b, x) - alpha) / np.exp(log_density)
    assert (off / x).max() < 2e-12
    some = np.arange(0, LONG, 100)
    assert x[some] == pytest.approx(ours(a[some], b[some], alpha), rel=1e-11)


def test_no_seam_where_the_series_begins_and_where_it_turns_round():
    n = np.arange(2000, 2000 + LONG, dtype=np.float64)
    for k in (64.0, 64.5, 65.0, 1000.0, 5000.0):
        for b in (n, k + (n - 2000) * 1e-3):
            rising = beta_quantile(np.broadcast_to(k, b.shape), b[::-1], 0.05)
            mixed = beta_quantile(k * (1 + 2.3e-16 * np.arange(LONG)), b[::-1], 0.05)
            assert (np.diff(rising) > -1e-13 * rising[1:]).all()
            assert mixed == pytest.approx(rising, rel=2e-11)
