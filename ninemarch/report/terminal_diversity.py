"""How different scenarios are, on the terminal: words, near-copies, combinations of levels.

Covers layout and the words of the warning only; foreign text passes ``printable`` before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from rich.console import Console
from rich.text import Text

from ninemarch.mining.diversity import Diversity, Wording
from ninemarch.mining.tway import TwayCoverage
from ninemarch.numbers import count_text, percent
from ninemarch.report.terminal_line import say
from ninemarch.text import excerpt

__all__ = ["covered_text", "diversity_warnings", "print_diversity"]

_SETS = {2: "pair", 3: "triple"}


def print_diversity(console: Console, found: Diversity) -> None:
    """Print how different the scenarios of a set are."""
    lines = [("words", _words(found.wording))] if found.wording else []
    lines += [("copies", _copies(found.wording))] if found.wording and found.wording.copies else []
    if found.coverage:
        looked = count_text(found.scenarios, "scenario")
        lines.append(("levels", f"{covered_text(found.coverage)}: verified in {looked}"))
    for name, words in lines:
        say(console, Text(f"{name:<10} {words}"), hang=11)


def _words(wording: Wording) -> str:
    worth = f"{count_text(wording.compared, 'scenario')} are worth {count_text(round(wording.effective))}"
    return f"{worth} wholly different ones (Vendi score); median likeness to the nearest {wording.nearest:.2f} of 1"


def _copies(wording: Wording) -> str:
    words = f"{wording.copies:,} of {count_text(wording.scenarios, 'scenario')} have a near-copy"
    if wording.example is None:
        return f"{words}, all inside their group"
    one, other = (excerpt(name, 40) for name in wording.example)
    groups = count_text(wording.groups, "group")
    return f"{words}, such as {one} and {other}; {groups} are {wording.apart:,} when near-copies are one"


def diversity_warnings(found: Diversity | None) -> Iterator[str]:
    """Yield why a set proves less than its number of scenarios says."""
    wording = found.wording if found else None
    if wording is None or not wording.collapsed:
        return
    worth = f"{count_text(wording.compared, 'scenario')} are worth {count_text(round(wording.effective))}"
    if wording.apart < wording.groups:
        worth += f", and {count_text(wording.groups, 'group')} only {wording.apart:,} without near-copies"
    yield (
        f"by their words {worth}; where they are one text with changes they share fate and prove less than their "
        "number: write more different ones, or give those made from one text one group"
    )


def covered_text(coverages: Sequence[TwayCoverage]) -> str:
    """Return what was covered in words: ``all 112 pairs of levels; 446 of 448 triples, 99.9% of use``."""
    return "; ".join(map(_covered, coverages))


def _covered(coverage: TwayCoverage) -> str:
    noun = _SETS[coverage.strength]
    if coverage.complete:
        return f"all {count_text(coverage.possible, noun)} of levels"
    use = Fraction(coverage.weight or 0.0)
    share = "all that use meets" if use >= 1 else f"{percent(use, 'floor', (Fraction(1),), 1)} of use"
    return f"{count_text(coverage.covered)} of {count_text(coverage.possible, noun)}, {share}"
