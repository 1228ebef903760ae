"""The gate ladder: one row a gate, with what the data allow, the gate, and the verdict in words.

Covers drawing only, from the rows of the view. Wide pages have name, bar and verdict side by side; on phones
the words stand above the bar. The page's style sheet shows the layout that fits.
"""

from __future__ import annotations

from ninemarch.report.axis import Scale, scale_over
from ninemarch.report.svg import Element, circle, el, line, path, percent, rect, svg, text
from ninemarch.report.view import GateRow, PageView

__all__ = ["gate_ladder"]


def gate_ladder(view: PageView, *, wide: bool) -> Element:
    """Return one row a gate: bar of what the data allow, dot, thick tick at the gate, verdict in words."""
    gates = view.decision.gates
    scale = scale_over([gate.nines for gate in gates], [gate.gate for gate in gates if gate.gate is not None])
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
    if gate.gate is not None:
        x = percent(scale.share(gate.gate))
        parts.append(line(x, y - 11, x, y + 11, "ink", 3))
    return parts


def _gate_words(gate: GateRow, y: float, *, wide: bool) -> list[Element]:
    verdict, tone = f"{gate.symbol} {gate.short}", f"{gate.tone}-text"
    name = f"{gate.slice or gate.label}{'' if gate.blocking else ' *'}, {gate.required}"
    if wide:
        return [
            text(0, y + 20, _cut(name, 32), bold=gate.overall),
            text("75%", y + 20, _cut(verdict, 30), tone, bold=True),
        ]
    return [text(0, y + 16, _cut(name, 46), bold=gate.overall), text(0, y + 34, _cut(verdict, 46), tone, bold=True)]


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
