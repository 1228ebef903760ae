"""Variants: what they change, what they must leave alone, and that they are the same every time."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.mining.variants import DEFAULTS, variant
from ninemarch.model import Scenario, VariantSpec

TEXTS = st.text(max_size=200)


def _said(text, kind, seed=0, **params):
    found = variant(Scenario("a", text, expect=text), VariantSpec(kind, params=params), seed=seed)
    return text if found is None else found.input


@given(TEXTS, st.integers(0, 5))
def test_typos_swap_letters_inside_words_and_touch_no_digit(text, seed):
    said = _said(text, "typos", seed=seed, rate=1.0)
    assert sorted(said) == sorted(text)
    assert re.sub(r"[^\W\d_]", "x", said) == re.sub(r"[^\W\d_]", "x", text)
    for was, now in zip(re.findall(r"[^\W\d_]+", text), re.findall(r"[^\W\d_]+", said), strict=True):
        assert (was[0], was[-1], sorted(was)) == (now[0], now[-1], sorted(now))


def test_at_least_one_word_has_a_typo_where_one_can():
    assert _said("july", "typos") == "jluy"
    assert _said("may book 2026", "typos") == "may book 2026"  # no two different letters inside a word


@given(TEXTS)
def test_unicode_forms_look_the_same(text):
    said = _said(text, "unicode")
    assert unicodedata.normalize("NFC", said.replace("\u00a0", " ").replace("\u2019", "'")) == unicodedata.normalize(
        "NFC", text.replace("\u00a0", " ").replace("\u2019", "'")
    )


@given(TEXTS, st.sampled_from([spec.kind for spec in DEFAULTS]), st.integers(0, 3))
def test_the_same_seed_gives_the_same_variant_and_none_where_nothing_changes(text, kind, seed):
    scenario = Scenario("a", text, expect="x", attributes={"lang": "de"}, group="g")
    found = variant(scenario, VariantSpec(kind), seed=seed)
    assert found == variant(scenario, VariantSpec(kind), seed=seed)
    if found is not None:
        assert found.input != text
        assert (found.id, found.expect, found.attributes, found.group) == (f"a~{kind}", "x", {"lang": "de"}, "g")


def test_only_the_fields_that_are_named_change():
    scenario = Scenario("a", {"text": "Where is it?", "note": "a b", "locale": "en_US", "n": 3})
    named = variant(scenario, VariantSpec("case", ("note",)))
    assert named.input == {"text": "Where is it?", "note": "A B", "locale": "en_US", "n": 3}
    prose = variant(scenario, VariantSpec("case"))
    assert prose.input == {"text": "WHERE IS IT?", "note": "A B", "locale": "en_US", "n": 3}
    assert variant(Scenario("a", [1, 2]), VariantSpec("case")) is None


def test_paraphrases_are_whole_phrases_and_are_not_looked_at_again():
    table = {"What is": ["Tell me"], "me": ["you"]}
    assert _said("What is it to me, mere me?", "paraphrase", table=table) == "Tell me it to you, mere you?"


def test_other_names_go_through_the_input_and_the_expectation():
    spec = VariantSpec("rename", params={"names": {"Ann": ["Zoë"], "Bob": ["Kim"]}})
    found = variant(Scenario("a", {"q": "Ann owes Bob 3; Anna none.", "who": ["Bob"]}, expect={"Ann": "Ann"}), spec)
    assert found.input == {"q": "Zoë owes Kim 3; Anna none.", "who": ["Kim"]}
    assert found.expect == {"Ann": "Zoë"}


@pytest.mark.parametrize(
    ("answer", "expect", "right"),
    [
        ("text", "blue", lambda options, expect: expect == "blue"),
        ("index", 2, lambda options, expect: options[expect] == "blue"),
        ("letter", "C", lambda options, expect: options["ABC".index(expect)] == "blue"),
        ("letter", "c", lambda options, expect: options["abc".index(expect)] == "blue"),
    ],
)
def test_options_move_and_the_answer_moves_with_them(answer, expect, right):
    spec = VariantSpec("options", params={"field": "options", "answer": answer})
    for seed in range(8):
        scenario = Scenario("a", {"q": "?", "options": ["red", "green", "blue"]}, expect=expect)
        found = variant(scenario, spec, seed=seed)
        assert found.input["options"] != ["red", "green", "blue"]
        assert sorted(found.input["options"]) == ["blue", "green", "red"]
        assert right(found.input["options"], found.expect)
    assert variant(Scenario("a", {"options": ["one"]}), spec) is None
