"""The terminal: 80 columns, no markup of foreign text, nothing that steers a terminal, readable in a pipe."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys

import pytest
import report_factory as made
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from ninemarch.report.terminal import print_decision, print_failures, print_march, print_trial

HOSTILE = "[red]x[/red][/nope]\x1b]0;owned\x07\x1b[31m\r\n::error::\u202eevil\u2028\x00\ud800 {{7*7}}"


class Ascii(io.StringIO):
    """A stream that says it can only take ASCII."""

    encoding = "ascii"


def shown(width: int = 80, **options: object) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, **options), out  # type: ignore[arg-type]


def lines_of(out: io.StringIO) -> list[str]:
    return out.getvalue().splitlines()


def test_the_march_is_the_table_of_the_demo():
    console, out = shown()
    print_march(console, made.dates_march())
    assert lines_of(out) == [
        "release                demo    traffic  90% interval  silent  nines        world",
        "1 regexes           all 300     73.00%  70.59–75.31     0.3%  0           52.40%",
        "2 dateutil          all 300     66.00%  63.45–68.48    19.9%  0 worse     48.53%",
        "3 dateparser        all 300     95.10%  93.82–96.18     0.9%  1           77.80%",
        "4 + clean-up, loc…  all 300     96.20%  95.04–97.15     1.0%  1           80.53%",
        "5 own reader of C…  all 300     99.56%  99.34–99.73     0.2%  2           98.87%",
        "6 + inverse CLDR …  all 300    99.949%  99.83–99.991   0.03%  2           99.87%",
        "7 swaps, ISO first  all 300  all 3,900  ≥ 99.92         none  3        all 1,500",
        "  <- 7: 99.9% proven, 3,900 of 3,900",
    ]


def test_a_decision_says_verdict_gates_and_accounting():
    console, out = shown()
    print_decision(console, made.failing_march()[0].last.decision)
    text = out.getvalue()
    assert text.startswith("? NOT PROVEN  99.9% is not proven on traffic\n")
    assert "  ? NOT PROVEN  three-nines  99.949%  99.83–99.991%  gate 99.9%\n" in text
    assert "    fix the failures; more trials will not help\n" in text
    assert "3,900 planned = 3,898 pass + 2 fail (1 loud, 1 silent)" in text
    assert "next: ninemarch report" in text


@pytest.mark.parametrize("width", [80, 100, 200])
@pytest.mark.parametrize("name", ["dates", "gates", "failing"])
def test_every_line_fits_and_none_ends_in_spaces(width: int, name: str):
    march, evidence = {
        "dates": (made.dates_march(), made.evidence(made.dates_march().last.decision)),
        "gates": made.many_gates(),
        "failing": made.failing_march(),
    }[name]
    console, out = shown(width)
    print_march(console, march)
    print_decision(console, march.last.decision)
    print_failures(console, evidence.failures, "run")
    assert max(cell_len(line) for line in lines_of(out)) <= width
    assert not [line for line in lines_of(out) if line != line.rstrip()]


def test_many_profiles_go_into_further_tables():
    march = made.dates_march()
    names = tuple(f"profile-{i}" for i in range(7))
    steps = tuple(
        dataclasses.replace(step, others=dict.fromkeys(names, step.others["world"])) for step in march.steps
    )
    console, out = shown()
    print_march(console, dataclasses.replace(march, steps=steps, profiles=names))
    heads = [line for line in lines_of(out) if line.startswith("release")]
    assert len(heads) == 2
    assert all(name in " ".join(heads) for name in names)
    assert max(cell_len(line) for line in lines_of(out)) <= 80


def test_a_long_ladder_counts_its_passing_slices():
    good = made.gate(made.rate(0, 400), made.GateVerdict.PASS, "0.9", {"k": "v"})
    bad = made.gate(made.rate(90, 400), made.GateVerdict.FAIL, "0.9", {"k": "bad"}, reason="at most 80%")
    console, out = shown()
    print_decision(console, made.decision(gates=(*[good] * 12, bad)))
    assert "12 more gates pass" in out.getvalue()
    assert "k=bad" in out.getvalue()


def test_failures_are_listed_with_the_command_that_replays_each():
    _, evidence = made.failing_march()
    console, out = shown()
    print_failures(console, evidence.failures, "7f3a")
    assert lines_of(out)[:2] == [
        "#412 silent failure  1000-412  language=de locale=de_CH noise=swap digits=latn",
        '   input    {"text": "01.05.2024", "locale": "de_CH"}',
    ]
    assert "   ninemarch replay 7f3a 412" in lines_of(out)
    console, out = shown()
    print_failures(console, (), "7f3a")
    assert out.getvalue() == "no failed trial\n"


def test_one_trial_is_shown_in_full():
    _, evidence = made.failing_march()
    console, out = shown()
    print_trial(console, evidence.failures[1], "7f3a")
    text = out.getvalue()
    assert "trial 2718 of run 7f3a: loud failure" in text
    assert "    Traceback (most recent call last):\n      File" in text
    assert text.endswith("  replay    ninemarch replay 7f3a 2718\n")
    console, out = shown()
    print_trial(console, made.failure(verdict="pass", silent=False), "7f3a")
    assert "trial 412 of run 7f3a: pass\n" in out.getvalue()


def hostile_march(text: str) -> made.March:
    march, _ = made.many_gates()
    last = march.last
    gates = tuple(dataclasses.replace(gate, id=text, reason=text, where={text: text}) for gate in last.decision.gates)
    plan = dataclasses.replace(
        last.decision.plan, suite=text, release=text, release_name=text, profile=text, run=text
    )
    decision = dataclasses.replace(
        last.decision, plan=plan, gates=gates, sentence=text, action=text, notes=(text,), stopped=text
    )
    step = dataclasses.replace(last, release=text, name=text, decision=decision, others={text: decision})
    return dataclasses.replace(march, steps=(*march.steps, step), profile=text, profiles=(text + "2",), suite=text)


@given(st.one_of(st.just(HOSTILE), st.text(min_size=1, max_size=40)))
def test_foreign_text_never_steers_the_terminal(text: str):
    console, out = shown(force_terminal=False)
    march = hostile_march(text)
    print_march(console, march)
    print_decision(console, march.last.decision)
    bad = made.failure(scenario=text, reason=text, input=text, output=text, detail=text, attributes={text: text})
    print_failures(console, (bad,), text)
    print_trial(console, bad, text)
    printed = out.getvalue()
    assert not set(printed) & set("\x1b\x07\r\x00\u202e\u2028\ud800")
    printed.encode()  # lone surrogates would fail here


def test_markup_and_commands_in_text_stay_text():
    console, out = shown(width=4000, force_terminal=False)
    print_failures(console, (made.failure(reason=HOSTILE, scenario="[bold]a[/bold]"),), "r")
    assert "[bold]a[/bold]" in out.getvalue()
    assert "[red]x[/red][/nope]" in out.getvalue()
    assert not [line for line in lines_of(out) if line.startswith("::")]


def test_a_terminal_gets_colour_and_a_pipe_does_not():
    march = made.dates_march()
    coloured, out = shown(force_terminal=True, color_system="standard")
    print_march(coloured, march)
    assert "\x1b[31m" in out.getvalue()
    piped, plain = shown()
    print_march(piped, march)
    assert "\x1b" not in plain.getvalue()


def test_an_ascii_stream_gets_ascii():
    out = Ascii()
    console = Console(file=out, width=80)
    march, evidence = made.many_gates()
    print_march(console, made.dates_march())
    print_decision(console, march.last.decision)
    print_failures(console, (made.failure(reason="Übergröße"), *evidence.failures), "r")
    assert out.getvalue().isascii()
    assert "x FAIL" in out.getvalue()
    assert ">= 99.92" in out.getvalue()
    assert "\\xdcbergr" in out.getvalue()


def test_the_terminal_imports_nothing_slow():
    code = "import sys, ninemarch.report.terminal; print(*[m for m in sys.argv[1:] if m in sys.modules])"
    slow = ["jinja2", "numpy", "scipy", "pyarrow", "pydantic", "selenium", "jsonschema"]
    done = subprocess.run([sys.executable, "-c", code, *slow], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
