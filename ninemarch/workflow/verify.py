"""Can this suite tell right from wrong? Controls with known truth, and a review of what looks unwise.

Covers ``suite verify`` (null, oracle and coin through the suite's own checks, and its self-test) and the warnings of
``suite validate``. Nothing here is recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ninemarch import stats
from ninemarch.checks import compile_checks
from ninemarch.checks.judging import judge_specs
from ninemarch.engine import judge_scenarios
from ninemarch.model import Control, Gate, Scenario, Suite, TargetSpec, Verdict
from ninemarch.numbers import percent
from ninemarch.suite import Schedule, resolve
from ninemarch.targets import check_target, open_target
from ninemarch.text import excerpt
from ninemarch.workflow.self_test import self_test
from ninemarch.workflow.slices import idle_gates, with_confirmed

COIN = 0.9
_CONFIDENCE = 0.999  # of the coin's interval: a sound suite fails this control once in a thousand seeds


def verify(suite: Suite, *, trials: int = 300, profile: str = "", seed: int | None = None) -> tuple[Control, ...]:
    """Run the controls on scenarios of ``suite``.

    Args:
        suite: the suite.
        trials: scenarios drawn for each control, >= 1.
        profile: profile to draw from; the default one.
        seed: seed of the draw; the first development seed by default.

    Raises:
        UsageError: the suite has no scenario, or a check cannot be had.
    """
    start = suite.seeds.development[0] if seed is None else seed
    schedule = Schedule(suite, profile=profile, seed=start, planned=trials)
    compile_checks(suite)
    sound = [item for _, repeat, item in schedule if isinstance(item, Scenario) and not item.void and repeat == 0]
    broken = [str(item) for _, _, item in schedule if not isinstance(item, Scenario)]
    subsets = [s for source in suite.sources if source.subset for s in source.scenarios]
    generator = Control(
        "generator",
        not broken and bool(sound),
        f"{len(broken)} of {schedule.planned} scenarios could not be made: {broken[0]}"
        if broken
        else f"{schedule.planned - len(broken)} scenarios made, {schedule.planned - len(sound) - len(broken)} void",
    )
    tested = (Control(excerpt(each.name, 80), each.holds, excerpt(each.says, 300)) for each in self_test(suite))
    return (generator, _null(suite, sound + subsets), _oracle(suite, sound + subsets), _coin(suite, sound), *tested)


def _verdicts(suite: Suite, spec: TargetSpec, scenarios: list[Scenario]) -> list[Verdict]:
    with open_target(spec, suite) as target:
        return [trial.verdict for trial in judge_scenarios(suite, scenarios, target)]


def _null(suite: Suite, scenarios: list[Scenario]) -> Control:
    found = _verdicts(suite, TargetSpec("control", "null"), scenarios)
    wrong = [s.id for s, v in zip(scenarios, found, strict=True) if v is not Verdict.FAIL]
    says = f"an empty answer fails {len(found) - len(wrong)} of {len(found)} scenarios"
    return Control("null", not wrong, says + (f"; it does not fail {excerpt(wrong[0], 60)}" if wrong else ""))


def _oracle(suite: Suite, scenarios: list[Scenario]) -> Control:
    found = _verdicts(suite, TargetSpec("control", "oracle"), scenarios)
    wrong = [s.id for s, v in zip(scenarios, found, strict=True) if v is not Verdict.PASS]
    says = f"the right answer passes {len(found) - len(wrong)} of {len(found)} scenarios"
    return Control("oracle", not wrong, says + (f"; it does not pass {excerpt(wrong[0], 60)}" if wrong else ""))


def _coin(suite: Suite, scenarios: list[Scenario]) -> Control:
    found = _verdicts(suite, TargetSpec("control", "coin", {"p": COIN}), scenarios)
    failures = sum(verdict is not Verdict.PASS for verdict in found)
    interval = stats.clopper_pearson(failures, len(found), confidence=_CONFIDENCE)
    holds = interval.lower <= 1 - COIN <= interval.upper
    lower, upper = percent(1 - Fraction(interval.upper), "floor"), percent(1 - Fraction(interval.lower), "ceil")
    ends = f"{lower} to {upper}" if interval.lower > 0 else f"of at least {lower}"
    says = (
        f"a coin that is right {COIN:.0%} of the time passed {len(found) - failures} of {len(found)}; its "
        f"{_CONFIDENCE:.1%} interval {ends} {'covers' if holds else 'does not cover'} {COIN:.0%}"
    )
    return Control("coin", holds, says)


def check_code(suite: Suite) -> None:
    """Import everything that the suite names: targets, checks, the oracle, the self-test, the mends; call nothing.

    Raises:
        SuiteError: a reference cannot be had, or is not callable.
    """
    compile_checks(suite)
    open_target(TargetSpec("control", "oracle"), suite)
    for named in filter(None, (suite.self_test, suite.mends)):
        resolve(named, suite.folder)
    for spec in [release.target for release in suite.releases] + ([suite.target] if suite.target else []):
        check_target(spec, suite)


def review(suite: Suite) -> Iterator[str]:
    """Yield what is allowed but unwise: gates the trials cannot prove, slices nobody draws."""
    generated = any(source.generator and not source.subset for source in suite.sources)
    listed = sum(len(source.scenarios) for source in suite.sources if not source.subset)
    trials = suite.trials.max if generated else min(suite.trials.max, listed * suite.trials.per_scenario)
    yield from idle_gates(suite)
    for gate in with_confirmed(suite).gates:
        needed = stats.trials_needed(gate.allowed, confidence=gate.confidence)
        if trials < needed:
            yield (
                f"gate {gate.id}: {trials:,} trials cannot prove it; at least {needed:,} clean trials are needed"
                f" ({'trials.max' if trials == suite.trials.max else 'more scenarios'})"
            )
        yield from _review_slices(suite, gate, generated=generated)
    for spec in judge_specs(suite.checks):
        if not spec.params.get("gold"):
            name = spec.id or spec.params.get("model") or spec.params.get("python")
            yield f"judge {name}: no gold set; what it proves rests on labels of each run (ninemarch judge calibrate)"
    if not suite.gates:
        yield "no gate: runs are measured, nothing is asked of them"
    if not suite.target and not suite.releases:
        yield "no target: every run needs --target"


def _review_slices(suite: Suite, gate: Gate, *, generated: bool) -> Iterator[str]:
    """Yield the gate's attributes and levels that no scenario or profile has."""
    levels: dict[str, set[str]] = {}
    for profile in suite.profiles.values():
        for name, weights in profile.attributes.items():
            levels.setdefault(name, set()).update(weights)
    for source in suite.sources:
        for scenario in source.scenarios:
            for name, level in scenario.attributes.items():
                levels.setdefault(name, set()).add(level)
    for name in (*gate.where, *gate.each):
        if name not in levels:
            doubt = "unless the generator adds it" if generated else "it can never pass"
            yield f"gate {gate.id}: no scenario or profile has the attribute '{name}'; {doubt}"
        elif name in gate.where and gate.where[name] not in levels[name]:
            yield f"gate {gate.id}: nothing has {name}={gate.where[name]}; the gate can never pass"


def example_scenarios(suite: Suite, *, count: int, profile: str = "", seed: int | None = None) -> list[Scenario]:
    """Return the first scenarios drawn from a profile, by default with the first development seed.

    Raises:
        UsageError: no such profile.
    """
    if count == 0:
        return []
    start = suite.seeds.development[0] if seed is None else seed
    schedule = Schedule(suite, profile=profile, seed=start, planned=count)
    return [item for _, _, item in schedule if isinstance(item, Scenario)]
