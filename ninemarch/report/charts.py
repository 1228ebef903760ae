"""The two charts of the page: the march of releases on the nines axis, and the ladder of gates.

Covers drawing only, from the rows of the view: widths are shares, heights are pixels, so that a chart fills
its place at any width with text of its true size. Each chart has a layout for wide pages and one for phones;
the page's style sheet shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ninemarch.numbers import count_text
from ninemarch.report.axis import Scale, round_steps, scale_over
from ninemarch.report.labels import Box, Labels, Spot, wide_of
from ninemarch.report.svg import Element, circle, el, line, path, percent, rect, svg, text
from ninemarch.report.view import GateRow, MarchRow, PageView

__all__ = ["gate_ladder", "march_chart"]

_TOP = 30.0


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places of the march chart: shares of the width, pixels of the height.

    Args:
        nominal: pixels the plot is about wide, to see whether two labels would touch.
    """

    left: float
    width: float
    height: float
    nominal: float
    steps: int


_WIDE = _Layout(left=0.095, width=0.875, height=350, nominal=500, steps=7)
_NARROW = _Layout(left=0.185, width=0.785, height=290, nominal=270, steps=4)


def march_chart(view: PageView, *, wide: bool) -> Element:
    """Return the chart of the releases."""
    layout = _WIDE if wide else _NARROW
    rows = [row for row in view.march if row.nines is not None]
    gates = [gate for gate in view.decision.gates if gate.overall]
    scale = scale_over([row.nines for row in rows], [gate.gate for gate in gates])
    places = _places([row.position for row in rows])
    plot = svg(
        *_rungs(rows, places, gates, scale, layout),
        *_trend(rows, places, scale, layout),
        *[mark for row, x in zip(rows, places, strict=True) for mark in _release(row, x, scale, layout)],
        *_names(rows, places, scale, layout),
        *_effort_axis(view, rows, places, layout),
        x=percent(layout.left),
        y=_TOP,
        width=percent(layout.width),
        height=layout.height,
    )
    label = f"{view.march_title}. {view.march_hint}"
    return svg(
        el("title", label),
        *_scale_labels(scale, layout),
        plot,
        role="img",
        aria_label=label,
        width="100%",
        height=_TOP + layout.height + 48,
    )


def _places(positions: Sequence[float]) -> list[float]:
    """Shares of the plot's width, with a margin at both ends."""
    if not positions:
        return []
    low, high = min(positions), max(positions)
    return [0.5 if high == low else 0.03 + 0.94 * (position - low) / (high - low) for position in positions]


def _y(scale: Scale, nines: float, layout: _Layout) -> float:
    return layout.height * (1 - scale.share(nines))


def _mark(row: MarchRow) -> float:
    """Where the line goes through a release: what was measured, or the proven bound where nothing failed."""
    if row.nines is None:
        return 0.0
    measured, lower, _ = row.nines
    return lower if measured is None else measured


def _scale_labels(scale: Scale, layout: _Layout) -> list[Element]:
    """The percentages left of the plot; phones show the rungs only."""
    return [
        el(
            "text",
            tick.label,
            fill="ink" if tick.rung else "muted",
            x=percent(layout.left),
            y=_TOP + _y(scale, tick.nines, layout) + 4,
            dx=-8,
            text_anchor="end",
            font_size=12.5,
            font_weight=700 if tick.rung else None,
        )
        for tick in scale.ticks(18 / layout.height)
        if tick.rung or layout is _WIDE
    ]


def _rungs(
    rows: Sequence[MarchRow], places: Sequence[float], gates: Sequence[GateRow], scale: Scale, layout: _Layout
) -> list[Element]:
    """Rung lines, the gates on them, and their names on the side with more room."""
    named = {tick.nines: count_text(round(tick.nines), "nine") for tick in scale.ticks(1) if tick.rung}
    asked = {gate.gate: f"gate {gate.required}" for gate in gates if scale.holds(gate.gate)}
    drawn = []
    for place in sorted({*named, *asked}):
        gate = next((said for nines, said in asked.items() if abs(nines - place) < 1e-9), "")
        if place in asked and place not in named and any(abs(place - rung) < 1e-9 for rung in named):
            continue
        words = " · ".join(word for word in (named.get(place, ""), gate) if word)
        y = _y(scale, place, layout)
        drawn.append(line("0%", y, "100%", y, "ink" if gate else "rule", 1.5 if gate else 1))
        left = _room(rows, places, place, 0.0) >= _room(rows, places, place, 1.0)
        name = text(0, -6, words, "ink" if gate else "muted", anchor="start" if left else "end", bold=bool(gate))
        drawn.append(svg(name, x="0.5%" if left else "99.5%", y=y))
    return drawn


