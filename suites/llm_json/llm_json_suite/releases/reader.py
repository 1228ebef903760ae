"""Release 6: an own tolerant reader in place of the library; knows where a quote may end a string.

Covers comments, missing and trailing commas, ellipses, every quote, Python literals, number forms, escapes with
surrogate pairs, and text that stops early. Reads from every brace; the first object of the schema's shape wins.
"""

from __future__ import annotations

import json
import re
from typing import Any

from llm_json_suite.releases.candidates import fits, spoken
from llm_json_suite.releases.fences import unfenced

__all__ = ["Reader", "known", "read", "shaped", "unescaped"]

_BLANK = re.compile(r"(?:[\s\u200b\u2060\ufeff]+|//[^\n]*|#[^\n]*|/\*.*?\*/|\.\.\.|…)*", re.DOTALL)
_STRICT = re.compile(r'"([^"\\\n]*(?:\\.[^"\\\n]*)*)"')
_CLOSERS = {'"': '"', "'": "'", "“": "”", "„": "“”", "‘": "’"}
_KEY = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|“[^”\n]*”|([A-Za-z_]\w*))\s*:""")
_BARE = re.compile(r"[^\s,:\[\]{}\"'/#\u200b\u2060\ufeff]+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d.]|,\d)")
_ITEM = re.compile(
    r"[+-]?[\d.][\w.+-]*[\s\u200b\u2060\ufeff]*[,\]\n…]|(?:true|false|null|none|nan|undefined)\b", re.IGNORECASE
)
_WORDS = {"true": True, "false": False, "null": None, "none": None, "nan": None, "undefined": None}
_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,6})\}|\\U([0-9a-fA-F]{8})"
    r"|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\(.)",
    re.DOTALL,
)
_DEEPEST = 100  # containers in containers; text that nests deeper is no answer, and recursion has an end
_STARTS = 32  # braces to try; prose has a few, hostile text has thousands
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


def _unescape(found: re.Match[str]) -> str:
    curly, long, high, low, short, letter = found.groups()
    if letter:
        return _LETTERS.get(letter, letter)
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    code = int(curly or long or short, 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"


def unescaped(text: str) -> str:
    """The text with one layer of backslash escapes taken off."""
    return _ESCAPE.sub(_unescape, text)


class Reader:
    """Reads one value at a time from ``text``; never raises, and always moves on.

    Args:
        text: any text.
        at: where to start, an index into it.
        names: keys that the schema knows.
    """

    def __init__(self, text: str, at: int, names: frozenset[str]) -> None:
        self.text = text
        self.at = at
        self.names = names
        self.open: list[str] = []  # the closing marks that are awaited, outermost first

    def blank(self, at: int) -> int:
        """The first place from ``at`` on that is neither space, comment nor ellipsis."""
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    def next(self) -> str:
        """Skips what is blank; the mark that follows, or an empty string at the end."""
        self.at = self.blank(self.at)
        return self.text[self.at : self.at + 1]

    def value(self) -> Any:
        """The value that starts here."""
        mark = self.next()
        if mark in ("{", "[") and len(self.open) < _DEEPEST:
            return self.mapping() if mark == "{" else self.items()
        if mark in _CLOSERS:
            return self.string(key=False)
        return self.bare()

    def enter(self, closing: str) -> None:
        """Steps over an opening mark."""
        self.open.append(closing)
        self.at += 1

    def ends(self) -> bool:
        """Whether the innermost container ends here; steps over its closing mark, and over commas before."""
        while (mark := self.next()) == ",":
            self.at += 1
        if mark and mark not in "]}":
            return False
        if mark == self.open.pop():
            self.at += 1
        return True

    def mapping(self) -> dict[str, Any]:
        """The object that starts at this brace."""
        found: dict[str, Any] = {}
        self.enter("}")
        while not self.ends():
            key = self.string(key=True) if self.next() in _CLOSERS else str(self.word())
            if self.next() == ":":
                self.at += 1
                found[key] = self.value()
        return found

    def items(self) -> list[Any]:
        """The list that starts at this bracket."""
        found: list[Any] = []
        self.enter("]")
        while not self.ends():
            found.append(self.value())
        return found

    def word(self) -> str:
        """A run of marks without structure; steps over one mark at least, so that reading never stands still."""
        found = _BARE.match(self.text, self.at)
        word = found[0] if found else self.text[self.at : self.at + 1]
        self.at += max(len(word), 1)
        return word

    def bare(self) -> Any:
        """A number, a literal, or the word itself."""
        if self.open and self.open[-1] == "}" and (found := _THOUSANDS.match(self.text, self.at)):
            self.at = found.end()
            return json.loads(found[0].lstrip("+").replace(",", ""))
        word = self.word()
        if word.lower() in _WORDS:
            return _WORDS[word.lower()]
        for kind in (int, float):
            try:
                return kind(word)
            except ValueError:
                continue
        return word

    def string(self, *, key: bool) -> str:
        """The string that starts at this quote, up to the quote that what follows says is its end."""
        closers = _CLOSERS[self.text[self.at]]
        strict = _STRICT.match(self.text, self.at)
        if strict and self.closes(strict.end(), key=key):
            self.at = strict.end()
            return unescaped(strict[1])
        start = at = self.at + 1
        while at < len(self.text):
            if self.text[at] in closers and self.closes(at + 1, key=key):
                break
            at += 2 if self.text[at] == "\\" else 1
        self.at = at + 1
        return unescaped(self.text[start:at])

    def closes(self, after: int, *, key: bool) -> bool:
        """Whether a quote just before ``after`` ends its string."""
        at = self.blank(after)
        mark = self.text[at : at + 1]
        if key or not mark:
            return mark == ":" or not mark
        inside = self.open[-1] if self.open else ""
        if mark == ",":
            return self.goes_on(self.blank(at + 1), inside)
        if mark in "]}":
            return mark == inside
        gap = at > after
        if inside == "]" or not gap:
            item = "\n" in self.text[after:at] and bool(_ITEM.match(self.text, at))
            return gap and (mark in _CLOSERS or item)
        found = _KEY.match(self.text, at)
        if not found:
            return False
        return mark in _CLOSERS or "\n" in self.text[after:at] or found[1] in self.names

    def goes_on(self, at: int, inside: str) -> bool:
        """Whether another pair or item, or the end, may stand at ``at``, behind a comma."""
        while (mark := self.text[at : at + 1]) == ",":
            at = self.blank(at + 1)
        if not mark or mark == inside:
            return True
        if inside == "}":
            return bool(_KEY.match(self.text, at))
        return mark in _CLOSERS or mark in "{[" or bool(_ITEM.match(self.text, at))


def known(schema: Any) -> frozenset[str]:
    """The names of all properties in the schema."""
    if not isinstance(schema, dict):
        return frozenset()
    below = [known(part) for part in [*schema.get("properties", {}).values(), schema.get("items")]]
    return frozenset(schema.get("properties", ())).union(*below)


def shaped(value: Any, schema: dict[str, Any]) -> Any:
    """The value with quoted numbers read where the schema wants numbers."""
    if isinstance(value, list):
        return [shaped(item, schema.get("items", {})) for item in value]
    if isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties") or {}
        return {key: shaped(item, known.get(key) or other) for key, item in value.items()}
    names = schema.get("type", "string")
    if isinstance(value, str) and "string" not in names and ("number" in names or "integer" in names):
        try:
            return json.loads(value.replace(",", ""))
        except ValueError:
            return value
    return value


def read(task: dict[str, Any]) -> Any:
    """The first object in ``task["raw"]`` that has the schema's shape, after its thoughts if possible, or None."""
    raw, schema = task["raw"], task["schema"]
    try:
        value = json.loads(unfenced(raw))
        if fits(value, schema):
            return value
    except (ValueError, RecursionError):
        pass
    for text in dict.fromkeys((spoken(raw), raw)):
        starts = [found.start() for found in re.finditer("{", text)][:_STARTS]
        for at in starts:
            value = shaped(Reader(text, at, known(schema)).value(), schema)
            if fits(value, schema):
                return value
    return None
