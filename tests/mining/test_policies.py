"""Policies: propensities are the chances they claim to be, and a search finds more than a walk."""

from collections import Counter

import numpy as np
import pytest

from ninemarch.errors import UsageError
from ninemarch.mining.domain import Domain, domain_of
from ninemarch.mining.policies import POLICIES, Tried, policy_of
from ninemarch.model import Profile

CALM = Profile("calm", {"wind": {"low": 0.9, "high": 0.1}, "rain": {"no": 0.8, "yes": 0.2}, "light": {"day": 1.0}})
STORM = Profile("storm", {"wind": {"high": 1.0}, "rain": {"yes": 1.0}, "light": {"day": 0.5, "night": 0.5}})
DOMAIN = domain_of(CALM, [CALM, STORM])
WIDE = Domain(
    tuple("abcdef"), (("0", "1", "2", "3"),) * 6, ((0.94, 0.02, 0.02, 0.02),) * 6
)  # 4,096 cells; use stays near one


def _hunt(policy, fails, trials, batch=10):
    out = []
    while len(out) < trials:
        proposals = policy.propose(min(batch, trials - len(out)))
        tried = [Tried(p, len(out) + i, fails(p.row)) for i, p in enumerate(proposals)]
        policy.observe(tried)
        out += tried
    return out


def _rare(row):
    """Fails where two neighbouring attributes both stand at 3: nine in 10,000 of use, a quarter of all cells."""
    return next((f"mode {i}" for i in range(5) if row[i] == row[i + 1] == 3), "")


def test_a_domain_has_the_levels_of_every_profile_and_the_shares_of_one():
    assert DOMAIN.levels == (("low", "high"), ("no", "yes"), ("day", "night"))
    assert DOMAIN.shares == ((0.9, 0.1), (0.8, 0.2), (1.0, 0.0))
    assert DOMAIN.row(DOMAIN.words((1, 0, 1))) == (1, 0, 1)
    assert DOMAIN.row({"wind": "high"}) is None
    assert DOMAIN.row({"wind": "gale", "rain": "no", "light": "day"}) is None
    assert DOMAIN.nominal(np.array([[1, 0, 0], [0, 0, 1]])).tolist() == pytest.approx([0.08, 0.0])


@pytest.mark.parametrize(
    ("forbid", "said"),
    [
        ({"win": "low"}, "no attribute 'win'; did you mean 'wind'"),
        ({"wind": "hihg"}, "has no level 'hihg'; did you mean 'high'"),
    ],
)
def test_a_forbidden_combination_that_names_nothing_is_refused(forbid, said):
    with pytest.raises(UsageError, match=said):
        domain_of(CALM, forbid=[forbid])


def test_a_domain_without_anything_to_hunt_is_refused():
    with pytest.raises(UsageError, match="has no attribute"):
        domain_of(Profile("p", {}))
    with pytest.raises(UsageError, match="leave nothing to hunt"):
        domain_of(CALM, forbid=[{"light": "day"}])


@pytest.mark.parametrize("name", ["uniform", "profile", "cross-entropy", "mutation"])
def test_propensities_are_the_chances_of_the_draw(name):
    """Each logged chance is that of its row given the past: over many first draws the shares must agree."""

    def first(seed):
        policy = policy_of(name, DOMAIN, seed=seed, budget=4, share=0.4)
        _hunt(policy, lambda row: "m" if row == (1, 1, 1) else "", 20, batch=20)
        return [p for p in policy.propose(8) if p.propensity is not None]

    drawn = [p for seed in range(500) for p in first(seed)]
    met = Counter(p.row for p in drawn)
    # The inverse of its propensity, summed where it was drawn, counts the draws for every row that can be drawn.
    for row in met:
        inverse = sum(1 / p.propensity for p in drawn if p.row == row)
        spread = np.sqrt(sum(1 / p.propensity**2 for p in drawn if p.row == row))
        assert abs(inverse - len(drawn)) < 4.5 * spread
    assert sum(p.propensity > 1 or p.propensity <= 0 for p in drawn) == 0


