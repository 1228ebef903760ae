"""Two rates side by side: an e-value by exact expectation, right at any look, and it does decide."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import log_e_above, log_e_below

RATES = st.floats(1e-3, 0.6)


@pytest.mark.parametrize("others", [1, 3])
@pytest.mark.parametrize("blocks", [1, 4])
@given(second=RATES, part=st.floats(0, 1), ratio=st.sampled_from([1.0, 1.5, 4.0]), expected=st.floats(1e-3, 0.5))
def test_its_expectation_is_at_most_one_wherever_the_hypothesis_holds(blocks, others, second, part, ratio, expected):
    line = min(ratio * second, 1.0)
    for evidence, first in ((log_e_above, line * part), (log_e_below, line + (1 - line) * part)):
        if evidence is log_e_below and ratio * second > 1:
            continue  # nothing can be so far above
        expectation = 0.0
        for k, j in itertools.product(range(blocks + 1), range(blocks * others + 1)):
            chance = math.comb(blocks, k) * first**k * (1 - first) ** (blocks - k)
            chance *= math.comb(blocks * others, j) * second**j * (1 - second) ** (blocks * others - j)
            found = evidence(k, j, blocks=blocks, others=others, ratio=ratio, expected=expected)
            expectation += chance * math.exp(found)
        assert expectation <= 1 + 1e-9


def test_looked_at_after_every_block_it_errs_less_often_than_it_says():
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(200):
        first, second = (np.cumsum(rng.random(400) < 0.05) for _ in range(2))
        wrong += any(
            log_e_above(int(first[n]), int(second[n]), blocks=n + 1, expected=0.05) >= math.log(20)
            for n in range(0, 400, 3)
        )
    assert wrong <= 16  # 5% of 200 is 10; 17 or more has a chance of 2.6% there


def test_it_decides():
    rng = np.random.default_rng(2)
    needed = {log_e_above: [], log_e_below: []}
    for evidence, rate, ratio in ((log_e_above, 0.1, 1.0), (log_e_below, 0.01, 4.0)):
        for _ in range(40):
            first, second = np.cumsum(rng.random(2000) < rate), np.cumsum(rng.random(2000) < 0.01)
            looks = range(9, 2000, 10)
            needed[evidence].append(
                next(
                    (
                        n
                        for n in looks
                        if evidence(int(first[n]), int(second[n]), blocks=n + 1, ratio=ratio, expected=0.01)
                        >= math.log(20)
                    ),
                    2000,
                )
            )
    assert np.median(needed[log_e_above]) < 150
    # log 20, and as much for 20 alternatives, over a growth of 0.0045 a block: from (1%, 1%) to (1.6%, 0.4%).
    assert np.median(needed[log_e_below]) < 2 * math.log(20) / 0.0045


@given(k=st.integers(0, 20), j=st.integers(0, 20))
def test_more_failures_of_the_first_kind_are_more_evidence_above_and_less_below(k, j):
    def found(evidence, first):
        return evidence(first, j, blocks=21, expected=0.1)

    assert found(log_e_above, k + 1) >= found(log_e_above, k)
    assert found(log_e_below, k + 1) <= found(log_e_below, k)


@pytest.mark.parametrize(
    "wrong",
    [
        {"failures": 3},
        {"other_failures": 5},
        {"failures": -1},
        {"others": 0},
        {"ratio": 0.0},
        {"expected": 0.0},
        {"expected": 1.0},
    ],
)
def test_counts_and_rates_out_of_range_are_refused(wrong):
    given_ = {"failures": 1, "other_failures": 1, "blocks": 2, "others": 2, "ratio": 1.0, "expected": 0.1, **wrong}
    with pytest.raises(UsageError, match="allowed"):
        log_e_above(given_.pop("failures"), given_.pop("other_failures"), **given_)
