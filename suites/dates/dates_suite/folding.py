"""Bring text to the form in which two spellings of one date are equal, for the audit.

Covers case, compatibility forms, accents, digits of any script, invisible characters. The releases have
their own clean-up; none of this is shared with them.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["fold", "squash", "words"]


class _Folder(dict[int, "str | None"]):
    """Per-character folding, filled as characters are met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        value: str | None = char
        if category == "Nd":
            value = str(unicodedata.decimal(char))
        elif category == "Cf" or unicodedata.combining(char) not in (0, 9):
            value = None  # 9 is the virama of Indic scripts: it carries meaning, accents do not
        elif char == "ı":
            value = "i"
        self[code] = value
        return value


class _Spacer(dict[int, str]):
    """Letters, marks and digits stay, everything else becomes a space; filled as characters are met."""

    def __missing__(self, code: int) -> str:
        # str.isalnum and the regular expression \w both drop the vowel signs of Indic scripts, which are marks.
        self[code] = chr(code) if unicodedata.category(chr(code))[0] in "LMN" else " "
        return self[code]


_FOLDER, _SPACER = _Folder(), _Spacer()
_BETWEEN_DIGITS = re.compile(r"(?<=\d) (?=\d)")


def fold(text: str) -> str:
    """Case, compatibility forms, accents, digits and invisible characters folded away.

    Examples:
        >>> fold("５ FÉVRIER")
        '5 fevrier'
    """
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_FOLDER)


def words(text: str) -> list[str]:
    """The runs of letters and digits of ``text``, folded.

    Examples:
        >>> words("Día 5.3")
        ['dia', '5', '3']
    """
    return fold(text).translate(_SPACER).split()


def squash(text: str) -> str:
    """Folded letters and digits only; ``|`` stays between two numbers.

    Examples:
        >>> squash("Tue, March 5, 2024"), squash("2024-03-05")
        ('tuemarch5|2024', '2024|03|05')
    """
    return _BETWEEN_DIGITS.sub("|", " ".join(words(text))).replace(" ", "")
