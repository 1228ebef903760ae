"""Ids in few characters: nothing is lost, whatever an id looks like."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ninemarch.errors import UsageError
from ninemarch.kept.names import pack, unpack

NUMBERED = st.builds("{}{}".format, st.sampled_from(["", "a:", "default:1000:", "7-"]), st.integers(0, 3000))
PADDED = st.builds(lambda n, width: f"p{n:0{width}d}", st.integers(0, 1200), st.integers(1, 5))


@given(st.sets(st.one_of(NUMBERED, PADDED, st.text(max_size=8), st.from_regex(r"[0-9٠-٩]{1,20}", fullmatch=True))))
@example({"", "0", "00", "000", "1", "01"})
@example({"p0999", "p1000", "p999", "p01000", "p00999"})
@example({"99999999999999999999", "a\n1", "a\n2", "²", "a²"})
def test_what_was_packed_comes_back(names):
    lines = pack(names)
    assert sorted(unpack(lines, len(names))) == sorted(names)


def test_a_hundred_thousand_drawn_scenarios_are_a_hundred_lines():
    lines = pack(f"default:1000:{n}" for n in range(100_000))
    assert len(lines) == 100
    assert sum(len(start) + len(runs) for start, runs in lines) < 3000


@pytest.mark.parametrize(
    "line", [("a", "0-999999999999999999"), ("a", "1 2 3 4"), ("a", "5-4"), ("a", "x"), ("a", "-1")]
)
def test_a_line_that_was_not_packed_is_refused(line):
    with pytest.raises(UsageError):
        list(unpack([line], 3))
