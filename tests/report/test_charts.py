"""Charts: the scale, labels that do not touch, a builder that refuses what could run."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise

import pytest
import report_factory as made
from hypothesis import given
from hypothesis import strategies as st

from ninemarch.report.axis import round_steps, scale_over
from ninemarch.report.figures import gates_figure
from ninemarch.report.gate_ladder import gate_ladder
from ninemarch.report.labels import Box, Labels
from ninemarch.report.march_chart import march_chart
from ninemarch.report.page import page_view
from ninemarch.report.svg import el, text
from ninemarch.report.view import PageView
from ninemarch.report.view_mined import WaterRow, WaterView
from ninemarch.report.waterfall_chart import waterfall_figure


def view(march: made.March | None = None) -> PageView:
    march = march or made.dates_march()
    return page_view(march, made.evidence(march.last.decision))


NINES = st.floats(0, 6)
MARKS = st.tuples(NINES, st.floats(0, 1), st.floats(0, 1)).map(lambda m: (m[0] + m[1], m[0], m[0] + m[1] + m[2]))


@given(st.lists(MARKS, max_size=8), st.lists(NINES, max_size=3))
def test_a_scale_shows_what_was_measured_proven_and_asked(marks, gates):
    scale = scale_over(marks, gates)
    assert scale.low < scale.high
    for measured, lower, _ in marks:
        assert scale.holds(measured)
        assert scale.holds(lower)
    assert all(scale.holds(gate) for gate in gates)
    assert any(tick.rung for tick in scale.ticks(0.05))


@given(st.lists(MARKS, min_size=1, max_size=8), st.floats(0.02, 0.3))
def test_ticks_keep_their_distance_and_their_labels_say_where_they_stand(marks, spacing):
    scale = scale_over(marks, [])
    ticks = scale.ticks(spacing)
    for before, after in pairwise(ticks):
        both = before.rung and after.rung
        assert both or after.nines - before.nines >= spacing * (scale.high - scale.low) - 1e-12
    for tick in ticks:
        assert 1 - float(tick.label.removesuffix("%")) / 100 == pytest.approx(10**-tick.nines)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.integers(2, 9))
def test_steps_of_effort_are_round_and_few(low, span, most):
    steps = round_steps(low, low + span, most)
    assert len(steps) <= most + 1
    assert all(low - 1e-6 * span <= step <= low + span * (1 + 1e-6) for step in steps)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 300), st.floats(10, 90)), max_size=12))
def test_names_never_touch(names):
    labels = Labels(500)
    for share, y, wide in names:
        labels.find(share, y, y, wide, first_left=False)
    boxes = labels._taken
    assert not [(a, b) for i, a in enumerate(boxes) for b in boxes[i + 1 :] if a.touches(b)]


def test_a_blocked_line_leaves_no_gap_for_a_name():
    labels = Labels(500)
    labels.block_line(0, 0, 1, 100)
    assert not labels.take(Box(200, 40, 260, 60))
    assert labels.take(Box(200, 70, 260, 90))


def test_a_clean_release_gets_an_arrow_and_no_dot():
    march = made.dates_march()
    chart = str(march_chart(view(march), wide=True))
    assert chart.count("<circle") == 6
    assert chart.count("<path") == 1
    assert "≥ 99.92%" in chart


def test_a_worse_release_is_drawn_worse():
    chart = str(march_chart(view(), wide=True))
    assert "2 worse" in chart
    assert 'class="s-fail"' in chart
    march = made.dates_march()
    steps = tuple(dataclasses.replace(step, worse=False) for step in march.steps)
    better = str(march_chart(view(dataclasses.replace(march, steps=steps)), wide=True))
    assert "worse" not in better
    assert "s-fail" not in better


def test_the_rungs_are_named_and_the_gate_stands_on_its_rung():
    chart = str(march_chart(view(), wide=True))
    assert "3 nines · gate 99.9%" in chart
    assert all(f">{name}</text>" in chart for name in ("1 nine", "2 nines", "4 nines"))
    assert all(f">{name}</text>" in chart for name in ("90%", "99%", "99.9%", "95%"))
    phone = str(march_chart(view(), wide=False))
    assert ">95%</text>" not in phone


def test_higher_success_stands_higher():
    chart = str(march_chart(view(), wide=True))
    heights = [
        float(y) for y in re.findall(r'<line x1="[\d.]+%" y1="([\d.]+)" x2="[\d.]+%"[^>]*stroke-width="2.5"', chart)
    ]
    assert heights[0] < heights[1] > heights[2] > heights[3] > heights[4]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_short_marches_have_a_chart_too(steps: int):
    march = made.dates_march()
    if steps == 0:
        nothing = dataclasses.replace(march.last.decision, rate=None, next_nine=None)
        march = dataclasses.replace(march, steps=(dataclasses.replace(march.last, decision=nothing),))
    else:
        march = dataclasses.replace(march, steps=march.steps[:steps])
    for wide in (True, False):
        assert 'role="img"' in str(march_chart(view(march), wide=wide))


def test_the_ladder_has_one_row_a_gate_with_its_verdict_in_words():
    march, _ = made.many_gates()
    for wide in (True, False):
        ladder = str(gate_ladder(view(march), wide=wide))
        assert ladder.count('stroke-width="3"') == 5
        assert "✗ failed, at most 93.42%" in ladder
        assert "? 54 more clean trials" in ladder
        assert ladder.count("<circle") == 4  # a clean slice has an arrow, not a dot


def test_the_interactive_ladder_says_every_verdict_on_wide_pages_and_on_phones():
    seen = view()
    figure = gates_figure(seen)
    for layout in (figure["layout"], figure["narrow"]):
        words = [note["text"] for note in layout["annotations"]]
        rows = [gate for gate in seen.decision.gates if gate.gate is not None]
        assert len(words) == len(rows)
        assert all(gate.short[:33] in said for gate, said in zip(rows, words, strict=True))
    assert all(word.startswith("<b>") for word in figure["narrow"]["xaxis"]["ticktext"])


def test_the_interactive_waterfall_says_what_is_left_and_what_the_next_nine_allows():
    today = WaterRow("today", 141, 141, "141 per 10,000", reaches=False)
    fixed = WaterRow("fix: <b>", 84, 141, "84 per 10,000", reaches=True)
    water = WaterView("title", (today, fixed), limit=100.0, limit_name="99%", note="")
    figure = waterfall_figure(water)
    for layout in (figure["layout"], figure["narrow"]):
        words = " ".join(note["text"] for note in layout["annotations"])
        assert all(said in words for said in ("141 per 10,000", "84 per 10,000", "99% allows this", "fix: &lt;b&gt;"))


def test_proven_bars_lie_right_of_their_gate_and_failed_ones_left():
    march, _ = made.many_gates()
    ladder = str(gate_ladder(view(march), wide=True))
    bars = re.findall(r'<rect x="([\d.]+)%" y="[\d.]+" width="([\d.]+)%"', ladder)
    ticks = re.findall(r'<line x1="([\d.]+)%"[^>]*stroke-width="3"', ladder)
    ends = [(float(x), float(x) + float(wide), float(tick)) for (x, wide), tick in zip(bars, ticks, strict=True)]
    assert ends[0][1] < ends[0][2]
    assert ends[1][0] > ends[1][2]
    assert ends[2][0] < ends[2][2] < ends[2][1]
    assert ends[4][1] < ends[4][2]


@pytest.mark.parametrize(
    ("tag", "attributes"),
    [
        ("script", {}),
        ("a", {"href": "x"}),
        ("rect", {"onclick": "x"}),
        ("rect", {"style": "x"}),
        ("foreignObject", {}),
    ],
)
def test_the_builder_refuses_what_could_run_or_load(tag: str, attributes: dict[str, str]):
    with pytest.raises(ValueError, match="not an element of a chart"):
        el(tag, **attributes)


@given(st.text(max_size=50))
def test_text_in_a_chart_is_escaped(words: str):
    made_of = str(text(0, 0, words))
    assert made_of.count("<") == 2
    made_of.encode()
