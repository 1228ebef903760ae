"""The door for untrusted text: nothing that steers a terminal comes through, nothing readable is lost."""

import json
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch import text
from ninemarch.text import excerpt, fault, json_text, plain, printable, scrub, slug

# Every code point, lone surrogates included: what a target may return.
ANY = st.text(st.characters(exclude_categories=()), max_size=60)
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY, inner, max_size=4),
    max_leaves=12,
)


@given(ANY)
def test_printable_holds_no_hidden_character(value):
    assert not {unicodedata.category(char) for char in printable(value)} & HIDDEN


@given(ANY)
def test_printable_is_idempotent(value):
    assert printable(printable(value)) == printable(value)


@given(ANY)
def test_printable_keeps_newlines_and_tabs_when_told_and_nothing_else(value):
    hidden = {char for char in printable(value, keep_newlines=True) if unicodedata.category(char) in HIDDEN}
    assert hidden <= {"\n", "\t"}


@given(ANY)
def test_printable_can_be_encoded(value):
    printable(value).encode()


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs", "M")), max_size=40))
def test_printable_leaves_readable_text_alone(value):
    assert printable(value) == value


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
        ("\x9b2J", "\\x9b2J"),
        ("fail\rPASS", "fail\\x0dPASS"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_printable_shows_known_attacks_in_letters(hostile, shown):
    assert printable(hostile) == shown


@given(ANY)
def test_scrub_makes_any_text_encodable_and_leaves_encodable_text_alone(value):
    done = scrub(value)
    done.encode()
    assert scrub(done) == done
    if not any(unicodedata.category(char) == "Cs" for char in value):
        assert done == value


@given(JSON, st.integers(1, 200))
def test_excerpt_is_printable_and_keeps_its_limit(value, limit):
    cut = excerpt(value, limit)
    assert len(cut) <= limit
    assert printable(cut) == cut


def test_excerpt_marks_the_cut():
    assert excerpt("x" * 300) == "x" * 119 + "…"


def test_excerpt_of_a_flood_looks_at_its_beginning_only():
    assert excerpt("x" * 50_000_000, 10) == "xxxxxxxxx…"


@given(JSON)
def test_json_text_is_a_text_and_never_raises(value):
    assert type(json_text(value)) is str


class Hostile:
    def __repr__(self):
        raise SystemExit(0)

    __str__ = __repr__


class HostileDict(dict):
    def items(self):
        raise OSError

    __iter__ = __len__ = items


class HostileText(str):
    __slots__ = ()

    def __getitem__(self, place):
        raise OSError

    __str__ = __len__ = __getitem__


class HostileInt(int):
    def __repr__(self):
        raise OSError


def _nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def _cycle():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    "value",
    [
        Hostile(),
        HostileDict(a=1),
        HostileInt(3),
        [Hostile()],
        {"a": {1, 2}},
        b"bytes",
        _nested(100_000),
        _cycle(),
        10**5000,
        math.nan,
    ],
    ids=["object", "dict", "int", "in a list", "set", "bytes", "deep", "cycle", "long number", "nan"],
)
def test_no_method_of_a_foreign_object_is_needed_to_show_it(value):
    assert excerpt(value)
    json.dumps(plain(value), allow_nan=False)


def test_a_subclass_of_text_is_shown_by_its_characters_not_its_methods():
    assert excerpt(HostileText("abc")) == "abc"


@given(JSON)
def test_plain_is_json_without_nan(value):
    json.loads(json.dumps(plain(value), allow_nan=False))


@given(st.recursive(st.none() | st.booleans() | st.integers() | ANY, lambda inner: st.lists(inner, max_size=3)))
def test_plain_leaves_json_alone(value):
    assert plain(value) == value


def test_plain_turns_what_is_too_deep_into_text():
    assert json.dumps(plain(_nested(500)), indent=2)


def test_fault_survives_an_exception_that_cannot_say_what_it_is():
    class Mute(Exception):
        def __str__(self):
            raise OSError

    assert fault(Mute()) == "Mute"
    assert fault(ValueError("a\x1b")) == "ValueError: a\\x1b"
    assert fault(ValueError()) == "ValueError"


@given(ANY)
def test_slug_is_a_safe_part_of_a_file_name(value):
    made = slug(value)
    assert made
    assert len(made) <= 60
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-")


def test_all_names_exist():
    assert all(hasattr(text, name) for name in text.__all__)
