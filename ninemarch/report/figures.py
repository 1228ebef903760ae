"""The charts once more, as plotly figures: the same marks with a card at each when scripts are on.

Covers plain data for plotly.js (no plotly package is needed to make them). Every text has its markup characters
replaced, since plotly reads some tags; colours are ``token:NAME`` or ``token:NAME/OPACITY``, which the page resolves
from its style sheet, so that a figure follows the theme.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ninemarch.report.axis import Scale, scale_over
from ninemarch.report.view import GateRow, MarchRow, PageView

__all__ = ["gates_figure", "march_figure", "plain"]

Figure = dict[str, Any]
_FONT = {"family": "system-ui, sans-serif", "size": 12.5, "color": "token:ink"}
_CARD = {
    "bgcolor": "token:panel",
    "bordercolor": "token:line",
    "font": {"color": "token:ink", "size": 13},
    "align": "left",
}

_AXIS = {
    "fixedrange": True,
    "zeroline": False,
    "showgrid": False,
    "linecolor": "token:rule",
    "tickcolor": "token:rule",
}
_TICK = {"symbol": "line-ns-open", "size": 20, "line": {"width": 3, "color": "token:ink"}, "color": "token:ink"}


def plain(text: str) -> str:
    """Return text that plotly shows as it stands: nothing in it is a tag or an entity.

    Examples:
        >>> plain("<b>a & b</b>")
        '&lt;b&gt;a &amp; b&lt;/b&gt;'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def frame(height: int, **changes: Any) -> Figure:
    """Return the layout that all figures share: no zoom, no drag, colours of the theme."""
    layout: Figure = {
        "height": height,
        "margin": {"l": 56, "r": 16, "t": 18, "b": 44},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": _FONT,
        "hoverlabel": _CARD,
        "showlegend": False,
        "dragmode": False,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
    for name, value in changes.items():
        layout[name] = {**layout[name], **value} if isinstance(layout.get(name), dict) else value
    return layout


def march_figure(view: PageView) -> Figure:
    """Return the releases on the nines axis."""
    rows = [row for row in view.march if row.nines is not None]
    gates = [g for g in view.decision.gates if g.overall and g.of_success and g.gate is not None]
    scale = scale_over([row.nines for row in rows], [gate.gate for gate in gates if gate.gate is not None])
    course = _course(rows)
    by_name = view.effort_label == "release"
    places: list[Any] = [plain(row.release) for row in rows] if by_name else [row.position for row in rows]
    ends = [_bar(row, scale) for row in rows]
    marks = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": places,
        "y": course,
        "line": {"color": "token:accent", "width": 2.5},
        "marker": {
            "color": ["token:fail" if row.worse else "token:accent" for row in rows],
            "size": 11,
            "symbol": ["triangle-up" if _clean(row) else "circle" for row in rows],
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [high - at for at, (_, high) in zip(course, ends, strict=True)],
            "arrayminus": [at - low for at, (low, _) in zip(course, ends, strict=True)],
            "color": "token:accent/0.35",
            "thickness": 7,
            "width": 0,
        },
        "text": [_card(row) for row in rows],
        "hovertemplate": "%{text}<extra></extra>",
    }
    layout = frame(
        350,
        xaxis={"title": {"text": plain(view.effort_label)}, **({"type": "category"} if by_name else {})},
        yaxis=_nines_axis(scale),
        shapes=[*_rungs(scale), *(_level(gate.gate, "token:ink", 1.5) for gate in gates)],
        annotations=[_named(gate) for gate in gates],
    )
    return {"data": [*_cone(view), marks], "layout": layout, "narrow": {"height": 290}}


def _cone(view: PageView) -> list[Figure]:
    """The band in which the next releases are expected: two edges, filled between."""
    if not view.cone or view.effort_label == "release":
        return []
    x = [place for place, _, _ in view.cone]
    edge = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip"}
    dotted = {"color": "token:accent/0.6", "width": 1, "dash": "dot"}
    low = {**edge, "y": [low for _, low, _ in view.cone], "line": dotted}
    high = {**edge, "y": [high for _, _, high in view.cone], "line": dotted}
    return [low, {**high, "fill": "tonexty", "fillcolor": "token:accent/0.12"}]


def _card(row: MarchRow) -> str:
    lines = [
        f"<b>{plain(f'{row.release} {row.name}'.strip())}</b>",
        f"{plain(row.rate)} ({plain(row.interval)})",
        f"silent {row.silent}, loud {row.loud}",
        f"nines proven: {row.proven}",
        plain(row.note),
    ]
    return "<br>".join(line for line in lines if line)


def _course(rows: Sequence[MarchRow]) -> list[float]:
    """Where the line goes: what was measured; over a clean release as level as its proven bound allows."""
    course: list[float] = []
    for row in rows:
        measured, lower, _ = row.nines or (0.0, 0.0, 0.0)
        course.append(measured if measured is not None else max(lower, course[-1] if course else lower))
    return course


def _clean(row: MarchRow) -> bool:
    return row.nines is not None and row.nines[0] is None


