"""``${VAR}`` and ``${VAR:-default}`` in a suite file: the only way a secret comes in.

Covers the substitution and what counts as a secret. What the file says stays as it is in every record; values are
put in when a target is opened.
"""

from __future__ import annotations

import os
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from ninemarch.errors import SuiteError
from ninemarch.text import conceal, excerpt

__all__ = ["expand", "expand_all", "names_in"]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\}")


def expand(text: str, place: str, *, secret: bool = True) -> str:
    """Return ``text`` with its variables put in.

    Args:
        text: as the suite file has it.
        place: where it stands, for messages.
        secret: conceal the values in all that is ever shown; of an address only the parts that may hold a secret.

    Raises:
        SuiteError: a variable is not set and has no default.
    """

    def value(found: re.Match[str]) -> str:
        name, default = found[1], found[3]
        given = os.environ.get(name, "")
        if not given and default is None:
            msg = f"{place}: the environment variable {name} is not set; set it, or write ${{{name}:-default}}"
            raise SuiteError(msg)
        if given and secret:
            for part in _secrets(given):
                conceal(part)
        return given or default or ""

    return _VARIABLE.sub(value, text)


def expand_all(value: Any, place: str, *, secret: bool = True) -> Any:
    """Return ``value`` with the variables of every text in it put in; see ``expand``."""
    if isinstance(value, str):
        return expand(value, place, secret=secret)
    if isinstance(value, Mapping):
        return {key: expand_all(each, f"{place}.{excerpt(key, 40)}", secret=secret) for key, each in value.items()}
    return [expand_all(each, place, secret=secret) for each in value] if isinstance(value, list | tuple) else value


def names_in(text: str) -> list[str]:
    """Return the names of the variables in ``text``.

    Examples:
        >>> names_in("Bearer ${TOKEN} ${OTHER:-x} $NONE")
        ['TOKEN', 'OTHER']
    """
    return [found[1] for found in _VARIABLE.finditer(text)]


def _secrets(value: str) -> list[str]:
    """What of a variable's value may be secret: all of it; of an http address its password and its query's values."""
    if not re.match(r"https?://", value):
        return [value]
    parts = urllib.parse.urlsplit(value)
    query = [given for _, given in urllib.parse.parse_qsl(parts.query)]
    return [part for part in (parts.password, *query) if part]
