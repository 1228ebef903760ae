"""Answers made without any work: the same every time, and blind to what is right."""

import itertools

import msgspec
import pytest

from ninemarch.model import Scenario
from ninemarch.targets.nulls import NOISE_LENGTHS, noise, null_targets

SCENARIOS = [Scenario(str(i), {"question": i}, expect=f"answer {i}") for i in range(5)]
NULLS = null_targets(SCENARIOS)


@pytest.mark.parametrize("null", NULLS, ids=lambda null: null.name)
def test_they_do_not_look_at_the_expectation(null):
    for scenario in SCENARIOS:
        other = msgspec.structs.replace(scenario, expect="something else")
        assert null.answer(scenario) == null.answer(scenario) == null.answer(other)


def test_noise_has_its_length_and_a_shorter_one_begins_a_longer_one():
    drawn = [noise("a", length) for length in NOISE_LENGTHS]
    assert all(longer.startswith(shorter) for shorter, longer in itertools.pairwise(drawn))
    assert noise("b", 64) != drawn[1]
    assert noise("a", 0) == ""


def test_the_dump_has_every_answer_and_ends():
    by_name = {null.name: null for null in NULLS}
    assert by_name["dump"].answer(SCENARIOS[0]) == "answer 0\nanswer 1\nanswer 2\nanswer 3\nanswer 4"
    many = null_targets([Scenario(str(i), 1, expect=f"{i:010}") for i in range(5000)])
    assert len(next(null for null in many if null.name == "dump").answer(SCENARIOS[0])) == 16_384
