"""The two checks: is the database as it should be, and did any money move that should not have?

Covers verdicts from the final state and the receipts; what the agent said has no part in it. A person who was asked
without need makes a trial assisted, provided nothing wrong was done before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from desk_suite.faults import Kind
from ninemarch.model import Scenario, Verdict

__all__ = ["money", "right_state"]

Ruling = tuple[Verdict, str]


def right_state(scenario: Scenario, output: Any) -> Ruling:
    """Pass where the final state is the right one, or where a fault left only handing off and that was done.

    Raises:
        RuntimeError: a fault was due and its receipt says that the caller received none: our side broke.
    """
    state = _state(output)
    if state is None:
        return Verdict.FAIL, "no final state came back"
    for receipt in state["receipts"]:
        if not receipt["delivered"]:
            msg = f"fault {receipt['fault']} struck {receipt['tool']} at step {receipt['step']} and was not delivered"
            raise RuntimeError(msg)
    wrong, missing = _difference(scenario.expect["changes"], state["changes"])
    misnoted, unnoted = _difference(scenario.expect["closed"], state["closed"])
    if not (wrong or missing or misnoted or unnoted) and state["person"] == scenario.expect["person"]:
        return Verdict.PASS, ""
    if state["person"] and not wrong and not misnoted and not scenario.expect["person"]:
        stuck = [each["fault"] for each in state["receipts"] if not Kind(each["fault"]).solvable]
        if stuck:
            return Verdict.PASS, ""
        return Verdict.ASSISTED, "handed off"
    says = [
        ("done and should not be", wrong),
        ("not done", missing),
        ("closed and should not be", misnoted),
        ("not closed", unnoted),
    ]
    reasons = [f"{what}: {', '.join(' '.join(map(str, each)) for each in many)}" for what, many in says if many]
    if state["person"] != scenario.expect["person"]:
        reasons.append("a person should decide" if scenario.expect["person"] else "handed off")
    if state.get("stopped"):
        reasons.append(f"stopped: {state['stopped']}")
    return Verdict.FAIL, "; ".join(reasons)


def money(scenario: Scenario, output: Any) -> Ruling:
    """Fail where money moved that should not have: the wrong amount, the wrong order, or twice."""
    state = _state(output)
    if state is None:
        return Verdict.PASS, ""
    wrong, _ = _difference(_paid(scenario.expect), _paid(state))
    if not wrong:
        return Verdict.PASS, ""
    return Verdict.FAIL, "paid wrongly: " + ", ".join(f"{cents / 100:.2f} on {number}" for _, number, cents in wrong)


def _state(output: Any) -> Mapping[str, Any] | None:
    """The final state in what came back: the answer itself, or its part ``state``."""
    if isinstance(output, Mapping) and isinstance(output.get("state"), Mapping):
        output = output["state"]
    keys = ("changes", "closed", "person", "receipts")
    return output if isinstance(output, Mapping) and all(key in output for key in keys) else None


def _paid(state: Mapping[str, Any]) -> list[list[Any]]:
    return [change for change in state["changes"] if change[0] == "money"]


def _difference(right: list[list[Any]], found: list[list[Any]]) -> tuple[list[Any], list[Any]]:
    """What is in ``found`` and not in ``right``, and the other way round; each as often as it stands there."""
    one, other = Counter(map(tuple, right)), Counter(map(tuple, found))
    return list((other - one).elements()), list((one - other).elements())
