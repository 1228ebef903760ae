"""A run scenario by scenario, and beside a baseline.

Covers pairing by scenario and the interval of the difference. Weights play no part: the difference speaks about the
scenarios that both runs tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from ninemarch import stats, table
from ninemarch.model import Baseline, Comparison, Counts, Difference, PairedScenario, Results, RunPlan, Verdict

__all__ = ["Scenarios", "compare", "read_scenarios"]

_PLACE = {
    Verdict.PASS: 0,
    Verdict.FAIL: 1,
    Verdict.ASSISTED: 2,
    Verdict.UNSCORED: 3,
    Verdict.ERROR: 4,
    Verdict.VOID: 5,
}
_ORDINARY = [Results(*(int(place == at) for at in range(6))) for place in range(6)]


@dataclass(frozen=True, slots=True)
class Scenarios:
    """What a run shows of each of its scenarios.

    Args:
        results: scenario id -> how often it got each verdict.
        groups: scenario id -> the group it belongs to, where it shares one with others.
    """

    results: Mapping[str, Results]
    groups: Mapping[str, str]


def read_scenarios(path: Path) -> Scenarios:
    """Return the results of every scenario in the table at ``path``.

    Raises:
        RunInvalid: the table is damaged.
    """
    data = table.read(path, ["scenario", "verdict", "group"])
    data = data.set_column(1, "verdict", data["verdict"].cast(pa.string()))
    counted = data.group_by(["scenario", "group", "verdict"]).aggregate([([], "count_all")])
    results: dict[str, Results] = {}
    groups: dict[str, str] = {}
    columns = (counted[name].to_pylist() for name in ("scenario", "group", "verdict", "count_all"))
    for scenario, group, verdict, many in zip(*columns, strict=True):
        place = _PLACE[Verdict(verdict)]
        seen = results.get(scenario)
        if seen is None and many == 1:
            results[scenario] = _ORDINARY[place]  # one object for all of them: most scenarios are tried once
        else:
            counts = list(seen or Results())
            counts[place] += many
            results[scenario] = Results(*counts)
        if group:
            groups[scenario] = group
    return Scenarios(results, groups)


def compare(
    baseline: Baseline, plan: RunPlan, counts: Counts, now: Scenarios, *, confidence: float = 0.95
) -> Comparison:
    """Return a run beside a baseline.

    Args:
        baseline: the accepted run.
        plan: the later run's plan.
        counts: where the later run's trials went.
        now: the later run, scenario by scenario.
        confidence: of each end of the interval, one-sided, in (0, 1).

    Source: M. W. Fagerland, S. Lydersen and P. Laake (2013), BMC Medical Research Methodology 13:91 (McNemar mid-P);
    T. Tango (1998), Statistics in Medicine 17:891-908; where trials share fate, Gaffke's bounds on the paired shares
    of the groups (``stats.paired_shares``).
    """
    then = baseline.results
    same = baseline.scenarios_hash == plan.scenarios_hash
    drawn = f"{plan.profile}:{plan.seed}:"
    scored_then = {name for name, seen in then.items() if seen.scored}
    scored_now = {name for name, seen in now.results.items() if seen.scored}
    # Of a changed suite, drawn scenarios of one name are different ones; listed ones keep their name at least.
    common = [
        name for name in now.results if name in scored_then & scored_now and (same or name[: len(drawn)] != drawn)
    ]
    pairs = [PairedScenario(name, then[name], now.results[name]) for name in common]
    return Comparison(
        baseline=baseline,
        plan=plan,
        counts=counts,
        changes=tuple(_changes(baseline, plan)),
        paired=len(common),
        only_then=len(scored_then) - len(common),
        only_now=len(scored_now) - len(common),
        worse=tuple(pair for pair in pairs if _fall(pair) > 0),
        better=tuple(pair for pair in pairs if _fall(pair) < 0),
        difference=_difference(pairs, now.groups, confidence) if pairs and same else None,
    )


def _fall(pair: PairedScenario) -> float:
    return (pair.now.share or 0.0) - (pair.then.share or 0.0)


def _changes(baseline: Baseline, plan: RunPlan) -> Iterator[str]:
    if baseline.scenarios_hash != plan.scenarios_hash:
        yield (
            "the scenarios have changed since: drawn ones are not paired, listed ones by their id alone, and no "
            "difference is tested"
        )
    if baseline.checks_hash != plan.checks_hash:
        yield "the checks have changed since: a difference may be theirs"
    if baseline.profile != plan.profile:
        yield f"the profile was '{baseline.profile}', now it is '{plan.profile}'"
    if baseline.seed != plan.seed:
        yield f"the seed was {baseline.seed}, now it is {plan.seed}: drawn scenarios are others"
    if baseline.per_scenario != plan.per_scenario:
        yield f"{baseline.per_scenario} trials of each scenario, now {plan.per_scenario}"


def _difference(pairs: list[PairedScenario], groups: Mapping[str, str], confidence: float) -> Difference:
    """How much more often the scenarios fail now."""
    single = all(pair.then.scored == pair.now.scored == 1 for pair in pairs)
    if single and not any(pair.id in groups for pair in pairs):
        b, c = sum(_fall(pair) > 0 for pair in pairs), sum(_fall(pair) < 0 for pair in pairs)
        found = stats.tango(b, c, len(pairs), confidence=2 * confidence - 1)
        p_value = stats.mcnemar(b, c).p_value_mid
        return Difference(found.estimate, found.lower, found.upper, confidence, len(pairs), "Tango", p_value)
    code: dict[str, int] = {}
    place = np.array([code.setdefault(groups.get(pair.id) or f"\0{pair.id}", len(code)) for pair in pairs])
    many = np.bincount(place)
    then, now = (
        np.bincount(place, [seen.share or 0.0 for seen in shares]) / many
        for shares in ([pair.then for pair in pairs], [pair.now for pair in pairs])
    )
    bounds = stats.paired_shares(now, then, confidence=2 * confidence - 1)
    return Difference(bounds.estimate, bounds.lower, bounds.upper, confidence, len(code), "Gaffke (paired shares)")
