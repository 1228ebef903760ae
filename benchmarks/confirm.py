"""Confirming slices on logs with known truth: planted ones are confirmed, chance ones are not, rates become honest.

Covers ``ninemarch.mining.confirm`` on the planted logs of the tests: slices are found in a log and tested on fresh
trials, which are scenarios of the same log drawn anew, with outcomes drawn by their true rates. Chance slices come
from logs in which nothing is planted, searched at a level of 50%, so that every second log shows one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from statistics import mean
from typing import Any

from common import ROOT, environment, measure, median, note, table, write

MINED = 10_000
LOGS: dict[str, tuple[int, dict[str, Any]]] = {
    "planted, 70% inside, 99% elsewhere": (40, {"success": 0.7}),
    "planted, 90% inside, 99% elsewhere": (40, {"success": 0.9}),
    "planted, 95% inside, 99% elsewhere": (40, {"success": 0.95}),
    "chance, 99% everywhere": (200, {"planted": 0}),
    "chance, 90% everywhere": (200, {"planted": 0, "base": 0.1}),
}


def main() -> None:
    """Print the table and write results/confirm.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=2000, help="fresh trials at most, for all slices of a log")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(_confirmed(**json.loads(given.child))))
        return
    env = environment()
    env["PYTHONPATH"] = ":".join(filter(None, [str(ROOT / "tests"), env.get("PYTHONPATH", "")]))
    rows = []
    for name, (logs, log) in LOGS.items():
        note(f"{name}, {logs} logs")
        task = json.dumps({"log": log, "logs": logs, "trials": given.trials})
        rows.append(
            {"logs_with": name, "logs": logs, **json.loads(_run([sys.executable, __file__, "--child", task], env))}
        )
    head = [
        "logs with slices",
        "logs",
        "slices",
        "confirmed",
        "refuted",
        "undecided",
        "trials a log",
        "found too high by",
    ]
    names = ("logs_with", "logs", "slices", "confirmed", "refuted", "undecided", "trials", "found_excess")
    table([*head, "fresh too high by"], [[row[each] for each in (*names, "fresh_excess")] for row in rows])
    write("confirm", {"mined_rows": MINED, "fresh_trials_at_most": given.trials, "logs": rows})


def _run(command: list[str], env: dict[str, str]) -> str:
    return measure(command, cwd=ROOT, env=env).out


def _confirmed(*, log: dict[str, Any], logs: int, trials: int) -> dict[str, Any]:
    """What fresh trials say of the slices of so many logs; in planted ones only of those that are truly worse."""
    answers: Counter[str] = Counter()
    spent, found_excess, fresh_excess = [], [], []
    for seed in range(logs):
        result = _one(seed, log, trials)
        if result is None:
            continue
        used, told = result
        spent.append(used)
        for answer, truth, found, fresh in told:
            answers[answer] += 1
            found_excess.append(found - truth)
            fresh_excess += [] if fresh is None else [fresh - truth]
    return {
        "slices": answers.total(),
        **{answer: answers[answer] for answer in ("confirmed", "refuted", "undecided")},
        "trials": median(spent),
        "found_excess": round(mean(found_excess), 4),
        "fresh_excess": round(mean(fresh_excess), 4),
    }


def _one(
    seed: int, log: dict[str, Any], trials: int
) -> tuple[int, list[tuple[str, float, float, float | None]]] | None:
    """Trials used, and (answer, true, found and fresh failure rate) of each slice; None without a slice."""
    import numpy as np
    from planted import make_log

    from ninemarch.mining.confirm import CONTROL, Confirming, ConfirmOptions
    from ninemarch.mining.slices import SearchOptions, find_slices
    from ninemarch.model import Verdict

    made = make_log(9000 + seed, MINED, **log)
    chance = not made.planted
    options = SearchOptions(level=0.5, permutations=39) if chance else SearchOptions()
    report = find_slices(made.attributes, made.failed, options=options)
    if not report.slices:
        return None
    arms = np.full(made.failed.size, CONTROL)
    for place, each in reversed(list(enumerate(report.slices))):
        arms[made.inside([(int(c.attribute[1:]), int(c.level[1:])) for c in each.conditions])] = place
    confirming = Confirming(report, ConfirmOptions(trials=trials), most=len(report.slices))
    rng = np.random.default_rng(seed)
    while wanted := confirming.wanted():
        for arm, many in wanted.items():
            for rate in made.rate[rng.choice(np.flatnonzero(arms == arm), many)]:
                confirming.tell(arm, Verdict.FAIL if rng.random() < rate else Verdict.PASS)
        confirming.look()
    told = []
    elsewhere = made.rate[arms == CONTROL].mean()
    for place, each in enumerate(confirming.result(seed=0, new_groups=None).slices):
        truth = float(made.rate[arms == place].mean())
        if chance or truth >= 1.5 * elsewhere:
            fresh = each.fresh.failures / each.fresh.trials if each.fresh.trials else None
            told.append((each.answer.value, truth, each.found[0] / max(each.found[1], 1), fresh))
    return confirming.trials, told


if __name__ == "__main__":
    main()