def _bar(row: MarchRow | GateRow, scale: Scale) -> tuple[float, float]:
    _, lower, upper = row.nines or (0.0, 0.0, 0.0)
    return max(lower, scale.low), scale.high if upper is None else min(upper, scale.high)


def _nines_axis(scale: Scale) -> Figure:
    ticks = scale.ticks(0.06)
    return {
        "range": [scale.low, scale.high],
        "tickvals": [tick.nines for tick in ticks],
        "ticktext": [f"<b>{tick.label}</b>" if tick.rung else tick.label for tick in ticks],
    }


def _rungs(scale: Scale) -> list[Figure]:
    return [_level(tick.nines, "token:rule", 1) for tick in scale.ticks(1) if tick.rung]


def _level(at: float | None, colour: str, width: float) -> Figure:
    return {
        "type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "layer": "below",
        "line": {"color": colour, "width": width},
    }  # fmt: skip


def _named(gate: GateRow) -> Figure:
    return {
        "xref": "paper", "x": 0.01, "y": gate.gate, "text": f"gate {plain(gate.required)}", "showarrow": False,
        "xanchor": "left", "yanchor": "bottom", "font": {"size": 12.5, "color": "token:ink"},
    }  # fmt: skip


def gates_figure(view: PageView) -> Figure:
    """Return the ladder of gates that have a place on the nines axis: a bar each, and a tick at the gate."""
    rows = [gate for gate in view.decision.gates if gate.gate is not None]
    scale = scale_over([gate.nines for gate in rows], [gate.gate for gate in rows if gate.gate is not None])
    names = [f"{plain((gate.slice or gate.label)[:28])}{'' if gate.blocking else ' *'}" for gate in rows]
    known = [(name, gate) for name, gate in zip(names, rows, strict=True) if gate.nines is not None]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [name for name, _ in known],
        "base": [_bar(gate, scale)[0] for _, gate in known],
        "x": [_bar(gate, scale)[1] - _bar(gate, scale)[0] for _, gate in known],
        "width": 0.35,
        "marker": {"color": [f"token:{gate.tone}/0.5" for _, gate in known]},
        "text": [plain(f"{gate.symbol} {gate.short}") for _, gate in known],
        "textposition": "none",
        "customdata": [_gate_card(gate) for _, gate in known],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    ticks = {
        "type": "scatter",
        "mode": "markers",
        "x": [gate.gate for gate in rows],
        "y": names,
        "marker": {
            "symbol": "line-ns-open",
            "size": 20,
            "line": {"width": 3, "color": "token:ink"},
            "color": "token:ink",
        },
        "hoverinfo": "skip",
    }
    axis = {**_nines_axis(scale), "showgrid": True, "gridcolor": "token:rule", "tickangle": 0}
    gaps = {"type": "category", "autorange": "reversed"}
    layout = frame(
        34 * len(rows) + 60,
        xaxis=axis,
        yaxis={**gaps, "automargin": True},
        margin={"l": 16, "r": 230, "t": 6, "b": 30},
        annotations=[_verdict(name, gate) for name, gate in zip(names, rows, strict=True)],
    )
    return {"data": [bars, ticks], "layout": layout, "narrow": _narrow_ladder(layout, names, rows)}


def _narrow_ladder(layout: Figure, names: Sequence[str], rows: Sequence[GateRow]) -> Figure:
    """What changes on a phone: the words stand above each bar, and only whole nines are marked."""
    axis = layout["xaxis"]
    marks = zip(axis["tickvals"], axis["ticktext"], strict=True)
    whole = [(at, word) for at, word in marks if word.startswith("<b>")]
    above = [
        {**_verdict(name, gate), "x": 0, "yshift": 33, "text": f"<b>{name}</b><br>{_verdict(name, gate)['text']}"}
        for name, gate in zip(names, rows, strict=True)
    ]
    return {
        "height": 84 * len(rows) + 50,
        "xaxis": {**axis, "tickvals": [at for at, _ in whole], "ticktext": [word for _, word in whole]},
        "yaxis": {**layout["yaxis"], "showticklabels": False, "range": [len(rows) - 0.6, -0.9], "autorange": False},
        "margin": {"l": 12, "r": 12, "t": 6, "b": 30},
        "annotations": above,
    }


def _verdict(name: str, gate: GateRow) -> Figure:
    """What a gate says, in words, beside its bar."""
    words = f"{gate.symbol} {gate.short}"
    return {
        "xref": "paper", "x": 1.01, "y": name, "text": plain(words if len(words) <= 34 else words[:33] + "…"),
        "showarrow": False, "xanchor": "left", "align": "left",
        "font": {"size": 12.5, "color": f"token:{gate.tone}-text"},
    }  # fmt: skip


def _gate_card(gate: GateRow) -> str:
    lines = [
        f"<b>{plain(gate.label)}</b> asks {plain(gate.required)}",
        f"{gate.symbol} {plain(gate.verdict)}: {plain(gate.reason or gate.short)}",
        f"{plain(gate.rate)} ({plain(gate.interval)}), {plain(gate.counts)}",
        plain(gate.power),
    ]
    return "<br>".join(line for line in lines if line)