def _room(rows: Sequence[MarchRow], places: Sequence[float], rung: float, side: float) -> float:
    """Distance in nines between a rung's name and the releases on that side of the plot."""
    near = [abs(_mark(row) - rung) for row, x in zip(rows, places, strict=True) if abs(x - side) < 0.3]
    return min(near, default=9.0)


def _trend(rows: Sequence[MarchRow], places: Sequence[float], scale: Scale, layout: _Layout) -> list[Element]:
    """Straight lines between the releases; red down to one that is proven worse, dashed up to a proven bound."""
    drawn = []
    for before, after in pairwise(range(len(rows))):
        ends = [_y(scale, _mark(rows[place]), layout) for place in (before, after)]
        clean = any(marks is not None and marks[0] is None for marks in (rows[before].nines, rows[after].nines))
        colour = "fail" if rows[after].worse else "accent"
        x1, x2 = percent(places[before]), percent(places[after])
        drawn.append(line(x1, ends[0], x2, ends[1], colour, 2.5, "3 4" if clean else None))
    return drawn


def _release(row: MarchRow, x: float, scale: Scale, layout: _Layout) -> list[Element]:
    """The interval bar and the mark of one release."""
    if row.nines is None:
        return []
    measured, _, upper = row.nines
    colour = "fail" if row.worse else "accent"
    bottom, top = _bar(row, scale, layout)
    bar = rect(-4, top - bottom, 8, max(1.0, bottom - top), colour, 0.35)
    marks = [bar]
    if upper is None:
        marks.append(path(f"M-8 {top - bottom:.2f}h16l-8 -12z", colour))
    if measured is None:
        marks.append(rect(-9, -2, 18, 4, colour))
    else:
        marks.append(circle(0, _y(scale, measured, layout) - bottom, 5, "panel", colour, 2.5))
    return [svg(*marks, x=percent(x), y=bottom)]


def _bar(row: MarchRow, scale: Scale, layout: _Layout) -> tuple[float, float]:
    """Lower and upper end of a release's bar; it runs to the upper edge where the data set no upper limit."""
    _, lower, upper = row.nines or (None, 0.0, None)
    return _y(scale, lower, layout), 0.0 if upper is None else _y(scale, upper, layout)


def _names(rows: Sequence[MarchRow], places: Sequence[float], scale: Scale, layout: _Layout) -> list[Element]:
    """Names of the releases: the last one with its rate, the worse ones, then all that find room."""
    labels = Labels(layout.nominal)
    for row, x in zip(rows, places, strict=True):
        labels.block(Box.around(x * layout.nominal, _y(scale, _mark(row), layout), 14, 14))
    ends = [(x, _y(scale, _mark(row), layout)) for row, x in zip(rows, places, strict=True)]
    for before, after in pairwise(ends):
        labels.block_line(*before, *after)
    for row, x in zip(rows, places, strict=True):
        labels.block_line(x, _bar(row, scale, layout)[0], x, _bar(row, scale, layout)[1])
    order = sorted(range(len(rows)), key=lambda place: (place != len(rows) - 1, not rows[place].worse, place))
    drawn = []
    for place in order:
        row, x = rows[place], places[place]
        last = place == len(rows) - 1
        words = f"{row.release}: {row.headline}" if last else f"{row.release} worse" if row.worse else row.release
        bottom, _ = _bar(row, scale, layout)
        if last and row.nines and row.nines[2] is None:
            # Over the arrow's head there is always room.
            spot: Spot | None = Spot(-17.0, "end", 8.0) if x > 0.8 else Spot(-17.0, "middle", 0.0)
        else:
            spot = labels.find(x, bottom, _y(scale, _mark(row), layout), wide_of(words), first_left=last)
        if spot is None:
            continue
        colour = "fail-text" if row.worse else "ink" if last else "muted"
        name = text(spot.dx, 0, words, colour, anchor=spot.anchor, bold=last or row.worse)
        drawn.append(svg(name, x=percent(x), y=spot.y))
    return drawn


