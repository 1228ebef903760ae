"""Strict YAML: 1.2 rules, no tags, no duplicate keys, bounded; every refusal names file and line."""

import itertools
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import SuiteError
from ninemarch.suite.strict_yaml import MAX_BYTES, MAX_DEPTH, MAX_NODES, parse_yaml, read_yaml

# What a YAML file can hold: no control characters but tab and newline, no surrogates, no BOM inside.
PRINTABLE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff"), max_size=40)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", "no"),
        ("a: yes", "yes"),
        ("a: on", "on"),
        ("a: 12:30", "12:30"),
        ("a: 1:30:00", "1:30:00"),
        ("a: 2024-01-01", "2024-01-01"),
        ("a: 2024-01-01 10:00:00", "2024-01-01 10:00:00"),
        ("a: =", "="),
        ("a: NO", "NO"),
        ("a: 'x'", "x"),
        ("a: true", True),
        ("a: False", False),
        ("a: ~", None),
        ("a:", None),
        ("a: 1.10", 1.1),
        ("a: 017", 17),
        ("a: 0o17", 15),
        ("a: 1e3", 1000.0),
        ("a: [1, {b: c}]", [1, {"b": "c"}]),
    ],
)
def test_scalars_follow_yaml_1_2(text, value):
    found = parse_yaml(text, "f").value["a"]
    assert found == value
    assert type(found) is type(value)


@given(PRINTABLE)
def test_any_text_in_quotes_survives_as_value_and_as_key(text):
    quoted = json.dumps(text)  # a JSON text is a double-quoted YAML text
    assert parse_yaml(f"a: {quoted}", "f").value == {"a": text}
    if len(text) < 1000:
        assert parse_yaml(f"{{{quoted}: 1}}", "f").value == {text: 1}


def test_a_character_that_json_escapes_in_two_halves_is_one():
    assert parse_yaml('{"\\ud83d\\ude00": "\\ud83d\\ude00"}', "f").value == {"😀": "😀"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | PRINTABLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PRINTABLE, inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_is_yaml(value):
    assert parse_yaml(json.dumps(value), "f").value == value


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_the_files_name(text):
    refused = ""
    try:
        parse_yaml(text, "some.yaml")
    except SuiteError as error:
        refused = str(error)
    assert not refused or refused.startswith("some.yaml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a:\n  b: 1\n  b: 2\n", 3, "duplicate key"),
        ("a: !!python/object/apply:os.system [x]", 1, "tag tag:yaml.org,2002:python/object/apply:os.system is not"),
        ("a: 1\nb: !function x", 2, "tag !function is not allowed"),
        ("a: !!set {b}", 1, "tag tag:yaml.org,2002:set is not allowed"),
        ("a: !!binary aGk=", 1, "tag tag:yaml.org,2002:binary is not allowed"),
        ("a: !<x> 1", 1, "tag x is not allowed"),
        ("a: 1\n1.10: 1", 2, 'key 1.10 is read by YAML as float, not as text; put it in quotes: "1.10"'),
        ("true: 1", 1, 'key true is read by YAML as bool, not as text; put it in quotes: "true"'),
        ("~: 1", 1, "key ~ is read by YAML as null"),
        ("? [1]\n: 2", 1, "a key must be text, not a list or a mapping"),
        ("a: 1\n\tb: 2", 2, "indentation is by spaces"),
        ("a: 'x", 1, "unexpected end of stream"),
        ("a: *b", 1, "undefined alias 'b'"),
        ("--- 1\n--- 2", 2, "another document"),
    ],
)
def test_refusals_name_file_line_and_what_is_allowed(text, line, words):
    with pytest.raises(SuiteError) as caught:
        parse_yaml(text, "some.yaml")
    assert f"some.yaml, line {line}" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["%YAML 1.1\n---\na: no", "# note\n\n%TAG ! x\n---\na: 1"])
def test_directives_are_refused_so_that_no_file_asks_for_yaml_1_1(text):
    with pytest.raises(SuiteError, match=r"begins with % is not allowed; suite files follow YAML 1\.2"):
        parse_yaml(text, "f")


def _bomb(levels):
    names = [f"k{i}" for i in range(levels)]
    lines = [f"{names[0]}: &{names[0]} [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in itertools.pairwise(names)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [_bomb(9), "a: &a [*a]", "[" * 42 + "]" * 42, "[" * 5000, "{a: " * 3000],
    ids=["alias bomb", "alias of itself", "42 deep", "5,000 deep", "3,000 mappings deep"],
)
def test_bombs_are_refused_at_once_with_the_limit(text):
    start = time.process_time()
    with pytest.raises(SuiteError, match=f"too large or too deep|nested too deeply, at most {MAX_DEPTH} levels"):
        parse_yaml(text, "f")
    assert time.process_time() - start < 5  # without the limit: hours


def test_what_is_just_inside_the_limits_is_read():
    assert parse_yaml("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, "f").value


def test_the_limit_of_values_counts_aliases_as_often_as_they_stand():
    with pytest.raises(SuiteError, match=f"limit {MAX_NODES:,} values"):
        parse_yaml(_bomb(6), "f")
    assert len(parse_yaml(_bomb(3), "f").value) == 3


def test_a_number_of_thousands_of_digits_is_refused():
    with pytest.raises(SuiteError, match=r"^f: not valid YAML: Exceeds the limit \(4300 digits\)"):
        parse_yaml("a: " + "9" * 5000, "f")


def test_aliases_and_merges_are_data_and_are_read():
    assert parse_yaml("x: &a {b: 1}\ny: {<<: *a, c: 2}", "f").value["y"] == {"b": 1, "c": 2}


def test_lines_are_those_of_the_file():
    document = parse_yaml("# note\na:\n  - b: 1\n\n    c: 2\n", "f")
    assert document.line(("a", 0, "b")) == 3
    assert document.line(("a", 0, "c")) == 5
    assert document.line(("a", 0, "nowhere")) == 3  # the nearest that has one
    assert document.line(("nowhere",)) == 2


def test_scalars_are_kept_as_they_stand():
    assert parse_yaml("a: [1.10, 017]", "f").scalars[("a", 0)] == "1.10"


def _read(folder, raw):
    path = folder / "s.yaml"
    path.write_bytes(raw)
    return read_yaml(path)


def test_a_bom_and_crlf_are_read(tmp_path):
    assert _read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: x\r\n").value == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("a: é\n".encode("latin-1"), "line 1: not UTF-8 (byte 0xe9); save the file as UTF-8"),
        (b"a: 1\nb: \xff\n", "line 2: not UTF-8 (byte 0xff)"),
        ("a: 1".encode("utf-16"), "line 1: not UTF-8"),
        (b"a: \x00\n", "unacceptable character #x0000"),
        (b"a: \xed\xa0\x80\n", "line 1: not UTF-8 (byte 0xed)"),  # an encoded lone surrogate
    ],
    ids=["latin-1", "0xff", "utf-16", "nul", "surrogate"],
)
def test_other_encodings_are_refused_with_their_place(tmp_path, raw, words):
    with pytest.raises(SuiteError) as caught:
        _read(tmp_path, raw)
    assert words in str(caught.value)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    with pytest.raises(SuiteError, match="4,000,001 bytes; at most 4,000,000 are read; move scenarios to a JSONL"):
        _read(tmp_path, b"#" * (MAX_BYTES + 1))


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "no.yaml", tmp_path):
        with pytest.raises(SuiteError, match="cannot read the suite file"):
            read_yaml(path)


def test_nothing_is_an_empty_document():
    assert parse_yaml("", "f").value is None
    assert parse_yaml("# only a note\n", "f").value is None
