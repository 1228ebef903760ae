"""Templates of messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ninemarch.mining.templates import VALUE, Templates


def test_values_are_found_and_other_wordings_stay_apart():
    seen = Templates()
    lines = [f"Connection from 10.0.0.{n} port {n * 7} closed" for n in range(50)]
    lines += [f"disk sda{n} failed" for n in range(50)]
    numbers = [seen.add(line) for line in lines]
    assert numbers == [0] * 50 + [1] * 50
    assert seen.template(0) == f"Connection from {VALUE} port {VALUE} closed"
    assert seen.template(1) == f"disk {VALUE} failed"


def test_a_first_word_that_is_a_value_does_not_split():
    seen = Templates()
    assert {seen.add(f"{n} bytes were written to the disk") for n in range(300)} == {0}


def test_more_first_words_than_a_tree_holds_share_a_branch():
    seen = Templates()
    numbers = [seen.add("w" + chr(0x4E00 + n) + " stopped the service now") for n in range(500)]
    assert len(set(numbers)) <= 100


@given(st.lists(st.text(max_size=40), max_size=30))
def test_every_message_keeps_its_template_and_matches_it(messages: list[str]):
    seen = Templates()
    numbers = [seen.add(message) for message in messages]
    assert [seen.add(message) for message in messages] == numbers
    for message, number in zip(messages, numbers, strict=True):
        words, template = message.split(), seen.template(number).split()
        assert all(t in {VALUE, w} for w, t in zip(words, template, strict=True))
