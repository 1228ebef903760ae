"""What stands around the JSON in a raw answer, and encodings of the whole: 5 of the 19 kinds of damage.

Covers fences, prose, think blocks, a draft before the final answer, double encoding and HTML escapes. Works on
finished text; damage inside the JSON is ``damage.py``'s.
"""

from __future__ import annotations

import html
import json
import random
from typing import Any

from llm_json_suite.words import noun, text
from llm_json_suite.writer import clean

__all__ = ["PRESENTATIONS", "WRAPPING_DAMAGE", "wrapped"]

PRESENTATIONS = ("bare", "fence_json", "fence_plain", "fence_odd")
WRAPPING_DAMAGE = ("prose", "think", "draft", "double_encoding", "html_escapes")

_BEFORE = (
    "Here is the JSON you asked for:",
    "Sure! The extracted data:",
    "Here's the {family} in the requested format [v2]:",
    'I read "%" as the main item. Result:',
    "Output (see schema {...}):",
    "Note: fields marked [%] were unclear.",
    "**Answer**\n\n- item: `%`\n- format: `{family}`\n",
)
_AFTER = (
    "Let me know if you need anything else!",
    'I set unknown fields to null, e.g. "%".',
    "Note: [1] the % may be outdated; {unverified}.",
    "If the % is wrong, replace it with {}.",
    "Hope this helps 😀",
    "(Total checked: 3 of 4 items.)",
)
_THOUGHTS = (
    "The schema wants an object like {{family}: ...}, so I need to map the fields.",
    'They wrote "%", which could be [a] the name or {b} the title.',
    "Let me be careful with null values and the % field: {",
    "It's important to return only JSON. ```json must be closed.",
    "Okay: % -> text, the rest -> list [..., ...].",
    "Hmm, is the % an item? I'd say so.",
)
_DOUBTS = (
    "Wait, I misread the %. Corrected version:",
    "Actually, some values above are wrong. Final answer:",
    "Let me double-check the %... one value was off. Here is the final JSON:",
    "Correction [after a second look at {%}]:",
)


def draft_of(value: Any, rng: random.Random) -> Any:
    """The same document with some values different, as a first attempt has them."""
    if isinstance(value, dict):
        return {key: draft_of(item, rng) for key, item in value.items()}
    if isinstance(value, list):
        kept = value[:-1] if value and rng.random() < 0.2 else value
        return [draft_of(item, rng) for item in kept]
    if value is None or isinstance(value, bool) or rng.random() < 0.7:
        return value
    if isinstance(value, str):
        return value
    return value + rng.randrange(1, 10)


def wrapped(
    body: str,
    truth: dict[str, Any],
    kinds: tuple[str, ...],
    drawn: dict[str, str],
    rng: random.Random,
) -> str:
    """The raw answer: the body in its presentation, with what the kinds of damage put around it.

    Args:
        body: the document as JSON text, perhaps damaged.
        truth: the document.
        kinds: the kinds of damage of this scenario.
        drawn: levels of the attributes family, layout, escapes and presentation.
        rng: source of randomness.
    """
    if "double_encoding" in kinds:
        encoded = json.dumps(body, ensure_ascii=rng.random() < 0.5)
        # Without the outer quotes only the quotes inside show that the text is encoded.
        seen = "single_quotes" not in kinds and "smart_quotes" not in kinds
        body = encoded[1:-1] if seen and rng.random() < 0.3 else encoded
    if "html_escapes" not in kinds:
        return _around(body, truth, kinds, drawn, rng)
    whole = rng.random() < 0.4
    quote = rng.choice(("&quot;", "&quot;", "&#34;"))
    if whole:
        return _escape(_around(body, truth, kinds, drawn, rng), quote)
    return _around(_escape(body, quote), truth, kinds, drawn, rng)


def _escape(plain: str, quote: str) -> str:
    return html.escape(plain).replace("&quot;", quote)


def _around(
    body: str, truth: dict[str, Any], kinds: tuple[str, ...], drawn: dict[str, str], rng: random.Random
) -> str:
    cut = "truncation" in kinds
    form = drawn["presentation"]
    raw = _fenced(body, form, rng, closed=not cut)
    if "draft" in kinds:
        first = _fenced(_draft(truth, drawn, rng), form, rng, closed=True)
        raw = f"{first}\n\n{_fill(rng.choice(_DOUBTS), drawn, rng)}\n\n{raw}"
    if "prose" in kinds:
        before = rng.random() < 0.8 or cut
        after = not cut and (not before or rng.random() < 0.6)
        gap = rng.choice(("\n\n", "\n", "\n", " ")) if form == "bare" else "\n"
        raw = _fill(rng.choice(_BEFORE), drawn, rng) + gap + raw if before else raw
        raw = raw + gap + _fill(rng.choice(_AFTER), drawn, rng) if after else raw
    if "think" in kinds:
        raw = f"{_thinking(truth, drawn, rng)}\n\n{raw}"
    return raw


def _fenced(body: str, form: str, rng: random.Random, *, closed: bool) -> str:
    if form == "bare":
        return body
    fence, tag = "```", "json" if form == "fence_json" else ""
    if form == "fence_odd":
        fence, tag = rng.choice((("~~~", "json"), ("````", "json"), ("```", "JSON"), ("```", "javascript")))
    return f"{fence}{tag}\n{body}\n{fence}" if closed or rng.random() < 0.3 else f"{fence}{tag}\n{body}"


def _draft(truth: dict[str, Any], drawn: dict[str, str], rng: random.Random) -> str:
    """A first attempt, written without damage; its last value differs where nothing else does."""
    draft = draft_of(truth, rng)
    if draft == truth:
        key = next(key for key, value in truth.items() if isinstance(value, str))
        draft[key] = text(rng)
    return clean(draft, drawn["layout"], ascii_only=drawn["escapes"] == "ascii")


def _thinking(truth: dict[str, Any], drawn: dict[str, str], rng: random.Random) -> str:
    lines = [_fill(rng.choice(_THOUGHTS), drawn, rng) for _ in range(rng.randrange(1, 4))]
    if rng.random() < 0.35:
        lines.insert(rng.randrange(len(lines) + 1), _draft(truth, drawn, rng))
    name = rng.choice(("think", "think", "thinking", "reasoning"))
    opening = "" if rng.random() < 0.15 else f"<{name}>\n"
    return f"{opening}{chr(10).join(lines)}\n</{name}>"


def _fill(pattern: str, drawn: dict[str, str], rng: random.Random) -> str:
    return pattern.replace("{family}", drawn["family"]).replace("%", noun(rng))
