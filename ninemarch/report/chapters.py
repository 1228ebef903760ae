"""From a march to what is shown of it: one row a release, the gap between profiles, and their titles.

Covers the wording of findings: a title is computed from the same rows as the table below it, never typed.
Computes no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ninemarch import numbers as n
from ninemarch.model import Counts, Decision, March, Rate, Step
from ninemarch.report.compose import clean, on_axis, thresholds
from ninemarch.report.view import Cell, GapRow, MarchRow

__all__ = [
    "MOST_STEPS",
    "all_thresholds",
    "effort_label",
    "gap_rows",
    "gap_title",
    "march_rows",
    "march_title",
    "profile_columns",
    "rate_or_bound",
    "shown_steps",
    "step_name",
]

MOST_STEPS = 60
MOST_PROFILES = 8


def shown_steps(march: March) -> tuple[Step, ...]:
    """Return the newest releases, as many as a page shows."""
    return march.steps[-MOST_STEPS:]


def profile_columns(march: March) -> tuple[str, ...]:
    """Return the profiles in the order of the march, the headline among them.

    A march that does not place the headline itself gets it after the first of several others: suites list their
    easy population first and the harsh ones last, so the columns go from easy to hard.
    """
    others = tuple(name for name in march.profiles if name != march.profile)
    place = march.profiles.index(march.profile) if march.profile in march.profiles else min(1, len(others) - 1)
    return (*others[: max(0, place)], march.profile, *others[max(0, place) :])[:MOST_PROFILES]


def step_name(step: Step) -> str:
    """Return the id of a release and what is new in it."""
    return clean(f"{step.release} {step.name}".strip(), 80)


def _by_effort(steps: Sequence[Step]) -> bool:
    efforts = [step.effort for step in steps if step.effort is not None]
    return len(efforts) == len(steps) > 1 and efforts == sorted(efforts) and efforts[-1] > efforts[0]


def effort_label(march: March) -> str:
    """Return the name of the march's horizontal axis."""
    if not _by_effort(shown_steps(march)):
        return "release"
    return f"cumulative effort ({clean(march.effort_unit, 24)})" if march.effort_unit else "cumulative effort"


def march_rows(march: March) -> tuple[MarchRow, ...]:
    """Return one row a release, oldest first."""
    steps = shown_steps(march)
    by_effort = _by_effort(steps)
    against = all_thresholds(march)
    others = [name for name in profile_columns(march) if name != march.profile]
    rows = []
    for index, step in enumerate(steps):
        decision = step.decision
        rate, counts = decision.rate, decision.counts
        rows.append(
            MarchRow(
                release=clean(step.release, 40),
                name=clean(step.name, 60),
                effort="" if step.effort is None else f"{step.effort:,.10g}",
                rate="–" if rate is None else n.estimate_text(rate, against),
                short=n.short_estimate(rate, against),
                headline="–" if rate is None else rate_or_bound(rate, against),
                interval="–" if rate is None else n.interval_text(rate, against),
                silent=n.share_text(counts.silent, counts.scored),
                loud=n.share_text(counts.loud, counts.scored),
                proven=_proven(decision),
                worse=step.worse,
                note=_note(step),
                others=tuple(_other(step, name, against) for name in others),
                position=step.effort if by_effort and step.effort is not None else index + 1.0,
                nines=on_axis(rate),
            )
        )
    return tuple(rows)


def all_thresholds(march: March) -> tuple[Fraction, ...]:
    """Return every required rate of the march: no number of its tables is rounded across one of these."""
    return tuple(sorted({limit for step in shown_steps(march) for limit in thresholds(step.decision)}))


def _other(step: Step, profile: str, against: Sequence[Fraction]) -> str:
    decision = step.others.get(profile)
    return n.short_estimate(decision.rate if decision else None, against)


def _proven(decision: Decision) -> str:
    return "–" if decision.next_nine is None else str(decision.next_nine.proven)


def _note(step: Step) -> str:
    notes = ["worse"] if step.worse else []
    if step.decision.stopped:
        notes.append(clean(step.decision.stopped, 120))
    return "; ".join(notes)


