"""A small builder of SVG: every attribute and every text is escaped, nothing is markup by accident.

Covers elements whose colours are presentation attributes (they paint even where a server forbids inline
style) with a class beside each, by which the page's style sheet gives them the colours of the system's theme.
Lengths may be percentages, so that a chart fills its place without scaling its text. Holds no script, no link
and no style attribute, and refuses them.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from ninemarch.text import printable

__all__ = ["Element", "Length", "circle", "el", "line", "path", "rect", "svg", "text"]

Length = float | str

_TAGS = frozenset({"circle", "g", "line", "path", "rect", "svg", "text", "title"})

# Light-theme colours of the classes in the style sheet; the class overrides them where style is allowed.
_COLOURS = {
    "ink": "#15202b",
    "muted": "#566473",
    "rule": "#c9d1d9",
    "accent": "#1f5fbf",
    "band": "#dbe6f6",
    "pass": "#0b7a4e",
    "open": "#c77700",
    "fail": "#b02a21",
    "plain": "#566473",
    "pass-text": "#086b43",
    "open-text": "#8f5500",
    "fail-text": "#b02a21",
    "plain-text": "#566473",
    "panel": "#ffffff",
}


@dataclass(frozen=True, slots=True)
class Element:
    """One SVG element. Jinja2 takes it as safe because building it has escaped everything."""

    markup: str

    def __html__(self) -> str:
        """The element for a template engine that escapes."""
        return self.markup

    def __str__(self) -> str:
        return self.markup


def el(
    tag: str, /, *children: Element | str, fill: str = "", stroke: str = "", **attributes: Length | None
) -> Element:
    """Return one element.

    Args:
        tag: one of the few shapes that charts are made of.
        *children: elements, or text that is escaped.
        fill: name of a colour of the theme.
        stroke: name of a colour of the theme.
        **attributes: underscores become dashes; None leaves the attribute out.

    Raises:
        ValueError: a tag, attribute or colour that a chart has no use for; a bug in a chart, never input.
    """
    names = [name.replace("_", "-").rstrip("-") for name in attributes]
    if tag not in _TAGS or any(name.startswith("on") or name in {"style", "href"} for name in names):
        msg = f"not an element of a chart: {tag} {names}"
        raise ValueError(msg)
    pairs = [(name, value) for name, value in zip(names, attributes.values(), strict=True) if value is not None]
    classes = [f"f-{fill}"] if fill else []
    classes += [f"s-{stroke}"] if stroke else []
    pairs += [("fill", _COLOURS[fill])] if fill else []
    pairs += [("stroke", _COLOURS[stroke])] if stroke else []
    pairs += [("class", " ".join(classes))] if classes else []
    inside = "".join(child.markup if isinstance(child, Element) else _escaped(child) for child in children)
    shown = "".join(f' {name}="{_escaped(_length(value))}"' for name, value in pairs)
    return Element(f"<{tag}{shown}>{inside}</{tag}>")


def _escaped(value: str) -> str:
    return escape(printable(value))


def _length(value: Length) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """Return a share of the width as an SVG length."""
    return f"{100 * share:.3f}".rstrip("0").rstrip(".") + "%"


def line(
    x1: Length, y1: Length, x2: Length, y2: Length, stroke: str, width: float = 1, dash: str | None = None
) -> Element:
    """Return a straight line."""
    return el("line", stroke=stroke, x1=x1, y1=y1, x2=x2, y2=y2, stroke_width=width, stroke_dasharray=dash)


def rect(x: Length, y: Length, width: Length, height: Length, fill: str, opacity: float | None = None) -> Element:
    """Return a filled rectangle."""
    return el("rect", fill=fill, x=x, y=y, width=width, height=height, fill_opacity=opacity)


def circle(x: Length, y: Length, r: float, fill: str, stroke: str = "", width: float | None = None) -> Element:
    """Return a circle."""
    return el("circle", fill=fill, stroke=stroke, cx=x, cy=y, r=r, stroke_width=width)


def path(d: str, fill: str, opacity: float | None = None) -> Element:
    """Return a filled path."""
    return el("path", fill=fill, d=d, fill_opacity=opacity)


def text(
    x: Length, y: Length, words: str, fill: str = "ink", *, anchor: str = "start", bold: bool = False
) -> Element:
    """Return a line of text; it keeps a halo of the panel's colour so that a rule behind it never crosses it out."""
    return el(
        "text",
        words,
        fill=fill,
        x=x,
        y=y,
        text_anchor=None if anchor == "start" else anchor,
        font_size=12.5,
        font_weight=700 if bold else None,
        paint_order="stroke",
        stroke="panel",
        stroke_width=4,
        stroke_linejoin="round",
    )


def svg(*children: Element, **attributes: Length | None) -> Element:
    """Return an SVG element, or one inside another that places its children; nothing is cut at its edge."""
    return el("svg", *children, fill="", stroke="", overflow="visible", **attributes)
