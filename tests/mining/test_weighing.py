"""The estimate weighted back to use: unbiased whatever the hunt learned, and covered by its interval."""

import numpy as np
import pytest

from ninemarch.errors import UsageError
from ninemarch.mining.domain import Domain
from ninemarch.mining.policies import Tried, policy_of
from ninemarch.mining.weighing import weighted_failures
from ninemarch.stats import group_confidence_sequence

DOMAIN = Domain(tuple("abc"), (("0", "1", "2"),) * 3, ((0.8, 0.15, 0.05),) * 3)
TRUTH = 1 - (1 - 0.05) ** 3  # some attribute stands at 2


def _hunted(seed, name, trials=300):
    policy = policy_of(name, DOMAIN, seed=seed, budget=trials)
    tried = []
    while len(tried) < trials:
        batch = policy.propose(10)
        new = [Tried(p, len(tried) + i, "m" if 2 in p.row else "") for i, p in enumerate(batch)]
        policy.observe(new)
        tried += new
    drawn = [t for t in tried if t.proposal.propensity is not None]
    return weighted_failures(
        [bool(t.mode) for t in drawn],
        DOMAIN.nominal([t.proposal.row for t in drawn]).tolist(),
        [t.proposal.propensity for t in drawn],
        heaviest=policy.heaviest,
    )


@pytest.mark.parametrize("name", ["cross-entropy", "mutation"])
def test_searching_does_not_bias_it(name):
    found = [_hunted(seed, name) for seed in range(60)]
    estimates = np.array([each.failure.estimate for each in found])
    assert abs(estimates.mean() - TRUTH) < 4 * estimates.std() / np.sqrt(len(estimates))
    covered = sum(each.failure.lower <= TRUTH <= each.failure.upper for each in found)
    assert covered >= 52  # 90% intervals that hold at any stopping time: fewer is a chance of 0.2%
    pooled = np.mean([each.failures / each.trials for each in found])
    assert pooled > 1.5 * TRUTH  # what counting the hunted trials alike would have said


def test_draws_from_the_profile_itself_weigh_alike():
    found = weighted_failures([True] * 3 + [False] * 7, [0.5] * 10, [0.5] * 10, heaviest=1.0)
    plain = group_confidence_sequence([1.0] * 3 + [0.0] * 7, confidence=0.9)
    assert (found.failure.lower, found.failure.upper) == pytest.approx((plain.lower, plain.upper))
    assert (found.failure.estimate, found.effective, found.failures) == (0.3, 10.0, 3)


def test_levels_that_use_never_draws_weigh_nothing():
    found = weighted_failures([True, False], [0.0, 0.5], [0.5, 0.5], heaviest=2.0)
    assert found.failure.estimate == 0.0
    assert found.failure.lower == 0.0


@pytest.mark.parametrize("propensity", [0.0, 0.1])
def test_a_weight_beyond_the_heaviest_is_refused(propensity):
    with pytest.raises(UsageError, match="no weight beyond the heaviest"):
        weighted_failures([True], [0.5], [propensity], heaviest=2.0)
