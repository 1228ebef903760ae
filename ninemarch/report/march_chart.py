"""The march chart: releases on the nines axis against cumulative effort, or against their own order.

Covers drawing only, from the rows of the view: widths are shares, heights are pixels, so that the chart fills
its place at any width with text of its true size. It has a layout for wide pages and one for phones; the page's
style sheet shows the one that fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ninemarch.numbers import count_text
from ninemarch.report.axis import Scale, round_steps, scale_over
from ninemarch.report.labels import Box, Labels, Spot, wide_of
from ninemarch.report.svg import Element, Length, circle, el, line, path, percent, rect, svg, text
from ninemarch.report.view import GateRow, MarchRow, PageView

__all__ = ["march_chart"]

_TOP = 30.0
_MARGIN = 0.03
_LONGEST = 14


@dataclass(frozen=True, slots=True)
class _Layout:
    """Places of the chart: shares of the width, pixels of the height.

    Args:
        nominal: pixels the plot is about wide, to see whether two labels would touch.
        steps: labels of the effort axis, at most about.
        light: whether the light ticks between the rungs are labelled.
    """

    left: float
    width: float
    height: float
    nominal: float
    steps: int
    light: bool


_WIDE = _Layout(left=0.095, width=0.875, height=350, nominal=500, steps=7, light=True)
_NARROW = _Layout(left=0.185, width=0.785, height=290, nominal=270, steps=4, light=False)


@dataclass(frozen=True, slots=True)
class _Plot:
    """What every part of the drawing needs.

    Args:
        places: of the releases, as shares of the width.
        course: of the line through the releases, in nines.
        cone: share of the width, lower and upper end in nines.
        room: every position that the effort axis spans.
    """

    layout: _Layout
    scale: Scale
    rows: tuple[MarchRow, ...]
    places: tuple[float, ...]
    course: tuple[float, ...]
    cone: tuple[tuple[float, float, float], ...]
    room: tuple[float, ...]

    def y(self, nines: float) -> float:
        """Pixels from the upper edge."""
        return self.layout.height * (1 - self.scale.share(nines))

    def bar(self, index: int) -> tuple[float, float]:
        """Lower and upper end of a release's bar; it runs to the upper edge where there is no upper limit."""
        _, lower, upper = self.rows[index].nines or (None, 0.0, None)
        return self.y(lower), 0.0 if upper is None else self.y(upper)

    def clean(self, index: int) -> bool:
        """Whether the release had no failure, so that nothing finite was measured."""
        marks = self.rows[index].nines
        return marks is not None and marks[0] is None


def march_chart(view: PageView, *, wide: bool) -> Element:
    """Return the chart of the releases."""
    plot = _plot(view, _WIDE if wide else _NARROW)
    layout = plot.layout
    label = f"{view.march_title}. {view.march_hint}"
    labels = _labels(plot)
    inside = [*_cone(plot), *_rungs(plot, view.decision.gates, labels), *_trend(plot)]
    inside += [_release(plot, index) for index in range(len(plot.rows))]
    inside += [*_names(plot, labels), *_effort_axis(plot, view.effort_label)]
    place: dict[str, Length | None] = {"x": percent(layout.left), "y": _TOP, "width": percent(layout.width)}
    return svg(
        el("title", label),
        *_scale_labels(plot),
        svg(*inside, height=layout.height, **place),
        role="img",
        aria_label=label,
        width="100%",
        height=_TOP + layout.height + 48,
    )


def _plot(view: PageView, layout: _Layout) -> _Plot:
    rows = tuple(row for row in view.march if row.nines is not None)
    if len(rows) < 2:
        layout = replace(layout, height=180)
    gates = [gate.gate for gate in view.decision.gates if gate.overall and gate.of_success and gate.gate is not None]
    scale = scale_over([row.nines for row in rows], gates)
    positions = [row.position for row in rows]
    room = [*positions, *(place for place, _, _ in view.cone)]
    places = tuple(_share(position, room) for position in positions)
    cone = tuple((_share(place, room), low, high) for place, low, high in view.cone)
    return _Plot(layout, scale, rows, places, tuple(_course(rows)), cone, tuple(room))


