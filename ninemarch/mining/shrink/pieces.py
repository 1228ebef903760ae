"""What JSON values and texts are made of, and how large they are.

Covers paths into JSON, text as lines, sentences, words and characters, the turns of a conversation, and the order by
which one value is smaller than another. Pure functions; nothing is tried here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

__all__ = [
    "TEXT_LEVELS",
    "Path",
    "at",
    "containers",
    "exchanges",
    "json_size",
    "leaves",
    "path_text",
    "plainest",
    "put",
    "split",
]


# A place in a JSON value: keys and numbers of items, from the outside in.
Path = tuple[str | int, ...]

TEXT_LEVELS = ("lines", "sentences", "words", "characters")
_ODDEST = 1e300
_PATTERNS = {
    "lines": r"[^\n]*\n|[^\n]+",
    "sentences": r".+?(?:[.!?。！？؟।]+[\"'”’)\]]*\s+|$)",
    "words": r"\S+\s*|\s+",
    "characters": r".",
}


def split(text: str, level: str) -> list[str]:
    r"""Return a text in pieces that make it up again when joined.

    Args:
        text: any text.
        level: ``lines``, ``sentences``, ``words`` or ``characters``.

    Examples:
        >>> split("It rains. Go in!\nNow.", "sentences"), split("a  b\n", "words"), split("", "lines")
        (['It rains. ', 'Go in!\n', 'Now.'], ['a  ', 'b\n'], [])
    """
    return re.findall(_PATTERNS[level], text, flags=re.DOTALL)


def at(value: Any, path: Path) -> Any:
    """Return what lies at a path."""
    for step in path:
        value = value[step]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of ``value`` with ``new`` at a path; what is not on the way is shared.

    Examples:
        >>> put({"a": [1, 2]}, ("a", 0), 7), put(1, (), 2)
        ({'a': [7, 2]}, 2)
    """
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(value[path[0]], path[1:], new)  # type: ignore[index]
    return copy


def path_text(path: Path) -> str:
    """Return a path as people write it; no two paths read alike.

    Examples:
        >>> path_text(()), path_text(("turns", 0, "text")), path_text(("a.b", ""))
        ('the whole', 'turns[0].text', '["a.b"][""]')
    """
    plain = [isinstance(step, str) and step.isidentifier() for step in path]
    text = "".join(f".{step}" if word else f"[{json.dumps(step)}]" for step, word in zip(path, plain, strict=True))
    return text.removeprefix(".") or "the whole"


def containers(value: Any, depth: int, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of all lists and objects that lie exactly so deep."""
    if not isinstance(value, dict | list | tuple):
        return
    if depth == 0:
        yield path
        return
    for step in value if isinstance(value, dict) else range(len(value)):
        yield from containers(value[step], depth - 1, (*path, step))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield path and value of everything that is not a list or an object, in order."""
    if isinstance(value, dict | list | tuple):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[step], (*path, step))
    else:
        yield path, value


def exchanges(turns: Sequence[Any]) -> list[list[int]]:
    """Return the places of a conversation's messages by exchange: what a person says, and all up to their next words.

    Empty where the list is no conversation (objects with a ``role``) or is a single exchange.

    Examples:
        >>> exchanges([{"role": role} for role in ("system", "user", "assistant", "tool", "user", "assistant")])
        [[0], [1, 2, 3], [4, 5]]
        >>> exchanges([1, 2]), exchanges([{"role": "user"}])
        ([], [])
    """
    if not all(isinstance(turn, dict) and isinstance(turn.get("role"), str) for turn in turns):
        return []
    groups: list[list[int]] = []
    for place, turn in enumerate(turns):
        if not groups or turn["role"] in {"user", "human"}:
            groups.append([])
        groups[-1].append(place)
    return groups if len(groups) > 1 else []


def plainest(leaf: Any) -> Any:
    """Return the simplest value of a leaf's own type; a text is left as it is, for its pieces are taken out.

    Examples:
        >>> [plainest(leaf) for leaf in (17, -2.5, True, "x", None)]
        [0, 0.0, False, 'x', None]
    """
    if isinstance(leaf, bool):
        return False
    return type(leaf)(0) if isinstance(leaf, int | float) else leaf


def json_size(value: Any) -> tuple[int, int, float]:
    """Return how large a JSON value is: parts, then characters of text, then how far its leaves are from plain ones.

    Examples:
        >>> json_size([]) < json_size([0]) < json_size([1]) < json_size([-1]) < json_size([10]) < json_size([0, 0])
        True
        >>> json_size("a") < json_size("b") < json_size("é") < json_size("aa")
        True
    """
    found = list(leaves(value))
    characters = sum(len(leaf) for _, leaf in found if isinstance(leaf, str))
    return _parts(value), characters, sum(_oddness(leaf) for _, leaf in found)


def _parts(value: Any) -> int:
    if not isinstance(value, dict | list | tuple):
        return 1
    return 1 + sum(map(_parts, value.values() if isinstance(value, dict) else value))


def _oddness(leaf: Any) -> float:
    if isinstance(leaf, str):
        return sum(odd_character(char) for char in leaf)
    if isinstance(leaf, bool) or leaf is None:
        return float(bool(leaf))
    if isinstance(leaf, float) and not math.isfinite(leaf):
        return _ODDEST
    # Of two numbers as far from 0, the negative one and the fraction are a little odder.
    odder = 0.25 * (leaf < 0) + 0.5 * (leaf != int(leaf))
    return float(min(_ODDEST, abs(leaf)) + odder)


def odd_character(char: str) -> int:
    """Return 0 for what a person types without thinking, 1 for other ASCII, 2 beyond."""
    if char in "a0 \n":
        return 0
    return 1 if char.isascii() else 2
