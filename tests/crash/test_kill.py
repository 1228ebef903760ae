"""SIGKILL at random moments of 20,000 trials: nothing acknowledged is lost or run again, and the sums agree."""

from __future__ import annotations

import random
import time
from pathlib import Path
from signal import SIGKILL

from killing import Start, records

from ninemarch.journal import summarize
from ninemarch.model import Scenario
from ninemarch.suite import Schedule, load
from ninemarch.workflow import decide_run

TRIALS = 20_000
KILLS = 6


def test_killed_again_and_again(start: Start, tmp_path: Path) -> None:
    rng = random.Random()
    acknowledged: list[dict[int, object]] = []
    calls: list[list[int]] = []
    # Slowed down, so that even on a busy machine the run is still under way when the last kill comes.
    process = start(TRIALS, side="0", fresh=True, PAUSE="0.0001")
    for kill in range(1, KILLS + 1):
        # In the next twelfth, at a moment that falls anywhere between two commits or into one.
        process.wait_for_calls(rng.randrange(1, TRIALS // (2 * KILLS)))
        time.sleep(rng.random() * 0.1)
        process.send(SIGKILL)
        assert process.leave() == -SIGKILL
        acknowledged.append({row.number: row for row in records(process.run)})
        calls.append(process.calls)
        process = start(resume="latest", side=str(kill), PAUSE="0.0001")
    assert process.leave() == 0, process.said
    calls.append(process.calls)

    final = {row.number: row for row in records(process.run)}
    assert len(records(process.run)) == TRIALS
    assert sorted(final) == list(range(TRIALS))
    inputs = _inputs(tmp_path)
    for kill, safe in enumerate(acknowledged):
        assert safe.items() <= final.items(), "an acknowledged trial was lost or changed"
        after = {x for segment in calls[kill + 1 :] for x in segment}
        assert after.isdisjoint(inputs[number] for number in safe), "an acknowledged trial was run again"
    assert {x for segment in calls for x in segment} == set(inputs)
    assert all(len(segment) == len(set(segment)) for segment in calls)
    assert summarize(process.run).sealed
    counts = decide_run(process.run).decision.counts
    assert (counts.planned, counts.recorded, counts.missing) == (TRIALS, TRIALS, 0)
    assert counts.failed == sum(x % 1000 == 0 for x in inputs)


def _inputs(folder: Path) -> list[int]:
    suite = load(folder / "suite.yaml")
    schedule = Schedule(suite, profile="", seed=suite.seeds.held_out[0], planned=TRIALS)
    return [item.input for _, _, item in schedule if isinstance(item, Scenario)]
