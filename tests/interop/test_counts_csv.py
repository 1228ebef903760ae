"""Counts of releases from CSV: what is read, and every field that cannot be."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.interop import CountedRelease, read_counts

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)


def written(folder, text, encoding="utf-8"):
    path = folder / "counts.csv"
    path.write_bytes(text.encode(encoding))
    return path


@given(
    st.lists(
        st.builds(
            CountedRelease,
            release=TEXT,
            failures=st.integers(0, 9),
            trials=st.integers(9, 10**12),
            name=TEXT,
            date=st.dates().map(str),
            effort=st.none() | st.floats(0, 1e6),
            profile=TEXT,
        ),
        min_size=1,
    ),
    st.sampled_from(",;\t"),
)
def test_what_a_writer_of_csv_wrote_is_read(tmp_path_factory, rows, mark):
    out = io.StringIO()
    names = list(CountedRelease.__dataclass_fields__)
    writer = csv.writer(out, delimiter=mark)
    writer.writerow(names)
    writer.writerows([["" if getattr(row, name) is None else getattr(row, name) for name in names] for row in rows])
    assert read_counts(written(tmp_path_factory.mktemp("csv"), out.getvalue())) == tuple(rows)


def test_a_spreadsheets_mark_empty_lines_and_blanks_are_no_trouble(tmp_path):
    path = written(tmp_path, "\ufeffRelease; Trials ;failures\r\n 1.0 ;100; 3\r\n;;\r\n")
    assert read_counts(path) == (CountedRelease("1.0", 3, 100),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "has no column release, failures, trials"),
        ("release,failures,trials\n", "names no release"),
        ("release,failures\n1,2\n", "line 1, has no column trials"),
        ("release,failures,trails\n1,2,3\n", "unknown column 'trails'; did you mean 'trials'"),
        ("release,failures,trials,trials\n1,2,3,3\n", "names a column twice"),
        ("release,failures,trials\n1,2\n", "line 2, has 2 fields; allowed: 3"),
        ("release,failures,trials\n1,2,3\n2,x,3\n", "line 3, has failures='x'"),
        ("release,failures,trials\n1,2.0,3\n", "has failures='2.0'"),
        ("release,failures,trials\n1,-2,3\n", "has failures='-2'"),
        ("release,failures,trials\n1,4,3\n", "4 failures in 3 trials"),
        ("release,failures,trials\n1,0,0\n", "0 failures in 0 trials"),
        ("release,failures,trials\n,0,1\n", "has release=''"),
        ("release,failures,trials,date\n1,0,1,25.11.2026\n", "has date='25.11.2026'"),
        ("release,failures,trials,date\n1,0,1,2026-13-01\n", "has date='2026-13-01'"),
        ("release,failures,trials,effort\n1,0,1,3w\n", "has effort='3w'"),
        ("release,failures,trials,effort\n1,0,1,-1\n", "has effort='-1'"),
        ("release,failures,trials,effort\n1,0,1,nan\n", "has effort='nan'"),
        ('release,failures,trials\n"1,2,3\n', "is no CSV"),
        ("release,failures,trials\n" + "x" * 201 + ",0,1\n", "1 to 200 characters"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(tmp_path, text, why):
    with pytest.raises(UsageError, match="allowed: ") as refused:
        read_counts(written(tmp_path, text))
    assert why in str(refused.value)


def test_a_file_that_is_not_there_or_not_text_is_said(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read_counts(tmp_path / "nosuch.csv")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_counts(written(tmp_path, "release,failures,trials\nä,0,1\n", "latin-1"))
