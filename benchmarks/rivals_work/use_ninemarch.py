"""The sums in ninemarch: ``python use_ninemarch.py TRIALS SCENARIOS``; prints counts and versions as JSON.

Covers the same list of scenarios that the others are given (not drawn here), an asynchronous target with 100 calls
in flight, the durable journal, the table and the decision.
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path

import guard

from ninemarch import workflow
from ninemarch.engine import Selection
from ninemarch.model import CheckSpec, Limits, Scenario, TargetSpec
from ninemarch.suite import make


async def add(numbers: list[int]) -> int:
    """The sum; off by one for one key in 1,000."""
    left, right, key = numbers
    return left + right + (key == 0)


def main() -> None:
    """Run and report."""
    guard.stay_offline()
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()[: int(sys.argv[1])]
    scenarios = [
        Scenario(id=s["id"], input=s["input"], expect=s["expect"], attributes=s["attributes"])
        for s in map(json.loads, lines)
    ]
    suite = make("sums", scenarios, checks=[CheckSpec("exact")], limits=Limits(concurrency=100))
    target = TargetSpec("python", "use_ninemarch:add")
    done = workflow.run(suite, Selection(target=target, trials=len(scenarios)))
    counts = done.evidence.overall.counts
    print(
        json.dumps(
            {
                "trials": counts.scored,
                "passed": counts.passed,
                "errors": counts.errors,
                "bytes": sum(path.stat().st_size for path in done.folder.iterdir()),
                "refused": guard.refused,
                "versions": {name: _version(name) for name in ("ninemarch", "msgspec", "pyarrow")},
            }
        )
    )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "from the checkout"


if __name__ == "__main__":
    main()