def _share(position: float, positions: Sequence[float]) -> float:
    """Where a position stands in the width, with a margin at both ends."""
    low, high = min(positions), max(positions)
    return 0.5 if high == low else _MARGIN + (1 - 2 * _MARGIN) * (position - low) / (high - low)


def _course(rows: Sequence[MarchRow]) -> list[float]:
    """Where the line goes: what was measured; over a clean release as level as its proven bound allows."""
    course: list[float] = []
    for row in rows:
        measured, lower, _ = row.nines or (0.0, 0.0, 0.0)
        course.append(measured if measured is not None else max(lower, course[-1] if course else lower))
    return course


def _scale_labels(plot: _Plot) -> list[Element]:
    """The percentages left of the plot; phones show the rungs only."""
    layout = plot.layout
    ticks = [tick for tick in plot.scale.ticks(18 / layout.height) if tick.rung or layout.light]
    return [
        el(
            "text",
            tick.label,
            fill="ink" if tick.rung else "muted",
            x=percent(layout.left),
            y=_TOP + plot.y(tick.nines) + 4,
            dx=-8,
            text_anchor="end",
            font_size=12.5,
            font_weight=700 if tick.rung else None,
        )
        for tick in ticks
    ]


def _rung_names(plot: _Plot, gates: Sequence[GateRow]) -> list[tuple[float, str, bool]]:
    """Each rung or overall gate: its nines, its name, and whether it is a gate."""
    names = {tick.nines: count_text(round(tick.nines), "nine") for tick in plot.scale.ticks(1) if tick.rung}
    found: list[tuple[float, str, bool]] = []
    for gate in gates:
        asked = gate.gate if gate.overall and gate.of_success else None
        if asked is not None and plot.scale.holds(asked):
            rung = next((place for place in names if abs(place - asked) < 1e-9), None)
            words = f"gate {gate.required}"
            found.append((asked, words if rung is None else f"{names.pop(rung)} · {words}", True))
    return sorted([*found, *((place, words, False) for place, words in names.items())])


def _rungs(plot: _Plot, gates: Sequence[GateRow], labels: Labels) -> list[Element]:
    """Rung lines and gates, each named where no release stands; gates choose their places first."""
    drawn = []
    for place, words, is_gate in sorted(_rung_names(plot, gates), key=lambda rung: (not rung[2], rung[0])):
        y, colour = plot.y(place), "ink" if is_gate else "muted"
        drawn.append(line("0%", y, "100%", y, "ink" if is_gate else "rule", 1.5 if is_gate else 1))
        start = _rung_start(plot, y, words, labels)
        if start is not None:
            drawn.append(svg(text(0, -6, words, colour, bold=is_gate), x=percent(start / plot.layout.nominal), y=y))
    return drawn


def _rung_start(plot: _Plot, y: float, words: str, labels: Labels) -> float | None:
    """Where a rung's name begins, in nominal pixels: at the left, at the right, or between."""
    room, wide = plot.layout.nominal, wide_of(words)
    for share in (0.005, 0.99, 0.15, 0.85, 0.3, 0.7, 0.45, 0.55):
        start = share * (room - wide)
        if labels.take(Box(start, y - 18, start + wide, y - 2)):
            return start
    return None


def _trend(plot: _Plot) -> list[Element]:
    """Straight lines between the releases; red down to one that is proven worse, dashed beside a clean one."""
    drawn = []
    for before, after in pairwise(range(len(plot.rows))):
        y1, y2 = plot.y(plot.course[before]), plot.y(plot.course[after])
        colour = "fail" if plot.rows[after].worse else "accent"
        dash = "3 4" if plot.clean(before) or plot.clean(after) else None
        drawn.append(line(percent(plot.places[before]), y1, percent(plot.places[after]), y2, colour, 2.5, dash))
    return drawn