def _effort_axis(view: PageView, rows: Sequence[MarchRow], places: Sequence[float], layout: _Layout) -> list[Element]:
    """Round numbers of effort below the plot, or the releases' own names."""
    base = layout.height
    drawn = [line("0%", base, "100%", base, "rule")]
    if view.effort_label == "release":
        every = max(1, -(-len(rows) // (2 * layout.steps)))
        ticks = [(x, row.release[:8]) for row, x in list(zip(rows, places, strict=True))[::every]]
    else:
        low, high = rows[0].position, rows[-1].position
        steps = round_steps(low, high, layout.steps)
        ticks = [(0.03 + 0.94 * (step - low) / (high - low), f"{step:,.10g}") for step in steps]
    for x, words in ticks:
        drawn.append(text(percent(x), base + 18, words, "muted", anchor="middle"))
    drawn.append(text("50%", base + 38, view.effort_label, "muted", anchor="middle"))
    return drawn


def gate_ladder(view: PageView, *, wide: bool) -> Element:
    """Return one row a gate: bar of what the data allow, dot, thick tick at the gate, verdict in words."""
    gates = view.decision.gates
    scale = scale_over([gate.nines for gate in gates], [gate.gate for gate in gates])
    left, width = (0.3, 0.42) if wide else (0.02, 0.94)
    step = 32.0 if wide else 70.0
    height = step * len(gates)
    rungs = [tick for tick in scale.ticks(0.12 if wide else 0.2) if wide or tick.rung]
    plot: list[Element] = []
    for tick in rungs:
        x = percent(scale.share(tick.nines))
        if tick.rung:
            # On phones the words stand above each bar: the rung is drawn beside the bars only.
            spans = [(0.0, height)] if wide else [(step * row - 30, step * row) for row in range(1, len(gates) + 1)]
            plot += [line(x, top, x, bottom, "rule") for top, bottom in spans]
        plot.append(
            text(x, height + 20, tick.label, "ink" if tick.rung else "muted", anchor="middle", bold=tick.rung)
        )
    plot += [part for place, gate in enumerate(gates) for part in _gate_bar(gate, scale, step * (place + 1) - 16)]
    words = [part for place, gate in enumerate(gates) for part in _gate_words(gate, step * place, wide=wide)]
    label = f"{view.decision.gates_title}. " + "; ".join(f"{gate.label}: {gate.short}" for gate in gates)
    return svg(
        el("title", label),
        svg(*plot, x=percent(left), y=6, width=percent(width), height=height),
        svg(*words, x=0, y=6, width="100%", height=height),
        role="img",
        aria_label=label,
        width="100%",
        height=height + 36,
    )


def _gate_bar(gate: GateRow, scale: Scale, y: float) -> list[Element]:
    parts: list[Element] = []
    if gate.nines is not None:
        measured, lower, upper = gate.nines
        start, end = scale.share(lower), 1.0 if upper is None else scale.share(upper)
        parts.append(rect(percent(start), y - 4, percent(max(0.004, end - start)), 8, gate.tone, 0.45))
        if upper is None or not scale.holds(upper):
            parts.append(svg(path("M0 -8v16l11 -8z", gate.tone), x="100%", y=y))
        if measured is not None:
            parts.append(circle(percent(scale.share(measured)), y, 5, gate.tone))
    x = percent(scale.share(gate.gate))
    parts.append(line(x, y - 11, x, y + 11, "ink", 3))
    return parts


def _gate_words(gate: GateRow, y: float, *, wide: bool) -> list[Element]:
    verdict, tone = f"{gate.symbol} {gate.short}", f"{gate.tone}-text"
    name = f"{gate.label}, {gate.required}"
    if wide:
        return [
            text(0, y + 20, _cut(name, 32), bold=gate.overall),
            text("75%", y + 20, _cut(verdict, 30), tone, bold=True),
        ]
    return [text(0, y + 16, _cut(name, 46), bold=gate.overall), text(0, y + 34, _cut(verdict, 46), tone, bold=True)]


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
