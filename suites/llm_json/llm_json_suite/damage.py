"""The damage that is done to the tokens of a document: 14 of the 19 kinds.

Covers damage of structure, quoting and values, and two kinds of encoding that work inside strings or between
tokens. The other five kinds work on the finished text (``wrapping.py``). Every kind changes how the document
is written, never what it says; where a reader could take the result for another document, ``audit.py`` finds it.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Mapping

from llm_json_suite.words import noun
from llm_json_suite.writer import Token

__all__ = ["TOKEN_DAMAGE", "damaged_strings"]

Tokens = list[Token]

_COMMENTS = (
    "from the second page",
    'the customer wrote "%"',
    "not sure, maybe {%}?",
    "it's the user's %",
    "e.g. %, [1, 2]",
    "optional: %",
    "%",
)
_WORD = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ASTRAL = re.compile(r"[\U00010000-\U0010ffff]|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})")
_ZERO_WIDTH = ("\u200b", "\ufeff", "\u2060", "\u200b\u200b", "\u00a0")


def damaged_strings(parts: Tokens) -> Tokens:
    """The string tokens, the ones that quoting works on."""
    return [part for part in parts if part.kind == "string"]


def _some(rng: random.Random, places: list[int], most: int) -> list[int]:
    """One to ``most`` of the places, last first, so that inserting does not move the rest."""
    return sorted(rng.sample(places, min(len(places), rng.randrange(1, most + 1))), reverse=True)


def _ends(parts: Tokens, *, marks: str = "]}") -> list[int]:
    """Where the last item of each non-empty container has ended: before the space and the closing mark."""
    ends = []
    for place, part in enumerate(parts):
        if part.kind == "close" and part.text in marks and parts[place - 1].kind != "open":
            ends.append(place - 1 if parts[place - 1].kind == "space" else place)
    return ends


def _trailing_comma(parts: Tokens, rng: random.Random) -> None:
    ends = _ends(parts)
    for place in reversed(ends) if rng.random() < 0.3 else _some(rng, ends, 2):
        parts.insert(place, Token("added", ","))


def _missing_comma(parts: Tokens, rng: random.Random) -> None:
    for place in _some(rng, [i for i, part in enumerate(parts) if part.kind == "comma"], 2):
        parts[place].text = "" if parts[place + 1].kind == "space" else " "


def _comments(parts: Tokens, rng: random.Random) -> None:
    spots = [i + 1 for i, part in enumerate(parts) if part.kind in ("comma", "open")]
    for place in _some(rng, spots, 3):
        words = rng.choice(_COMMENTS).replace("%", noun(rng))
        if parts[place].kind == "space" and parts[place].text[0] == "\n":
            form = rng.choice(("  // {}", " // {}", "  # {}", " /* {} */"))
        else:
            form = " /* {} */ "
        parts.insert(place, Token("added", form.format(words)))


def _ellipsis(parts: Tokens, rng: random.Random) -> None:
    lists = _ends(parts, marks="]")
    place = rng.choice(lists if lists and rng.random() < 0.8 else _ends(parts))
    line = "\n" if parts[place].kind == "space" else " "
    mark = rng.choice(("...", "…", "// ..." if line == "\n" else "/* ... */"))
    parts.insert(place, Token("added", f"{rng.choice((',', ',', ''))}{line}{mark}"))


def _truncation(parts: Tokens, rng: random.Random) -> None:
    """Cuts closing marks off the end, and at times the last string's closing quote with them."""
    first = len(parts)
    while parts[first - 1].kind in ("close", "space", "added") and parts[first - 2].kind != "open":
        first -= 1
    closers = [i for i in range(first, len(parts)) if parts[i].kind == "close"] or [len(parts) - 1]
    cut = rng.choice(closers)
    last = parts[first - 1]
    del parts[cut:]
    if cut == closers[0] and last.kind == "string" and rng.random() < 0.3:
        del parts[first:]
        last.text = last.text[:-1]


def _single_quotes(parts: Tokens, rng: random.Random) -> None:
    apostrophe = "'" if rng.random() < 0.2 else "\\'"
    for part in parts:
        if part.kind in ("string", "key"):
            part.text = "'" + part.text[1:-1].replace("'", apostrophe).replace('\\"', '"') + "'"


