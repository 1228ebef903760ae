"""The waterfall to the next nine: what would be left after each fix, the biggest first.

Covers drawing only, from the rows of the view, for any width: each name stands above its bar, the numbers below it.
"""

from __future__ import annotations

from typing import Any

from ninemarch.report.figures import frame, plain
from ninemarch.report.svg import Element, el, line, percent, rect, svg, text
from ninemarch.report.view_mined import WaterView

__all__ = ["waterfall_chart", "waterfall_figure"]

_STEP = 54.0
_CUT = {True: 110, False: 44}


def waterfall_chart(water: WaterView, *, wide: bool) -> Element:
    """Return one row a fix: solid what is left, pale what the fix removes, a dotted line at the next nine."""
    most = max([row.before for row in water.rows] + [water.limit or 0.0, 1e-9])
    height = _STEP * len(water.rows)
    drawn: list[Element] = []
    for place, row in enumerate(water.rows):
        top = _STEP * place
        words = _cut(row.name, wide=wide)
        tone = "pass" if row.reaches else "accent" if place == 0 else "open"
        drawn += [
            text(0, top + 14, words, bold=True),
            rect(percent(row.left / most), top + 21, percent((row.before - row.left) / most), 9, tone, 0.25),
            rect(0, top + 21, percent(max(row.left / most, 0.002)), 9, tone),
            text(0, top + 45, row.text, "muted"),
        ]
    if water.limit is not None:
        x = percent(water.limit / most)
        drawn.append(line(x, 18, x, height - 20, "ink", 1.5, "3 4"))
        end = water.limit / most > 0.5
        drawn.append(text(x, height + 2, f"{water.limit_name} allows this", "ink", anchor="end" if end else "start"))
    label = f"{water.title}. " + "; ".join(f"{row.name}: {row.text}" for row in water.rows)
    return svg(
        el("title", label),
        svg(*drawn, x=0, y=4, width="99%", height=height),
        role="img",
        aria_label=label,
        width="100%",
        height=height + 16,
    )


def waterfall_figure(water: WaterView) -> dict[str, Any]:
    """Return the same for plotly, with a card at each bar."""
    places = list(range(len(water.rows)))
    tones = ["pass" if row.reaches else "accent" if place == 0 else "open" for place, row in enumerate(water.rows)]
    cards = [f"<b>{plain(row.name)}</b><br>{plain(row.text)}" for row in water.rows]
    bar = {"type": "bar", "orientation": "h", "y": places, "customdata": cards, "width": 0.18}
    shown = {"hovertemplate": "%{customdata}<extra></extra>"}
    left = {**bar, **shown, "x": [row.left for row in water.rows], "marker": {"color": [f"token:{t}" for t in tones]}}
    gone = {
        **bar,
        **shown,
        "x": [row.before - row.left for row in water.rows],
        "marker": {"color": [f"token:{tone}/0.25" for tone in tones]},
    }
    rule = {"type": "line", "x0": water.limit, "x1": water.limit, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"color": "token:ink", "width": 1.5, "dash": "dot"}}  # fmt: skip
    layout = frame(
        int(_STEP * len(water.rows)) + 50,
        barmode="stack",
        margin={"l": 6, "t": 24, "b": 40},
        xaxis={"title": {"text": "failures per 10,000 trials"}, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showticklabels": False},
        annotations=_words(water, wide=True),
        shapes=[] if water.limit is None else [rule],
    )
    return {"data": [left, gone], "layout": layout, "narrow": {"annotations": _words(water, wide=False)}}


def _words(water: WaterView, *, wide: bool) -> list[dict[str, Any]]:
    """The words of the figure: a fix above its bar, what is left below it, and what the next nine allows."""
    still = {"showarrow": False, "xref": "paper", "x": 0, "xanchor": "left", "align": "left"}
    words: list[dict[str, Any]] = []
    for place, row in enumerate(water.rows):
        name, left = f"<b>{plain(_cut(row.name, wide=wide))}</b>", plain(row.text)
        words += [
            {**still, "y": place, "yshift": 15, "text": name, "font": {"size": 12.5, "color": "token:ink"}},
            {**still, "y": place, "yshift": -15, "text": left, "font": {"size": 12.5, "color": "token:muted"}},
        ]
    if water.limit is not None:
        most = max([row.before for row in water.rows] + [water.limit])
        words.append({
            **still, "xref": "x", "x": water.limit, "xanchor": "right" if water.limit / most > 0.5 else "left",
            "yref": "paper", "y": 1, "yanchor": "bottom", "text": plain(f"{water.limit_name} allows this"),
            "font": {"size": 12.5, "color": "token:ink"},
        })  # fmt: skip
    return words


def _cut(name: str, *, wide: bool) -> str:
    return name if len(name) <= _CUT[wide] else name[: _CUT[wide] - 1] + "…"
