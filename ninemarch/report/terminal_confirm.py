"""What fresh trials said of the slices, on a terminal of 80 columns, and the same as JSON values.

Covers layout and wording; foreign text passes ``clean`` or ``scrub``. Computes no statistics.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ninemarch import numbers as n
from ninemarch.mining.confirm import Answer, Confirmation, TestedSlice
from ninemarch.model import Rate
from ninemarch.report.compose import clean
from ninemarch.report.slices_document import conditions_document, failing_document
from ninemarch.report.terminal_line import say
from ninemarch.report.terminal_slices import failing_interval, failing_text
from ninemarch.text import scrub

__all__ = ["confirmation_document", "print_confirmation"]

_HEAD = ("", "", "found", "fresh", "90% interval", "of trials")
_STYLE = {Answer.CONFIRMED: "bold red", Answer.REFUTED: "bold green", Answer.UNDECIDED: "bold yellow"}


def print_confirmation(console: Console, found: Confirmation) -> None:
    """Print what fresh trials said of each slice: the honest rate beside the found one."""
    say(console, Text())
    say(console, Text(_sentence(found), style="bold"), hang=2)
    head = (*_HEAD[:4], f"{n.two_sided_text(found.options.confidence)} interval", *_HEAD[5:])
    rows = [head, *(_row(place, each, found) for place, each in enumerate(found.slices, 1))]
    rows.append(("", "elsewhere", "", *_fresh(found.rate_of(found.control))))
    names = ["slice", *(clean(each.slice.label) for each in found.slices), ""]
    styles = ["", *(_STYLE[each.answer] for each in found.slices), ""]
    wide = [max(cell_len(row[at]) for row in rows) for at in range(len(head))]
    for row, name, style in zip(rows, names, styles, strict=True):
        place, answer, *cells = (cell.rjust(room) for cell, room in zip(row, wide, strict=True))
        answer = row[1].ljust(wide[1])
        line = Text(f"{place}  ").append(answer, style=style).append("  " + "  ".join(cells) + "  ")
        say(console, line.append(name, style="bold" if style else ""), hang=cell_len(line.plain) - cell_len(name))
    for note in _notes(found):
        say(console, Text(note, style="dim"), indent=2)


def confirmation_document(found: Confirmation) -> dict[str, Any]:
    """Return what fresh trials said of each slice as JSON values."""
    return {
        "slices": [
            {
                "slice": scrub(each.slice.label),
                "conditions": conditions_document(each.slice.conditions),
                "answer": each.answer.value,
                "found_failures": each.found[0],
                "found_trials": each.found[1],
                "fresh": failing_document(found.rate_of(each.fresh)),
                "blocks": each.blocks,
                "claimed_ratio": each.claim,
                "evidence_for": each.evidence_for,
                "evidence_against": each.evidence_against,
            }
            for each in found.slices
        ],
        "elsewhere": failing_document(found.rate_of(found.control)),
        "controls": found.controls,
        "trials": found.trials,
        "errors": found.errors,
        "seed": found.seed,
        "new_groups": found.new_groups,
        "exhausted": found.exhausted,
        "level": found.options.level,
        "needed": math.log(len(found.slices) / found.options.level),
    }


def _sentence(found: Confirmation) -> str:
    many = {answer: sum(each.answer is answer for each in found.slices) for answer in Answer}
    told = ", ".join(f"{count:,} {answer}" for answer, count in many.items() if count)
    return f"On {n.count_text(found.trials, 'fresh trial')}, drawn under seed {found.seed}: {told}"


def _row(place: int, each: TestedSlice, found: Confirmation) -> tuple[str, ...]:
    failures, trials = each.found
    return (
        f"{place}",
        each.answer.value,
        failing_text(failures / trials) if trials else "-",
        *_fresh(found.rate_of(each.fresh)),
    )


def _fresh(rate: Rate | None) -> tuple[str, str, str]:
    if rate is None:
        return "-", "-", "none"
    between = failing_interval(rate.failure_lower, rate.failure_upper)
    return failing_text(1 - rate.estimate), between, f"{rate.failures:,} of {rate.trials:,}"


def _notes(found: Confirmation) -> Iterator[str]:
    sure = n.one_sided_text(round(1 - found.options.level, 12))
    yield (
        "confirmed: fails more often than elsewhere; refuted: less often than the run had claimed at least; both for "
        f"all slices together at {sure} confidence; each slice without those above it; these trials enter no rate"
    )
    if any(each.answer is Answer.UNDECIDED for each in found.slices):
        why = "no more scenarios of it can be drawn" if found.exhausted else "more with a larger --confirm"
        yield f"undecided at {found.options.trials:,} fresh trials: {why}"
    if found.new_groups is False:
        yield "the suite has no groups that the run did not have: this holds for its groups, not for new ones"
    if found.errors:
        yield f"{n.count_text(found.errors, 'fresh trial')} without a verdict count for nothing"