def _smart_quotes(parts: Tokens, rng: random.Random) -> None:
    inner = rng.choice(('"', '\\"'))
    for part in parts:
        if part.kind in ("string", "key"):
            part.text = "“" + part.text[1:-1].replace('\\"', inner) + "”"


def _unquoted_keys(parts: Tokens, rng: random.Random) -> None:
    share = rng.choice((1.0, 1.0, 0.5))
    for part in parts:
        if part.kind == "key" and _WORD.match(part.value) and rng.random() < share:
            part.text = part.value


def _bare_quotes(parts: Tokens, rng: random.Random) -> None:
    for part in damaged_strings(parts):
        part.text = '"' + part.text[1:-1].replace('\\"', '"') + '"'
    del rng


def _raw_newlines(parts: Tokens, rng: random.Random) -> None:
    raw = {"n": "\n", "t": "\t"}
    for part in damaged_strings(parts):
        part.text = _ESCAPE.sub(lambda found: raw.get(found[1], found[0]), part.text)
    del rng


def _python_literals(parts: Tokens, rng: random.Random) -> None:
    forms = {True: "True", False: "False", None: "None"}
    for part in parts:
        if part.kind == "literal":
            part.text = forms[part.value]
    del rng


def _number_forms(parts: Tokens, rng: random.Random) -> None:
    places = [i for i, part in enumerate(parts) if _numeric(part)]
    for place in _some(rng, places, 3):
        part = parts[place]
        if part.value is None:
            part.text = rng.choice(("NaN", "NaN", "nan", "undefined"))
            continue
        forms = [f'"{part.text}"', f"+{part.text}".replace("+-", "-")]
        if part.value >= 1000 and "e" not in part.text:
            forms += [f"{part.value:,}", f'"{part.value:,}"', f"{part.value:_}"]
        if part.text.startswith("0."):
            forms.append(part.text[1:])
        elif part.text.isdigit():
            forms.append(f"00{part.text}")
        part.text = rng.choice(forms)


def _zero_width(parts: Tokens, rng: random.Random) -> None:
    spots = [i for i, part in enumerate(parts) if part.kind not in ("colon", "space")]
    for place in _some(rng, spots, 6):
        parts.insert(place, Token("added", rng.choice(_ZERO_WIDTH)))


def _emoji_escapes(parts: Tokens, rng: random.Random) -> None:
    form = rng.choice(("\\u{{{:x}}}", "\\u{{{:X}}}", "\\U{:08X}"))

    def write(found: re.Match[str]) -> str:
        character = json.loads(f'"{found[0]}"')
        return form.format(ord(character))

    for part in damaged_strings(parts):
        part.text = _ASTRAL.sub(write, part.text)


def _numeric(part: Token) -> bool:
    return part.kind == "number" or (part.value is None and "number" in part.types)


def _always(parts: Tokens) -> bool:
    return bool(parts)


def _with(pattern: str) -> Callable[[Tokens], bool]:
    search = re.compile(pattern, re.DOTALL).search
    return lambda parts: any(search(part.text) for part in parts if part.kind == "string")


def _literal(parts: Tokens) -> bool:
    return any(part.kind == "literal" for part in parts)


def _number(parts: Tokens) -> bool:
    return any(_numeric(part) for part in parts)


Damage = Callable[[Tokens, random.Random], None]

# kind: (damage, whether this document can suffer it). The order is the order of application: what changes
# the text of a token comes first, what needs the marks between them after it, cutting the end last.
TOKEN_DAMAGE: Mapping[str, tuple[Damage, Callable[[Tokens], bool]]] = {
    "python_literals": (_python_literals, _literal),
    "number_forms": (_number_forms, _number),
    "emoji_escapes": (_emoji_escapes, _with(_ASTRAL.pattern)),
    "raw_newlines": (_raw_newlines, _with(r"(?<!\\)(?:\\\\)*\\[nt]")),
    "bare_quotes": (_bare_quotes, _with(r'\\"')),
    "single_quotes": (_single_quotes, _always),
    "smart_quotes": (_smart_quotes, _always),
    "unquoted_keys": (_unquoted_keys, _always),
    "missing_comma": (_missing_comma, _always),
    "ellipsis": (_ellipsis, _always),
    "trailing_comma": (_trailing_comma, _always),
    "comments": (_comments, _always),
    "zero_width": (_zero_width, _always),
    "truncation": (_truncation, _always),
}
