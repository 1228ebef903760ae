"""Marches and evidence made by hand: the shape of the `dates` ladder, with bounds from an independent root finder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from fractions import Fraction

from scipy.stats import beta

from ninemarch import claims
from ninemarch.model import (
    Counts,
    Decision,
    Evidence,
    Failure,
    Gate,
    GateResult,
    GateVerdict,
    March,
    NextNine,
    Rate,
    RunPlan,
    Slice,
    Step,
    Tally,
    TargetSpec,
)


def rate(failures: int, trials: int, confidence: float = 0.95, **changes: object) -> Rate:
    """A rate with exact binomial bounds."""
    a = 1 - confidence
    high = 1.0 if failures == trials else float(beta.ppf(1 - a, failures + 1, trials - failures))
    low = 0.0 if failures == 0 else float(beta.ppf(a, failures, trials - failures + 1))
    made = Rate(
        failures=failures,
        trials=trials,
        units=trials,
        estimate=(trials - failures) / trials,
        lower=1 - high,
        upper=1 - low,
        confidence=confidence,
        method="clopper-pearson",
        population="new scenarios drawn from profile traffic",
        failure_upper=high,
        failure_lower=low,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def plan(
    run: str = "20261120-7f3a", release: str = "7", name: str = "swaps, ISO first", **changes: object
) -> RunPlan:
    made = RunPlan(
        run=run,
        created="2026-11-20T09:30:00Z",
        suite="dates",
        suite_version="1",
        origin="dates",
        scenarios_hash="0123456789abcdef" * 4,
        checks_hash="fedcba9876543210" * 4,
        target=TargetSpec("python", "dates_suite.releases.swaps:read"),
        profile="traffic",
        seed=1000,
        seed_range="held out",
        planned=3900,
        release=release,
        release_name=name,
        ninemarch="0.1.0",
        python="3.11.9",
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def gate(
    made: Rate | None,
    verdict: GateVerdict,
    success: str = "0.999",
    where: Mapping[str, str] | None = None,
    **changes: object,
) -> GateResult:
    result = GateResult(
        id="three-nines",
        where=where or {},
        success=Fraction(success),
        confidence=0.95,
        verdict=verdict,
        rate=made,
        reason="",
        more_clean=0 if verdict is GateVerdict.PASS else None,
        blocking=True,
        share=1.0,
    )
    asked = Gate(id="three-nines", success=Fraction(success))
    result = dataclasses.replace(
        result,
        gate=asked,
        required=claims.required(asked),
        measured="" if made is None else claims.measured(asked, made),
        interval="" if made is None else claims.interval(asked, made),
        counted="" if made is None else claims.counted(asked, made),
        below=made is not None and made.estimate < float(success),
    )
    return dataclasses.replace(result, **changes)  # type: ignore[arg-type]


def decision(
    silent: int = 0, loud: int = 0, trials: int = 3900, *, made_plan: RunPlan | None = None, **changes: object
) -> Decision:
    """A decision on one gate at 99.9%."""
    made = rate(silent + loud, trials)
    limit = Fraction(999, 1000)
    verdict = GateVerdict.NOT_PROVEN
    if 1 - Fraction(made.failure_upper) >= limit:
        verdict = GateVerdict.PASS
    elif 1 - Fraction(made.failure_lower) < limit:
        verdict = GateVerdict.FAIL
    proven = max((k for k in range(1, 9) if made.failure_upper <= 10.0**-k), default=0)
    words = {
        GateVerdict.PASS: "99.9% is proven on traffic",
        GateVerdict.FAIL: "99.9% has failed on traffic",
        GateVerdict.NOT_PROVEN: "99.9% is not proven on traffic",
    }
    result = Decision(
        plan=made_plan or plan(planned=trials),
        verdict=verdict,
        sentence=words[verdict],
        action="ninemarch report 20261120-7f3a",
        counts=Counts(planned=trials, passed=trials - silent - loud, silent=silent, loud=loud),
        rate=made,
        acting=None,
        assisted_share=0.0,
        gates=(
            gate(
                made,
                verdict,
                reason="" if verdict is GateVerdict.PASS else "fix the failures; more trials will not help",
            ),
        ),
        next_nine=NextNine(
            held=None
            if not silent + loud
            else max((k for k in range(1, 9) if (silent + loud) * 10**k <= trials), default=0),
            proven=proven,
            target=proven + 1,
            confidence=0.95,
            clean_trials=26_056 if not silent + loud else None,
        ),
    )
    return dataclasses.replace(result, **changes)  # type: ignore[arg-type]


# (name, cumulative effort, traffic failures loud and silent of n, world failures of n)
LADDER = (
    ("regexes", 40, (267, 3, 1000), (714, 1500)),
    ("dateutil", 52, (141, 199, 1000), (772, 1500)),
    ("dateparser", 66, (40, 9, 1000), (333, 1500)),
    ("+ clean-up, locale order", 118, (28, 10, 1000), (292, 1500)),
    ("own reader of CLDR names", 342, (9, 8, 3900), (17, 1500)),
    ("+ inverse CLDR patterns", 481, (1, 1, 3900), (2, 1500)),
    ("swaps, ISO first", 560, (0, 0, 3900), (0, 1500)),
)


def dates_march() -> March:
    """Seven releases with the figures of the issue's table."""
    steps = []
    for index, (name, effort, (loud, silent, trials), (far, world)) in enumerate(LADDER):
        release = f"{index + 1}"
        made_plan = plan(f"20261120-7f3{index}", release, name, planned=trials)
        early = "stopped at the declared look: the gate had failed" if trials == 1000 else ""
        steps.append(
            Step(
                release=release,
                name=name,
                effort=float(effort),
                decision=decision(silent, loud, trials, made_plan=made_plan, stopped=early),
                others={
                    "demo": decision(0, 0, 300, made_plan=made_plan, gates=()),
                    "world": decision(far // 4, far - far // 4, world, made_plan=made_plan, gates=()),
                },
                worse=index == 1,
            )
        )
    return March(
        "dates",
        "Read a date that a person typed",
        "traffic",
        tuple(steps),
        ("demo", "traffic", "world"),
        "lines of code",
    )


def failure(number: int = 412, **changes: object) -> Failure:
    made = Failure(
        number=number,
        scenario=f"1000-{number}",
        verdict="fail",
        silent=True,
        severity="major",
        attributes={"language": "de", "locale": "de_CH", "noise": "swap", "digits": "latn"},
        reason="expected 2024-05-01, got 2024-01-05",
        input='{"text": "01.05.2024", "locale": "de_CH"}',
        expect="2024-05-01",
        output="2024-01-05",
        detail="",
        group=f"1000-{number}",
        ended="answered",
        seconds=0.0021,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def evidence(made: Decision, failures: tuple[Failure, ...] = ()) -> Evidence:
    tally = Tally(((0, 1, made.counts.passed), (1, 1, made.counts.failed)))
    overall = Slice({}, made.counts, tally, tally, tally, tally)
    return Evidence(made.plan, overall, {}, failures, stopped=made.stopped, seconds=(0.00021, 0.0024))


def failing_march() -> tuple[March, Evidence]:
    """The same march without its last release: two failures stand before the gate."""
    march = dates_march()
    march = dataclasses.replace(march, steps=march.steps[:-1])
    rows = (
        failure(412),
        failure(
            2718,
            silent=False,
            output="",
            reason="the target raised ValueError",
            ended="exception",
            detail='Traceback (most recent call last):\n  File "releases.py", line 40, in read\nValueError: month 13',
        ),
    )
    return march, evidence(march.last.decision, rows)


def many_gates() -> tuple[March, Evidence]:
    """A hand-off, slices in every state, worse rates and a note: the shape of the `digits` suite."""
    overall = rate(290, 4000)
    slices = (
        (45, 3100, "0.98", "light=day", GateVerdict.PASS, 0),
        (9, 310, "0.98", "light=dusk", GateVerdict.NOT_PROVEN, None),
        (0, 95, "0.98", "weather=fog", GateVerdict.NOT_PROVEN, 54),
        (30, 400, "0.98", "weather=heavy rain with low sun", GateVerdict.FAIL, None),
    )
    gates = [gate(overall, GateVerdict.FAIL, "0.95", id="overall", reason="at most 93.4%: below the gate")]
    for failed, trials, success, where, verdict, more in slices:
        name, level = where.split("=")
        gates.append(
            gate(
                rate(failed, trials),
                verdict,
                success,
                {name: level},
                id="per-slice",
                more_clean=more,
                share=trials / 4000,
            )
        )
    counts = Counts(planned=4050, passed=3710, silent=60, loud=30, assisted=200, errors=20, void=30)
    made = decision(
        60,
        30,
        4000,
        made_plan=plan(release="6", name="hands off the least certain", suite="digits", planned=4050),
        counts=counts,
        rate=overall,
        acting=rate(90, 3800),
        assisted_share=0.05,
        gates=tuple(gates),
        verdict=GateVerdict.FAIL,
        sentence="95% has failed: at most 93.4%",
        action="ninemarch show 20261120-7f3a",
        next_nine=NextNine(held=1, proven=1, target=2, confidence=0.95, clean_trials=None),
        notes=("20 trials (0.5%) ended in an error on our side", "several trials share a base image: 180 groups"),
    )
    steps = (
        Step("5", "normalisation and ensemble", None, decision(60, 0, 2000, made_plan=plan(release="5"))),
        Step("6", "hands off the least certain", None, made),
    )
    march = March("digits", "Read a handwritten digit", "everyday", steps, ("everyday",))
    rows = tuple(failure(k, scenario=f"img-{k}", silent=k % 3 > 0) for k in range(1, 13))
    return march, evidence(
        made, (*rows, failure(90, verdict="assisted", silent=False, output="", detail="margin 0.02"))
    )
