"""Makes JSON values smaller: items and keys from the outside in, texts from lines to characters, then plain values.

Covers what is tried and in which order; ``Search`` decides. Keys are taken out, never renamed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Generic, TypeVar

from ninemarch.mining.shrink.pieces import (
    TEXT_LEVELS,
    Path,
    at,
    containers,
    exchanges,
    leaves,
    odd_character,
    path_text,
    plainest,
    put,
    split,
)
from ninemarch.mining.shrink.search import Search

__all__ = ["Lens", "reduce_items", "reduce_json"]

T = TypeVar("T")


class Lens(Generic[T]):
    """The part of a scenario that is made smaller.

    Args:
        get: the JSON value inside the scenario.
        put: the scenario with another value; None where it would be none.
        may: whether what lies at a path may be made smaller; everything by default.
    """

    def __init__(
        self,
        get: Callable[[T], Any],
        put: Callable[[T, Any], T | None],
        may: Callable[[Path], bool] = lambda path: True,  # noqa: ARG005
    ) -> None:
        self.get, self.put, self.may = get, put, may


_WHOLE: Lens[Any] = Lens(lambda value: value, lambda _, new: new)


def reduce_json(search: Search[T], lens: Lens[T] = _WHOLE) -> None:
    """Make the value under the lens smaller in every way this module knows.

    Raises:
        OutOfTrials: what was accepted so far stays.
    """
    reduce_items(search, lens)
    _texts(search, lens)
    _plain(search, lens)
    _numbers(search, lens)


def reduce_items(search: Search[T], lens: Lens[T] = _WHOLE) -> None:
    """Take out items of lists (whole exchanges of a conversation first) and keys of objects, from the outside in.

    Raises:
        OutOfTrials: what was accepted so far stays.

    Source: the order from the outside in is that of hierarchical delta debugging, G. Misherghi and Z. Su (2006),
    ICSE 142-151.
    """
    for depth in count():
        paths = list(containers(lens.get(search.current), depth))
        if not paths:
            return
        for path in filter(lens.may, paths):
            node = at(lens.get(search.current), path)
            groups = exchanges(node) if isinstance(node, list) else []
            if groups:
                _cut(search, lens, path, "exchanges", groups)
            node = at(lens.get(search.current), path)
            steps = list(node) if isinstance(node, dict) else range(len(node))
            _cut(search, lens, path, "keys" if isinstance(node, dict) else "items", [[step] for step in steps])


def _cut(search: Search[T], lens: Lens[T], path: Path, what: str, groups: Sequence[Sequence[Any]]) -> None:
    """One cut of a container into groups of its keys or places."""
    whole, start = lens.get(search.current), search.current
    node = at(whole, path)

    def keep(kept: Sequence[int]) -> T | None:
        steps = [step for place in kept for step in groups[place]]
        new = {step: node[step] for step in steps} if isinstance(node, dict) else [node[step] for step in steps]
        return lens.put(start, put(whole, path, new))

    search.cut(f"{what} of {path_text(path)}", len(groups), keep)


def _texts(search: Search[T], lens: Lens[T]) -> None:
    """Take pieces out of texts, the coarse levels of all texts before the fine ones."""
    for level in TEXT_LEVELS:
        for path in _paths(search, lens, str):
            _cut_text(search, lens, path, level)


def _cut_text(search: Search[T], lens: Lens[T], path: Path, level: str) -> None:
    whole, start = lens.get(search.current), search.current
    pieces = split(at(whole, path), level)

    def keep(kept: Sequence[int]) -> T | None:
        return lens.put(start, put(whole, path, "".join(pieces[place] for place in kept)))

    search.cut(f"{level} of {path_text(path)}", len(pieces), keep)


def _paths(search: Search[T], lens: Lens[T], *kinds: type) -> list[Path]:
    return [p for p, leaf in leaves(lens.get(search.current)) if type(leaf) in kinds and lens.may(p)]


def _plain(search: Search[T], lens: Lens[T]) -> None:
    """Make leaves plain: 0 for a number, false for true, a for a letter; each where the failure does not need it."""
    whole, start = lens.get(search.current), search.current
    odd = [(p, plainest(leaf)) for p, leaf in leaves(whole) if lens.may(p) and not _same(leaf, plainest(leaf))]

    def keep_leaves(kept: Sequence[int]) -> T | None:
        value = whole
        for place in {*range(len(odd))} - {*kept}:
            value = put(value, *odd[place])
        return lens.put(start, value)

    search.cut("values that are not plain", len(odd), keep_leaves)
    for path in _paths(search, lens, str):
        _plain_text(search, lens, path)


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and bool(a == b)


def _plain_text(search: Search[T], lens: Lens[T], path: Path) -> None:
    whole, start = lens.get(search.current), search.current
    text: str = at(whole, path)
    odd = [place for place, char in enumerate(text) if odd_character(char)]

    def keep(kept: Sequence[int]) -> T | None:
        chars = list(text)
        for place in {*range(len(odd))} - {*kept}:
            chars[odd[place]] = _plain_character(text[odd[place]])
        return lens.put(start, put(whole, path, "".join(chars)))

    search.cut(f"odd characters of {path_text(path)}", len(odd), keep)


def _plain_character(char: str) -> str:
    return " " if char.isspace() else "0" if char.isdecimal() else "a"


def _numbers(search: Search[T], lens: Lens[T]) -> None:
    """Bring numbers that the failure needs nearer to 0."""
    for path in _paths(search, lens, int, float):
        while _bring_nearer(search, lens, path):
            pass


def _bring_nearer(search: Search[T], lens: Lens[T], path: Path) -> bool:
    whole, start = lens.get(search.current), search.current
    candidates = (lens.put(start, put(whole, path, nearer)) for nearer in _nearer(at(whole, path)))
    return search.first(f"number at {path_text(path)}", candidates)


def _nearer(number: Any) -> Iterator[Any]:
    """Yield simpler numbers than this one, the simplest first: 1, without sign, without fraction, then by halves."""
    kind = type(number)
    yield kind(1)
    if isinstance(number, float) and not math.isfinite(number):
        return
    if number < 0:
        yield -number
    if number != int(number):
        yield kind(int(number))
        yield round(number, 1)
    gap = abs(int(number)) // 2  # the half, then three quarters, seven eighths: towards the number itself
    while gap:
        yield kind(int(number) - gap if number > 0 else int(number) + gap)
        gap //= 2