def _cone(plot: _Plot) -> list[Element]:
    """Where the next releases are expected: a pale band with dotted edges, cut at the frame."""
    drawn = []
    for (x1, low1, high1), (x2, low2, high2) in pairwise(plot.cone):
        top, bottom = plot.y((high1 + high2) / 2), plot.y((low1 + low2) / 2)
        drawn.append(rect(percent(x1), top, percent(x2 - x1), max(0.0, bottom - top), "accent", 0.12))
        for a, b in ((low1, low2), (high1, high2)):
            if plot.scale.holds(a) and plot.scale.holds(b):
                drawn.append(line(percent(x1), plot.y(a), percent(x2), plot.y(b), "accent", 1, "2 3"))
    return drawn


def _release(plot: _Plot, index: int) -> Element:
    """The interval bar and the mark of one release."""
    row = plot.rows[index]
    colour = "fail" if row.worse else "accent"
    bottom, top = plot.bar(index)
    marks = [rect(-4, top - bottom, 8, max(1.0, bottom - top), colour, 0.35)]
    if row.nines is not None and row.nines[2] is None:
        marks.append(path(f"M-8 {top - bottom:.2f}h16l-8 -12z", colour))
    if plot.clean(index):
        marks.append(rect(-9, -2, 18, 4, colour))
    else:
        marks.append(circle(0, plot.y(plot.course[index]) - bottom, 5, "panel", colour, 2.5))
    return svg(*marks, x=percent(plot.places[index]), y=bottom)


def _labels(plot: _Plot) -> Labels:
    """The places that no name may take: marks, bars and lines."""
    wide = plot.layout.nominal
    labels = Labels(wide)
    for index, x in enumerate(plot.places):
        bottom, top = plot.bar(index)
        labels.block(Box.around(x * wide, plot.y(plot.course[index]), 14, 14))
        labels.block_line(x, bottom, x, top)
    for before, after in pairwise(zip(plot.places, plot.course, strict=True)):
        labels.block_line(before[0], plot.y(before[1]), after[0], plot.y(after[1]))
    return labels


def _names(plot: _Plot, labels: Labels) -> list[Element]:
    """Names of the releases: the last one with its rate, the worse ones, then all that find room."""
    end = len(plot.rows) - 1
    drawn = []
    for index in sorted(range(end + 1), key=lambda place: (place != end, not plot.rows[place].worse, place)):
        row, x, last = plot.rows[index], plot.places[index], index == end
        name = row.release if len(row.release) <= _LONGEST else row.release[: _LONGEST - 1] + "…"
        words = f"{name}: {row.headline}" if last else name
        words += (", worse" if last else " worse") if row.worse else ""
        if last and plot.clean(index):
            # Over the arrow's head there is always room.
            spot: Spot | None = Spot(-17.0, "end", 8.0) if x > 0.8 else Spot(-17.0, "middle", 0.0)
        else:
            mark = plot.y(plot.course[index])
            spot = labels.find(x, plot.bar(index)[0], mark, wide_of(words), first_left=last)
        if spot is not None:
            colour = "fail-text" if row.worse else "ink" if last else "muted"
            label = text(spot.dx, 0, words, colour, anchor=spot.anchor, bold=last or row.worse)
            drawn.append(svg(label, x=percent(x), y=spot.y))
    return drawn


def _effort_axis(plot: _Plot, label: str) -> list[Element]:
    """Round numbers of effort below the plot, or the releases' own names."""
    base, steps = plot.layout.height, plot.layout.steps
    positions = [row.position for row in plot.rows]
    if label == "release":
        every = max(1, -(-len(plot.rows) // (2 * steps)))
        pairs = list(zip(plot.places, plot.rows, strict=True))[::every]
        ticks = [(x, row.release[:8]) for x, row in pairs]
    else:
        found = round_steps(min(plot.room), max(plot.room), steps) if positions else []
        ticks = [(_share(step, plot.room), f"{step:,.10g}") for step in found]
    drawn = [line("0%", base, "100%", base, "rule")]
    drawn += [text(percent(x), base + 18, words, "muted", anchor="middle") for x, words in ticks]
    return [*drawn, text("50%", base + 38, label, "muted", anchor="middle")]
