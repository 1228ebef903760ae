"""The sums in pydantic-evals: ``python use_pydantic_evals.py TRIALS SCENARIOS``; prints counts and versions as JSON.

Covers its usual way: a Dataset with EqualsExpected, evaluated by a synchronous call of an asynchronous task, the
report written as JSON at the end (nothing is written before).
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

import guard
from pydantic import TypeAdapter
from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected
from pydantic_evals.reporting import EvaluationReport


async def add(numbers: list[int]) -> int:
    """The sum; off by one for one key in 1,000."""
    left, right, key = numbers
    return left + right + (key == 0)


def main() -> None:
    """Run and report."""
    guard.stay_offline()
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()[: int(sys.argv[1])]
    cases = [
        Case(name=s["id"], inputs=s["input"], expected_output=s["expect"], metadata=s["attributes"])
        for s in map(json.loads, lines)
    ]
    dataset = Dataset(name="sums", cases=cases, evaluators=[EqualsExpected()])
    report = dataset.evaluate_sync(add, progress=False, max_concurrency=100)
    Path("report.json").write_bytes(TypeAdapter(EvaluationReport).dump_json(report))
    passed = sum(all(result.value for result in case.assertions.values()) for case in report.cases)
    print(
        json.dumps(
            {
                "trials": len(report.cases),
                "passed": passed,
                "errors": len(report.failures),
                "bytes": Path("report.json").stat().st_size,
                "refused": guard.refused,
                "versions": {name: metadata.version(name) for name in ("pydantic-evals", "pydantic")},
            }
        )
    )


if __name__ == "__main__":
    main()
