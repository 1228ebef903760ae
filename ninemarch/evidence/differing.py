"""Where two runs differ: slices of one attribute value that are worse or better beyond chance.

Covers what an average hides: a release that is better on the whole and worse somewhere. Every level of every
attribute is looked at and paid for; slices of several attributes are mining's job.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from ninemarch import stats, table
from ninemarch.evidence.scenarios import Scenarios
from ninemarch.model import Comparison, PairedSlice, Results

__all__ = ["differing"]

_TOO_MANY = 60  # levels of an attribute that is more of a name than a dimension
Slice = tuple[str, str]


def differing(found: Comparison, now: Scenarios, path: Path, *, confidence: float = 0.95) -> Comparison:
    """Return the comparison with the slices in which the two runs differ.

    Args:
        found: the two runs, compared; without a difference it comes back as it is.
        now: the later run, scenario by scenario.
        path: its table.
        confidence: that no slice is named by chance, in (0, 1).

    Raises:
        RunInvalid: the table is damaged.

    Source: exact McNemar test of each slice (``stats.mcnemar``); R. E. Tarone (1990), Biometrics 46:515-522, for all
    of them together (``stats.tarone``).
    """
    if found.difference is None:
        return found
    falls = {pair.id: _share(pair.now) - _share(pair.then) for pair in (*found.worse, *found.better)}
    paired: Counter[Slice] = Counter()
    units: dict[Slice, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for scenario, slices in _levels(found, now, path):
        paired.update(slices)
        for each in slices if scenario in falls else ():
            units[each][now.groups.get(scenario) or f"\0{scenario}"] += falls[scenario]
    levels = Counter(name for name, _ in paired)
    looked = sorted(each for each in paired if 2 <= levels[each[0]] <= _TOO_MANY)
    counts = [_signs(units.get(each, {})) for each in looked]
    p_values = [stats.mcnemar(worse, better).p_value for worse, better in counts]
    least = [min(1.0, 2.0 ** (1 - worse - better)) for worse, better in counts]
    adjusted = stats.tarone(p_values, least, alpha=1 - confidence).tolist()
    differ = [
        PairedSlice(name, level, paired[name, level], worse, better, p)
        for (name, level), (worse, better), p in zip(looked, counts, adjusted, strict=True)
        if p <= 1 - confidence
    ]
    ranked = sorted(differ, key=lambda each: (each.p_value, each.attribute, each.level))
    return replace(found, slices=tuple(ranked), looked=len(looked))


def _levels(found: Comparison, now: Scenarios, path: Path) -> Iterator[tuple[str, list[Slice]]]:
    """Each paired scenario once, with its attribute values."""
    names = table.head(path).attributes
    columns = table.column_names(names)
    then = found.baseline.results
    both = {name for name, results in now.results.items() if results.scored and name in then and then[name].scored}
    for batch in table.stream(path, ["scenario", *columns]):
        for scenario, *row in zip(*(batch[name].to_pylist() for name in ("scenario", *columns)), strict=True):
            if scenario not in both:
                continue
            both.discard(scenario)  # its repeats have the same values
            yield scenario, [(name, level) for name, level in zip(names, row, strict=True) if level is not None]


def _share(seen: Results) -> Fraction:
    """Share of the scored trials that failed or were handed off, exactly: a group that comes out even is at 0."""
    return Fraction(seen.failed + seen.assisted, seen.scored)


def _signs(falls: Mapping[str, Fraction]) -> tuple[int, int]:
    """How many units are worse, and how many better; those that come out even say nothing."""
    return sum(fall > 0 for fall in falls.values()), sum(fall < 0 for fall in falls.values())
