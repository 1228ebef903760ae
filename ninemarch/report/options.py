"""How a page is written: for whom, how large, with or without scripts, in whose colours and words.

Covers the choices and their checks; a theme is a small TOML file of colours and words, nothing that could run.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ninemarch.errors import UsageError, nearest
from ninemarch.text import excerpt, printable

__all__ = ["PageOptions", "Theme", "read_theme"]

MOST_BYTES = 1_500_000
"""A page is never larger, so that it opens at once and travels by mail."""

_COLOURS = ("page", "panel", "line", "rule", "ink", "muted", "accent", "band", "code")
_STATES = ("pass", "open", "fail", "plain")
_TEXTS = ("pass-text", "open-text", "fail-text", "plain-text", "pass-soft", "open-soft", "fail-soft", "plain-soft")
_WORDS = ("product", "footer")
_MOST_WORDS = 80


@dataclass(frozen=True, slots=True)
class Theme:
    """A company's colours and words.

    Args:
        light: name of a colour -> ``#rrggbb``, for the light theme; the style sheet's own where it names none.
        dark: likewise for the dark theme.
        product: name in the strip, in place of ``ninemarch``.
        footer: a line at the end of the page.
    """

    light: Mapping[str, str] = field(default_factory=dict)
    dark: Mapping[str, str] = field(default_factory=dict)
    product: str = ""
    footer: str = ""

    @property
    def css(self) -> str:
        """The style rules of the colours: known names and hexadecimal colours only; empty without any."""
        light = "".join(f"--{name}:{value};" for name, value in self.light.items())
        dark = "".join(f"--{name}:{value};" for name, value in self.dark.items())
        rules = f":root{{{light}}}" if light else ""
        return rules + (f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}" if dark else "")


@dataclass(frozen=True, slots=True)
class PageOptions:
    """How a page is written.

    Args:
        audience: ``everyone``, or ``manager``: the page ends after what changed since the baseline.
        most_bytes: the page is never larger, 100,000 to 50,000,000; what was left out is stated.
        redact: leave out every text that a scenario or a target made (input, expected, got, reasons, steps).
        interactive: carry plotly, so that charts have cards when scripts are on.
        monthly: trials a month in real use, for the error budget; 0 for failures per 10,000.
        theme: colours and words.

    Raises:
        UsageError: a value out of range.
    """

    audience: str = "everyone"
    most_bytes: int = MOST_BYTES
    redact: bool = False
    interactive: bool = True
    monthly: int = 0
    theme: Theme = Theme()

    def __post_init__(self) -> None:
        if self.audience not in {"everyone", "manager"}:
            msg = f"audience={excerpt(self.audience, 40)}; allowed: everyone, manager"
            raise UsageError(msg)
        if not 100_000 <= self.most_bytes <= 50_000_000:
            msg = f"max-size={self.most_bytes}; allowed: 100000 to 50000000 bytes"
            raise UsageError(msg)


def read_theme(path: Path) -> Theme:
    """Return the theme in a TOML file with the tables ``light``, ``dark`` (colours) and ``words``.

    Raises:
        UsageError: no such file, not TOML, an unknown name, or a colour that is not ``#rrggbb``.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"cannot read the theme {path}: {excerpt(str(error), 200)}; give a TOML file"
        raise UsageError(msg) from error
    _known(data, ("light", "dark", "words"), str(path))
    words = _table(data, "words", path)
    _known(words, _WORDS, f"{path}, [words]")
    for name, value in words.items():
        if not isinstance(value, str) or len(value) > _MOST_WORDS:
            msg = f"{path}, [words]: {name}={excerpt(value, 60)}; allowed: a text of at most {_MOST_WORDS} characters"
            raise UsageError(msg)
    return Theme(
        light=_colours(data, "light", path),
        dark=_colours(data, "dark", path),
        product=printable(words.get("product", "")),
        footer=printable(words.get("footer", "")),
    )


def _table(data: Mapping[str, object], name: str, path: Path) -> dict[str, str]:
    table = data.get(name, {})
    if not isinstance(table, dict):
        msg = f"{path}: {name} must be a table; write [{name}]"
        raise UsageError(msg)
    return table


def _colours(data: Mapping[str, object], name: str, path: Path) -> dict[str, str]:
    table = _table(data, name, path)
    _known(table, (*_COLOURS, *_STATES, *_TEXTS), f"{path}, [{name}]")
    for key, value in table.items():
        if not isinstance(value, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            msg = f"{path}, [{name}]: {key}={excerpt(value, 40)}; allowed: a colour such as #1f5fbf"
            raise UsageError(msg)
    return table


def _known(table: Mapping[str, object], names: tuple[str, ...], place: str) -> None:
    for name in table:
        if name not in names:
            msg = f"{place}: unknown key '{excerpt(name, 40)}'{nearest(name, names)}; known: {', '.join(names)}"
            raise UsageError(msg)
