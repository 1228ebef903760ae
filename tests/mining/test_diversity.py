"""How different scenarios are: against scikit-learn's weights, sets of runs written out, and collapsed sets."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from ninemarch.mining import diversity
from ninemarch.mining.copies import ALIKE, near_copies
from ninemarch.mining.diversity import diversity_of, vendi
from ninemarch.model import Profile, Scenario
from ninemarch.report.terminal_diversity import diversity_warnings

NONE = Profile("all", {})
WORDS = [
    a + b for a in ("ba", "ko", "li", "mu", "ne", "ro", "sa", "ti", "vu", "ze") for b in ("l", "m", "n", "r", "st")
]


def _texts(count, words=12, seed=0):
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) + str(rng.randrange(99)) for _ in range(words)) for _ in range(count)]


def _set(texts, groups=None):
    groups = groups or [""] * len(texts)
    return [Scenario(id=f"s{n}", input=t, group=g) for n, (t, g) in enumerate(zip(texts, groups, strict=True))]


def _runs(text):
    plain = " ".join(text.casefold().split())
    plain = plain.ljust(5, "\0")
    return {plain[at : at + 5] for at in range(len(plain) - 4)} if text.strip() else set()


def _likeness(one, other):
    return len(_runs(one) & _runs(other)) / max(1, len(_runs(one) | _runs(other)))


def test_words_weigh_as_scikit_learn_weighs_them():
    texts = [*_texts(30), "one one two", "Straße 12 Über alles", "?!"]
    ours = diversity._tf_idf(texts[:-1]).toarray()
    other = TfidfVectorizer(token_pattern=r"\w+", preprocessor=str.casefold).fit_transform(texts[:-1]).toarray()
    assert np.sort(ours, axis=1) == pytest.approx(np.sort(other, axis=1))
    assert ours @ ours.T == pytest.approx(other @ other.T)
    assert not diversity._tf_idf(texts).toarray()[-1].any()  # no word: alike to nothing


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 9))
def test_both_eigenproblems_give_the_same(rows, features, seed):
    made = np.abs(np.random.default_rng(seed).normal(size=(rows, features))) + 0.01
    made /= np.linalg.norm(made, axis=1)[:, None]
    values = np.linalg.eigvalsh(made @ made.T / rows)
    values = values[values > 1e-12]
    assert vendi(made) == pytest.approx(np.exp(-(values * np.log(values)).sum()))
    assert 1 - 1e-9 <= vendi(made) <= min(rows, features) + 1e-9


@pytest.mark.parametrize("many", [1, 3, 20])
def test_copies_of_so_many_texts_are_worth_so_many(many):
    texts = [" ".join(f"{word}{number}" for word in WORDS[:8]) for number in range(many)]
    found = diversity_of(_set(texts * (120 // many)), NONE).wording
    assert found.effective == pytest.approx(many)
    assert found.apart == many
    assert found.collapsed
    (warning,) = diversity_warnings(diversity_of(_set(texts * (120 // many)), NONE))
    assert f"120 scenarios are worth {many}" in warning
    assert f"120 groups only {many} without near-copies" in warning


def test_a_few_texts_with_changed_names_have_collapsed_and_different_ones_have_not():
    rng = random.Random(1)
    slots = [f"{text} for {rng.choice(WORDS)} at {rng.randrange(24)}" for text in _texts(8) for _ in range(20)]
    assert diversity_of(_set(slots), NONE).wording.effective < 0.2 * len(slots)
    different = diversity_of(_set(_texts(160)), NONE)
    assert different.wording.effective > 0.6 * 160
    assert not list(diversity_warnings(different))


def test_copies_inside_a_declared_group_are_counted_once_and_no_collapse():
    texts = [text for text in _texts(30) for _ in range(5)]
    found = diversity_of(_set(texts, [f"g{n // 5}" for n in range(150)]), NONE).wording
    assert (found.copies, found.groups, found.apart, found.example) == (150, 30, 30, None)
    assert not found.collapsed
    assert diversity_of(_set(texts), NONE).wording.collapsed


def test_what_is_called_a_near_copy_is_one_and_hardly_any_is_missed():
    rng = random.Random(2)
    texts = _texts(150, words=10)
    for text in list(texts[:60]):
        words = text.split()
        words[rng.randrange(len(words))] = rng.choice(WORDS)
        texts.append(" ".join(words))
    pairs = near_copies(texts)
    assert all(one < other and _likeness(texts[one], texts[other]) >= ALIKE for one, other in pairs)
    paired = {at for pair in pairs for at in pair}
    runs = [_runs(text) for text in texts]
    truly = {
        at
        for at, own in enumerate(runs)
        if any(at != n and len(own & other) >= ALIKE * len(own | other) for n, other in enumerate(runs))
    }
    assert len(truly) > 20
    assert paired == truly


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=()), max_size=12), max_size=8))
def test_any_text_can_be_compared(texts):
    for one, other in near_copies(texts):
        assert _likeness(texts[one], texts[other]) >= ALIKE
    found = diversity_of(_set(texts), NONE)
    assert found.scenarios == len(texts)
    assert found.wording is None or 0 < found.wording.effective <= found.wording.compared + 1e-6


def test_numbers_alone_have_no_words():
    assert diversity_of([Scenario(id=str(n), input=[n, 1.5, None, True]) for n in range(9)], NONE).wording is None
    mixed = [Scenario(id=str(n), input={"ask": [f"how much is {n}?"], "n": n}) for n in range(9)]
    assert diversity_of(mixed, NONE).wording.scenarios == 9


def test_levels_are_counted_on_the_profile_or_on_what_is_there():
    scenarios = [
        Scenario(id=f"{a}{b}", input=0, attributes={"a": a, "b": b, "n": "1"}) for a, b in ("xu", "xv", "yu", "zu")
    ]
    profile = Profile("p", {"a": {"x": 0.5, "y": 0.5}, "b": {"u": 0.75, "v": 0.25}})
    (pairs,) = diversity_of(scenarios, profile).coverage  # z is no level of the profile
    assert (pairs.covered, pairs.possible, pairs.weight) == (3, 4, pytest.approx(0.875))
    pairs, triples = diversity_of(scenarios, NONE).coverage
    assert (pairs.covered, pairs.possible) == (4 + 3 + 2, 6 + 3 + 2)
    assert (triples.covered, triples.possible) == (4, 6)
    assert diversity_of([Scenario(id="a", input=0)], NONE).coverage == ()
    assert diversity_of([], NONE).wording is None
