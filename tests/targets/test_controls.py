"""The controls: null, oracle and coin do what they promise."""

import pytest
from scipy.stats import binom

from ninemarch.errors import UsageError
from ninemarch.model import CheckSpec, Scenario
from ninemarch.suite import load, make
from ninemarch.targets.controls import NOTHING, control

SUITE = make("s", [Scenario("a", 1, expect=2)], checks=[CheckSpec("exact")])
MANY = [Scenario(f"s{i}", i, expect=i) for i in range(2000)]


def test_null_answers_nothing_useful():
    assert {control("null", SUITE)(s) for s in MANY} == {NOTHING}


def test_the_oracle_answers_what_is_expected():
    assert [control("oracle", SUITE)(s) for s in MANY] == [s.expect for s in MANY]


@pytest.mark.parametrize("p", [0.001, 0.5, 0.9, 0.999])
def test_the_coin_is_right_with_its_probability(p):
    coin = control("coin", SUITE, p)
    right = sum(coin(s) == s.expect for s in MANY)
    assert min(binom.cdf(right, len(MANY), p), binom.sf(right - 1, len(MANY), p)) > 0.0001 / 2


@pytest.mark.parametrize(("p", "right"), [(0, 0), (1, 2000)])
def test_the_ends_of_the_coin(p, right):
    assert sum(control("coin", SUITE, p)(s) == s.expect for s in MANY) == right


def test_the_coin_falls_the_same_way_every_time_and_a_better_coin_only_gains():
    worse, better = control("coin", SUITE, 0.5), control("coin", SUITE, 0.8)
    assert [worse(s) for s in MANY] == [worse(s) for s in MANY]
    assert all(better(s) == s.expect for s in MANY if worse(s) == s.expect)


@pytest.mark.parametrize("p", [-0.1, 1.1, 95, float("nan"), "0.9", None, True, [0.9]])
def test_a_coin_that_is_no_probability_is_refused(p):
    with pytest.raises(UsageError, match=r"control coin: p=.*; allowed: 0 to 1"):
        control("coin", SUITE, p)


def test_an_unknown_control_is_refused_with_the_nearest():
    with pytest.raises(
        UsageError, match=r"control=orcale is not known; did you mean 'oracle'\?; allowed: null, oracle"
    ):
        control("orcale", SUITE)


def test_a_suite_may_bring_its_own_oracle(write_suite, tmp_path):
    code = "def answer(scenario):\n    return scenario.expect + 100\n\nword = 3\n"
    files = {"wise.py": code}
    assert (
        control("oracle", load(write_suite(tmp_path, files=files, oracle={"python": "wise:answer"})))(MANY[3]) == 103
    )
    with pytest.raises(
        UsageError, match="oracle: python: wise:word is not callable; give a function of the scenario"
    ):
        control("oracle", load(write_suite(tmp_path, files=files, oracle={"python": "wise:word"})))
