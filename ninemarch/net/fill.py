"""One fixed substitution: ``{input}`` and ``{input.a.b}`` in a template; and looking up such a path in an answer.

Covers texts and JSON values. Nothing else between braces has a meaning, and what was put in is not looked at again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from ninemarch.text import excerpt

__all__ = ["NotThere", "fill", "filled", "find"]

_PLACE = re.compile(r"\{input((?:\.[^.{}\s]+)*)\}")


class NotThere(Exception):
    """A value has no such part."""


def fill(template: str, given: Any, quote: Callable[[str], str] = str) -> str:
    """Return the text with its places filled in; what is no text is written as JSON.

    Args:
        template: may hold ``{input}``, and ``{input.name}`` or ``{input.0}`` for a part of it.
        given: the scenario's input.
        quote: what is done to each text that is put in.

    Raises:
        NotThere: the input has no such part.

    Examples:
        >>> fill('{"q": {input.question}} {other} {input.n.0}', {"question": "{input}", "n": [1]})
        '{"q": {input}} {other} 1'
    """
    if template == "{input}":
        return quote(_text(given))
    return _PLACE.sub(lambda found: quote(_text(find(given, found[1][1:]))), template)


def filled(template: Any, given: Any) -> Any:
    """Return a JSON value with the places in its texts filled in; a text that is one place becomes the value itself.

    Raises:
        NotThere: the input has no such part.

    Examples:
        >>> filled({"n": "{input.n}", "text": "n={input.n}"}, {"n": [1, 2]})
        {'n': [1, 2], 'text': 'n=[1, 2]'}
    """
    if isinstance(template, str):
        whole = _PLACE.fullmatch(template)
        return find(given, whole[1][1:]) if whole else fill(template, given)
    if isinstance(template, dict):
        return {key: filled(value, given) for key, value in template.items()}
    return [filled(value, given) for value in template] if isinstance(template, list) else template


def find(value: Any, path: str) -> Any:
    """Return the part of a JSON value at a path of keys and places with dots between; the whole for an empty path.

    Raises:
        NotThere: there is none.

    Examples:
        >>> find({"choices": [{"text": "hi"}]}, "choices.0.text")
        'hi'
    """
    for part in path.split(".") if path else ():
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            msg = f"there is no '{excerpt(part, 40)}' of '{excerpt(path, 80)}'"
            raise NotThere(msg)
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
