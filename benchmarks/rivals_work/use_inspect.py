"""The sums in Inspect: ``python use_inspect.py TRIALS SCENARIOS``; prints counts and versions as JSON.

Covers its usual way: a Task with a solver and a scorer of its own that call no model (``mockllm`` is only named),
the default .eval log, no display.
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

import guard
from inspect_ai import Task, eval  # noqa: A004 - the library's own name
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import Score, Target, accuracy, scorer
from inspect_ai.solver import Generate, TaskState, solver


@solver
def add():
    """The sum; off by one for one key in 1,000."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:  # noqa: ARG001
        left, right, key = json.loads(state.input_text)
        state.output = ModelOutput.from_content("mockllm/model", str(left + right + (key == 0)))
        return state

    return solve


@scorer(metrics=[accuracy()])
def equal():
    """Exact equality of texts."""

    async def score(state: TaskState, target: Target) -> Score:
        return Score(value="C" if state.output.completion == target.text else "I", answer=state.output.completion)

    return score


def main() -> None:
    """Run and report."""
    guard.stay_offline()
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()[: int(sys.argv[1])]
    samples = [
        Sample(id=s["id"], input=json.dumps(s["input"]), target=str(s["expect"]), metadata=s["attributes"])
        for s in map(json.loads, lines)
    ]
    task = Task(dataset=MemoryDataset(samples, name="sums"), solver=add(), scorer=equal(), name="sums")
    (log,) = eval(task, model="mockllm/model", display="none", log_dir="logs", max_samples=100)
    if log.status != "success" or log.results is None:
        msg = f"{log.status}: {log.error}"
        raise SystemExit(msg)
    done = log.results.completed_samples
    print(
        json.dumps(
            {
                "trials": done,
                "passed": round(log.results.scores[0].metrics["accuracy"].value * done),
                "errors": log.results.total_samples - done,
                "bytes": sum(path.stat().st_size for path in Path("logs").iterdir()),
                "refused": guard.refused,
                "versions": {name: metadata.version(name) for name in ("inspect-ai", "pydantic", "anyio")},
            }
        )
    )


if __name__ == "__main__":
    main()
