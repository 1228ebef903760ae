"""Scenario files: JSON lines, CSV and Parquet give the same scenarios; wrong rows are named by file and line."""

# ruff: noqa: E501 - one case a line

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import SuiteError
from ninemarch.model import Severity
from ninemarch.suite.sources import read_levels, read_scenarios, strict_json

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=30)
ROW = {"id": "a", "input": 'one\r\ntwo, "three"', "expect": "x", "language": "de", "group": "g", "severity": "minor"}


def _write(folder, name, content):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _csv(rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def _jsonl(rows):
    flat = ("id", "input", "expect", "group", "severity", "weight")
    return "".join(
        json.dumps(
            {k: v for k, v in row.items() if k in flat}
            | {"attributes": {k: v for k, v in row.items() if k not in flat}}
        )
        + "\n"
        for row in rows
    )


def _parquet(path, columns):
    pq.write_table(pa.table(columns), path)
    return path


def test_the_three_formats_give_the_same_scenarios(tmp_path):
    rows = [ROW | {"weight": 0.5}, ROW | {"id": "b", "weight": 2.0}]
    from_csv = read_scenarios(_write(tmp_path, "x.csv", _csv(rows)))
    from_jsonl = read_scenarios(_write(tmp_path, "x.jsonl", _jsonl(rows)))
    from_parquet = read_scenarios(
        _parquet(tmp_path / "x.parquet", {key: [row[key] for row in rows] for key in rows[0]})
    )
    assert from_csv == from_jsonl == from_parquet
    assert from_csv[0].input == 'one\r\ntwo, "three"'
    assert from_csv[0].attributes == {"language": "de"}
    assert from_csv[0].severity is Severity.MINOR
    assert [s.weight for s in from_csv] == [0.5, 2.0]


@given(st.lists(TEXT, min_size=1, max_size=5), st.sampled_from(["x.csv", "x.jsonl", "x.parquet"]))
def test_any_text_survives_every_format(tmp_path_factory, texts, name):
    rows = [{"id": f"{i}", "input": text} for i, text in enumerate(texts)]
    path = tmp_path_factory.mktemp("rows") / name
    if name.endswith("parquet"):
        _parquet(path, {"id": [row["id"] for row in rows], "input": texts})
    else:
        path.write_bytes((_csv(rows) if name.endswith("csv") else _jsonl(rows)).encode())
    assert [s.input for s in read_scenarios(path)] == texts


def test_json_values_keep_their_types(tmp_path):
    values = [None, True, 1, 1.5, "1", [1, {"a": None}], 2**60]
    lines = "".join(json.dumps({"id": str(i), "input": v, "expect": v}) + "\n" for i, v in enumerate(values))
    found = read_scenarios(_write(tmp_path, "x.jsonl", lines))
    assert [s.expect for s in found] == values
    assert [type(s.expect) for s in found] == [type(v) for v in values]


def test_bom_crlf_and_empty_lines_are_read(tmp_path):
    raw = b'\xef\xbb\xbf{"id": "a", "input": 1}\r\n\r\n{"id": "b", "input": 2}\r\n'
    assert [s.id for s in read_scenarios(_write(tmp_path, "x.jsonl", raw))] == ["a", "b"]


def test_line_separators_inside_a_text_do_not_end_a_line(tmp_path):
    raw = '{"id": "a", "input": "x\u2028y\x85z"}\n'
    assert read_scenarios(_write(tmp_path, "x.jsonl", raw))[0].input == "x\u2028y\x85z"


def test_a_parquet_cell_without_a_value_is_left_out(tmp_path):
    path = _parquet(
        tmp_path / "x.parquet", {"id": ["a", "b"], "input": ["1", "2"], "lang": ["de", None], "weight": [2, 1]}
    )
    first, second = read_scenarios(path)
    assert (first.attributes, second.attributes) == ({"lang": "de"}, {})
    assert first.weight == 2.0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.jsonl", '{"id": "a", "input": 1}\n{"id": "b"', "line 2: not valid JSON"),
        ("x.jsonl", '{"id": "a", "input": 1, "input": 2}', "line 1: not valid JSON: key 'input' stands twice"),
        ("x.jsonl", '{"id": "a", "input": {"k": 1, "k": 2}}', "line 1: not valid JSON: key 'k' stands twice"),
        ("x.jsonl", '{"id": "a", "input": NaN}', "line 1: not valid JSON: NaN is not a JSON number"),
        ("x.jsonl", '{"id": "a", "input": -Infinity}', "line 1: not valid JSON: -Infinity is not a JSON number"),
        ("x.jsonl", '{"id": "a", "input": [1e999]}', "line 1: input"),
        ("x.jsonl", '{"id": "a", "input": ' + "[" * 100_000, "line 1: not valid JSON"),
        ("x.jsonl", '{"id": "a", "input": ' + "9" * 5000 + "}", "line 1: not valid JSON"),
        ("x.jsonl", "[1]", "line 1: each line must be a JSON object"),
        ("x.jsonl", '{"input": 1}', "line 1: 'id' is missing; every scenario needs id and input"),
        ("x.jsonl", '{"id": 7, "input": 1}', 'line 1: id=7 is read as 7, not as text; put it in quotes: "7"'),
        ("x.jsonl", '{"id": "\\ud800", "input": 1}', "line 1: id=\\ud800 holds a lone surrogate"),
        ("x.jsonl", '{"id": "", "input": 1}', "line 1: id='' is empty"),
        ("x.jsonl", '{"id": "a", "input": 1, "wieght": 2}', "line 1: unknown key 'wieght'; did you mean 'weight'?"),
        ("x.jsonl", '{"id": "a", "input": 1, "weight": -1}', "line 1: weight=-1 should be greater than or equal to 0"),
        ("x.jsonl", '{"id": "a", "input": 1, "severity": "bad"}', "severity=bad should be 'critical', 'major' or 'minor'"),
        ("x.jsonl", '{"id": "a", "input": 1, "attributes": {"n": 3}}', 'attributes.n=3 is read as 3, not as text'),
        ("x.jsonl", b'{"id": "a", "input": "\xff"}', "not UTF-8 at byte 22; save the file as UTF-8"),
        ("x.csv", "id,inptu\na,1\n", "column 'input' is missing; did you mean 'inptu'?; found: id, inptu"),
        ("x.csv", "id,input,expct\na,1,2\n", "column 'expct' looks misspelt; did you mean 'expect'?"),
        ("x.csv", "id,input,wieght\na,1,2\n", "column 'wieght' looks misspelt; did you mean 'weight'?"),
        ("x.csv", "id,input,id\na,1,b\n", "a column name stands twice: id"),
        ("x.csv", "id,input\na,1\nb,1,2\n", "line 3: 2 columns expected"),
        ("x.csv", "id,input\na\n", "line 2: 2 columns expected"),
        ("x.csv", 'id,input\na,"1\n', "not valid CSV: unexpected end of data"),
        ("x.csv", "id,input\na,\n", "line 2: 'input' is missing"),
        ("x.csv", "id,input,weight\na,b,nan\n", "line 2: weight=nan; allowed: a finite number"),
        ("x.csv", "id,input,weight\na,b,heavy\n", "line 2: weight=heavy is not a number"),
        ("x.csv", "id,input,weight\na,b,-1\n", "line 2: weight=-1.0 should be greater than or equal to 0"),
        ("x.csv", "", "column 'id' is missing; found: none"),
        ("x.parquet", "no parquet at all", "not readable as Parquet"),
        ("x.xlsx", "", "cannot read '.xlsx' files; allowed: .jsonl, .csv, .parquet"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_with_place_and_fix(tmp_path, name, content, words):
    path = _write(tmp_path, name, content)
    with pytest.raises(SuiteError) as caught:
        read_scenarios(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_a_missing_file_is_named_with_what_paths_are_relative_to(tmp_path):
    with pytest.raises(SuiteError, match=r"no\.csv: no such scenario file; paths are relative to the suite file"):
        read_scenarios(tmp_path / "no.csv")


@pytest.mark.parametrize(
    ("column", "words"),
    [([float("nan")], "row 1: input=NaN should be a finite number"), ([b"x"], "row 1: input"), ([[1, 2]], "")],
)
def test_parquet_values_must_be_json(tmp_path, column, words):
    path = _parquet(tmp_path / "x.parquet", {"id": ["a"], "input": column})
    if not words:
        assert read_scenarios(path)[0].input == [1, 2]
        return
    with pytest.raises(SuiteError) as caught:
        read_scenarios(path)
    assert words in str(caught.value)


def test_a_flipped_bit_in_parquet_is_noticed(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": ["a"], "input": ["x" * 1000]}), path, write_page_checksum=True, compression="none")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"x" * 900) + 450
    raw[at] ^= 1
    path.write_bytes(raw)
    with pytest.raises(SuiteError, match="not readable as Parquet"):
        read_scenarios(path)


def test_levels_are_read_from_csv(tmp_path):
    assert read_levels(_write(tmp_path, "p.csv", 'level,weight\nde,0.25\n\n"a,b",0.75\n')) == {
        "de": 0.25,
        "a,b": 0.75,
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("lvl,weight\na,1\n", "the first line must be 'level,weight'"),
        ("", "the first line must be 'level,weight'"),
        ("level,weight\na\n", "line 2: two columns expected"),
        ("level,weight\na,1,2\n", "line 2: two columns expected"),
        ("level,weight\na,x\n", "line 2: weight=x is not a number"),
        ("level,weight\na,nan\n", "line 2: weight=nan; allowed: a finite number"),
        ("level,weight\na,inf\n", "line 2: weight=inf; allowed: a finite number"),
        ("level,weight\na,0.5\na,0.5\n", "line 3: a level stands twice"),
        (b"\xff", "not UTF-8 at byte 0"),
    ],
)
def test_wrong_level_files_are_refused_with_their_line(tmp_path, content, words):
    with pytest.raises(SuiteError) as caught:
        read_levels(_write(tmp_path, "p.csv", content))
    assert words in str(caught.value)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_strict_json_reads_all_json(value):
    assert strict_json(json.dumps(value), "here") == value