@pytest.mark.parametrize("name", POLICIES)
def test_no_weight_is_heavier_than_the_policy_says(name):
    policy = policy_of(name, WIDE, seed=1, budget=300)
    tried = [t for t in _hunt(policy, _rare, 300) if t.proposal.propensity is not None]
    weights = WIDE.nominal([t.proposal.row for t in tried]) / [t.proposal.propensity for t in tried]
    assert (weights <= policy.heaviest * (1 + 1e-9)).all()


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_keeps_to_the_levels_and_is_deterministic(name):
    first, again = (_hunt(policy_of(name, WIDE, seed=3, budget=100), _rare, 100) for _ in range(2))
    assert first == again
    assert len(first) == 100
    assert all(0 <= level < 4 for t in first for level in t.proposal.row)


@pytest.mark.parametrize("name", POLICIES)
def test_forbidden_combinations_are_never_proposed_and_leave_no_propensity(name):
    domain = Domain(WIDE.names, WIDE.levels, WIDE.shares, ({0: 3, 1: 3}, {2: 0, 3: 0}))
    tried = _hunt(policy_of(name, domain, seed=2, budget=200), _rare, 200)
    rows = np.array([t.proposal.row for t in tried])
    assert not domain.never.broken(rows).any()
    assert {t.proposal.propensity for t in tried} == {None}


def test_searches_find_more_failures_and_at_least_as_many_modes_as_walks():
    found = {name: _hunt(policy_of(name, WIDE, seed=5, budget=600), _rare, 600) for name in POLICIES}
    failures = {name: sum(bool(t.mode) for t in tried) for name, tried in found.items()}
    modes = {name: len({t.mode for t in tried if t.mode}) for name, tried in found.items()}
    assert failures["profile"] < 15
    assert failures["uniform"] > 100
    assert failures["mutation"] > 1.2 * failures["uniform"]
    assert failures["cross-entropy"] > failures["uniform"]
    assert modes["mutation"] == modes["cross-entropy"] == 5


def test_neighbours_share_most_levels_with_a_found_failure_and_every_mode_gets_its_turn():
    policy = policy_of("mutation", WIDE, seed=5, budget=400)
    tried = _hunt(policy, _rare, 400)
    by_number = {t.number: t for t in tried}
    kept = [t for t in tried if t.proposal.reuse is not None]
    assert kept
    for t in kept:
        assert by_number[t.proposal.reuse].mode
    same = np.mean([np.equal(t.proposal.row, by_number[t.proposal.reuse].proposal.row).sum() for t in kept])
    assert same > 4  # of 6
    least, *_, most = sorted(Counter(t.mode for t in tried if t.mode).values())
    assert most < 4 * least


def test_a_covering_policy_begins_with_every_pair():
    tried = _hunt(policy_of("covering", WIDE, seed=1, budget=100), _rare, 100)
    seed = [t.proposal for t in tried if t.proposal.origin == "2-way"]
    pairs = {(a, b, p.row[a], p.row[b]) for p in seed for a in range(6) for b in range(a + 1, 6)}
    assert len(pairs) == 15 * 16
    assert {t.proposal.sample for t in tried[len(seed) :]} == {"uniform"}


def test_where_nothing_fails_a_search_draws_from_everywhere():
    tried = _hunt(policy_of("mutation", WIDE, seed=1, budget=200), lambda row: "", 200)
    assert {t.proposal.origin for t in tried} == {"2-way", "profile", "uniform"}


@pytest.mark.parametrize(
    ("keys", "said"),
    [({"name": "mutaton"}, "did you mean 'mutation'"), ({"name": "mutation", "share": 0.0}, "share=0; allowed")],
)
def test_an_unknown_policy_and_a_share_of_nothing_are_refused(keys, said):
    with pytest.raises(UsageError, match=said):
        policy_of(**keys, domain=DOMAIN, seed=1, budget=10)
