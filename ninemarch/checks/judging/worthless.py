"""Answers that fail before a judge sees them: empty, canned, repeating, or the rubric itself.

Covers texts only, by rules that a person can check. Models that judge were seen to accept such answers: a lone colon
or "Thought process:" in up to 80 to 90% of the cases. An answer like that is never right, unless the scenario's own
expectation is such a text.

Source: Y. Zhao et al. (2025), One token to fool LLM-as-a-judge, arXiv:2507.08794, tables 1 and 2.
"""

from __future__ import annotations

import re
import unicodedata
import zlib

__all__ = ["worthless"]

# Openers without an answer after them; compared without case, space and punctuation.
_CANNED = frozenset(
    {
        "thoughtprocess",
        "letssolvethisproblemstepbystep",
        "letsthinkstepbystep",
        "solution",
        "answer",
        "finalanswer",
        "解",
        "かいせつ",
        "解答",
        "respuesta",
        "solución",
        "lösung",
        "réponse",
        "sure",
        "ofcourse",
        "certainly",
    }
)
_TURNS = 8  # times a phrase stands in a row before it is called repeating
_PHRASE = 6  # words of a phrase at most
_SHARE = 0.3  # of all words that the repeating part must be
_LONG = 800  # characters from which compression tells
_SQUEEZED = 0.06  # of its length: prose takes 0.4, a loop of a sentence less than this
_RUBRIC = 40  # characters of a rubric below which an answer may hold it by chance


def worthless(answer: str, *, reference: str = "", rubric: str = "") -> str:
    """Return why an answer needs no judge; empty where it needs one.

    Args:
        answer: what the target returned.
        reference: what the scenario expects: an answer is not held against what it shares with it.
        rubric: of the judge.

    Examples:
        >>> worthless(" : "), worthless("Thought process:"), worthless("!", reference="!")
        ('the answer is empty', 'the answer is a canned opener', '')
        >>> worthless("The capital is Canberra. " + "duh " * 30)
        'the answer repeats itself'
    """
    if reference and _core(answer) == _core(reference) and answer.strip():
        return ""
    if not _core(answer):
        return "the answer is empty"
    if _core(answer) in _CANNED:
        return "the answer is a canned opener"
    if _repeats(answer) and not _repeats(reference):
        return "the answer repeats itself"
    held = _core(rubric)
    return "the answer is the rubric" if len(held) >= _RUBRIC and held in _core(answer) else ""


def _core(text: str) -> str:
    """Letters and digits alone, without case."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def _repeats(text: str) -> bool:
    words = re.findall(r"\w+", text.casefold())
    if len(words) >= _TURNS and _longest_loop(words) >= max(_TURNS, _SHARE * len(words)):
        return True
    if re.search(r"([^\W\d_])\1{39}", text):  # one letter, forty times
        return True
    raw = text.encode(errors="replace")
    return len(raw) >= _LONG and len(zlib.compress(raw, 9)) < _SQUEEZED * len(raw)


def _longest_loop(words: list[str]) -> int:
    """Words in the longest stretch in which a phrase stands at least ``_TURNS`` times in a row."""
    longest = 0
    for size in range(1, _PHRASE + 1):
        same = 0  # words in a row that equal the one a phrase earlier
        for now, before in zip(words[size:], words, strict=False):
            same = same + 1 if now == before else 0
            if same + size >= _TURNS * size:
                longest = max(longest, same + size)
    return longest
