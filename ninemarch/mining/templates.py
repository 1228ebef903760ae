"""Messages of one form under one template: a tree by length and first word, then likeness word by word.

Covers lines that a program writes: the same words with other values in them. It groups by wording only; two wordings
of one cause stay two. Nothing is masked first: that hides what tells lines apart.

Source: the Drain method, P. He et al. (2017), IEEE ICWS, pages 33-40.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["VALUE", "Templates"]

VALUE = "<*>"
"""Stands for a word that differs among the messages of a template."""

_ALIKE = 0.4  # share of equal words from which a message belongs to a template (section 5 of the source)
_CHILDREN = 100  # first words told apart for each length; the rest share one branch
_WORDS = 400  # of a message that are read


class Templates:
    """Templates seen so far; deterministic in the order of the messages.

    Examples:
        >>> seen = Templates()
        >>> [seen.add(text) for text in ("disk 1 is full", "disk 2 is full", "no route")]
        [0, 0, 1]
        >>> seen.template(0)
        'disk <*> is full'
    """

    def __init__(self) -> None:
        self._templates: list[list[str]] = []
        self._branches: dict[int, dict[str, list[int]]] = {}
        self._known: dict[str, int] = {}

    def add(self, message: str) -> int:
        """Return the number of the message's template, counted from 0; a new one where none is like it."""
        found = self._known.get(message)
        if found is None:
            words = message.split(None, _WORDS)[:_WORDS]
            found = self._known[message] = self._place(words)
        return found

    def keep(self, template: str) -> int:
        """Begin with a template made earlier, as it was then, and return its number; messages like it join it."""
        words = template.split(None, _WORDS)[:_WORDS]
        self._templates.append(words)
        self._leaf(words).append(len(self._templates) - 1)
        return len(self._templates) - 1

    def template(self, number: int) -> str:
        """The template as text, its values as ``<*>``."""
        return " ".join(self._templates[number])

    def _place(self, words: list[str]) -> int:
        leaf = self._leaf(words)
        best = self._best(leaf, words)
        if best is None:
            self._templates.append(words)
            leaf.append(len(self._templates) - 1)
            return leaf[-1]
        template = self._templates[best]
        self._templates[best] = [old if old == new else VALUE for old, new in zip(template, words, strict=True)]
        return best

    def _leaf(self, words: Sequence[str]) -> list[int]:
        """The templates of as many words that begin alike; a first word with a digit is taken for a value."""
        branch = self._branches.setdefault(len(words), {})
        first = words[0] if words else ""
        if first not in branch and (any(map(str.isdigit, first)) or len(branch) + 1 >= _CHILDREN):
            first = VALUE
        return branch.setdefault(first, [])

    def _best(self, leaf: Sequence[int], words: Sequence[str]) -> int | None:
        """The template with the most equal words, then the most values; None where too few are equal."""
        best, score = None, (-1, -1)
        for number in leaf:
            template = self._templates[number]
            equal = sum(map(str.__eq__, template, words))
            if equal >= score[0]:
                values = template.count(VALUE)
                if (equal, values) > score:
                    best, score = number, (equal, values)
        return best if score[0] >= _ALIKE * len(words) else None
