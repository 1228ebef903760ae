"""The only door for untrusted text: what a target returned, what a scenario says, what a file is called.

Covers terminals, file names and short excerpts. HTML is escaped by the template engine (autoescape is always
on there); text still passes ``printable`` first so that no control or direction-changing character reaches a
page. Secrets that were made known here (``conceal``) leave through none of these functions.
"""

from __future__ import annotations

import base64
import json
import math
import re
import unicodedata
import urllib.parse
from typing import Any

__all__ = ["conceal", "excerpt", "fault", "inert", "json_text", "plain", "printable", "redact", "scrub", "slug"]

# Cc control, Cf format (bidi overrides, zero width), Cs lone surrogates, Co private, Cn unassigned, Zl/Zp line ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

# Known to the whole process on purpose: a key handed from function to function would be forgotten once.
_SECRETS: list[str] = []
_SHORTEST_SECRET = 8
REDACTED = "[redacted]"
# Addresses are quoted by several habits, which differ in what they leave as it is.
_QUOTES = (urllib.parse.quote, urllib.parse.quote_plus)
_SAFE = ("", "/", "/?:@!$'()*,;+=", "/?:@!$'()*,;+=&")


def conceal(secret: str) -> None:
    """Make a secret known, so that ``redact`` finds it from now on, also as JSON, a URL or base64 write it.

    A text of fewer than 8 characters is no key, and hiding it would hide words and numbers: it is left alone.
    """
    if len(secret) < _SHORTEST_SECRET:
        return
    quoted = {quote(secret, safe=safe, errors="replace") for safe in _SAFE for quote in _QUOTES}
    escaped = {json.dumps(secret, ensure_ascii=ascii_)[1:-1] for ascii_ in (False, True)}
    escaped |= {json.dumps(each)[1:-1] for each in escaped}  # JSON in a text of JSON
    encoded = base64.b64encode(secret.encode(errors="replace")).decode().rstrip("=")
    known = {*_SECRETS, secret, encoded, *quoted, *escaped}
    _SECRETS[:] = sorted(known, key=len, reverse=True)  # a secret within a longer one goes with it


def redact(text: str) -> str:
    """Return ``text`` with every known secret replaced.

    Examples:
        >>> conceal("sk-doctest-1234"); redact("Bearer sk-doctest-1234!")
        'Bearer [redacted]!'
    """
    for secret in _SECRETS:
        if secret in text:
            text = text.replace(secret, REDACTED)
    return text


def printable(text: str, *, keep_newlines: bool = False) -> str:
    r"""Return ``text`` with every character that could steer a terminal or hide itself made visible.

    Args:
        text: anything, hostile included.
        keep_newlines: leave ``\n`` and ``\t`` as they are (multi-line blocks); otherwise they are escaped too.

    Returns:
        Text that is printable, holds no escape sequence, and is unchanged by a second call.

    Examples:
        >>> printable("a\x1b[31mred\u202e")
        'a\\x1b[31mred\\u202e'
        >>> printable("two\nlines", keep_newlines=True)
        'two\nlines'
    """
    text = redact(text)
    if text.isascii() and text.isprintable():
        return text
    out = []
    for char in text:
        if keep_newlines and char in "\n\t":
            out.append(char)
        elif unicodedata.category(char) in _HIDDEN:
            code = ord(char)
            out.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        else:
            out.append(char)
    return "".join(out)


# actions/runner and Azure read ::command:: at the beginning of a line, ##[command] and ##vso[command] anywhere.
_COMMAND = re.compile(r"^(\s*)(?=::)|(?<=#)(?=#[a-z]*\[)", re.IGNORECASE | re.MULTILINE)


def inert(text: str) -> str:
    r"""Return ``text`` such that no CI runner that reads it in a log takes a part of it for a command.

    Examples:
        >>> inert("  ::error::x"), inert("a ##[error]x"), inert("a::b # [c]")
        ('  \\::error::x', 'a #\\#[error]x', 'a::b # [c]')
    """
    return _COMMAND.sub(lambda found: f"{found[1] or ''}\\", text)


def json_text(value: Any) -> str:
    """Return ``value`` as one line of JSON for a person to read; strings are shown without quotes.

    Anything JSON cannot say (a target may return any object) is shown by its type's name, never by calling
    methods of the object: its ``repr`` is code of the target.
    """
    if issubclass(type(value), str):
        return redact(str.__str__(value))  # a subclass may bring methods of its own
    try:
        return redact(json.dumps(value, ensure_ascii=False, default=_unknown, skipkeys=True))
    except Exception:  # noqa: BLE001 - a subclass of dict, list or int is code of the target too
        return _unknown(value)


def _unknown(value: object) -> str:
    return f"<{type(value).__module__}.{type(value).__qualname__}>"


# Deeper values are shown as text: writers of indented JSON run out of stack long before readers do.
_DEEPEST = 60


def plain(value: Any, depth: int = _DEEPEST) -> Any:
    """Return ``value`` made only of what JSON can say, whatever a target or a suite put in.

    NaN and infinities become their names, unknown objects the name of their type, what is nested deeper than
    ``depth`` becomes text.

    Examples:
        >>> plain({"a": (1, float("nan")), 2: {3}})
        {'a': [1, 'NaN'], '2': '<builtins.set>'}
    """
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int:  # Python refuses to write a number of more than 4,300 digits
        return value if value.bit_length() < 14_000 else _unknown(value)
    if kind is float:
        return value if math.isfinite(value) else json.dumps(value)
    if kind not in {dict, list, tuple} or depth <= 0:
        return json_text(value) if issubclass(kind, str) or kind in {dict, list, tuple} else _unknown(value)
    if kind is dict:
        return {json_text(key): plain(each, depth - 1) for key, each in value.items()}
    return [plain(each, depth - 1) for each in value]


def fault(error: BaseException, limit: int = 300) -> str:
    r"""Return an exception as one printable line: ``ValueError: what it says``.

    Examples:
        >>> fault(ValueError("a\x1bb"))
        'ValueError: a\\x1bb'
    """
    try:
        said = excerpt(str(error), limit)
    except Exception:  # noqa: BLE001 - an exception of foreign code may break when it is asked what it says
        said = ""
    return type(error).__name__ + (f": {said}" if said else "")


def excerpt(value: Any, limit: int = 120) -> str:
    """Return ``value`` as printable text of at most ``limit`` characters, the cut marked by an ellipsis.

    Examples:
        >>> excerpt({"a": 1})
        '{"a": 1}'
        >>> excerpt("x" * 10, limit=5)
        'xxxx…'
    """
    text = printable(json_text(value)[: 4 * limit])
    return text if len(text) <= limit else text[: limit - 1] + "…"


def scrub(text: str) -> str:
    r"""Return ``text`` so that it can be encoded as UTF-8: lone surrogates become ``\\udXXX`` in letters.

    Examples:
        >>> scrub("\ud83d!")
        '\\ud83d!'
    """
    text = redact(text)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def slug(text: str, limit: int = 60) -> str:
    """Return a safe part of a file name made from ``text``; never empty, never a path.

    Examples:
        >>> slug("../Etc/Pass wd")
        'etc-pass-wd'
        >>> slug("...")
        'x'
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", folded).strip("-")[:limit] or "x"
