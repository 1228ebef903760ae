"""Draws one scenario: a document, its schema, and the raw answer in which a model wrote it down.

Covers the choice of damage and puts the pieces together. The truth is known by construction: the document is
drawn first, the answer is written from it. Pure: the same levels and the same random state give the same
scenario on any machine.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from llm_json_suite.audit import second_answer
from llm_json_suite.damage import TOKEN_DAMAGE
from llm_json_suite.documents import SCHEMAS, document
from llm_json_suite.wrapping import wrapped
from llm_json_suite.writer import Token, clean, join, tokens

__all__ = ["CLASHES", "DAMAGE", "LAYERS", "scenario"]

# kind: relative weight. A choice of the author after known habits of models, not a measured frequency.
DAMAGE: Mapping[str, float] = {
    "prose": 14,
    "think": 9,
    "draft": 2,
    "trailing_comma": 10,
    "missing_comma": 4,
    "comments": 8,
    "ellipsis": 3,
    "truncation": 6,
    "single_quotes": 6,
    "smart_quotes": 3,
    "unquoted_keys": 4,
    "bare_quotes": 8,
    "raw_newlines": 6,
    "python_literals": 8,
    "number_forms": 3,
    "double_encoding": 1,
    "html_escapes": 1,
    "zero_width": 2,
    "emoji_escapes": 2,
}
LAYERS: Mapping[str, tuple[str, ...]] = {
    "around": ("prose", "think", "draft"),
    "structure": ("trailing_comma", "missing_comma", "comments", "ellipsis", "truncation"),
    "quoting": ("single_quotes", "smart_quotes", "unquoted_keys", "bare_quotes", "raw_newlines"),
    "values": ("python_literals", "number_forms"),
    "encoding": ("double_encoding", "html_escapes", "zero_width", "emoji_escapes"),
}
# Pairs that undo each other or have no single reading: one text, two documents, whatever the schema says.
CLASHES = (
    {"single_quotes", "smart_quotes"},
    {"single_quotes", "bare_quotes"},
    {"smart_quotes", "bare_quotes"},
    {"bare_quotes", "missing_comma"},
)


def scenario(attributes: Mapping[str, str], rng: random.Random) -> dict[str, Any]:
    """One scenario of the suite.

    Args:
        attributes: levels of family, size, layout, escapes, presentation and damage_count.
        rng: source of randomness; the only one.

    Returns:
        A dict with input (``raw`` and ``schema``), expect, attributes (what damage was done, a layer each)
        and, where the audit found two right answers, void.
    """
    drawn = dict(attributes)
    schema = SCHEMAS[drawn["family"]]
    truth = document(drawn["family"], drawn["size"], rng)
    wanted = int(drawn["damage_count"])
    ascii_only = drawn["escapes"] == "ascii"
    kinds: tuple[str, ...] = ()
    void = ""
    if wanted:
        parts = tokens(truth, schema, drawn["layout"], ascii_only=ascii_only)
        kinds = _choose(parts, wanted, rng)
        for kind, (damage, _) in TOKEN_DAMAGE.items():
            if kind in kinds:
                damage(parts, rng)
        void = second_answer(parts, kinds, schema)
        body = join(parts)
    else:
        body = clean(truth, drawn["layout"], ascii_only=ascii_only)
    found: dict[str, Any] = {
        "input": {"raw": wrapped(body, truth, kinds, drawn, rng), "schema": schema},
        "expect": truth,
        "attributes": {
            layer: "+".join(kind for kind in members if kind in kinds) or "none" for layer, members in LAYERS.items()
        },
    }
    if void:
        found["void"] = void
    return found


def _choose(parts: list[Token], wanted: int, rng: random.Random) -> tuple[str, ...]:
    """That many different kinds which this document can suffer together."""
    chosen: list[str] = []
    weights = dict(DAMAGE)
    while len(chosen) < wanted:
        kind = rng.choices(list(weights), list(weights.values()))[0]
        del weights[kind]
        possible = kind not in TOKEN_DAMAGE or TOKEN_DAMAGE[kind][1](parts)
        if possible and not any(kind in pair and pair & set(chosen) for pair in CLASHES):
            chosen.append(kind)
    return tuple(chosen)
