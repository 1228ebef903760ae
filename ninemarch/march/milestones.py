"""From the record of releases to their order: which belong on one line, what broke it, and which drops are real.

Covers order, cumulative effort, populations and drops. Holds no forecast. Nothing is smoothed: every look at every
release keeps its own place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ninemarch import stats
from ninemarch.model import Difference, Drop, Milestone, Milestones, MilestoneTable, Population, Standing

__all__ = ["Paired", "newest_population", "stand"]

Paired = Callable[[Milestone, Milestone], Difference | None]
"""Returns the paired difference of two milestones, None where their scenarios cannot be paired."""

_EXACT = "Clopper-Pearson"  # the method of independent trials in a plan of fixed size


def stand(record: Milestones, *, paired: Paired = lambda then, now: None) -> MilestoneTable:  # noqa: ARG005
    """Return the releases of a record in the order of their first look, each with its looks.

    Args:
        record: the record.
        paired: how two milestones differ scenario by scenario, where both runs are at hand.
    """
    releases = _in_order(record.lines)
    newest = newest_population(record)
    standings: list[Standing] = []
    total: float | None = 0.0
    before: Milestone | None = None
    for looks in releases:
        spent = next((look.effort for look in looks if look.effort is not None), None)
        total = None if total is None or spent is None else total + spent
        main = next((look for look in looks if look.population == newest), looks[0])
        standings.append(_main(main, before, effort=total, newest=newest, paired=paired))
        further = [look for look in looks if look is not main]
        standings += [_standing(look, total, on_line=False, further=True) for look in further]
        before = main
    return MilestoneTable(record.suite, record.effort_unit, tuple(standings), tuple(_notes(record)))


def newest_population(record: Milestones) -> Population | None:
    """Return what the newest run speaks about, which the line is drawn on; of imported counts where there is no run.

    Args:
        record: the record; without lines there is no population.
    """
    runs = [line for line in record.lines if line.source != "import"] or record.lines
    return runs[-1].population if runs else None


def _in_order(lines: Sequence[Milestone]) -> list[list[Milestone]]:
    """The looks of each release; releases by the date of their first look, as they stand where a date is missing."""
    looks: dict[str, list[Milestone]] = {}
    for line in lines:
        looks.setdefault(line.release, []).append(line)
    releases = list(looks.values())
    if all(line.date for line in lines):
        releases.sort(key=lambda each: min(look.date for look in each))
    return releases


def _standing(
    look: Milestone,
    effort: float | None,
    *,
    on_line: bool,
    further: bool = False,
    changes: tuple[str, ...] = (),
    drop: Drop | None = None,
) -> Standing:
    proven = stats.nines_proven(look.rate.failure_upper)
    return Standing(look, effort, proven, on_line=on_line, further=further, changes=changes, drop=drop)


def _main(
    look: Milestone, before: Milestone | None, *, effort: float | None, newest: Population | None, paired: Paired
) -> Standing:
    on_line = look.population == newest
    if before is None:
        return _standing(look, effort, on_line=on_line)
    changes = tuple(_changes(before.population, look.population))
    drop = None if changes else _drop(before, look, paired)
    return _standing(look, effort, on_line=on_line, changes=changes, drop=drop)


def _changes(then: Population, now: Population) -> Iterator[str]:
    if then == now:
        return
    if bool(then.scenarios_hash) != bool(now.scenarios_hash):
        yield f"{'recorded runs' if now.scenarios_hash else 'imported counts'} from here on"
    if then.profile != now.profile:
        yield f"profile '{then.profile}', now '{now.profile}'"
    elif then.profile_hash != now.profile_hash:
        yield "the profile's shares changed"
    elif then.scenarios_hash != now.scenarios_hash:
        yield "the scenarios changed"
    if then.checks_hash != now.checks_hash:
        yield "the checks changed"


def _drop(then: Milestone, now: Milestone, paired: Paired) -> Drop | None:
    """How much worse ``now`` measured, by the sharpest comparison that the two allow."""
    if now.rate.estimate >= then.rate.estimate:
        return None
    found = paired(then, now) or _unpaired(then, now)
    real = found.lower > 0 if found else now.rate.upper < then.rate.lower
    return Drop(since=then.release, difference=found, proven=real)


def _unpaired(then: Milestone, now: Milestone) -> Difference | None:
    """The difference of two independent samples; None for groups, weights and plans that may stop at any trial.

    Source: O. S. Miettinen and M. Nurminen (1985), Statistics in Medicine 4:213-226.
    """
    if {then.rate.method, now.rate.method} != {_EXACT}:
        return None
    confidence = min(then.rate.confidence, now.rate.confidence)
    counts = now.rate.failures, now.rate.trials, then.rate.failures, then.rate.trials
    found = stats.miettinen_nurminen(*counts, confidence=2 * confidence - 1)
    units = now.rate.trials + then.rate.trials
    return Difference(found.estimate, found.lower, found.upper, confidence, units, "Miettinen-Nurminen")


def _notes(record: Milestones) -> Iterator[str]:
    """What a reader must know, from the lines alone."""
    lines = record.lines
    efforts = {line.release for line in lines if line.effort is not None}
    without = [line.release for line in lines if line.release not in efforts]
    if efforts and without:
        yield f"no effort is known of release {without[0]}: from there on it does not add up"
    if any(line.seed_range == "development" for line in lines):
        names = dict.fromkeys(line.release for line in lines if line.seed_range == "development")
        yield f"measured on scenarios that releases were made on (development seeds): {', '.join(names)}"
    if any(line.source == "import" for line in lines):
        yield "imported counts are taken as independent trials of one plan; who counted them answers for that"
