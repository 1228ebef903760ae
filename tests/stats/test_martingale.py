"""Gates on groups: equal to the trial-level gate on 0/1 shares, and a fair bet on any other."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.stats import (
    GroupEvidence,
    confidence_sequence,
    group_confidence_sequence,
    group_log_e_fail,
    group_log_e_pass,
    log_e_fail,
    log_e_pass,
)


@pytest.mark.parametrize("q0", [0.1, 0.01, 0.001])
@pytest.mark.parametrize("k", [0, 1, 3, 12])
def test_on_passes_and_failures_it_is_the_closed_form(q0, k):
    n = int(4 / q0)
    shares = np.concatenate([np.ones(k), np.zeros(n - k)])
    assert group_log_e_pass(shares, q0)[-1] == pytest.approx(float(log_e_pass(k, n, q0)), abs=1e-8)
    if k:
        assert group_log_e_fail(shares, q0)[-1] == pytest.approx(float(log_e_fail(k, n, q0)), abs=1e-6)
    one, other = group_confidence_sequence(shares), confidence_sequence(k, n)
    assert one.upper == pytest.approx(other.upper, rel=1e-6)
    # Far below the estimate 32 bets are a coarse mixture: valid all the same, within 2% of the limit.
    assert one.lower == pytest.approx(other.lower, rel=0.02)


LAWS = [
    ((0.0, 0.5, 1.0), (0.8, 0.16, 0.04)),
    ((0.0, 0.05, 1.0), (0.3, 0.6, 0.1)),
    ((0.0, 0.2, 0.9), (0.5, 0.45, 0.05)),
]


@pytest.mark.parametrize(("support", "law"), LAWS)
def test_the_mean_wealth_is_one_at_the_threshold_whatever_the_shares(support, law):
    """Exact: all 3**6 orders of six scenarios; this is what makes it valid at any stopping time (Ville)."""
    q0 = float(np.dot(support, law))
    total_pass = total_fail = 0.0
    for picks in itertools.product(range(3), repeat=6):
        chance = np.prod([law[i] for i in picks])
        shares = [support[i] for i in picks]
        total_pass += chance * np.exp(group_log_e_pass(shares, q0)[-1])
        total_fail += chance * np.exp(group_log_e_fail(shares, q0)[-1])
    assert total_pass == pytest.approx(1.0, abs=1e-9)
    assert total_fail == pytest.approx(1.0, abs=1e-9)


def test_simulated_false_pass_of_a_gate_that_peeks_after_every_scenario():
    """400 scenarios x 20 trials, correlation 0.9, mean share at the threshold: 1,000 runs, seed fixed."""
    rng = np.random.default_rng(20261124)
    passed = 0
    for _ in range(1000):
        shares = rng.binomial(20, rng.beta(0.01 / 9, 0.99 / 9, 400)) / 20
        passed += group_log_e_pass(shares, 0.01).max() >= np.log(20)
    assert passed / 1000 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 1000)


def test_adding_one_at_a_time_is_the_running_evidence():
    shares = [0.0, 0.25, 1.0, 0.0, 0.5]
    evidence = GroupEvidence.start(0.2)
    toward_pass, toward_fail = group_log_e_pass(shares, 0.2), group_log_e_fail(shares, 0.2)
    for i, share in enumerate(shares):
        evidence = evidence.add(share)
        assert evidence.log_e_pass == pytest.approx(toward_pass[i])
        assert evidence.log_e_fail == pytest.approx(toward_fail[i])
    assert evidence.scenarios == 5


@settings(max_examples=20)
@given(st.lists(st.sampled_from([0.0, 0.0, 0.0, 0.1, 0.5, 1.0]), min_size=1, max_size=60))
def test_laws(shares):
    interval = group_confidence_sequence(shares)
    assert 0 <= interval.lower <= interval.estimate + 1e-12
    assert interval.estimate - 1e-12 <= interval.upper <= 1
    shuffled = group_confidence_sequence(shares[::-1])
    assert (shuffled.lower, shuffled.upper) == pytest.approx((interval.lower, interval.upper), rel=1e-9)
    worse = group_confidence_sequence([min(1.0, y + 0.2) for y in shares])
    assert worse.upper >= interval.upper - 1e-9
    one_sided = group_confidence_sequence(shares, confidence=0.975, side="upper").upper
    if 0.001 < one_sided < 0.999:  # the limit and the evidence are one decision
        assert (
            group_log_e_pass(shares, one_sided * 1.001)[-1]
            >= np.log(40)
            >= group_log_e_pass(shares, one_sided * 0.999)[-1]
        )


def test_nothing_yet_and_bad_shares():
    nothing = group_confidence_sequence([])
    assert (nothing.lower, nothing.upper) == (0.0, 1.0)
    assert group_log_e_pass([], 0.1).size == 0
    with pytest.raises(UsageError, match="share=2"):
        GroupEvidence.start(0.1).add(2)
    with pytest.raises(UsageError, match="failure_rate=1"):
        group_log_e_pass([0.0], 1)
