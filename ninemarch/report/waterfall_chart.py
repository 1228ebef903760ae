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
        words = row.name if len(row.name) <= _CUT[wide] else row.name[: _CUT[wide] - 1] + "…"
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
    names = [f"{plain(row.name[:60])}<br>" for row in water.rows]
    places = list(range(len(water.rows)))
    tones = ["pass" if row.reaches else "accent" if place == 0 else "open" for place, row in enumerate(water.rows)]
    cards = [f"<b>{plain(row.name)}</b><br>{plain(row.text)}" for row in water.rows]
    bar = {"type": "bar", "orientation": "h", "y": places, "customdata": cards, "width": 0.3}
    shown = {"hovertemplate": "%{customdata}<extra></extra>"}
    left = {**bar, **shown, "x": [row.left for row in water.rows], "marker": {"color": [f"token:{t}" for t in tones]}}
    gone = {
        **bar,
        **shown,
        "x": [row.before - row.left for row in water.rows],
        "marker": {"color": [f"token:{tone}/0.25" for tone in tones]},
    }
    notes = [
        {"x": 0, "y": place - 0.32, "xref": "paper", "text": name.removesuffix("<br>"), "showarrow": False,
         "xanchor": "left", "font": {"size": 12.5, "color": "token:ink"}}
        for place, name in enumerate(names)
    ]  # fmt: skip
    rule = {"type": "line", "x0": water.limit, "x1": water.limit, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"color": "token:ink", "width": 1.5, "dash": "dot"}}  # fmt: skip
    layout = frame(
        int(_STEP * len(water.rows)) + 50,
        barmode="stack",
        margin={"l": 6, "t": 10, "b": 40},
        xaxis={"title": {"text": "failures per 10,000 trials"}, "rangemode": "tozero"},
        yaxis={"autorange": "reversed", "showticklabels": False},
        annotations=notes,
        shapes=[] if water.limit is None else [rule],
    )
    return {"data": [left, gone], "layout": layout, "narrow": {}}
