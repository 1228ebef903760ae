"""The ladder of the suite desk on held-out scenarios, money harm, the curve over fault rates, and step credit's hits.

Covers what the suite's README prints. Rates come from the suite's own checks, trial by trial, without the journal.
Usage: python benchmarks/desk.py [--trials 20000] [--curve 4000] [--credit 400]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import random
import sys
import time
from collections import Counter
from dataclasses import replace

import common

from ninemarch import stats
from ninemarch.engine import judge_scenarios
from ninemarch.mining.blame import Mend, first_flip
from ninemarch.mining.step_credit import Labelled, compare_attributions
from ninemarch.mining.steps import read_steps
from ninemarch.model import Profile, Scenario, Suite, Trial, Verdict
from ninemarch.suite import Schedule, load
from ninemarch.suite.shipped import shipped_folder
from ninemarch.targets import open_target

# isort: split
sys.path.insert(0, str(shipped_folder() / "desk"))
from desk_suite.boundary import World
from desk_suite.checks import money, right_state
from desk_suite.generator import scenario
from desk_suite.oracle import answer_of
from desk_suite.serve import play

SEED = 1000
EASY = {
    "wording": "plain", "number": "given", "item": "unnamed", "identity": "upfront", "change": "none",
    "second": "none", "fault_rate": "none",
}  # fmt: skip
RATES = ("none", "1%", "4%", "8%")


def drawn(suite: Suite, trials: int, profile: str) -> list[Scenario]:
    schedule = Schedule(suite, profile=profile, seed=SEED, planned=trials)
    return [item for _, _, item in schedule if isinstance(item, Scenario)]


def played(suite: Suite, release: str, scenarios: list[Scenario]) -> tuple[list[Trial], float]:
    (spec,) = [each.target for each in suite.releases if each.id == release]
    with open_target(spec, suite) as target:
        start = time.process_time()
        trials = list(judge_scenarios(suite, scenarios, target))
    return trials, (time.process_time() - start) / len(scenarios)


def row(trials: list[Trial], cpu: float) -> dict:
    verdicts = Counter(trial.verdict for trial in trials)
    passed, failed, assisted = (verdicts[each] for each in (Verdict.PASS, Verdict.FAIL, Verdict.ASSISTED))
    interval = stats.clopper_pearson(failed + assisted, len(trials), confidence=0.9)
    return {
        "trials": len(trials),
        "passed": passed,
        "failed": failed,
        "assisted": assisted,
        "errors": len(trials) - passed - failed - assisted,
        "success": passed / len(trials),
        "lower": 1 - interval.upper,
        "upper": 1 - interval.lower,
        "acting": passed / (passed + failed),
        "loud": sum(trial.verdict is Verdict.FAIL and not trial.silent for trial in trials),
        "harmed": sum("money" in trial.check for trial in trials),
        "ms": 1e3 * cpu,
    }


def ladder(suite: Suite, trials: int) -> list[dict]:
    scenarios = drawn(suite, trials, "everyday")
    return [
        {"release": each.id, "name": each.name, **row(*played(suite, each.id, scenarios))} for each in suite.releases
    ]


def recovery(suite: Suite, trials: int) -> list[dict]:
    """Success and harm of the trials that met a fault, and of those that did not; receipts tell which."""
    found, scenarios = [], drawn(suite, trials, "everyday")
    for each in suite.releases:
        agent = importlib.import_module(f"desk_suite.releases.{each.target.params['agent']}").serve
        counts: Counter[tuple[bool, str]] = Counter()
        for case in scenarios:
            world = World(case.input)
            with contextlib.suppress(Exception):
                agent(world.desk(), case.input["customer"]["opening"])
            state, met = answer_of(world), bool(world.receipts)
            world.close()
            harmed = money(case, state)[0] is Verdict.FAIL
            counts[met, "trials"] += 1
            counts[met, "passed"] += right_state(case, state)[0] is Verdict.PASS and not harmed
            counts[met, "harmed"] += harmed
        row = {f"{what}_{'met' if met else 'clean'}": many for (met, what), many in sorted(counts.items())}
        found.append({"release": each.id, **row})
    return found


def curve(suite: Suite, trials: int) -> list[dict]:
    """Success by fault rate: the same customers, the faults of a lower rate kept at a higher one."""
    found = []
    for rate in RATES:
        levels = {**suite.profiles["everyday"].attributes, "fault_rate": {rate: 1.0}}
        other = replace(suite, profiles={**suite.profiles, "curve": Profile("curve", levels)})
        scenarios = drawn(other, trials, "curve")
        found += [
            {"rate": rate, "release": release, **row(*played(other, release, scenarios))}
            for release in ("2", "3", "4", "5", "6")
        ]
    return found


def planted(cases: int) -> tuple[list[Labelled], list[list[int]], int]:
    """Failed trials whose fatal fault is known, the step that replays blame, and the draws it took.

    Known: with the decoys alone the agent passes, with the fatal fault alone it fails. Decoys come before and after.
    """
    from desk_suite.credit import mends
    from desk_suite.faults import Kind
    from desk_suite.releases import retries

    labelled, blamed, draws = [], [], 0
    while len(labelled) < cases:
        rng = random.Random(f"planted:{draws}")
        draws += 1
        before = [
            (place, rng.choice(("http_500", "timeout_before_commit", "empty"))) for place in range(rng.randrange(3))
        ]
        on_write = rng.random() < 0.7
        fatal = (len(before) + on_write, rng.choice([kind.value for kind in Kind]))
        after = [(fatal[0] + 1, "http_500")] if rng.random() < 0.5 else []
        request = rng.choice(("refund", "cancel", "return", "address"))
        made = {**EASY, "request": request, "due": rng.choice(("allowed", "refused"))}
        scene = scenario(made, random.Random(f"case:{draws}"))

        def case(faults, scene=scene):
            listed = [{"at": at, "kind": kind, "share": 0.3} for at, kind in faults]
            return Scenario(id="p", input={**scene["input"], "faults": listed}, expect=scene["expect"])

        def passes(one):
            return right_state(one, play(one.input, retries.serve).output)[0] is Verdict.PASS

        whole = case([*before, fatal, *after])
        alone = case([(int(on_write), fatal[1])])
        if passes(whole) or passes(alone) or not passes(case([*before, *after])):
            continue
        world = World(whole.input)
        with contextlib.suppress(Exception):
            retries.serve(world.desk(), whole.input["customer"]["opening"])
        struck = [each["step"] for each in world.receipts if (each["at"], each["fault"]) == fatal]
        if not struck:
            continue
        steps = read_steps(world.steps)
        found = first_flip(
            steps,
            [Mend(*each) for each in mends(whole, world.steps)],
            lambda mend, whole=whole: passes(Scenario(id="m", input=mend.input, expect=whole.expect)),
        )
        labelled.append(Labelled(steps, struck[0], str(draws)))
        blamed.append([found.step])
    return labelled, blamed, draws


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=20_000)
    parser.add_argument("--curve", type=int, default=4_000)
    parser.add_argument("--credit", type=int, default=400)
    args = parser.parse_args()
    suite = load("desk")
    labelled, blamed, draws = planted(args.credit)
    credit = [
        {
            "way": each.name,
            "cases": each.cases,
            "exact": each.exact,
            "lower": each.interval.lower,
            "upper": each.interval.upper,
        }
        for each in compare_attributions(labelled, {"replay with one thing mended": blamed})
    ]
    for each in credit:
        print(f"{each['way']:34} {each['exact']:4} of {each['cases']}  {each['lower']:.3f}-{each['upper']:.3f}")
    rows = ladder(suite, args.trials)
    for each in rows:
        print(
            f"{each['release']} {each['name']:26} {100 * each['success']:8.3f}%"
            f"  {100 * each['lower']:.3f}-{100 * each['upper']:.3f}"
            f"  harm {100 * each['harmed'] / each['trials']:.3f}% ({each['harmed']})"
            f"  assisted {each['assisted']}  loud {each['loud']}  errors {each['errors']}  {each['ms']:.2f} ms"
        )
    met = recovery(suite, args.trials)
    for each in met:
        print("  ".join(f"{name} {value}" for name, value in each.items()))
    rates = curve(suite, args.curve)
    for rate in RATES:
        cells = "  ".join(
            f"{each['release']}: {100 * each['success']:.2f} ({each['harmed']})"
            for each in rates
            if each["rate"] == rate
        )
        print(f"{rate:>5}  {cells}")
    common.write("desk", {"ladder": rows, "curve": rates, "recovery": met, "credit": credit, "draws": draws})


if __name__ == "__main__":
    main()