def march_title(march: March) -> str:
    """Return the finding of the march chart."""
    steps = [step for step in shown_steps(march) if step.decision.rate is not None]
    if not steps:
        return "No release has a scored trial"
    against = all_thresholds(march)
    if len(steps) == 1:
        return f"One release so far: {_said(steps[0].decision.rate, against)}"
    first, last = (_said(step.decision.rate, against) for step in (steps[0], steps[-1]))
    worse = [clean(step.release, 20) for step in steps if step.worse]
    finding = f"From {first} to {last} in {len(steps)} releases"
    if not worse:
        return finding
    named = f"release {worse[0]}" if len(worse) == 1 else f"{len(worse)} releases"
    return f"{finding}; {named} {'is' if len(worse) == 1 else 'are'} proven worse"


def rate_or_bound(rate: Rate, against: Sequence[Fraction]) -> str:
    """Return what was measured, or the proven bound where nothing failed."""
    return n.estimate_text(rate, against) if rate.failures else f"≥ {n.lower_text(rate, against)}"


def _said(rate: Rate | None, against: Sequence[Fraction]) -> str:
    if rate is None:
        return "nothing measured"
    return n.estimate_text(rate, against) if rate.failures else f"at least {n.lower_text(rate, against)}"


def gap_rows(march: March) -> tuple[GapRow, ...]:
    """Return every release on every profile."""
    steps = shown_steps(march)
    against = all_thresholds(march)
    return tuple(
        GapRow(
            clean(step.release, 40),
            clean(step.name, 60),
            tuple(_cell(_on(step, name, march.profile), against) for name in profile_columns(march)),
        )
        for step in steps
    )


def _on(step: Step, profile: str, headline: str) -> Decision | None:
    return step.decision if profile == headline else step.others.get(profile)


def _cell(decision: Decision | None, against: Sequence[Fraction]) -> Cell | None:
    if decision is None or decision.rate is None:
        return None
    rate, counts = decision.rate, decision.counts
    return Cell(
        rate=n.short_estimate(rate, against),
        interval=n.interval_text(rate, against),
        split=_split(counts, n.interval_text(rate, against)),
        counts=n.failures_text(rate),
    )


def _split(counts: Counts, bound: str) -> tuple[str, ...]:
    """Silent and loud failures as shares of the scored trials (the bound without any), and what was handed off."""
    silent, loud = (n.share_text(number, counts.scored) for number in (counts.silent, counts.loud))
    handed = (n.share_text(counts.assisted, counts.scored), "handed off") if counts.assisted else ()
    if counts.failed:
        return (f"{silent} /", f"{loud}," if handed else loud, *handed)
    return handed or (bound,)


def gap_title(march: March) -> str:
    """Return the finding of the table of profiles: what an easy population of scenarios hides."""
    steps = shown_steps(march)
    headline = clean(march.profile, 40)
    failing = sum(step.decision.rate is not None and step.decision.rate.failures > 0 for step in steps)
    for name in profile_columns(march):
        rates = [d.rate for step in steps if (d := step.others.get(name)) and d.rate]
        if name != march.profile and len(rates) == len(steps) and failing and not any(r.failures for r in rates):
            who = "The release fails" if len(steps) == 1 else f"{failing} of {len(steps)} fail"
            none = "never" if len(steps) == 1 else "No release fails"
            quiet = f"{none} on {clean(name, 40)}"
            return f"{who} on {headline}, {quiet}" if len(steps) == 1 else f"{quiet}; on {headline}, {who}"
    return _last_gap(march) or "The same releases on other populations"


def _last_gap(march: March) -> str:
    """How the newest release does on the headline profile and on the one that differs most from it."""
    headline = march.last.decision.rate
    others = {name: d.rate for name, d in march.last.others.items() if d.rate}
    if headline is None or not others:
        return ""
    name = max(others, key=lambda other: (abs(others[other].estimate - headline.estimate), other))
    against = all_thresholds(march)
    mine = f"{_said(headline, against)} on {clean(march.profile, 40)}"
    theirs = f"{_said(others[name], against)} on {clean(name, 40)}"
    return f"Release {clean(march.last.release, 20)}: {mine}, {theirs}"
