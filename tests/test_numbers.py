"""Printed numbers never claim more than the evidence: laws of rounding, for any number and any gate."""

from __future__ import annotations

import doctest
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch import numbers as n
from ninemarch.model import Rate

# Gates as a person writes them: 50% to 99.9999%, at most six decimals of a share.
GATES = st.lists(st.integers(500_000, 999_999).map(lambda k: Fraction(k, 10**6)), max_size=4)
# Failure rates on all scales, with a weight on the neighbourhood of round numbers.
FAILURES = st.one_of(
    st.floats(0, 1),
    st.floats(1e-9, 1e-2),
    st.builds(lambda k, shift: 10.0**-k * (1 + shift), st.integers(1, 6), st.floats(-1e-6, 1e-6)),
)
# Nearer than this to a threshold (as a share) the digits end; the text may then print alike, never cross.
NEAR = Fraction(1, 10**13)


def rate(failure_lower: float, failure_upper: float, failures: int = 1, trials: int = 1000) -> Rate:
    estimate = 1 - failures / trials
    return Rate(
        failures,
        trials,
        trials,
        estimate,
        1 - failure_upper,
        1 - failure_lower,
        0.95,
        "m",
        "p",
        failure_upper,
        failure_lower,
    )


def share(text: str) -> Fraction:
    """The exact number that a text says."""
    return Fraction(text.removesuffix("%")) / 100


def side(value: Fraction, limit: Fraction) -> int:
    return (value > limit) - (value < limit)


def crosses(text: str, value: Fraction, limits: list[Fraction]) -> list[Fraction]:
    """Thresholds that the text stands on another side of than the number."""
    far = [limit for limit in (*limits, *n.NINES) if abs(value - limit) > NEAR]
    return [limit for limit in far if side(share(text), limit) != side(value, limit)]


@given(FAILURES, GATES)
def test_a_printed_lower_bound_never_exceeds_the_true_one_and_crosses_nothing(failure: float, gates: list[Fraction]):
    true = 1 - Fraction(failure)
    text = n.lower_text(rate(0.0, failure), gates)
    assert share(text) <= true
    assert not crosses(text, true, gates)
    assert share(text) < 1 or failure == 0


@given(FAILURES, GATES)
def test_a_printed_upper_bound_never_lies_below_the_true_one_and_crosses_nothing(
    failure: float, gates: list[Fraction]
):
    true = 1 - Fraction(failure)
    text = n.upper_text(rate(failure, 1.0), gates)
    if text is None:
        assert failure < 1e-13
    else:
        assert true <= share(text) < 1
        assert not crosses(text, true, gates)


@given(st.integers(1, 10**7), st.data(), GATES)
def test_a_measured_rate_is_rounded_but_never_across_a_gate_or_a_nine(trials: int, data, gates: list[Fraction]):
    failures = data.draw(st.integers(1, trials))
    true = 1 - Fraction(failures, trials)
    text = n.estimate_text(rate(0.0, 1.0, failures, trials), gates)
    assert not crosses(text, true, gates)
    assert abs(share(text) - true) <= Fraction(1, 10_000)
    assert share(text) < 1


@given(FAILURES)
def test_the_bound_keeps_its_value_while_it_is_floored(failure: float):
    """Honest is not the same as vague: at most a fifth of the failure rate, or 0.01%, is given away."""
    true = Fraction(failure)
    printed = 1 - share(n.lower_text(rate(0.0, failure)))
    assert printed - true <= max(true / 5, Fraction(1, 10**13)) or printed - true <= Fraction(1, 10_000)


