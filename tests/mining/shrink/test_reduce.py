"""What is taken out of JSON values, texts, conversations and attributes, and that what is left fails as before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.mining.shrink import Lens, Search, Shape, json_key, json_size, reduce_json, reduce_levels, shrink
from ninemarch.mining.shrink.belief import group_size
from ninemarch.mining.shrink.levels import levels_size
from ninemarch.mining.shrink.pieces import TEXT_LEVELS, leaves, put, split

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def certain(holds: Any) -> Any:
    return lambda value, many: [bool(holds(value))] * many


@pytest.mark.parametrize(
    ("start", "holds", "left"),
    [
        ([5, 0, -7, 12, 40], lambda v: any(x > 9 for x in v), [10]),
        ({"a": 1, "b": [True, {"c": "x"}], "d": None}, lambda v: "b" in v, {"b": []}),
        ("The 3rd of May.\nIt rains; go in, now! Bye.", lambda v: "rain" in v, "rain"),
        ("naïve façade", lambda v: len(v) >= 3, "aaa"),
        ({"n": -3.75}, lambda v: v.get("n", 0) < -1, {"n": -2.0}),
        (7, lambda v: v % 2 == 1, 1),
        ([[1, 2], [3, 4], [5, [6, 7]]], lambda v: "7" in json.dumps(v), [[[7]]]),
        (None, lambda _: True, None),
        ("", lambda _: True, ""),
    ],
)
def test_what_is_left(start: Any, holds: Any, left: Any) -> None:
    found = shrink(start, certain(holds))
    assert found.scenario == left
    assert type(found.scenario) is type(left)


@given(VALUES, st.integers(0, 10**6))
def test_what_is_left_fails_is_no_larger_and_the_original_is_not_touched(start: Any, salt: int) -> None:
    """An arbitrary property of the value: failing where one leaf of the original is still there."""
    before = json.dumps(start)
    found = [leaf for _, leaf in leaves(start)]
    wanted = found[salt % len(found)] if found else None

    def holds(value: Any) -> bool:
        return wanted is None or any(type(leaf) is type(wanted) and leaf == wanted for _, leaf in leaves(value))

    shrunk = shrink(start, certain(holds), budget=5000)
    assert holds(shrunk.scenario)
    assert json_size(shrunk.scenario) <= json_size(start)
    assert json.dumps(start) == before
    if found and wanted is not None and not shrunk.stopped:
        assert sum(1 for _ in leaves(shrunk.scenario)) == 1


def test_a_conversation_loses_whole_exchanges_and_keeps_its_roles() -> None:
    turns = [
        {"role": role, "content": f"{role} {number}"}
        for number in range(6)
        for role in ("user", "assistant", "tool", "assistant")
    ]
    states: list[Any] = []

    def fails(value: Any, many: int) -> list[bool]:
        states.append(value)
        said = [turn.get("content", "") for turn in value["turns"]] if "turns" in value else []
        return [any("user 3" in text for text in said)] * many

    found = shrink({"turns": turns, "seed": 4}, fails)
    assert found.scenario == {"turns": [{"content": "user 3"}]}
    assert any("exchanges of turns" in change.what for change in found.changes)


@pytest.mark.parametrize("level", TEXT_LEVELS)
@given(st.text())
def test_pieces_of_a_text_make_it_up_again(level: str, text: str) -> None:
    assert "".join(split(text, level)) == text
    assert all(split(text, level))


@given(VALUES)
def test_put_replaces_one_place(value: Any) -> None:
    for path, leaf in leaves(value):
        assert json_key(put(value, path, leaf)) == json_key(value)
        assert json_key(put(value, path, "something else")) != json_key(value)


def test_what_the_lens_keeps_is_not_touched() -> None:
    lens: Lens[Any] = Lens(lambda v: v["in"], lambda v, new: {**v, "in": new}, may=lambda path: path[:1] != ("id",))
    shape: Shape[Any] = Shape(lambda search: reduce_json(search, lens), json_size, json_key)
    start = {"in": {"id": "long name", "text": "some words"}, "out": 77}
    assert shrink(start, certain(lambda v: "id" in v["in"]), shape=shape).scenario == {
        "in": {"id": "long name"},
        "out": 77,
    }


RANKS = {"noise": ["none", "lower", "swap"], "shape": ["plain", "iso", "words"], "size": ["small", "large"]}


def shrunk_levels(start: dict[str, str], holds: Any) -> dict[str, str]:
    lens: Lens[dict[str, str]] = Lens(lambda v: v, lambda _, new: new)
    shape: Shape[dict[str, str]] = Shape(
        lambda search: reduce_levels(search, lens, RANKS), lambda v: levels_size(v, RANKS), json_key
    )
    return shrink(start, certain(holds), shape=shape).scenario


def test_attributes_go_to_their_defaults_and_else_to_the_commonest_level_that_fails() -> None:
    start = {"noise": "swap", "shape": "words", "size": "large", "other": "?"}
    plain = {"noise": "none", "shape": "plain", "size": "small", "other": "?"}
    assert shrunk_levels(start, lambda v: v["noise"] == "swap") == {**plain, "noise": "swap"}
    assert shrunk_levels(start, lambda v: v["noise"] != "none") == {**plain, "noise": "lower"}
    assert shrunk_levels(start, lambda v: True) == plain
    assert shrunk_levels(start, lambda v: v == start) == start


@given(st.integers(1, 300), st.data())
def test_a_group_lies_between_one_piece_and_all(pieces: int, data: st.DataObject) -> None:
    needed = data.draw(st.integers(0, pieces - 1))
    dropped = data.draw(st.integers(0, pieces - 1 - needed))
    assert 1 <= group_size(pieces, needed=needed, dropped=dropped) <= pieces - needed - dropped


def test_search_takes_only_what_is_smaller() -> None:
    taken: list[Any] = []

    def reduce(search: Search[Any]) -> None:
        taken.append(search.first("nothing smaller", iter(["bb", None, "a"])))

    shape: Shape[Any] = Shape(reduce, json_size, json_key)
    assert shrink("a", certain(lambda _: True), shape=shape).scenario == "a"
    assert taken == [False]
