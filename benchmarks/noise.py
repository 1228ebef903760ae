"""How much noise do checks accept? Sums answered with tokens drawn evenly, judged by several checks.

An untrained language model behind a real server, asked the same kind of question, passed a substring check 3.7, 12,
20 and 35% of the time at 16, 64, 256 and 1,024 tokens, an exact one never (300 questions each, measured elsewhere).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import common

from ninemarch import stats
from ninemarch.checks import compile_checks
from ninemarch.model import CheckSpec, Ended, Outcome, Scenario, Suite, Verdict
from ninemarch.targets.nulls import NOISE_LENGTHS, noise

LARGEST = (9, 99, 999)  # a sum's operands lie between 0 and this
SCENARIOS = 2000
SHORT = CheckSpec("json_schema", {"schema": {"type": "string", "maxLength": 20}})
WORDS = CheckSpec("contains", {"words": True})
CHECKS: dict[str, tuple[CheckSpec, ...]] = {
    "contains": (CheckSpec("contains"),),
    "contains, words": (WORDS,),
    "contains, words, 20 characters": (WORDS, SHORT),
    "exact": (CheckSpec("exact"),),
    "number": (CheckSpec("number"),),
}


def main() -> None:
    rows = [_row(largest, name, checks) for largest in LARGEST for name, checks in CHECKS.items()]
    print(f"share of {SCENARIOS:,} sums that noise passes, by its length in tokens\n")
    common.table(
        ["operands up to", "checks", *(f"{length:,}" for length in NOISE_LENGTHS)],
        [[row["operands_up_to"], row["checks"], *(_text(each) for each in row["accepted"])] for row in rows],
    )
    common.write("noise", {"scenarios": SCENARIOS, "tokens": list(NOISE_LENGTHS), "confidence": 0.95, "rows": rows})


def _row(largest: int, name: str, checks: Sequence[CheckSpec]) -> dict[str, Any]:
    judge = compile_checks(Suite("sums", (), tuple(checks)))
    rng = random.Random(largest)
    sums = [(rng.randint(0, largest), rng.randint(0, largest)) for _ in range(SCENARIOS)]
    scenarios = [Scenario(f"{at}", f"{a}+{b}=", expect=str(a + b)) for at, (a, b) in enumerate(sums)]
    accepted = []
    for length in NOISE_LENGTHS:
        said = (judge(each, Outcome(Ended.ANSWERED, noise(each.id, length))) for each in scenarios)
        passed = sum(ruling.verdict is Verdict.PASS for ruling in said)
        interval = stats.clopper_pearson(passed, SCENARIOS)
        accepted.append({"passed": passed, "lower": float(interval.lower), "upper": float(interval.upper)})
    return {"operands_up_to": largest, "checks": name, "accepted": accepted}


def _text(found: dict[str, Any]) -> str:
    if not found["passed"]:
        return f"0, at most {found['upper']:.2%}"
    return f"{found['passed'] / SCENARIOS:.1%}" if found["passed"] < SCENARIOS else f"at least {found['lower']:.1%}"


if __name__ == "__main__":
    main()