@given(FAILURES, FAILURES, GATES)
def test_no_text_of_a_rate_says_100_percent(one: float, other: float, gates: list[Fraction]):
    low, high = sorted((one, other))
    for failures in (0, 1, 500):
        made = rate(low, max(high, 1e-12), failures)
        texts = [n.estimate_text(made, gates), n.short_estimate(made, gates), n.interval_text(made, gates)]
        texts += [n.clean_text(made, gates)]
        assert not any("100%" in text or "100.0" in text for text in texts)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_share_says_none_only_for_none_and_all_only_for_all(one: int, other: int):
    part, whole = sorted((one, other))
    text = n.share_text(part, whole)
    assert (text == "-") == (whole == 0)
    assert (text == "none") == (whole > 0 and part == 0)
    assert (text == "all") == (whole > 0 and part == whole)
    if text not in {"-", "none", "all"}:
        assert 0 < share(text) < 1
        assert abs(share(text) - Fraction(part, whole)) <= Fraction(1, 1000)


@given(st.integers(0, 10**9))
def test_a_threshold_is_printed_exactly_as_it_was_asked_for(k: int):
    asked = Fraction(k, 10**9)
    assert share(n.threshold_text(asked)) == asked


def test_a_clean_run_prints_its_counts_and_its_bound():
    clean = rate(0.0, 1 - 0.05 ** (1 / 3900), 0, 3900)
    assert n.estimate_text(clean) == "3,900 of 3,900"
    assert n.short_estimate(clean) == "all 3,900"
    assert n.clean_text(clean) == "3,900 of 3,900, at least 99.92%"
    assert n.interval_text(clean) == "≥ 99.92%"


def test_a_value_that_would_print_like_its_gate_gets_more_digits():
    near = rate(0.0005, 0.00099996, 3, 4000)
    assert n.lower_text(near, [Fraction(999, 1000)]) in {"99.900003%", "99.900004%"}  # the float lies a hair below
    assert n.interval_text(rate(0.25935, 0.28005, 270, 1000)) == "71.99–74.07%"


@pytest.mark.parametrize(
    ("failure", "nines"), [(1.0, 0.0), (0.1, 1.0), (0.001, 3.0), (0.0, None), (-1e-9, None), (2.0, 0.0)]
)
def test_the_axis_of_nines(failure: float, nines: float | None):
    found = n.nines(failure)
    assert found is nines if nines is None else found == pytest.approx(nines)


def test_confidence_of_one_end_and_of_both():
    assert (n.one_sided_text(0.95), n.two_sided_text(0.95)) == ("95%", "90%")
    assert (n.one_sided_text(0.975), n.two_sided_text(0.975)) == ("97.5%", "95%")


def test_a_weighted_rate_is_printed_as_measured_not_as_a_ratio_of_counts():
    weighted = Rate(10, 1000, 1000, 0.9542, 0.94, 0.97, 0.95, "weighted gamma", "p", 0.06, 0.03)
    assert n.estimate_text(weighted) == "95.42%"


def test_durations_keep_two_significant_digits_or_more():
    assert [n.duration_text(s) for s in (0.0, 0.00099, 0.001, 0.0099, 0.12, 0.999, 59.94, 59.96, 3600)] == [
        "0.00 ms",
        "0.99 ms",
        "1.0 ms",
        "9.9 ms",
        "120 ms",
        "999 ms",
        "59.9 s",
        "1 min 0 s",
        "1 h 0 min",
    ]


def test_examples_in_the_docstrings():
    assert doctest.testmod(n).failed == 0


def test_every_public_name_exists():
    assert all(hasattr(n, name) for name in n.__all__)


@given(st.floats(-1, 1))
def test_a_difference_is_rounded_outward_and_keeps_its_sign(difference):
    exact = Fraction(repr(difference)) * 100

    def read(text: str) -> Fraction:
        return Fraction(text.replace("−", "-").replace("+", ""))

    low, high = (read(n.points_text(difference, rounding)) for rounding in ("floor", "ceil"))
    if abs(exact) > Fraction(1, 10**10):
        assert low <= exact <= high
        assert all((shown > 0) == (exact > 0) for shown in (low, high))


@given(st.floats(0, 1))
def test_a_p_value_is_never_shown_smaller_than_it_is(p_value):
    text = n.p_value_text(p_value)
    assert text == "below 0.0001" if p_value < 1e-4 else Fraction(text) >= Fraction(repr(p_value))
