"""Variants of a scenario: the same question said otherwise, with the same right answer.

Covers typing errors, upper case, Unicode forms, distractors, paraphrases, other names, options in another order; each
a pure function of (scenario, spec, seed). What was memorised breaks first. That the right answer stays the same is
the suite's choice: digits are never touched, but a suite about spelling has no business with ``typos``.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ninemarch.model import Scenario, VariantSpec

__all__ = ["AGAIN", "DEFAULTS", "KINDS", "variant"]

AGAIN = "again"
"""The same input once more."""

_DISTRACTORS = (
    "By the way, my neighbour has a new bicycle.",
    "It has been a mild week here.",
    "I am writing this on the train.",
    "Unrelated: the coffee was good today.",
)
_WORD = re.compile(r"[^\W\d_]{4,}")
_TYPO_SHARE = 0.1

Text = Callable[[str, random.Random, Mapping[str, Any]], str]


def variant(scenario: Scenario, spec: VariantSpec, *, seed: int = 0) -> Scenario | None:
    """Return the variant of a scenario, or None where it would be the same.

    Args:
        scenario: the original.
        spec: what to change.
        seed: the same seed gives the same variant.

    Examples:
        >>> variant(Scenario("a", "Where is it?", "there"), VariantSpec("case")).input
        'WHERE IS IT?'
        >>> variant(Scenario("a", "12 + 30", 42), VariantSpec("case")) is None
        True
    """
    rng = random.Random(f"{spec.kind}|{seed}|{scenario.id}")  # noqa: S311 - a variant, not a secret
    changed = KINDS[spec.kind](scenario, spec, rng)
    same = (changed.input, changed.expect) == (scenario.input, scenario.expect)
    return None if same else msgspec.structs.replace(changed, id=f"{scenario.id}~{spec.kind}")


def _on_texts(change: Text) -> Callable[[Scenario, VariantSpec, random.Random], Scenario]:
    """The kinds that change the texts of the input and nothing else."""

    def apply(scenario: Scenario, spec: VariantSpec, rng: random.Random) -> Scenario:
        given = scenario.input
        if isinstance(given, str):
            return msgspec.structs.replace(scenario, input=change(given, rng, spec.params))
        if not isinstance(given, dict):
            return scenario
        fields = spec.fields or _prose(given)
        new = {key: change(given[key], rng, spec.params) for key in fields if isinstance(given.get(key), str)}
        return msgspec.structs.replace(scenario, input={**given, **new})

    return apply


def _prose(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The texts of several words: what a person would have typed; a code or a locale is none."""
    return tuple(key for key, value in given.items() if isinstance(value, str) and " " in value.strip())


def typos(text: str, rng: random.Random, params: Mapping[str, Any]) -> str:
    """Swap two letters inside some words of four letters or more: at least one word, a share ``rate`` of them."""
    words = [found for found in _WORD.finditer(text) if _swaps(found[0])]
    many = min(len(words), max(1, round(params.get("rate", _TYPO_SHARE) * len(words))))
    for found in sorted(rng.sample(words, many), key=lambda each: -each.start()):
        at = found.start() + rng.choice(_swaps(found[0]))
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def _swaps(word: str) -> list[int]:
    """Places inside a word where two different letters stand side by side; its ends stay."""
    return [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]]


def upper(text: str, rng: random.Random, params: Mapping[str, Any]) -> str:  # noqa: ARG001 - every change takes them
    """All in capitals; in small letters where it was in capitals already."""
    return text.lower() if text == text.upper() else text.upper()


def unicode_form(text: str, rng: random.Random, params: Mapping[str, Any]) -> str:  # noqa: ARG001 - as above
    """Letters and their accents apart (NFD), spaces that do not break, typographic quotes: it looks the same."""
    return unicodedata.normalize("NFD", text).translate({ord(" "): "\u00a0", ord("'"): "\u2019"})


def distractor(text: str, rng: random.Random, params: Mapping[str, Any]) -> str:
    """Put a sentence before the text that has nothing to do with it."""
    return f"{rng.choice(params.get('sentences') or _DISTRACTORS)} {text}"


def paraphrase(text: str, rng: random.Random, params: Mapping[str, Any]) -> str:
    """Put other words for each phrase of the table that stands in the text."""
    return _swapped(text, {key: rng.choice(others) for key, others in params["table"].items()})


def _swapped(text: str, words: Mapping[str, str]) -> str:
    """All whole words or phrases at once, so that what was put in is not looked at again."""
    if not words:
        return text
    longest = sorted(words, key=len, reverse=True)
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest)
    return re.sub(pattern, lambda found: words[found[0]], text)


def _renamed(scenario: Scenario, spec: VariantSpec, rng: random.Random) -> Scenario:
    """Other names, the same ones in the input and in the expectation."""
    names = {name: rng.choice(others) for name, others in spec.params["names"].items()}
    return msgspec.structs.replace(scenario, input=_deep(scenario.input, names), expect=_deep(scenario.expect, names))


def _deep(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _swapped(value, names)
    if isinstance(value, dict):
        return {key: _deep(each, names) for key, each in value.items()}
    return [_deep(each, names) for each in value] if isinstance(value, list | tuple) else value


def _reordered(scenario: Scenario, spec: VariantSpec, rng: random.Random) -> Scenario:
    """The options of a question in another order; an answer by place or letter moves with its option."""
    key, given = spec.params["field"], scenario.input
    options = given.get(key) if isinstance(given, dict) else None
    if not isinstance(options, list | tuple) or len(options) < 2:
        return scenario
    order = list(range(len(options)))
    while order == sorted(order):
        rng.shuffle(order)
    expect = _moved(scenario.expect, spec.params.get("answer", "text"), order)
    return msgspec.structs.replace(scenario, input={**given, key: [options[at] for at in order]}, expect=expect)


def _moved(expect: Any, answer: str, order: Sequence[int]) -> Any:
    if answer == "index" and type(expect) is int and expect in order:
        return order.index(expect)
    if answer == "letter" and isinstance(expect, str) and len(expect) == 1:
        place = ord(expect.upper()) - ord("A")
        if place in order:
            moved = chr(ord("A") + order.index(place))
            return moved if expect.isupper() else moved.lower()
    return expect


KINDS: Mapping[str, Callable[[Scenario, VariantSpec, random.Random], Scenario]] = {
    "typos": _on_texts(typos),
    "case": _on_texts(upper),
    "unicode": _on_texts(unicode_form),
    "distractor": _on_texts(distractor),
    "paraphrase": _on_texts(paraphrase),
    "rename": _renamed,
    "options": _reordered,
}
DEFAULTS = tuple(VariantSpec(kind) for kind in ("typos", "case", "unicode", "distractor"))
"""What may be asked of a suite that names no variants of its own."""
