"""One line of text on a terminal: never read as markup, wrapped with an indent, without trailing spaces.

Covers terminals and pipes that cannot show the few typographic signs of our own texts. Does not make text
from outside printable: that is ``ninemarch.text``'s job, and was done when the view was made.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

__all__ = ["say"]

_PLAIN = {"✓": "+", "✗": "x", "·": "-", "≥": ">=", "–": "-", "×": "x", "…": "...", "“": '"', "”": '"'}


def say(console: Console, text: Text, *, indent: int = 0, hang: int = 0, whole: bool = False) -> None:
    """Print one text.

    Args:
        console: where to.
        text: printable text with styles.
        indent: spaces before every line of it.
        hang: further spaces before every line but the first.
        whole: keep it on one line however long it is, so that a command can be copied.
    """
    if console.options.ascii_only:
        text = _in_ascii(text)
    if whole:
        console.print(Text(" " * indent).append_text(text), highlight=False, soft_wrap=True)
        return
    room = max(20, console.width - indent)
    lines = list(text.wrap(console, room)) or [Text()]
    if hang and len(lines) > 1:
        rest = text[len(text.plain) - len(text.plain[len(lines[0].plain) :].lstrip()) :]
        lines[1:] = rest.wrap(console, max(20, room - hang))
    for place, line in enumerate(lines):
        line.rstrip()
        shown = Text(" " * (indent + (hang if place else 0))).append_text(line)
        console.print(shown, highlight=False, soft_wrap=True)


def _in_ascii(text: Text) -> Text:
    """The same text where the console's encoding has no such signs; anything else it lacks is escaped."""
    out = Text(style=text.style)
    for part in text.divide(sorted({end for span in text.spans for end in (span.start, span.end)})):
        plain = "".join(_PLAIN.get(char, char) for char in part.plain)
        safe = plain.encode("ascii", "backslashreplace").decode()
        style = part.spans[0].style if part.spans else ""
        out.append(safe, style=style)
    return out
